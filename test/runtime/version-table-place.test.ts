import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/runtime/events.js';
import { VersionTable } from '../../src/runtime/version-table.js';
import { freshDatabase } from '../support/postgres.js';
import { runnerAt, type TestRevision, testRunner } from '../support/runner.js';

/** Where the version table and the journal are, whatever revisions do to the session, and who may hold them. */

const versions = 'select version_num from public.alembic_version order by 1';
const journal =
  "select revision || ' ' || direction || ' ' || status from public.alembic_journal order by started_at";

describe('a revision that sets the search_path', () => {
  it.each([
    ['each', 'set search_path to tenant1'],
    ['all', 'set search_path to tenant1'],
    ['each', "select pg_catalog.set_config('search_path', '', false)"],
    ['all', "select pg_catalog.set_config('search_path', '', false)"],
    ['each', 'set local search_path to tenant1'],
  ] as const)('does not move the version table or the journal (%s, %s)', async (transaction, setting) => {
    const { url, sql } = await freshDatabase();
    // Tables of the same names there, as each tenant has its own.
    await sql(`create schema tenant1; create table tenant1.alembic_version (version_num varchar(255) primary key);
      insert into tenant1.alembic_version values ('theirs')`);
    const revisions: TestRevision[] = [
      {
        id: 'a1',
        upgrade: (op) => op.execute(setting),
        downgrade: (op) => op.execute(setting),
      },
      {
        id: 'b1',
        down: ['a1'],
        upgrade: (op) => op.execute('create table public.t (n integer)'),
        downgrade: (op) => {
          op.execute(setting);
          op.execute('drop table public.t');
        },
      },
    ];
    const runner = await runnerAt('postgres', url);
    const result = await runner.upgrade(revisions, 'heads', { transaction });
    expect(result).toMatchObject({ before: [], after: ['b1'] });
    expect(await runner.column(versions)).toEqual(['b1']);
    expect(await runner.column(journal)).toEqual(['a1 upgrade done', 'b1 upgrade done']);
    const later = await runnerAt('postgres', url);
    await later.downgrade(revisions, 'base', { transaction });
    expect(await later.column(versions)).toEqual([]);
    expect(await later.column(journal)).toHaveLength(4);
    expect(await sql('select version_num from tenant1.alembic_version')).toEqual([{ version_num: 'theirs' }]);
    expect(await sql("select to_regclass('tenant1.alembic_journal')::text as journal")).toEqual([
      { journal: null },
    ]);
  });

  it('does not hide a revision outside of a transaction, or its failure', async () => {
    const { url } = await freshDatabase();
    const runner = await runnerAt('postgres', url);
    const broken: TestRevision = {
      id: 'a1',
      transactional: false,
      upgrade: (op) => {
        op.execute("select pg_catalog.set_config('search_path', '', false)");
        op.execute('create table public.t (n integer)');
        op.execute('create index concurrently on public.nothing (n)');
      },
    };
    await expect(runner.upgrade([broken])).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      message: expect.stringContaining('"public.nothing" does not exist'),
    });
    expect(await runner.column(journal)).toEqual(['a1 upgrade failed']);
  });
});

it('a schema for the version table that does not exist is to be made first', async () => {
  const runner = await testRunner('postgres');
  await expect(runner.upgrade([{ id: 'a1' }], 'heads', { schema: 'no"pe' })).rejects.toMatchObject({
    code: 'REV_STATEMENT',
    hint: expect.stringContaining('create schema "no""pe";'),
  });
});

