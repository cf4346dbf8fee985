import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/runtime/events.js';
import { type TestRevision, type TestRunner, testRunner } from '../support/runner.js';

/** Revisions whose statements wait for locks that other sessions of PostgreSQL hold. */

/** A session that has changed a row, and rests in its transaction. */
interface Idler {
  readonly pid: number;
  end(): Promise<void>;
}

async function given(
  change = 'update t set n = 4711 where n = 1',
): Promise<{ runner: TestRunner; idler: Idler }> {
  const runner = await testRunner('postgres');
  await runner.driver.run({ sql: 'create table t (n integer); insert into t values (1), (2)' });
  const { driver } = await runner.second();
  let end = () => {};
  const decision = new Promise<void>((resolve) => {
    end = resolve;
  });
  let begun: (pid: number) => void = () => {};
  const pid = new Promise<number>((resolve) => {
    begun = resolve;
  });
  const ended = driver.transaction(async () => {
    const [row] = await driver.query<{ pid: number }>('select pg_backend_pid() as pid');
    await driver.run({ sql: change });
    begun(row?.pid ?? 0);
    await decision;
  });
  return {
    runner,
    idler: {
      pid: await pid,
      end: () => {
        end();
        return ended;
      },
    },
  };
}

const altering = (id: string, column: string, down: readonly string[] = []): TestRevision => ({
  id,
  down,
  upgrade: (op) => {
    op.execute(`insert into t values (${id.length})`);
    op.execute(`alter table t add column ${column} integer`);
  },
});

const isUndone = (event: RunEvent) => event.kind === 'waiting' && event.text.includes('run again');

describe('a statement that gets no lock in time', () => {
  it.each(['each', 'all'] as const)('has its transaction run again (%s)', async (transaction) => {
    const { runner, idler } = await given();
    const result = await runner.upgrade([altering('a1', 'x'), altering('b1', 'y', ['a1'])], 'heads', {
      lockTimeout: 200,
      transaction,
      onEvent: (event) => void (isUndone(event) && idler.end()),
    });
    expect(result.steps.map(({ revision }) => revision)).toEqual(['a1', 'b1']);
    expect(await runner.column('select n from t order by n')).toEqual([2, 2, 2, 4711]);
    const started = runner.events.flatMap((event) =>
      event.kind === 'stepStarted' ? [event.step.revision] : [],
    );
    expect([...new Set(started)]).toEqual(['a1', 'b1']);
    expect(started).toHaveLength(2);
    expect(await runner.column("select revision || ' ' || status from alembic_journal order by 1")).toEqual([
      'a1 done',
      'b1 done',
    ]);
  });

  it('names who is in the way, while it waits and in the end, and shows no value', async () => {
    const { runner, idler } = await given();
    const error = await runner
      .upgrade([altering('a1', 'x')], 'heads', { lockTimeout: 300, lockRetries: 1 })
      .then(
        () => expect.unreachable(),
        (reason: unknown) => reason,
      );
    const who = `for t, held up by session ${idler.pid} (rev, user postgres, idle in transaction, since `;
    expect(error).toMatchObject({
      code: 'REV_LOCK_TIMEOUT',
      exitCode: 1,
      message: expect.stringContaining(`No lock in 0.3 s, 2 times ${who}`),
      hint: expect.stringContaining(`select pg_terminate_backend(${idler.pid});`),
      data: {
        tries: 2,
        revision: 'a1',
        blockers: [{ pid: idler.pid, state: 'idle in transaction', relation: 't' }],
      },
    });
    const told = runner.events.flatMap((event) => (event.kind === 'waiting' ? [event.text] : []));
    expect(told[0]).toContain(`waiting ${who}`);
    expect(told[1]).toMatch(/everything .* is undone, and run again in \d\.\d s \(1 of 1\)/);
    expect(told).toHaveLength(2);
    const all = JSON.stringify([error, (error as Error).message, told]);
    expect(all).toContain('update t set n = … where n = …');
    expect(all).not.toContain('4711');
    await idler.end();
    expect(await runner.column("select status || ' ' || error_code from alembic_journal")).toEqual([
      'failed REV_LOCK_TIMEOUT',
    ]);
  });

  it.each([
    ['cut off', `/* don't */ update t set n = n where '${'LEAK'.repeat(1000)}' is not null`],
    ['several at once', "savepoint a; update t set n = n where 'LEAK' is not null"],
    ['on structure', "alter table t add x text default E'\\'LEAK'"],
  ])('shows no value of what others run: %s', async (_, change) => {
    const { runner, idler } = await given(change);
    const error = await runner
      .upgrade([altering('a1', 'y')], 'heads', { lockTimeout: 300, lockRetries: 0 })
      .then(
        () => expect.unreachable(),
        (reason: unknown) => reason as Error,
      );
    expect(error).toMatchObject({ code: 'REV_LOCK_TIMEOUT', data: { blockers: [{ pid: idler.pid }] } });
    expect(error.message).toContain(
      change.startsWith('alter') ? 'alter table t' : 'update t set n = n where …',
    );
    expect(JSON.stringify([error, error.message, runner.events])).not.toContain('LEAK');
    await idler.end();
  });

  it('is not run again for any other failure', async () => {
    const { runner, idler } = await given();
    const broken: TestRevision = { id: 'a1', upgrade: (op) => op.execute('insert into nowhere values (1)') };
    await expect(runner.upgrade([broken])).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
    expect(runner.events.filter(isUndone)).toEqual([]);
    await idler.end();
  });

  it('and one that gets in the way of another one has its transaction run again, too', async () => {
    const { runner, idler } = await given();
    await idler.end();
    await runner.driver.run({ sql: 'create table u (n integer)' });
    const { driver: other } = await runner.second();
    // Only the runner looks for deadlocks, and finds them.
    await other.run({ sql: "set deadlock_timeout = '1 h'" });
    const { column } = await runner.second();
    const isWaiting = "select 1 from pg_locks where not granted and relation = 't'::regclass";
    let ends: Promise<unknown> | undefined;
    const crossing: TestRevision = {
      id: 'a1',
      upgrade: async (op) => {
        if (ends) return op.execute('insert into t values (7)');
        await op.execute('lock table t');
        ends = other.transaction(async () => {
          await other.run({ sql: 'lock table u' });
          await other.run({ sql: 'lock table t' });
        });
        await expect.poll(() => column(isWaiting)).toEqual([1]);
        await op.execute('lock table u');
      },
    };
    await runner.upgrade([crossing], 'heads', { lockTimeout: 60_000 });
    await ends;
    expect(await runner.column('select n from t where n = 7')).toEqual([7]);
    const told = runner.events.flatMap((event) =>
      isUndone(event) ? [(event as { text: string }).text] : [],
    );
    expect(told).toEqual([expect.stringMatching(/^ {2}a deadlock.*; everything/)]);
  });

  it.each([undefined, 'again', 'restart'] as const)(
    'does not repeat what was done outside of a transaction (--resume: %s)',
    async (resume) => {
      const { runner, idler } = await given();
      let calls = 0;
      const parts: TestRevision = {
        id: 'a1',
        upgrade: async (op) => {
          calls += 1;
          op.execute('insert into t values (10)');
          await op.autocommit(() => op.execute('insert into t values (20)'));
          await op.execute('alter table t add column x integer');
        },
      };
      await runner.upgrade([parts], 'heads', {
        lockTimeout: 200,
        ...(resume && { resume }),
        onEvent: (event) => void (isUndone(event) && idler.end()),
      });
      expect(calls).toBe(2);
      expect(await runner.column('select n from t order by n')).toEqual([2, 10, 20, 4711]);
      expect(runner.events).toContainEqual(expect.objectContaining({ kind: 'resumed', position: 2 }));
    },
  );

  it('begins what was half done anew but once (--resume restart), and the next run goes on', async () => {
    const { runner, idler } = await given();
    await runner.driver.run({ sql: 'create table done (n integer)' });
    const parts = (last: string): TestRevision => ({
      id: 'a1',
      upgrade: async (op) => {
        await op.autocommit(() => op.execute('insert into done values (1)'));
        await op.execute(last);
      },
    });
    const count = () => runner.column('select count(*)::int from done');
    await expect(runner.upgrade([parts('insert into nowhere values (1)')])).rejects.toThrow('nowhere');
    const altered = [parts('alter table t add column x integer')];
    await expect(
      runner.upgrade(altered, 'heads', { lockTimeout: 100, resume: 'restart' }),
    ).rejects.toMatchObject({ code: 'REV_LOCK_TIMEOUT' });
    expect(await count()).toEqual([2]);
    await idler.end();
    await runner.upgrade(altered);
    expect(await count()).toEqual([2]);
    expect(await runner.rows()).toEqual(['a1']);
  });

  it.each([
    ['while it waits in the server', 'held up by'],
    ['before it is run again', 'run again'],
  ])('ends with an interrupt at once %s', async (_, text) => {
    const { runner, idler } = await given();
    const stop = new AbortController();
    const interruptible = await runner.interruptible(stop.signal);
    let at = 0;
    const work = interruptible.upgrade([altering('a1', 'x')], 'heads', {
      lockTimeout: text === 'run again' ? 100 : 60_000,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind !== 'waiting' || !event.text.includes(text)) return;
        at = Date.now();
        stop.abort();
      },
    });
    await expect(work).rejects.toMatchObject({ code: 'REV_INTERRUPTED' });
    expect(Date.now() - at).toBeLessThan(5000);
    await idler.end();
    const locks =
      "select 1 from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())";
    expect(await runner.driver.query(locks)).toEqual([]);
  });
});

