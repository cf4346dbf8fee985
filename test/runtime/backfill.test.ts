import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { BackfillInput } from '../../src/runtime/backfill-input.js';
import type { Op } from '../../src/runtime/op.js';
import { runnerAt, type TestRevision, type TestRunner, testRunner } from '../support/runner.js';
import { temporaryFolder } from '../support/sqlite.js';
import { sqliteDrivers } from '../support/sqlite-file.js';

/** A change of many rows in batches: each row once, whatever cuts it. */

const counting: BackfillInput = { table: 't', set: { n: sql`n + 1` }, batchSize: 10 };

const revision = (upgrade: (op: Op) => unknown, transactional = false): readonly TestRevision[] => [
  { id: 'a1', upgrade, transactional },
];

const backfilling = (input: BackfillInput, transactional = false) =>
  revision((op) => op.backfill(input), transactional);

/** 35 rows whose keys have gaps, and n = 0 in each. */
async function given(name: 'sqlite' | 'postgres', ...statements: string[]): Promise<TestRunner> {
  const runner = await testRunner(name);
  const rows = Array.from({ length: 35 }, (_, at) => `(${at * 3 + 1}, 0)`).join(', ');
  const first = ['create table t (id integer primary key, n integer)', `insert into t values ${rows}`];
  for (const each of [...first, ...statements]) await runner.driver.run({ sql: each });
  return runner;
}

/** A row with this id cannot be changed. */
const guard = (name: 'sqlite' | 'postgres', id: number) =>
  name === 'sqlite'
    ? [
        `create trigger g before update on t when new.id = ${id} begin select raise(abort, 'not this one'); end`,
      ]
    : [
        `create function g() returns trigger language plpgsql as $$ begin
           if new.id = ${id} then raise 'not this one'; end if; return new; end $$`,
        'create trigger g before update on t for each row execute function g()',
      ];
const unguard = (name: 'sqlite' | 'postgres') =>
  name === 'sqlite' ? 'drop trigger g' : 'drop trigger g on t';

const counts = (runner: TestRunner) => runner.column('select distinct n from t order by n');
const batches = (runner: TestRunner) =>
  runner.events.flatMap((event) => (event.kind === 'backfilling' ? [event.rows] : []));

