import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RunEvent, type RunHooks, upgrade } from '../../src/index.js';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import { smallProject } from '../support/small-project.js';
import { temporaryFolder } from '../support/sqlite.js';
import { openFile, readFile } from '../support/sqlite-file.js';

/** What a function of `runHooks` meets without being to blame for it: locks, interrupts, lost connections, lost leases. */

const inTransaction = `export const upgrade = (op) => op.execute('create table a (n integer)');`;
const outside = `export const transactional = false; ${inTransaction}`;

interface Place {
  readonly cwd: string;
  readonly database: TestDatabase;
  column(query: string): Promise<readonly unknown[]>;
}

/** With a table t; `lock`: of the configuration. */
async function given(revision = inTransaction, lock?: 'lease'): Promise<Place> {
  const database = await freshDatabase();
  await database.sql('create table t (n integer)');
  const config = { dialect: 'postgres', url: database.url, schema: './schema', ...(lock && { lock }) };
  const cwd = smallProject(`export default ${JSON.stringify(config)};`, { a1: revision });
  const column = async (query: string) => (await database.sql(query)).map((row) => Object.values(row)[0]);
  return { cwd, database, column };
}

const versions = 'select version_num from alembic_version';
const failureOf = (run: Promise<unknown>) =>
  run.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

describe('a lock that is not to be had in time', () => {
  const asks: RunHooks = { afterRevision: ({ execute }) => execute('insert into t values (1)') };

  it.each([
    ['each revision in its transaction', inTransaction, {}],
    ['all in one', inTransaction, { atomic: true }],
    ['outside of one', outside, {}],
  ])('has the transaction of afterRevision run again: %s', async (_, revision, options) => {
    const { cwd, database, column } = await given(revision);
    await database.sql('begin; lock table t');
    const waits: string[] = [];
    const isEnded: Promise<unknown>[] = [];
    const onEvent = (event: RunEvent) => {
      if (event.kind !== 'waiting' || !event.text.includes('run again')) return;
      waits.push(event.text);
      isEnded.push(database.sql('commit'));
    };
    await upgrade({ cwd, runHooks: asks, lockTimeout: 200, onEvent, ...options });
    await Promise.all(isEnded);
    expect(waits[0]).toContain('no lock in time');
    expect(await column('select n from t')).toEqual([1]);
    expect(await column(versions)).toEqual(['a1']);
    expect(await column("select 1 from alembic_journal where status = 'running'")).toEqual([]);
  });

  it('is an error with the name of the function in the end', async () => {
    const { cwd, database, column } = await given();
    await database.sql('begin; lock table t');
    const run = upgrade({ cwd, runHooks: asks, lockTimeout: 100, lockRetries: 0 });
    expect(await failureOf(run)).toMatchObject({
      code: 'REV_LOCK_TIMEOUT',
      message: expect.stringContaining('afterRevision of runHooks failed: '),
      data: { revision: 'a1', hook: 'afterRevision', tries: 1 },
    });
    await database.sql('commit');
    expect(await column(versions)).toEqual([]);
    expect(await column("select to_regclass('a')::text")).toEqual([null]);
  });

  it('before the run is an error at once: there is no transaction to be run again', async () => {
    const { cwd, database, column } = await given();
    await database.sql('begin; lock table t');
    let calls = 0;
    const beforeUpgrade: RunHooks['beforeUpgrade'] = ({ execute }) => {
      calls += 1;
      return execute('lock table t nowait');
    };
    expect(await failureOf(upgrade({ cwd, runHooks: { beforeUpgrade } }))).toMatchObject({
      code: 'REV_RUN_HOOK',
      data: { hook: 'beforeUpgrade', sqlstate: '55P03' },
      hint: expect.stringMatching(/^Nothing was run\.\nAnother session holds a lock/),
    });
    await database.sql('commit');
    expect(calls).toBe(1);
    expect(await column(versions)).toEqual([]);
  });
});

