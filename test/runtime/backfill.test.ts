import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { BackfillInput } from '../../src/runtime/backfill-input.js';
import type { Op } from '../../src/runtime/op.js';
import { type TestRevision, type TestRunner, testRunner } from '../support/runner.js';

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
    ['a key that it changes in another case', { set: { ID: sql`id + 1` } }, /would change ID/],
    ['a value that is missing', { set: { n: undefined } }, /no value for n/],
    ['nothing to set', { set: {} }, /sets no column/],
    ['a batch of no rows', { batchSize: 0 }, /batchSize/],
    ['a pause back in time', { pause: -1 }, /pause/],
    ['a key without columns', { key: [] }, /key without columns/],
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

it('goes by the rowid on SQLite, where it is named', async () => {
  const runner = await testRunner('sqlite');
  await runner.driver.run({ sql: 'create table bare (n integer)' });
  await runner.driver.run({ sql: 'insert into bare values (0), (0), (0)' });
  await runner.upgrade(backfilling({ table: 'bare', set: { n: 1 }, key: 'rowid', batchSize: 2 }));
  expect(await runner.column('select distinct n from bare')).toEqual([1]);
});
