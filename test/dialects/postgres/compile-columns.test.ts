import { describe, expect, test } from 'vitest';
import { postgres } from '../../../src/dialects/postgres/index.js';
import { check, column, type TableChange } from '../../../src/operations/index.js';
import { alter, expectFaithful, nothing, sqlOf, was } from '../../support/postgres-operations.js';
import { session } from '../../support/postgres-session.js';

describe('columns', () => {
  const rows = "create table t (id integer primary key, a text); insert into t values (1, '5'), (2, null)";

  test('are added, dropped and renamed in as few statements as possible', async () => {
    const operation = alter(
      { kind: 'addColumn', column: column('b', 'integer', { nullable: false, default: 7 }) },
      { kind: 'addConstraint', constraint: check('b_ok', 'b > 0') },
      { kind: 'dropColumn', name: 'a', was: column('a', 'text') },
      { kind: 'renameColumn', from: 'b', to: 'c' },
    );
    expect(sqlOf(operation)).toEqual([
      `ALTER TABLE "t"
  ADD COLUMN "b" integer DEFAULT 7 NOT NULL,
  ADD CONSTRAINT "b_ok" CHECK (b > 0),
  DROP COLUMN "a"`,
      'ALTER TABLE "t" RENAME COLUMN "b" TO "c"',
    ]);
    const { sql, apply: run } = await session();
    await sql(rows);
    await run(operation);
    expect(await sql('select * from t')).toEqual([
      { id: 1, c: 7 },
      { id: 2, c: 7 },
    ]);
  });

  test('change type, default and nullability at once, with rows', async () => {
    const setup = "create table t (a text default '5' not null, b text); insert into t values ('41', 'x')";
    const operation = alter({
      kind: 'alterColumn',
      name: 'a',
      to: { type: 'integer', default: { kind: 'literal', value: 5 }, nullable: true },
      using: '"a"::integer',
      was: await was(setup, 'a'),
    });
    expect(sqlOf(operation)).toEqual([
      `ALTER TABLE "t"
  ALTER COLUMN "a" DROP DEFAULT,
  ALTER COLUMN "a" TYPE integer USING "a"::integer,
  ALTER COLUMN "a" DROP NOT NULL,
  ALTER COLUMN "a" SET DEFAULT 5`,
    ]);
    await expectFaithful(setup, operation);
  });

  test('keep default and collation where only the type changes', async () => {
    const setup = `create table t (a varchar(5) collate "C" default 'x'); insert into t values ('y')`;
    const change: TableChange = { kind: 'alterColumn', name: 'a', to: { type: 'text' } };
    const after = await expectFaithful(setup, alter(change));
    expect(after.tables[0]?.columns[0]).toMatchObject({
      collation: 'C',
      default: { kind: 'literal', value: 'x' },
    });
    expect(postgres.needsCatalog(alter(change))).toBe(true);
  });

  test('change their collation and come back', async () => {
    const setup = 'create table t (a text collate "C")';
    await expectFaithful(
      setup,
      alter({ kind: 'alterColumn', name: 'a', to: { collation: 'POSIX' }, was: await was(setup, 'a') }),
    );
  });

  test('are narrowed by an assignment, which refuses what does not fit', async () => {
    const { sql, apply: run } = await session();
    await sql("create table t (a varchar(20)); insert into t values ('0123456789')");
    const narrow = alter({ kind: 'alterColumn', name: 'a', to: { type: 'varchar(5)' } });
    await expect(run(narrow)).rejects.toMatchObject({ code: 'REV_STATEMENT', data: { sqlstate: '22001' } });
    expect(await sql('select a from t')).toEqual([{ a: '0123456789' }]);
  });

  test('change NOT NULL and DEFAULT alone', async () => {
    const setup = "create table t (a text default 'x', b integer)";
    await expectFaithful(
      setup,
      alter(
        {
          kind: 'alterColumn',
          name: 'a',
          to: { default: null, nullable: false },
          was: await was(setup, 'a'),
        },
        {
          kind: 'alterColumn',
          name: 'b',
          to: { default: { kind: 'expression', sql: '1 + 2' } },
          was: await was(setup, 'b'),
        },
      ),
    );
  });

  test('are made virtual where the server can', async () => {
    const operation = alter({
      kind: 'addColumn',
      column: column('v', 'integer', { generated: 'a + 1', stored: false }),
    });
    expect(sqlOf(operation)).toEqual([
      'ALTER TABLE "t" ADD COLUMN "v" integer GENERATED ALWAYS AS (a + 1) VIRTUAL',
    ]);
    expect(() => postgres.compile(operation, nothing, { serverVersion: '17.5' })).toThrow(/needs 18/);
    const { driver } = await session();
    if (Number.parseInt(driver.serverVersion, 10) >= 18)
      await expectFaithful('create table t (a integer)', operation);
  });

  test('stop and start being generated', async () => {
    const setup =
      'create table t (a integer, g integer generated always as (a * 2) stored); insert into t values (4)';
    const { sql, apply: run, inspect } = await session();
    await sql(setup);
    const before = await inspect();
    await run(alter({ kind: 'alterColumn', name: 'g', to: { generated: null } }));
    expect(await sql('select g from t')).toEqual([{ g: 8 }]);
    await run(
      alter({ kind: 'alterColumn', name: 'g', to: { generated: { expression: 'a * 2', stored: true } } }),
    );
    expect(await inspect()).toEqual(before);
    await run(
      alter({ kind: 'alterColumn', name: 'g', to: { generated: { expression: 'a * 3', stored: true } } }),
    );
    expect(await sql('select g from t')).toEqual([{ g: 12 }]);
  });
});
