import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { Op } from '../../src/runtime/op.js';
import { type TestRevision, type TestRunner, testRunner } from '../support/runner.js';

/** A revision that goes on in another session, where the settings of the first one are not, nor what was temporary there. */

const stop = 'insert into nowhere values (1)';

const outside = (upgrade: (op: Op) => unknown): readonly TestRevision[] => [
  { id: 'a1', upgrade, transactional: false },
];

/** Runs it up to what fails, and again in another session without that. */
async function cutAndResume(
  first: TestRunner,
  revision: (last: string) => readonly TestRevision[],
  resume?: 'again' | 'restart',
): Promise<TestRunner> {
  await expect(first.upgrade(revision(stop))).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
  const second = await first.second();
  await second.upgrade(revision('select 1'), 'heads', resume ? { resume } : {});
  return second;
}

async function given(name: 'sqlite' | 'postgres', ...statements: string[]): Promise<TestRunner> {
  const runner = await testRunner(name);
  for (const each of statements) await runner.driver.run({ sql: each });
  return runner;
}

describe('on SQLite', () => {
  const users = [
    'create table users (id integer primary key)',
    'create table posts (id integer primary key, u integer references users on delete cascade)',
    'insert into users values (1)',
    'insert into posts values (1, 1)',
  ];
  const off = 'PRAGMA foreign_keys = OFF';
  const rebuild = async (op: Op, last: string) => {
    await op.execute('create table new_users (id integer primary key)');
    await op.execute('insert into new_users select id from users');
    await op.execute(last);
    await op.execute('drop table users');
    await op.execute('alter table new_users rename to users');
    await op.execute('PRAGMA foreign_keys = ON');
  };

  it.each<[string, (last: string) => readonly TestRevision[]]>([
    ['alone', (last) => outside((op) => op.execute(off).then(() => rebuild(op, last)))],
    [
      'with others',
      (last) => outside((op) => op.execute(`${off}; PRAGMA cache_size = 7;`).then(() => rebuild(op, last))),
    ],
    [
      'in an earlier op.autocommit',
      (last) => [
        {
          id: 'a1',
          upgrade: async (op) => {
            await op.autocommit(() => op.execute(off));
            await op.execute('create table other (n integer)');
            await op.autocommit(() => rebuild(op, last));
          },
        },
      ],
    ],
  ])('a pragma holds again, and no row is deleted: %s', async (_how, revision) => {
    const runner = await cutAndResume(await given('sqlite', ...users), revision);
    expect(await runner.column('select u from posts')).toEqual([1]);
    expect(await runner.column('pragma foreign_keys')).toEqual([1]);
  });

  const archive = (file: string) => (last: string) =>
    outside(async (op) => {
      await op.execute(sql`attach ${file} as ar`);
      await op.execute('create table ar.old as select id from users');
      await op.execute(last);
      await op.execute('insert into ar.old select id + 100 from users');
      await op.execute('detach ar');
    });

  it('a database is attached again, also to a connection that still has it', async () => {
    const runner = await given('sqlite', ...users);
    const [main] = await runner.column("select file from pragma_database_list where name = 'main'");
    const revision = archive(`${main}.archive`);
    await expect(runner.upgrade(revision(stop))).rejects.toThrow();
    await expect(runner.upgrade(revision('insert into nowhere values (2)'))).rejects.toThrow(/nowhere/);
    const second = await runner.second();
    await second.upgrade(revision('select 1'));
    await second.driver.run({ sql: 'attach ? as ar', params: [`${main}.archive`] });
    expect(await second.column('select id from ar.old')).toEqual([1, 101]);
  });

  it('a database in memory is not what it was', async () => {
    const runner = await given('sqlite', ...users);
    const revision = (last: string) =>
      outside(async (op) => {
        await op.execute("attach ':memory:' as ar");
        await op.execute(last);
      });
    await expect(cutAndResume(runner, revision)).rejects.toMatchObject({
      code: 'REV_RESUME',
      message: expect.stringContaining('database ar'),
    });
  });
});

