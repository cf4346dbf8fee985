import { describe, expect, test } from 'vitest';
import { rowsLine } from '../../../src/cli/output.js';
import type { CopyProgress } from '../../../src/dialects/dialect.js';
import { refuse } from '../../../src/dialects/sqlite/disk-room.js';
import { sqlite } from '../../../src/dialects/sqlite/index.js';
import type { Operation } from '../../../src/operations/index.js';
import { freshSqlite, openSqlite } from '../../support/sqlite.js';

const numbers = (count: number) =>
  `with recursive n (v) as (select 1 union all select v + 1 from n where v < ${count})`;

const retype: Operation = {
  kind: 'alterTable',
  table: { schema: null, name: 't' },
  changes: [{ kind: 'alterColumn', name: 'a', to: { type: 'varchar(20)' } }],
};

async function filled(): Promise<string> {
  const db = await freshSqlite();
  await db.setup(
    'create table t (id integer primary key, a text)',
    // Rowids at both ends of what there is, and dense ones between.
    `${numbers(120_000)} insert into t select v, 'row ' || v from n`,
    'insert into t values (-9223372036854775808, null), (9223372036854775807, null)',
  );
  return db.url;
}

describe('the copy of many rows', () => {
  test('goes in parts, tells how far it is, and loses nothing', async () => {
    const told: CopyProgress[] = [];
    const driver = await openSqlite(await filled(), { progress: (progress) => told.push(progress) });
    const { serverVersion } = driver;
    const sum = 'select count(*), sum(length(a)), min(id) < -9e18, max(id) > 9e18 from t';
    const before = await driver.values(sum);
    await driver.transaction(async () => {
      const catalog = await sqlite.inspect(driver, { includes: () => true });
      await driver.runAll(sqlite.compile(retype, catalog, { serverVersion }));
    });
    expect(await driver.values(sum)).toEqual(before);
    expect(told.length).toBeGreaterThan(1);
    expect(told.at(-1)).toMatchObject({ table: 't', rows: 120_002, total: 120_002 });
  });

  test('can be interrupted between two parts, and nothing has changed', async () => {
    const url = await filled();
    const interrupt = new AbortController();
    const driver = await openSqlite(url, { signal: interrupt.signal, progress: () => interrupt.abort() });
    const catalog = await sqlite.inspect(driver, { includes: () => true });
    const { serverVersion } = driver;
    const run = driver.transaction(() => driver.runAll(sqlite.compile(retype, catalog, { serverVersion })));
    await expect(run).rejects.toMatchObject({ code: 'REV_INTERRUPTED' });
    const again = await openSqlite(url);
    expect(await again.values('select count(*) from t')).toEqual([[120_002]]);
    expect(await again.values(`select type from pragma_table_info('t') where name = 'a'`)).toEqual([
      ['TEXT'],
    ]);
    expect(await again.values('select count(*) from sqlite_schema')).toEqual([[1]]);
  });
});

test('a disk that is too full is told before the copy begins', () => {
  expect(() => refuse('t', '/data/app.db', { needed: 10, available: 10 })).not.toThrow();
  expect(() => refuse('t', '/data/app.db', { needed: 2_000_001, available: 1_000_000 })).toThrow(
    'The disk is too full to rebuild table t: its copy needs 3 MB, and 1 MB are free at /data.',
  );
});

test('a line of progress has rows, rate and time left', () => {
  expect(rowsLine({ kind: 'copying', table: 'users', rows: 450_000, total: 1_000_000, elapsed: 900 })).toBe(
    'copying users: 450,000 of 1,000,000 rows (45 %), 500,000 rows/s, 1.1 s left',
  );
});
