import { describe, expect, it } from 'vitest';
import { defineOperation } from '../../src/operations/define-operation.js';
import type { Op } from '../../src/runtime/op.js';
import { type TestRevision, type TestRunner, testRunner } from '../support/runner.js';

/** Operations that fail outside of a transaction, and may have happened all the same. */

const one = (upgrade: (op: Op) => unknown): readonly TestRevision[] => [
  { id: 'a1', upgrade, transactional: false },
];

async function given(...statements: string[]): Promise<TestRunner> {
  const runner = await testRunner('postgres');
  for (const each of ['create table t (n integer)', ...statements]) await runner.driver.run({ sql: each });
  return runner;
}

const numbers = (runner: TestRunner) => runner.column('select n from t order by n');
const procedure = (body: string) => `create procedure p() language plpgsql as $$ begin ${body} end $$`;

/** That it may have happened is said, and nothing that it goes on by itself. */
const mayHaveHappened = {
  hint: expect.stringMatching(
    /^(?!.*goes on from there)(?!.*None of its operations was finished)[\s\S]*not known[\s\S]*--resume done/,
  ),
};

describe('a procedure that commits by itself', () => {
  it('is not run again when it has failed afterwards, unless that is said', async () => {
    const runner = await given(procedure("insert into t values (1); commit; raise exception 'too late';"));
    const revision = one((op) => {
      op.execute('call p()');
      op.execute('insert into t values (2)');
    });
    await expect(runner.upgrade(revision)).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      message: expect.stringContaining('too late'),
      ...mayHaveHappened,
    });
    await expect(runner.upgrade(revision)).rejects.toMatchObject({
      code: 'REV_RESUME',
      hint: expect.stringContaining('--resume done'),
    });
    // Whatever stands there now: nobody has said what became of the procedure.
    const other = one((op) => op.execute('insert into t values (3)'));
    await expect(runner.upgrade(other)).rejects.toMatchObject({ code: 'REV_RESUME' });
    expect(await numbers(runner)).toEqual([1]);
    await expect(runner.upgrade(revision, 'heads', { resume: 'again' })).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
    });
    await runner.upgrade(revision, 'heads', { resume: 'done' });
    expect(await numbers(runner)).toEqual([1, 1, 2]);
  });

  it('costs nobody a decision where it fails before it has committed', async () => {
    const runner = await given(procedure("raise exception 'too early'; commit;"));
    await expect(runner.upgrade(one((op) => op.execute('call nobody()')))).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
    });
    await expect(runner.upgrade(one((op) => op.execute('call p()')))).rejects.toThrow(/too early/);
    await runner.upgrade(one((op) => op.execute('insert into t values (1)')));
    expect(await numbers(runner)).toEqual([1]);
  });

  it('is not run again when it was interrupted', async () => {
    const runner = await given();
    const stop = new AbortController();
    const interruptible = await runner.interruptible(stop.signal);
    const revision = one((op) =>
      op.execute('do $$ begin insert into t values (1); commit; perform pg_sleep(60); end $$'),
    );
    const run = interruptible.upgrade(revision, 'heads', { signal: stop.signal });
    const outcome = expect(run).rejects.toMatchObject({ code: 'REV_INTERRUPTED', ...mayHaveHappened });
    await expect.poll(() => numbers(runner), { timeout: 10_000 }).toEqual([1]);
    stop.abort();
    await outcome;
    await expect(runner.upgrade(revision)).rejects.toMatchObject({ code: 'REV_RESUME' });
    expect(await numbers(runner)).toEqual([1]);
  });

  it('is not tried again for a lock that it did not get', async () => {
    const runner = await given(
      'create table locked (n integer)',
      procedure("insert into t values (1); commit; set lock_timeout = '50ms'; lock table locked;"),
    );
    const other = await runner.second();
    await other.driver.transaction(async () => {
      await other.driver.run({ sql: 'lock table locked' });
      await expect(runner.upgrade(one((op) => op.execute('call p()')))).rejects.toMatchObject({
        code: 'REV_LOCK_TIMEOUT',
        ...mayHaveHappened,
      });
    });
    expect(await numbers(runner)).toEqual([1]);
  });
});

describe('an operation of several statements outside of a transaction', () => {
  const several = (...statements: string[]) =>
    defineOperation({ name: 'several', sql: () => statements, describe: () => 'several' });
  const rowsTwice = ['create table u (n integer)', 'insert into u values (1), (1)'];

  it('is refused, and not begun, where some of them need a transaction', async () => {
    const runner = await given();
    const both = several('insert into t values (1)', 'create index concurrently i on t (n)');
    await expect(runner.upgrade(one((op) => op.run(both({}))))).rejects.toThrow(
      /cannot run in a transaction/,
    );
    expect(await numbers(runner)).toEqual([]);
  });

  it('is not run again when a later one has failed', async () => {
    const runner = await given(...rowsTwice);
    const both = several('create index concurrently on t (n)', 'create unique index concurrently i on u (n)');
    const revision = one((op) => op.run(both({})));
    await expect(runner.upgrade(revision)).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      ...mayHaveHappened,
    });
    await expect(runner.upgrade(revision)).rejects.toMatchObject({
      code: 'REV_RESUME',
      message: expect.stringContaining('several statements'),
    });
    expect(await runner.column("select count(*)::int from pg_index where indrelid = 't'::regclass")).toEqual([
      1,
    ]);
  });

  it('is run again when the first has failed, and what that has left is put away', async () => {
    const runner = await given(...rowsTwice);
    const both = several(
      'create unique index concurrently i on u (n)',
      'create index concurrently k on t (n)',
    );
    const revision = one((op) => op.run(both({})));
    await expect(runner.upgrade(revision)).rejects.toMatchObject({
      hint: expect.stringContaining('goes on from there'),
    });
    await runner.driver.run({ sql: 'delete from u' });
    await runner.upgrade(revision);
    expect(await runner.column("select indisvalid from pg_index where indrelid = 'u'::regclass")).toEqual([
      true,
    ]);
  });
});

describe('a partition that is being detached concurrently', () => {
  it('is detached by the next run, where that was interrupted', async () => {
    const runner = await given(
      'create table parted (n integer) partition by range (n)',
      'create table part partition of parted for values from (0) to (9)',
    );
    const stop = new AbortController();
    const interruptible = await runner.interruptible(stop.signal);
    const revision = one((op) => op.execute('alter table parted detach partition part concurrently'));
    const other = await runner.second();
    await other.driver.transaction(async () => {
      await other.driver.query('select * from parted');
      const run = interruptible.upgrade(revision, 'heads', { signal: stop.signal });
      const outcome = expect(run).rejects.toMatchObject({ code: 'REV_INTERRUPTED' });
      const pending = () => runner.column('select inhdetachpending from pg_inherits');
      await expect.poll(pending, { timeout: 10_000 }).toEqual([true]);
      stop.abort();
      await outcome;
    });
    await runner.upgrade(revision);
    expect(await runner.column('select inhdetachpending from pg_inherits')).toEqual([]);
  });
});