describe('another writer of an SQLite database', () => {
  it('is waited for as long as the run does, and said in the end', async () => {
    const url = join(temporaryFolder(), 'app.db');
    const config = { dialect: 'sqlite', url, schema: './schema' };
    const cwd = smallProject(`export default ${JSON.stringify(config)};`, { a1: inTransaction });
    const other = openFile(url);
    onTestFinished(() => other.close());
    const beforeUpgrade: RunHooks['beforeUpgrade'] = ({ execute }) => {
      other.exec('begin immediate');
      return execute('create table t (n integer)');
    };
    expect(await failureOf(upgrade({ cwd, lockWait: 50, runHooks: { beforeUpgrade } }))).toMatchObject({
      code: 'REV_LOCKED',
      exitCode: 3,
      message: expect.stringContaining('beforeUpgrade of runHooks failed: database is locked'),
      hint: expect.stringMatching(/^Nothing was run\.\nAnother process writes/),
    });
    other.exec('rollback');
    expect(readFile(url, versions)).toEqual([]);
  });
});

const names = ['beforeUpgrade', 'afterRevision', 'afterUpgrade'] as const;
const applied = { beforeUpgrade: [], afterRevision: [], afterUpgrade: ['a1'] } as const;

describe.each(names)('in %s', (name) => {
  it('an interrupt is an interrupt', async () => {
    const { cwd, column } = await given();
    const stop = new AbortController();
    const run = upgrade({
      cwd,
      signal: stop.signal,
      runHooks: {
        [name]: ({ execute }: { execute(sql: string): unknown }) => execute('select pg_sleep(600)'),
      },
    });
    run.catch(() => undefined);
    const sleeping =
      "select 1 from pg_stat_activity where query = 'select pg_sleep(600)' and state = 'active'";
    await expect.poll(() => column(sleeping), { timeout: 30_000 }).toEqual([1]);
    stop.abort();
    expect(await failureOf(run)).toMatchObject({ code: 'REV_INTERRUPTED', exitCode: 130 });
    expect(await column(versions)).toEqual(applied[name]);
  });

  it('an interrupt does not wait for what is no statement', async () => {
    const { cwd, column } = await given();
    const stop = new AbortController();
    const hang = () => {
      setImmediate(() => stop.abort());
      return new Promise<void>(() => {});
    };
    const run = upgrade({ cwd, signal: stop.signal, runHooks: { [name]: hang } });
    expect(await failureOf(run)).toMatchObject({ code: 'REV_INTERRUPTED', exitCode: 130 });
    expect(await column(versions)).toEqual(applied[name]);
  });

  it('a connection that is lost is said to be', async () => {
    const { cwd, column } = await given();
    const ends = ({ execute }: { execute(sql: string): unknown }) =>
      execute('select pg_terminate_backend(pg_backend_pid())');
    expect(await failureOf(upgrade({ cwd, runHooks: { [name]: ends } }))).toMatchObject({
      code: 'REV_CONNECT',
      message: expect.stringMatching(new RegExp(`^${name} of runHooks failed: The connection .* was lost`)),
      data: { hook: name },
    });
    expect(await column(versions)).toEqual(applied[name]);
  });
});

type Session = { execute(sql: string): Promise<unknown> };

/** Inside of a transaction of the run the lease's row is held, and nobody can take it. */
describe.each(['beforeUpgrade', 'afterUpgrade'] as const)('in %s', (name) => {
  const writes = {
    execute: ({ execute }) => execute('insert into t values (1)'),
    'execute of a question': ({ execute }) => execute('select fills()'),
    'execute outside of a transaction': ({ execute }) => execute('create index concurrently t_n on t (n)'),
    db: ({ db }) => (db as Session).execute('insert into t values (1)'),
    'a question of db': ({ db }) => (db as Session).execute('select fills()'),
  } satisfies Record<string, RunHooks['beforeUpgrade']>;

  it.each(Object.entries(writes))('one who has lost the lease writes nothing: %s', async (_, write) => {
    const { cwd, database, column } = await given(outside, 'lease');
    await database.sql(
      "create function fills() returns void language sql as 'insert into public.t values (1)'",
    );
    const hook: RunHooks['beforeUpgrade'] = async (run) => {
      await database.sql('update alembic_version_lease set token = token + 1');
      await write(run);
    };
    expect(await failureOf(upgrade({ cwd, runHooks: { [name]: hook } }))).toMatchObject({
      code: 'REV_LOCKED',
      message: expect.stringContaining(`${name} of runHooks failed: Another runner has taken over`),
    });
    expect(await column('select n from t')).toEqual([]);
    expect(await column("select to_regclass('t_n')::text")).toEqual([null]);
  });
});