describe('on PostgreSQL', () => {
  const tenant = ['create schema tenant', 'create table tenant.t (n integer)', 'create table t (n integer)'];

  it.each<[string, (op: Op) => unknown]>([
    ['set', (op) => op.execute('set search_path to tenant')],
    ['set_config', (op) => op.execute("SELECT pg_catalog.set_config('search_path', 'tenant', false)")],
    ['set with a value', (op) => op.execute(sql`select set_config('search_path', ${'tenant'}, false)`)],
    ['op.db', (op) => (op as Op<'postgres'>).db.execute(sql`set session search_path to tenant`)],
    [
      'set among others',
      (op) =>
        op.execute('create table beside (n integer); set search_path = public; set search_path = tenant'),
    ],
    [
      'settings that were taken back',
      async (op) => {
        await op.execute('set search_path = tenant; set local enable_seqscan = off');
        await op.execute('set role none');
        await op.execute('reset role');
      },
    ],
    ['in op.autocommit', (op) => op.autocommit(() => op.execute('set search_path to tenant'))],
  ])('a setting of the session holds again: %s', async (_how, set) => {
    const runner = await cutAndResume(await given('postgres', ...tenant), (last) =>
      outside(async (op) => {
        await set(op);
        await op.execute(last);
        await op.execute('insert into t values (1)');
        await op.execute('reset search_path');
      }),
    );
    expect(await runner.column('select n from tenant.t')).toEqual([1]);
    expect(await runner.column('select n from public.t')).toEqual([]);
  });

  it('a role is set again', async () => {
    const name = `r_${process.pid}_${Date.now()}`;
    const runner = await given('postgres', `create role ${name}`, `grant create on schema public to ${name}`);
    await cutAndResume(runner, (last) =>
      outside(async (op) => {
        await op.execute(`set role ${name}`);
        await op.execute(last);
        await op.execute('create table theirs (n integer)');
        await op.execute('reset role');
      }),
    );
    expect(await runner.column("select tableowner from pg_tables where tablename = 'theirs'")).toEqual([
      name,
    ]);
    await runner.driver.run({ sql: `reset role; drop owned by ${name} cascade; drop role ${name}` });
  });

  it('a setting that is not possible any more is said, and needs a word', async () => {
    const name = `r_${process.pid}_${Date.now()}`;
    const runner = await given('postgres', `create role ${name}`);
    const revision = (last: string): readonly TestRevision[] => [
      {
        id: 'a1',
        upgrade: async (op) => {
          await op.execute(`set role ${name}; reset role`);
          await op.execute(`drop role ${name}`);
          await op.autocommit(() => op.execute('create table beside (n integer)'));
          await op.execute(last);
        },
      },
    ];
    await expect(cutAndResume(runner, revision)).rejects.toMatchObject({
      code: 'REV_RESUME',
      message: expect.stringContaining(`set role ${name} (role "${name}" does not exist`),
    });
    await runner.upgrade(revision('select 1'), 'heads', { resume: 'again' });
    expect(await runner.rows()).toEqual(['a1']);
  });

  it('a statement is prepared again', async () => {
    const runner = await cutAndResume(await given('postgres', ...tenant), (last) =>
      outside(async (op) => {
        await op.execute('prepare "Add" (int) as insert into t values ($1)');
        await op.execute(last);
        await op.execute('execute "Add"(5)');
      }),
    );
    expect(await runner.column('select n from t')).toEqual([5]);
  });

  it('what dropView remembers is said to be gone', async () => {
    const runner = await given('postgres', ...tenant, 'create view v as select n from t');
    const revision = (last: string) =>
      outside(async (op) => {
        await op.dropView('v', { keep: true });
        await op.execute(last);
        await op.createView('v', sql`select n from t`, { restore: true });
      });
    await expect(cutAndResume(runner, revision)).rejects.toMatchObject({
      code: 'REV_RESUME',
      message: expect.stringContaining('what is remembered of the view v'),
    });
  });

  it('a lock that was waited for in vain is no other session', async () => {
    const runner = await given('postgres', ...tenant);
    const other = await runner.second();
    await other.driver.query('begin; lock table t');
    let tries = 0;
    await runner.upgrade(
      [
        {
          id: 'a1',
          upgrade: async (op) => {
            await op.autocommit(async () => {
              await op.execute('create temp table batch as select 7 as n');
              await op.execute('prepare p as select 1');
            });
            tries += 1;
            if (tries === 2) await other.driver.query('rollback');
            await op.execute('insert into public.t select n from batch');
          },
        },
      ],
      'heads',
      { lockTimeout: 300, lockRetries: 3 },
    );
    expect(tries).toBe(2);
    expect(await runner.column('select n from t')).toEqual([7]);
  });
});

describe.each(['sqlite', 'postgres'] as const)('on %s', (name) => {
  const made =
    name === 'sqlite' ? 'create temp table Batch as select 1 as n' : 'select 1 as n into temp batch';
  const batch = (last: string) =>
    outside(async (op) => {
      await op.execute(made);
      await op.execute('insert into t select n from batch');
      await op.execute(last);
      await op.execute('create table beside (n integer)');
    });

  it('what is temporary is said to be gone, once', async () => {
    const first = await given(name, 'create table t (n integer)');
    await expect(cutAndResume(first, batch)).rejects.toMatchObject({
      code: 'REV_RESUME',
      message: expect.stringMatching(/\(operations done: 2\).*ended with it: temporary table batch\.$/i),
      hint: expect.stringContaining('--resume again'),
    });
    const third = await first.second();
    await third.upgrade(batch('select 1'), 'heads', { resume: 'again' });
    expect(await third.column('select n from t')).toEqual([1]);
    expect(await third.rows()).toEqual(['a1']);
  });

  it('in the same session it is there, and it goes on', async () => {
    const runner = await given(name, 'create table t (n integer)');
    await expect(runner.upgrade(batch(stop))).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
    await runner.upgrade(batch('insert into t select n + 1 from batch'));
    expect(await runner.column('select n from t order by n')).toEqual([1, 2]);
  });

  it('what was temporary and is dropped is not missed', async () => {
    const runner = await cutAndResume(await given(name, 'create table t (n integer)'), (last) =>
      outside(async (op) => {
        await op.execute(made);
        await op.execute('insert into t select n from batch');
        await op.execute('drop table if exists BATCH');
        await op.execute(last);
      }),
    );
    expect(await runner.column('select n from t')).toEqual([1]);
  });
});
