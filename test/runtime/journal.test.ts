import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunEvent } from '../../src/runtime/events.js';
import { Journal, type JournalEntry } from '../../src/runtime/journal.js';
import type { Op } from '../../src/runtime/op.js';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import { runnerAt, type TestRevision, type TestRunner, testRunner } from '../support/runner.js';

/** A journal that is somebody else's, or locked by somebody: what it tells of half-done revisions is not passed over. */

const filling = (last: string): readonly TestRevision[] => [
  {
    id: 'a1',
    transactional: false,
    upgrade: (op: Op) => {
      op.execute('insert into t values (1)');
      op.execute(last);
    },
  },
];
const broken = filling('insert into nowhere values (1)');
const mended = filling('insert into t values (2)');

interface Given {
  readonly database: TestDatabase;
  /** As a superuser. */
  readonly owner: TestRunner;
  /** As a role that may change rows, and owns nothing. */
  readonly guest: TestRunner;
  readonly guestName: string;
}

async function given(): Promise<Given> {
  const database = await freshDatabase();
  const guestName = `guest_${randomBytes(6).toString('hex')}`;
  const owner = await runnerAt('postgres', database.url);
  await owner.driver.run({
    sql: `create table t (n integer); create role ${guestName} login password 'guest';
      grant all on schema public to ${guestName}; grant all on t to ${guestName};
      alter default privileges in schema public grant all on tables to ${guestName}`,
  });
  onTestFinished(async () => {
    await owner.driver.run({ sql: `drop owned by ${guestName} cascade; drop role ${guestName}` });
  });
  const url = new URL(database.url);
  url.username = guestName;
  url.password = 'guest';
  return { database, owner, guest: await runnerAt('postgres', url.href), guestName };
}

const half = (owner: TestRunner) =>
  expect(owner.upgrade(broken)).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
const numbers = (runner: TestRunner) => runner.column('select n from t order by n');
const warnings = ({ events }: TestRunner) =>
  events.flatMap((event) => (event.kind === 'warning' ? [event.text] : []));

describe('a journal that belongs to another role', () => {
  it('and lacks a column is an error where it tells of half-done revisions', async () => {
    const { owner, guest, guestName } = await given();
    await half(owner);
    await owner.driver.run({ sql: 'alter table alembic_journal drop column checkpoint' });
    await expect(guest.upgrade(mended)).rejects.toMatchObject({
      code: 'REV_RESUME',
      message: expect.stringMatching(/alembic_journal cannot be used.*must be owner/),
      hint: expect.stringMatching(new RegExp(`^Nothing was run\\..*"${guestName}", does not own it`)),
    });
    expect(await numbers(owner)).toEqual([1]);
    await owner.driver.run({ sql: 'alter table alembic_journal add column checkpoint text' });
    await guest.upgrade(mended);
    expect(await numbers(owner)).toEqual([1, 2]);
  });

  it('and cannot be read is an error: nobody knows what it tells of', async () => {
    const { owner, guest, guestName } = await given();
    await half(owner);
    await owner.driver.run({ sql: `revoke all on alembic_journal from ${guestName}` });
    await expect(guest.upgrade(mended)).rejects.toMatchObject({ code: 'REV_RESUME' });
    expect(await numbers(owner)).toEqual([1]);
  });

  it('and cannot be written is an error where it tells of half-done revisions', async () => {
    const { owner, guest, guestName } = await given();
    await half(owner);
    await owner.driver.run({ sql: `revoke insert, update on alembic_journal from ${guestName}` });
    await expect(guest.upgrade(mended)).rejects.toThrow('permission denied for table alembic_journal');
    expect(await numbers(owner)).toEqual([1]);
  });

  it('is left out with a word where nothing is half done', async () => {
    const { owner, guest } = await given();
    await owner.upgrade([{ id: '00' }]);
    await owner.driver.run({ sql: 'alter table alembic_journal drop column checkpoint' });
    await guest.upgrade([{ id: '00' }, ...mended.map((each) => ({ ...each, down: ['00'] }))]);
    expect(await numbers(owner)).toEqual([1, 2]);
    expect(warnings(guest)[0]).toMatch(/^No journal is kept: must be owner[\s\S]*does not own it/);
  });
});