describe.each(['sqlite', 'postgres'] as const)('a backfill on %s', (name) => {
  it('changes each row once, batch by batch, and tells how far it is', async () => {
    const runner = await given(name);
    await runner.upgrade(backfilling(counting));
    expect(await counts(runner)).toEqual([1]);
    expect(batches(runner)).toEqual([10, 20, 30, 35]);
    expect(runner.events).toContainEqual(
      expect.objectContaining({ kind: 'backfilling', table: 't', rows: 10, total: 35 }),
    );
  });

  it('goes on after the last batch that was committed, once what stopped it is mended', async () => {
    const runner = await given(name, ...guard(name, 70));
    await expect(runner.upgrade(backfilling(counting))).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
    });
    expect(await runner.column('select count(*) from t where n = 1')).toSatisfy(([n]) => Number(n) === 20);
    await runner.driver.run({ sql: unguard(name) });
    await runner.upgrade(backfilling({ ...counting, batchSize: 4, pause: 1 }));
    expect(await counts(runner)).toEqual([1]);
    expect(await runner.rows()).toEqual(['a1']);
    expect(batches(runner).slice(2)).toEqual([4, 8, 12, 15]);
    expect(await runner.column('select checkpoint from alembic_journal')).toEqual([null, null]);
  });

  it('stays where it was when it is cut twice, and what comes before it is not done again', async () => {
    const runner = await given(name, ...guard(name, 70));
    const both = revision(async (op) => {
      await op.execute('insert into t values (0, 7)');
      await op.backfill({ ...counting, where: sql`id > ${0}` });
    });
    for (let time = 0; time < 3; time += 1)
      await expect(runner.upgrade(both)).rejects.toThrow('not this one');
    await runner.driver.run({ sql: unguard(name) });
    await runner.upgrade(both);
    expect(await counts(runner)).toEqual([1, 7]);
  });

  it.each(['autocommit', 'transactional = false'])(
    'is not begun anew however often it is cut: %s',
    async (how) => {
      const runner = await given(name, ...guard(name, 70));
      const revisions = revision(async (op) => {
        if (how !== 'autocommit') return op.backfill(counting);
        await op.execute('insert into t values (200, 7)');
        await op.autocommit(() => op.backfill({ ...counting, where: 'id < 200' }));
      }, how === 'autocommit');
      for (let time = 0; time < 3; time += 1) await expect(runner.upgrade(revisions)).rejects.toThrow();
      await runner.driver.run({ sql: unguard(name) });
      await runner.upgrade(revisions);
      expect(await runner.column('select distinct n from t where id < 200')).toEqual([1]);
    },
  );

  it('is not misled by a comment in what it sets', async () => {
    const runner = await given(name);
    await runner.upgrade(
      backfilling({ ...counting, set: { n: sql`n + 1 -- one` }, where: sql`id > 4 -- not all` }),
    );
    expect(await runner.column('select n from t order by id limit 3')).toEqual([0, 0, 1]);
    expect(await runner.column('select distinct n from t where id > 4')).toEqual([1]);
  });

  it('is asked about where it is another one now', async () => {
    const runner = await given(name, ...guard(name, 70));
    await expect(runner.upgrade(backfilling(counting))).rejects.toThrow();
    await runner.driver.run({ sql: unguard(name) });
    const other = backfilling({ ...counting, set: { n: sql`n + 5` } });
    await expect(runner.upgrade(other)).rejects.toMatchObject({ code: 'REV_RESUME' });
    await expect(runner.upgrade(other, 'heads', { resume: 'again' })).rejects.toMatchObject({
      code: 'REV_RESUME',
    });
    await runner.upgrade(other, 'heads', { resume: 'restart' });
    expect(await counts(runner)).toEqual([5, 6]);
  });

  it('in a transaction is all or nothing', async () => {
    const runner = await given(name, ...guard(name, 70));
    await expect(runner.upgrade(backfilling(counting, true))).rejects.toThrow('not this one');
    expect(await counts(runner)).toEqual([0]);
    await runner.driver.run({ sql: unguard(name) });
    await runner.upgrade(backfilling(counting, true));
    expect(await counts(runner)).toEqual([1]);
  });

  it('leaves rows out by its where, and ends where none is left', async () => {
    const runner = await given(name);
    await runner.upgrade(backfilling({ ...counting, where: sql`id % 2 = ${0} and n = 0`, batchSize: 17 }));
    expect(await runner.column('select distinct id % 2 from t where n = 1')).toSatisfy(
      (found: unknown[]) => found.length === 1 && Number(found[0]) === 0,
    );
    expect(await runner.column('select count(*) from t where n = 1')).toSatisfy(([n]) => Number(n) === 17);
    expect(batches(runner)).toEqual([17, 17]);
  });

  it('goes by several columns, of any type, whatever stands in them', async () => {
    const runner = await testRunner(name);
    const texts = ["it's", 'back\\slash', '', 'ä', '1', 'NULL', "x'00'", '?', '$1'];
    const type = name === 'sqlite' ? 'real' : 'double precision';
    await runner.driver.run({
      sql: `create table t (a text not null, b ${type} not null, n integer, primary key (a, b))`,
    });
    for (const text of texts)
      for (const b of [0.1 + 0.2, -1e300, 5e-324, 1, 2 ** 60]) {
        const place = runner.dialect.placeholder;
        await runner.driver.run({
          sql: `insert into t values (${place(1)}, ${place(2)}, 0)`,
          params: [text, b],
        });
      }
    await runner.upgrade(backfilling({ table: 't', set: { n: sql`n + 1` }, batchSize: 2 }));
    expect(await counts(runner)).toEqual([1]);
    expect(batches(runner)).toHaveLength(23);
  });

  it('takes keys that are not unique, and sets values that are bound', async () => {
    const runner = await given(name, 'update t set n = id / 30');
    const s = name === 'sqlite' ? 'text' : 'varchar(20)';
    await runner.driver.run({ sql: `alter table t add column s ${s}` });
    await runner.upgrade(backfilling({ table: 't', set: { s: "it's ?" }, key: 'n', batchSize: 3 }));
    expect(await runner.column('select distinct s from t')).toEqual(["it's ?"]);
  });

  it.each<[string, Partial<BackfillInput>, RegExp]>([
    ['a key that rows have null', { key: 'n' }, /Rows of t have no n/],
    ['a key that it changes', { key: 'n', set: { n: 1 } }, /would change n, by which it goes/],
    ['a table without a primary key', { table: 'bare' }, /bare has no primary key/],
    ['a table that there is not', { table: 'nowhere' }, /nowhere/],
    ['a key that there is not', { key: ['id', 'nope'] }, /t has no column nope to backfill it by/],
    ['a value that is missing', { set: { n: undefined } }, /no value for n/],
    ['nothing to set', { set: {} }, /sets no column/],
    ['a batch of no rows', { batchSize: 0 }, /batchSize/],
    ['a pause back in time', { pause: -1 }, /pause/],
    ['a pause without end', { pause: Number.POSITIVE_INFINITY }, /pause of 0 to/],
    ['no table', { table: undefined as never }, /does not say of which table/],
    ['no columns at all', { set: undefined as never }, /does not say what it sets/],
    ['a key that is no name', { key: 7 as never }, /key that is no name/],
    ['a key without columns', { key: [] }, /key without columns/],
    ['a condition by another name', { wher: 'id = 1' } as never, /no option wher: .*where/],
  ])('refuses %s', async (_what, input, message) => {
    const runner = await given(name, 'create table bare (n integer)', 'update t set n = null where id = 4');
    await expect(
      runner.upgrade(backfilling({ table: 't', set: { id: sql`id` }, ...input } as BackfillInput)),
    ).rejects.toThrow(message);
  });

  it.each([60_000, undefined])(
    'can be interrupted between two batches, and goes on (pause: %s)',
    async (pause) => {
      const runner = await given(name);
      const controller = new AbortController();
      const run = runner.upgrade(backfilling({ ...counting, ...(pause && { pause }) }), 'heads', {
        signal: controller.signal,
        onEvent: ({ kind }) => kind === 'backfilling' && controller.abort(),
      });
      await expect(run).rejects.toMatchObject({ code: 'REV_INTERRUPTED' });
      expect(batches(runner)).toEqual([10]);
      expect(await runner.column('select count(*) from t where n = 1')).toSatisfy(([n]) => Number(n) === 10);
      await runner.upgrade(backfilling(counting));
      expect(await counts(runner)).toEqual([1]);
    },
  );
});

