import { describe, expect, it } from 'vitest';
import { column, sql } from '../../src/index.js';
import type { Op } from '../../src/runtime/op.js';
import { testRunner } from '../support/runner.js';

/** `using` computes from what the changes before it have made, although one statement sees the values from before all. */

type Changes = Parameters<Parameters<Op['alterTable']>[1]>[0];

const cases: readonly [string, (table: Changes) => void, string, unknown[]][] = [
  [
    'of one column twice',
    (table) => {
      table.alterColumn('a', { type: 'bigint', using: sql`a * 100` });
      table.alterColumn('a', { type: 'numeric', using: sql`a + 1` });
    },
    'cast(a as integer)',
    [501],
  ],
  [
    'of a column that was changed before',
    (table) => {
      table.alterColumn('a', { type: 'bigint', using: sql`a * 100` });
      table.alterColumn('b', { type: 'bigint', using: sql`a + "b"` });
    },
    'cast(b as integer)',
    [507],
  ],
  [
    'of a column that was added before',
    (table) => {
      table.addColumn(column('n', 'integer', { default: 3 }));
      table.alterColumn('b', { type: 'bigint', using: sql`n + b` });
    },
    'cast(b as integer)',
    [10],
  ],
];

describe.each(['sqlite', 'postgres'] as const)('alterTable on %s', (dialect) => {
  it.each(cases)('has a value %s', async (_what, change, value, expected) => {
    const runner = await testRunner(dialect);
    await runner.driver.run({ sql: 'create table t (id integer primary key, a integer, b integer)' });
    await runner.driver.run({ sql: 'insert into t values (1, 5, 7)' });
    await runner.upgrade([{ id: 'a1', upgrade: (op) => op.alterTable('t', change) }]);
    expect((await runner.column(`select ${value} from t`)).map(Number)).toEqual(expected);
  });
});