describe.each(['postgres', 'sqlite'] as const)('a journal that a revision on %s drops', (name) => {
  it('is what the next one is refused for, and made anew by the next run', async () => {
    const runner = await testRunner(name);
    const chain: readonly TestRevision[] = [
      { id: 'a1', upgrade: (op) => op.execute('drop table alembic_journal') },
      { id: 'b1', down: ['a1'], upgrade: (op) => op.execute('create table b (n integer)') },
    ];
    await expect(runner.upgrade(chain)).rejects.toMatchObject({
      code: 'REV_RESUME',
      message: expect.stringMatching(
        /^The journal alembic_journal cannot be read any more: .*alembic_journal/,
      ),
      hint: expect.stringContaining('Run the same command again'),
    });
    expect(await runner.rows()).toEqual(['a1']);
    await runner.upgrade(chain);
    expect(await runner.rows()).toEqual(['b1']);
  });
});

describe('a journal that is locked', () => {
  /** Locks it, until a transaction is run again because of that. */
  async function locked(
    { sql }: TestDatabase,
    mode = 'access exclusive',
  ): Promise<(event: RunEvent) => void> {
    await sql(`begin; lock table alembic_journal in ${mode} mode`);
    return (event) => {
      if (event.kind === 'waiting' && event.text.includes(' again in ')) void sql('commit');
    };
  }

  it('is waited for: what is half done goes on', async () => {
    const { database, owner } = await given();
    await half(owner);
    await owner.upgrade(mended, 'heads', { lockTimeout: 200, onEvent: await locked(database) });
    expect(await numbers(owner)).toEqual([1, 2]);
    expect(warnings(owner)).toEqual([]);
  });

  it('is an error in the end', async () => {
    const { database, owner } = await given();
    await half(owner);
    await locked(database);
    await expect(owner.upgrade(mended, 'heads', { lockTimeout: 100, lockRetries: 0 })).rejects.toMatchObject({
      code: 'REV_LOCK_TIMEOUT',
    });
    await database.sql('commit');
    expect(await numbers(owner)).toEqual([1]);
  });

  it.each([true, false])(
    'while a revision runs has that tried again (transactional: %s)',
    async (transactional) => {
      const { database, owner } = await given();
      await owner.upgrade([{ id: '00' }]);
      let unlock: ((event: RunEvent) => void) | undefined;
      const revision: TestRevision = {
        id: 'a1',
        down: ['00'],
        transactional,
        upgrade: async (op) => {
          await op.execute('insert into t values (1)');
          // It has read the journal.
          unlock ??= await locked(database, 'share');
        },
      };
      await owner.upgrade([{ id: '00' }, revision], 'heads', {
        lockTimeout: 200,
        onEvent: (event) => unlock?.(event),
      });
      expect(await numbers(owner)).toEqual([1]);
      expect(warnings(owner)).toEqual([]);
      expect(
        await owner.column("select 1 from alembic_journal where revision = 'a1' and status = 'done'"),
      ).toEqual([1]);
    },
  );
});

describe.each(['sqlite', 'postgres'] as const)('texts of a journal on %s', (name) => {
  it.each([name === 'postgres' ? 'off' : 'on', 'on'])(
    'are what they were, whatever they hold (%s)',
    async (setting) => {
      const runner = await testRunner(name);
      const { dialect, driver } = runner;
      if (name === 'postgres') await driver.run({ sql: `set standard_conforming_strings = ${setting}` });
      const journal = new Journal(dialect, {
        journal: { schema: null, name: 'journal' },
        versionTable: { schema: null, name: 'version' },
        schema: null,
        toolVersion: '0.0.0',
      });
      await driver.transaction(() => journal.ensure(driver));
      const texts = [
        "it's",
        String.raw`move c:\new\x41`,
        String.raw`it's a \' test \ `,
        '$1 ? :a; COMMIT',
        'ä 😀\n\t',
        '"',
        '',
      ];
      for (const [at, message] of texts.entries()) {
        const entry: JournalEntry = {
          ...{ id: String(at), revision: 'a1', direction: 'upgrade', message, startedAt: `2026-11-2${at}` },
          ...{
            finishedAt: null,
            duration: -0.4,
            status: 'running',
            position: 0,
            errorCode: null,
            contentHash: null,
          },
          ...{
            progress: message,
            pending: null,
            checkpoint: at % 2 ? JSON.stringify([message]) : null,
            tag: message,
          },
        };
        await driver.runAllOrNone(journal.entry(entry, { settles: false }));
      }
      const rows = await driver.values('select message, tag, checkpoint from journal order by id');
      expect(rows).toEqual(texts.map((text, at) => [text, text, at % 2 ? JSON.stringify([text]) : null]));
      expect((await journal.halfRuns(driver)).map(({ progress }) => progress)).toEqual(texts);
    },
  );
});
