import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Op } from '../../src/runtime/op.js';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import { runnerAt, type TestRevision } from '../support/runner.js';

/** Revisions that act in another role: what the runner itself writes, it writes in its own. */

interface Place {
  readonly database: TestDatabase;
  /** May make tables in `public`, and nothing else. */
  readonly role: string;
}

async function given(): Promise<Place> {
  const database = await freshDatabase();
  const role = `r${randomBytes(6).toString('hex')}`;
  await database.sql(`create role ${role}; grant create, usage on schema public to ${role}`);
  onTestFinished(async () => {
    // Before the database, which is dropped last.
    await database.sql(`reset role; drop owned by ${role}; drop role ${role}`);
  });
  return { database, role };
}

const ownerOf = async ({ sql }: TestDatabase, table: string) =>
  (await sql(`select tableowner from pg_tables where tablename = '${table}'`))[0]?.tableowner;
const make = (op: Op, table: string) => op.execute(`create table ${table} (id int)`);

describe.each(['each', 'all'] as const)('a revision that sets a role (%s)', (transaction) => {
  it.each(['set local role', 'set role'])('%s: is recorded by the user of the run', async (set) => {
    const { database, role } = await given();
    const revisions: TestRevision[] = [
      {
        id: 'a1',
        upgrade: (op) => {
          op.execute(`${set} ${role}`);
          make(op, 'owned');
        },
      },
      { id: 'b1', down: ['a1'], upgrade: (op) => make(op, 'later') },
    ];
    const runner = await runnerAt('postgres', database.url);
    await runner.upgrade(revisions, 'heads', { transaction });
    expect(await database.sql('select version_num from alembic_version')).toEqual([{ version_num: 'b1' }]);
    expect(await ownerOf(database, 'owned')).toBe(role);
    // Of `set local` the transaction is the end.
    expect(await ownerOf(database, 'later')).toBe(
      set === 'set local role' && transaction === 'each' ? 'postgres' : role,
    );
    expect(await database.sql('select revision, status from alembic_journal order by started_at')).toEqual([
      { revision: 'a1', status: 'done' },
      { revision: 'b1', status: 'done' },
    ]);
  });
});

describe('a role', () => {
  it('may be set before a part outside of a transaction, and around one', async () => {
    const { database, role } = await given();
    const revisions: TestRevision[] = [
      {
        id: 'a1',
        upgrade: async (op) => {
          await op.execute(`set local role ${role}`);
          await make(op, 'one');
          await op.autocommit(() => make(op, 'two'));
        },
      },
      {
        id: 'b1',
        down: ['a1'],
        transactional: false,
        upgrade: async (op) => {
          await op.execute(`set role ${role}`);
          await make(op, 'three');
          await op.execute('create index concurrently three_id on three (id)');
          await op.execute('reset role');
          await make(op, 'four');
        },
      },
    ];
    const runner = await runnerAt('postgres', database.url);
    await runner.upgrade(revisions);
    expect(await runner.rows()).toEqual(['b1']);
    const owners = await Promise.all(['one', 'two', 'three', 'four'].map((each) => ownerOf(database, each)));
    expect(owners).toEqual([role, 'postgres', role, 'postgres']);
  });

  it('that the session has begun with is the one that records', async () => {
    const { database, role } = await given();
    await database.sql(
      `create role owner_of_${role}; grant create, usage on schema public to owner_of_${role}`,
    );
    onTestFinished(async () => {
      await database.sql(`drop owned by owner_of_${role}; drop role owner_of_${role}`);
    });
    const url = new URL(database.url);
    url.searchParams.set('role', `owner_of_${role}`);
    const runner = await runnerAt('postgres', url.href);
    await runner.upgrade([
      {
        id: 'a1',
        upgrade: (op) => {
          op.execute(`set local role ${role}`);
          make(op, 'owned');
        },
      },
    ]);
    expect(await ownerOf(database, 'owned')).toBe(role);
    expect(await ownerOf(database, 'alembic_version')).toBe(`owner_of_${role}`);
    expect(await ownerOf(database, 'alembic_journal')).toBe(`owner_of_${role}`);
    expect(await runner.rows()).toEqual(['a1']);
  });

  it('is named where it lacks a privilege', async () => {
    const { database, role } = await given();
    await database.sql('create table theirs (id int)');
    const runner = await runnerAt('postgres', database.url);
    const upgrade = (op: Op) => {
      op.execute(`set local role ${role}`);
      op.execute('select * from theirs');
    };
    await expect(runner.upgrade([{ id: 'a1', upgrade }])).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      hint: expect.stringContaining('The role that was set before this, or else the user of the URL'),
    });
  });
});
