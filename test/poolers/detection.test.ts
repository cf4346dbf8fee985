import { describe, expect, it, onTestFinished } from 'vitest';
import type { PostgresSession } from '../../src/dialects/postgres/driver.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { findPooler } from '../../src/dialects/postgres/pooler.js';
import { type PgBouncerOptions, pgBouncer } from '../support/pgbouncer.js';
import { freshDatabase } from '../support/postgres.js';

/** Whether a pooler is found out before anything is written, however idle or busy it is. */

async function connect(url: string, pooled = false): Promise<PostgresSession> {
  const driver = await postgres.connect({ url, from: import.meta.dirname, pooled });
  onTestFinished(() => driver.close());
  return driver as PostgresSession;
}

const key = { schema: null, name: 'alembic_version' };

describe('a pooler of transactions', () => {
  it.each<[string, PgBouncerOptions]>([
    ['that is idle', { mode: 'transaction' }],
    ['that has one session', { mode: 'transaction', size: 1 }],
    ['that hands its sessions out in turn', { mode: 'transaction', takesTurns: true }],
  ])('%s is found out and refused', async (_, options) => {
    const { url } = await freshDatabase();
    const through = await pgBouncer(url, options);
    for (let time = 0; time < 10; time += 1) {
      const driver = await connect(through);
      expect(await findPooler(driver)).toBe('of transactions');
    }
    const lock = await postgres.runnerLock(await connect(through), key);
    await expect(lock.take()).rejects.toMatchObject({
      code: 'REV_POOLER',
      exitCode: 2,
      message: expect.stringContaining(new URL(through).host),
      hint: expect.stringContaining("lock: 'lease'"),
    });
  });

  it('is found out while others work with it', async () => {
    const { url } = await freshDatabase();
    const through = await pgBouncer(url, { mode: 'transaction', size: 6 });
    let isOver = false;
    const others: Promise<void>[] = [];
    const work = async (driver: PostgresSession) => {
      while (!isOver) await driver.rolledBack(() => driver.query('select pg_sleep(0.002)'));
    };
    for (let count = 0; count < 10; count += 1) others.push(work(await connect(through)));
    try {
      // Of one round each, one or two of these hundred would meet nobody.
      for (let time = 0; time < 100; time += 1) {
        const driver = await connect(through);
        expect(await findPooler(driver)).toBe('of transactions');
        await driver.close();
      }
    } finally {
      isOver = true;
      await Promise.all(others);
    }
  });
});

describe('no pooler of transactions', () => {
  it('is the server itself', async () => {
    const { url } = await freshDatabase();
    expect(await findPooler(await connect(url))).toBeNull();
  });

  it('is a pooler of sessions, and the lock holds there', async () => {
    const { url } = await freshDatabase();
    const through = await pgBouncer(url, { mode: 'session' });
    const driver = await connect(through);
    expect(await findPooler(driver)).toBe('of sessions');
    const release = await (await postgres.runnerLock(driver, key)).take();
    expect(release).not.toBeNull();
    await driver.transaction(() => driver.run({ sql: 'create table t (a int)' }));
    const direct = await postgres.runnerLock(await connect(url), key);
    expect(await direct.take()).toBeNull();
    await release?.();
    expect(await direct.take()).not.toBeNull();
  });
});

describe('a lock that was taken all the same', () => {
  it('is asked for in each transaction', async () => {
    const { url, sql } = await freshDatabase();
    const driver = await connect(await pgBouncer(url, { mode: 'session' }));
    const release = await (await postgres.runnerLock(driver, key)).take();
    // As if the pooler had given this client another session.
    const { running } = await driver.processes();
    driver.processes = async () => ({ told: 0, running: running + 1 });
    const work = driver.transaction(() => driver.run({ sql: 'create table t (a int)' }));
    await expect(work).rejects.toMatchObject({ code: 'REV_POOLER' });
    expect(await sql("select to_regclass('t') as t")).toEqual([{ t: null }]);
    await release?.();
  });
});

describe('a session behind a pooler of transactions', () => {
  it('keeps no settings, and reads dates as ISO', async () => {
    const { url } = await freshDatabase();
    const through = await pgBouncer(url, { mode: 'transaction', size: 1 });
    const driver = await connect(through, true);
    const other = await connect(through, true);
    const date = "select date '2026-11-21'::text as date";
    for (let time = 0; time < 5; time += 1) {
      const [one, two] = await Promise.all([driver.query(date), other.query(date)]);
      expect([one, two]).toEqual([[{ date: '2026-11-21' }], [{ date: '2026-11-21' }]]);
    }
    expect(await driver.transaction(() => driver.values(date))).toEqual([['2026-11-21']]);
    const plain = await connect(url);
    expect(await plain.query('show datestyle')).toEqual([{ DateStyle: expect.stringMatching(/^ISO, DMY$/) }]);
    await expect(driver.query('select 1 from nowhere')).rejects.toMatchObject({ code: 'REV_STATEMENT' });
    expect(await driver.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('remembers nothing of a view beyond its transaction, and says so', async () => {
    const { url, sql } = await freshDatabase();
    await sql('create table t (a int); create view v as select a from t');
    const driver = await connect(await pgBouncer(url, { mode: 'transaction' }), true);
    const drop = postgres.compile(
      { kind: 'dropView', name: { schema: null, name: 'v' }, materialized: false, keep: true },
      { dialect: 'postgres' } as never,
      {},
    );
    await expect(driver.transaction(() => driver.runAll(drop))).rejects.toMatchObject({
      code: 'REV_OPERATION',
      message: expect.stringContaining('keep: true'),
    });
    expect(await sql("select to_regclass('v')::text as v")).toEqual([{ v: 'v' }]);
  });
});