describe('an index that is made anew', () => {
  it('leaves nothing behind when it is interrupted and run again', async () => {
    const { runner, idler } = await given();
    await idler.end();
    await runner.driver.run({ sql: 'create index t_n on t (n)' });
    const anew: TestRevision = {
      id: 'a1',
      transactional: false,
      upgrade: (op) => op.execute('reindex index concurrently t_n'),
    };
    const invalid = () =>
      runner.column('select indexrelid::regclass::text from pg_index where not indisvalid');
    const stop = new AbortController();
    const interruptible = await runner.interruptible(stop.signal);
    const { driver: writer } = await runner.second();
    // It waits for the writer, with half of its work done.
    await writer.transaction(async () => {
      await writer.run({ sql: 'insert into t values (3)' });
      const work = interruptible.upgrade([anew], 'heads', { signal: stop.signal });
      work.catch(() => undefined);
      await expect.poll(invalid, { timeout: 30_000 }).toEqual(['t_n_ccnew']);
      stop.abort();
      await expect(work).rejects.toMatchObject({ code: 'REV_INTERRUPTED' });
    });
    expect(await invalid()).toEqual(['t_n_ccnew']);
    await runner.upgrade([anew]);
    expect(await invalid()).toEqual([]);
    expect(await runner.rows()).toEqual(['a1']);
  });
});

describe('a statement that takes longer than it may', () => {
  it('says which limit that is', async () => {
    const { runner, idler } = await given();
    const slow: TestRevision = { id: 'a1', upgrade: (op) => op.execute('select pg_sleep(60)') };
    await expect(runner.upgrade([slow], 'heads', { statementTimeout: 50 })).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      message: expect.stringContaining('statement timeout'),
      hint: expect.stringContaining('--statement-timeout'),
    });
    await idler.end();
  });
});