describe('a backfill on PostgreSQL', () => {
  it('tells names by their case, and finds a table by its schema', async () => {
    const runner = await testRunner('postgres');
    await runner.driver.run({
      sql: 'create table t ("ID" integer, x integer, id integer, primary key (id) include (x))',
    });
    await runner.driver.run({ sql: 'insert into t values (0, 0, 1), (0, 0, 2), (0, 0, 3)' });
    const input = { table: 'public.t', set: { ID: sql`id`, x: 1 }, batchSize: 2 };
    await runner.upgrade(backfilling(input));
    expect(await runner.column('select "ID" from t where x = 1 order by id')).toEqual([1, 2, 3]);
    expect(batches(runner)).toEqual([2, 3]);
  });
});

describe.each(sqliteDrivers)('a backfill on SQLite by %s', (driver) => {
  const opened = async (...statements: string[]) => {
    const runner = await runnerAt('sqlite', `${temporaryFolder()}/test.db`, { driver });
    for (const sql of statements) await runner.driver.run({ sql });
    return runner;
  };

  it('takes names as SQLite does: whatever their case', async () => {
    const runner = await opened(
      'create table w (Id integer primary key, n integer)',
      'insert into w values (1, 0), (2, 0), (3, 0), (4, 0), (5, 0)',
      `create trigger g before update on w when new.id = 4 begin select raise(abort, 'not this one'); end`,
    );
    const input = { table: 'W', set: { N: sql`"n" + 1` }, batchSize: 2 };
    await expect(runner.upgrade(backfilling(input))).rejects.toThrow('not this one');
    expect(await runner.column('select checkpoint from alembic_journal')).toEqual(['["2"]']);
    await runner.driver.run({ sql: 'drop trigger g' });
    await runner.upgrade(backfilling(input));
    expect(await runner.column('select distinct n from w')).toEqual([1]);
    expect(batches(runner)).toEqual([2, 2, 3]);
    expect(runner.events).toContainEqual(expect.objectContaining({ table: 'W', rows: 3, total: 3 }));
  });

  it.each(['key text not null', 'key text not null collate nocase', 'key not null'])(
    'reaches every text, whatever is in it: %s',
    async (column) => {
      const runner = await opened(`create table w (${column}, n integer)`);
      const keys = ['', 'a', 'B', "it's", 'a\0', 'a\0b', '\0', 'ä\0', 'é', 'z', "x\0'", '1\0'];
      for (const each of keys) {
        const bytes = Buffer.from(each).toString('hex');
        await runner.driver.run({ sql: `insert into w values (cast(x'${bytes}' as text), 0)` });
      }
      // No text of UTF-8, and values of other types.
      await runner.driver.run({
        sql: "insert into w values (cast(x'ff' as text), 0), (cast(x'fe41' as text), 0)",
      });
      await runner.driver.run({ sql: "insert into w values (7, 0), (8.5, 0), (x'00ff', 0)" });
      await runner.upgrade(backfilling({ table: 'w', set: { n: sql`n + 1` }, key: 'key', batchSize: 1 }));
      expect(await runner.column('select distinct n from w')).toEqual([1]);
      expect(batches(runner).at(-1)).toBe(keys.length + 5);
      expect(batches(runner).length).toBeGreaterThan(keys.length);
    },
  );

  it('reaches infinite numbers', async () => {
    const runner = await opened(
      'create table w (key real primary key not null, n integer)',
      'insert into w values (-9e999, 0), (-1.5e300, 0), (0.1, 0), (1e300, 0), (9e999, 0)',
    );
    await runner.upgrade(backfilling({ table: 'w', set: { n: sql`n + 1` }, batchSize: 1 }));
    expect(await runner.column('select distinct n from w')).toEqual([1]);
    expect(batches(runner)).toEqual([1, 2, 3, 4, 5, 5]);
  });

  it.each<[string, Partial<BackfillInput>, RegExp | null]>([
    ['id', { set: { rowid: 1 } }, /would change rowid, by which it goes/],
    ['id', { set: { OID: 1 } }, /would change OID, by which it goes/],
    ['id', { set: { _rowid_: 1 } }, /would change _rowid_, by which it goes/],
    ['rowid', { key: 'rowid', set: { ID: 1 } }, /would change ID, by which it goes/],
    ['oid', { key: 'oid', set: { rowid: 1 } }, /would change rowid, by which it goes/],
    ['n', { key: 'n', set: { N: 1 } }, /would change N, by which it goes/],
    ['no such', { key: 'nope' }, /no column nope/],
    ['none', { table: 'clustered', key: 'rowid' }, /no column rowid/],
    ['a rowid that is no key', { table: 'descending', key: '_rowid_', set: { n: 1 } }, null],
    ['a column of that name', { table: 'named', key: 'rowid', set: { n: 1 } }, null],
  ])('knows its key by each of its names: %s, %o', async (_key, input, message) => {
    const runner = await opened(
      'create table w (id integer primary key, n integer not null)',
      'create table clustered (id integer primary key, n integer) without rowid',
      'create table descending (id integer primary key desc, n integer)',
      'create table named (rowid text not null, n integer)',
      'insert into w values (1, 1), (2, 2)',
      'insert into descending values (1, 1), (2, 2)',
      "insert into named values ('a', 1), ('b', 2)",
    );
    const run = runner.upgrade(backfilling({ table: 'w', set: { n: 2 }, ...input }));
    if (message) await expect(run).rejects.toThrow(message);
    else await run;
  });
});

it('goes by the rowid on SQLite, where it is named', async () => {
  const runner = await testRunner('sqlite');
  await runner.driver.run({ sql: 'create table bare (n integer)' });
  await runner.driver.run({ sql: 'insert into bare values (0), (0), (0)' });
  await runner.upgrade(backfilling({ table: 'bare', set: { n: 1 }, key: 'rowid', batchSize: 2 }));
  expect(await runner.column('select distinct n from bare')).toEqual([1]);
});
