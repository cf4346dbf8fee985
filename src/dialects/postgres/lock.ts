import { createHash } from 'node:crypto';
import type { QualifiedName } from '../../catalog/index.js';
import type { Driver, LeaseSql, Lock, LockHolder, Row } from '../dialect.js';
import type { PostgresSession } from './driver.js';
import { findPooler, type Pooler, poolerFailure } from './pooler.js';

/**
 * One runner at a time, by an advisory lock of the session. Nobody waits for it in the server: a session that waits
 * inside pg_advisory_lock holds a snapshot, for which CREATE INDEX CONCURRENTLY of the lock's holder would wait for ever.
 */
export const runnerLock: Lock['runnerLock'] = async (given, key) => {
  const driver = given as PostgresSession;
  const number = await lockNumber(driver, key);
  let pooler: Promise<Pooler | null> | undefined;
  return {
    async take() {
      pooler ??= findPooler(driver);
      if ((await pooler) === 'of transactions') throw poolerFailure(driver);
      const [row] = await driver.query<{ taken: boolean; pid: number }>(
        `select pg_try_advisory_lock(${number}) as taken, pg_backend_pid() as pid`,
      );
      if (!row?.taken) return null;
      if ((await pooler) !== null) driver.guard(() => assertProcess(driver, row.pid));
      return async () => {
        driver.guard(null);
        // If the session is gone, so is the lock.
        await driver.query(`select pg_advisory_unlock(${number})`).catch(() => {});
      };
    },
    holder: () => holderOf(driver, number),
  };
};

/** The session's lock holds between transactions, too. */
export const lockBetween: Lock['lockBetween'] = async () => ({
  take: async () => async () => {},
  holder: async () => null,
});

/** Whoever takes the lease over changes a column of a key, which FOR KEY SHARE forbids; who renews it does not. */
export const lease: LeaseSql = {
  clock: '(extract(epoch from clock_timestamp()) * 1000)::bigint',
  holdsRow: 'FOR KEY SHARE',
  takesFreeRow: 'FOR UPDATE SKIP LOCKED',
};

/** Through a pooler that looked as if it kept the session: each transaction sees for itself. */
async function assertProcess(driver: PostgresSession, pid: number): Promise<void> {
  const { running } = await driver.processes();
  if (running !== pid) throw poolerFailure(driver);
}

/** One number for each version table: of database, schema and name. */
async function lockNumber(driver: Driver, key: QualifiedName): Promise<string> {
  const [row] = await driver.query<{ database: string; schema: string | null }>(
    'select current_database() as database, current_schema() as schema',
  );
  const parts = ['rev', row?.database, key.schema ?? row?.schema, key.name];
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  return hash.readBigInt64BE(0).toString();
}

interface Holder extends Row {
  readonly pid: number;
  readonly application: string | null;
  readonly user: string | null;
  readonly client: string | null;
  readonly since: string | null;
}

async function holderOf(driver: Driver, number: string): Promise<LockHolder | null> {
  // The two halves of the number stand in classid and objid (PostgreSQL's manual, pg_locks).
  const [holder] = await driver.query<Holder>(`
    select l.pid, a.application_name as application, a.usename as user, host(a.client_addr) as client,
      to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') as since
    from pg_locks as l left join pg_stat_activity as a on a.pid = l.pid
    where l.locktype = 'advisory' and l.granted and l.objsubid = 1
      and l.database = (select oid from pg_database where datname = current_database())
      and ((l.classid::bigint << 32) | l.objid::bigint) = ${number}`);
  if (!holder) return null;
  const about = [
    holder.application || 'no application name',
    ...(holder.user ? [`user ${holder.user}`] : []),
    ...(holder.client ? [`from ${holder.client}`] : []),
    ...(holder.since ? [`connected since ${holder.since}`] : []),
  ].join(', ');
  return {
    who: `session ${holder.pid} (${about})`,
    hint: `Wait for it, or if it is stuck: select pg_terminate_backend(${holder.pid});`,
    data: { ...holder },
  };
}
