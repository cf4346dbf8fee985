import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/runtime/events.js';
import { freshDatabase } from '../support/postgres.js';
import { runnerAt, type TestRevision, testRunner } from '../support/runner.js';

/** Where the version table and the journal of PostgreSQL are, whatever revisions do to the session, and who may hold them. */

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
