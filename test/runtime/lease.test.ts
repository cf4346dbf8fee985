import { describe, expect, it } from 'vitest';
import type { Driver } from '../../src/dialects/dialect.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { Lease } from '../../src/runtime/lease.js';
import { type TestRevision, testRunner } from '../support/runner.js';
import { openSqlite } from '../support/sqlite.js';

/** The lock of runners as a row: whose it is, until when, and what becomes of one who comes too late. */

const of = { schema: null, name: 'alembic_version' };
const key = 'alembic_version_lease';
const open = (driver: Driver, duration = 60_000) => Lease.open(postgres, driver, { of, duration });

const table = (id: string, down: readonly string[] = []): TestRevision => ({
  id,
  down,
  upgrade: (op) => op.execute(`create table ${id} (n integer)`),
});

async function given() {
  const one = await testRunner('postgres');
  const two = await one.second();
  return { one: one.driver, two: two.driver, runner: one };
}

/** As if the time were over: the server's clock is what counts. */
const expire = (driver: Driver) => driver.run({ sql: `update ${key} set expires_at = 1` });

describe('a lease', () => {
  it('is one runner’s until it is given back, and each has another token', async () => {
    const { one, two, runner } = await given();
    const [first, second] = [await open(one), await open(two)];
    const release = await first.take();
    expect(release).not.toBeNull();
    expect(await second.take()).toBeNull();
    const token = async () => Number((await runner.column(`select token from ${key}`))[0]);
    const before = await token();
    await release?.();
    const again = await second.take();
    expect(await token()).toBe(before + 1);
    await again?.();
    expect(await runner.column(`select holder from ${key}`)).toEqual([null]);
  });

  it('says who has it, and how long it lasts without them', async () => {
    const { one, two } = await given();
    const release = await (await open(one)).take();
    const other = await open(two);
    expect(await other.holder()).toEqual({
      who: expect.stringMatching(/^.+@.+, process \d+$/),
      hint: expect.stringMatching(/ends in \d+ s by itself/),
      data: expect.anything(),
    });
    await release?.();
    expect(await other.holder()).toBeNull();
  });

  it('is renewed while its holder works', async () => {
    const { one, two, runner } = await given();
    const release = await (await open(one, 300)).take();
    const other = await open(two);
    const end = async () => Number((await runner.column(`select expires_at from ${key}`))[0]);
    const first = await end();
    await one.transaction(async () => {
      await expect.poll(end, { timeout: 30_000 }).toBeGreaterThan(first + 600);
      expect(await other.take()).toBeNull();
    });
    await release?.();
  });

  it('lets nothing be committed by one who was too late', async () => {
    const { one, two, runner } = await given();
    const release = await (await open(one)).take();
    await expire(two);
    const other = await (await open(two)).take();
    expect(other).not.toBeNull();
    for (const work of [
      () => one.transaction(() => one.run({ sql: 'create table late (n integer)' })),
      () => one.run({ sql: 'create table late (n integer)' }),
    ]) {
      await expect(work()).rejects.toMatchObject({ code: 'REV_LOCKED', exitCode: 3 });
    }
    expect(await runner.column("select to_regclass('late')::text")).toEqual([null]);
    // What is somebody else's is not given back.
    await release?.();
    expect(await runner.column(`select holder is not null from ${key}`)).toEqual([true]);
    await two.transaction(() => two.run({ sql: 'create table mine (n integer)' }));
    await other?.();
  });

  it('is not taken over under an open transaction', async () => {
    const { one, two } = await given();
    const release = await (await open(one)).take();
    const second = await open(two);
    await one.transaction(async () => {
      await expire(two);
      expect(await second.take()).toBeNull();
      expect((await second.holder())?.hint).toContain('its last transaction is still open');
    });
    expect(await second.take()).not.toBeNull();
    await release?.();
  });

  it('comes back with a new token where its row was deleted', async () => {
    const { one, two } = await given();
    const release = await (await open(one)).take();
    await two.run({ sql: `delete from ${key}` });
    expect(await (await open(two)).take()).not.toBeNull();
    const late = one.transaction(() => one.run({ sql: 'create table late (n integer)' }));
    await expect(late).rejects.toMatchObject({ code: 'REV_LOCKED' });
    await release?.();
  });

  it('is made again for those who wait, where its holder has dropped the table', async () => {
    const { one, two, runner } = await given();
    const release = await (await open(one)).take();
    const waiting = await open(two);
    expect(await waiting.take()).toBeNull();
    const [before] = await runner.column(`select token from ${key}`);
    await one.run({ sql: `drop table ${key}` });
    await release?.();
    expect(await waiting.take()).toBeNull();
    const again = await waiting.take();
    expect(again).not.toBeNull();
    expect(Number((await runner.column(`select token from ${key}`))[0])).toBeGreaterThan(Number(before) + 1);
    await again?.();
  });

  it('keeps runners apart, and is given back after a failure', async () => {
    const { runner } = await given();
    const lock = { kind: 'lease', duration: 60_000 } as const;
    const broken: TestRevision = { id: 'b1', down: ['a1'], upgrade: (op) => op.execute('no sql') };
    await expect(runner.upgrade([table('a1'), broken], 'heads', { lock })).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
    });
    expect(await runner.rows()).toEqual(['a1']);
    const second = await runner.second();
    const release = await (await open(second.driver)).take();
    await expect(
      runner.upgrade([table('a1'), table('b1', ['a1'])], 'heads', { lock, lockWait: 50 }),
    ).rejects.toMatchObject({ code: 'REV_LOCKED', message: expect.stringContaining(', process ') });
    await release?.();
    await runner.upgrade([table('a1'), table('b1', ['a1'])], 'heads', { lock, lockWait: 50 });
    expect(await runner.rows()).toEqual(['b1']);
  });

  it('and the lock of a session keep each other out', async () => {
    const { one, two, runner } = await given();
    const lease = { lock: { kind: 'lease', duration: 60_000 }, lockWait: 50 } as const;
    const session = await postgres.runnerLock(one, of);
    const release = await session.take();
    const [row] = await one.query<{ pid: number }>('select pg_backend_pid() as pid');
    const second = await runner.second();
    await expect(second.upgrade([table('a1')], 'heads', lease)).rejects.toMatchObject({
      code: 'REV_LOCKED',
      message: expect.stringContaining(`session ${row?.pid} `),
    });
    await release?.();
    await second.upgrade([table('a1')], 'heads', lease);
    const mine = await (await open(two)).take();
    const more = [table('a1'), table('b1', ['a1'])];
    await expect(second.upgrade(more, 'heads', { lockWait: 50 })).rejects.toMatchObject({
      code: 'REV_LOCKED',
      message: expect.stringContaining(`, process ${process.pid} `),
    });
    await mine?.();
    await second.upgrade(more, 'heads', { lockWait: 50 });
    expect(await runner.rows()).toEqual(['b1']);
  });

  it('is not for a file of SQLite', async () => {
    const driver = await openSqlite(':memory:');
    await expect(Lease.open(sqlite, driver, { of, duration: 1000 })).rejects.toMatchObject({
      code: 'REV_CONFIG',
    });
  });
});