describe('a version table that somebody has locked', () => {
  async function given() {
    const { url, sql } = await freshDatabase();
    const runner = await runnerAt('postgres', url);
    const first: TestRevision = { id: 'a1' };
    await runner.upgrade([first]);
    await sql('begin; lock table alembic_version in access exclusive mode');
    return { runner, sql, first, both: [first, { id: 'b1', down: ['a1'] }] };
  }

  it.each(['one more', 'nothing'])('is waited for (to do: %s)', async (what) => {
    const { runner, sql, first, both } = await given();
    const onEvent = (event: RunEvent) => {
      if (event.kind === 'waiting' && event.text.includes('asked again')) void sql('commit');
    };
    const revisions = what === 'nothing' ? [first] : both;
    const { after } = await runner.upgrade(revisions, 'heads', { lockTimeout: 200, onEvent });
    expect(after).toEqual([revisions.at(-1)?.id]);
    expect(runner.events).toContainEqual({
      kind: 'waiting',
      text: expect.stringContaining('waiting for alembic_version, held up by session'),
    });
  });

  it('is an error in the end, which names who holds it', async () => {
    const { runner, sql, both } = await given();
    await expect(runner.upgrade(both, 'heads', { lockTimeout: 200, lockRetries: 0 })).rejects.toMatchObject({
      code: 'REV_LOCK_TIMEOUT',
      message: expect.stringContaining('held up by session'),
      hint: expect.stringContaining('select pg_terminate_backend('),
    });
    await sql('commit');
    expect(await runner.rows()).toEqual(['a1']);
  });

  it('is no failure of a run that has committed its last revision', async () => {
    const { url, sql } = await freshDatabase();
    const runner = await runnerAt('postgres', url);
    const { column } = await runner.second();
    let locked: Promise<unknown> | undefined;
    const revision = (id: string, down: readonly string[]): TestRevision => ({ id, down });
    const last: TestRevision = {
      ...revision('b1', ['a1']),
      // It waits for the end of this transaction, and has the table as soon as that is committed.
      upgrade: async () => {
        locked = sql('begin; lock table alembic_version in access exclusive mode');
        await expect.poll(() => column(waiting)).toEqual([1]);
      },
    };
    const revisions = [revision('a1', []), last];
    const { steps, before, after } = await runner.upgrade(revisions, 'heads', {
      lockTimeout: 200,
      lockRetries: 0,
    });
    expect([steps.length, before, after]).toEqual([2, [], ['b1']]);
    await locked;
    await sql('commit');
    expect(await runner.rows()).toEqual(['b1']);
  });
});

const waiting = "select 1 from pg_locks where not granted and relation = 'alembic_version'::regclass";

it.each([{ schema: 'main' }, { schema: 'MAIN' }, { versionTable: 'Alembic_Version' }])(
  'on SQLite a version table that is spelt otherwise is the same one: %o',
  async (spelling) => {
    const runner = await testRunner('sqlite');
    await runner.driver.run({ sql: 'create table t (n integer)' });
    const revision = (last: string): TestRevision[] => [
      {
        id: 'a1',
        transactional: false,
        upgrade: (op) => op.execute('insert into t values (1)').then(() => op.execute(last)),
      },
    ];
    await expect(runner.upgrade(revision('nonsense'))).rejects.toThrow();
    await expect(runner.upgrade(revision('nonsense'), 'heads', spelling)).rejects.toThrow();
    expect(runner.events).toContainEqual(expect.objectContaining({ kind: 'resumed', position: 1 }));
    // What that has left half done is found under the first name.
    await runner.upgrade(revision('insert into t values (2)'));
    expect(await runner.column('select n from t order by n')).toEqual([1, 2]);
    expect(await runner.column('select 1 from alembic_journal where progress is not null')).toEqual([]);
  },
);

describe('a version table that is not in the current schema any more', () => {
  const revisions: readonly TestRevision[] = [
    { id: 'a1', upgrade: (op) => op.execute('create table t (n integer)') },
    // The search_path is "$user", public.
    { id: 'b1', down: ['a1'], upgrade: (op) => op.execute('create schema postgres') },
    { id: 'c1', down: ['b1'], upgrade: (op) => op.execute('create table public.last (n integer)') },
  ];

  it('is not made a second time', async () => {
    const { url, sql } = await freshDatabase();
    const first = await runnerAt('postgres', url);
    await first.upgrade(revisions, 'b1');
    const runner = await runnerAt('postgres', url);
    const refusal = {
      code: 'REV_CONFIG',
      message: expect.stringContaining('no alembic_version in postgres'),
      hint: expect.stringContaining("versionTableSchema: 'public' goes on"),
    };
    await expect(runner.upgrade(revisions)).rejects.toMatchObject(refusal);
    const table = new VersionTable(runner.dialect, { schema: null, name: 'alembic_version' });
    await expect(table.read(runner.driver)).rejects.toMatchObject(refusal);
    expect(await sql("select relname from pg_class where relnamespace = 'postgres'::regnamespace")).toEqual(
      [],
    );
    const { before, after } = await runner.upgrade(revisions, 'heads', { schema: 'public' });
    expect([before, after]).toEqual([['b1'], ['c1']]);
  });

  it('is another one for another schema, if the configuration says so', async () => {
    const { url, sql } = await freshDatabase();
    await (await runnerAt('postgres', url)).upgrade(revisions.slice(0, 1));
    await sql('create schema tenant1');
    const tenant = await runnerAt('postgres', `${url}?search_path=tenant1,public`);
    await expect(tenant.upgrade(revisions.slice(0, 1))).rejects.toMatchObject({ code: 'REV_CONFIG' });
    await tenant.upgrade(revisions.slice(0, 1), 'heads', { schema: 'tenant1' });
    // From now on it is the first one that is found.
    const { before } = await tenant.upgrade(revisions.slice(0, 1));
    expect(before).toEqual(['a1']);
    expect(await sql("select to_regclass('tenant1.t')::text as t")).toEqual([{ t: 'tenant1.t' }]);
  });
});
