import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { displayName, type QualifiedName } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import type { Driver } from '../dialect.js';

/**
 * One runner at a time, by an advisory lock of the session. It is polled: a session that waits inside
 * pg_advisory_lock holds a snapshot, for which CREATE INDEX CONCURRENTLY of the lock's holder would wait for ever.
 */

const firstPause = 25;
const longestPause = 1000;

export async function lock(
  driver: Driver,
  key: QualifiedName,
  timeout: number,
  waiting: () => void,
): Promise<() => Promise<void>> {
  const number = await lockNumber(driver, key);
  const deadline = Date.now() + timeout;
  for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
    const [row] = await driver.query<{ taken: boolean }>(`select pg_try_advisory_lock(${number}) as taken`);
    if (row?.taken) return () => release(driver, number);
    const left = deadline - Date.now();
    if (left <= 0) throw await lockedFailure(driver, key, number, timeout);
    waiting();
    await wait(Math.min(pause, left));
  }
}

/** The session's lock holds between transactions, too. */
export const lockBetween = async () => async () => {};

async function release(driver: Driver, number: string): Promise<void> {
  // If the session is gone, so is the lock.
  await driver.query(`select pg_advisory_unlock(${number})`).catch(() => {});
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

interface Holder {
  readonly pid: number;
  readonly application: string | null;
  readonly user: string | null;
  readonly client: string | null;
  readonly since: string | null;
}

async function lockedFailure(
  driver: Driver,
  key: QualifiedName,
  number: string,
  timeout: number,
): Promise<RevError> {
  // The two halves of the number stand in classid and objid (PostgreSQL's manual, pg_locks).
  const holders = await driver.query<Holder & Record<string, unknown>>(`
    select l.pid, a.application_name as application, a.usename as user, host(a.client_addr) as client,
      to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') as since
    from pg_locks as l left join pg_stat_activity as a on a.pid = l.pid
    where l.locktype = 'advisory' and l.granted and l.objsubid = 1
      and l.database = (select oid from pg_database where datname = current_database())
      and ((l.classid::bigint << 32) | l.objid::bigint) = ${number}`);
  const holder = holders[0];
  const who = holder
    ? `session ${holder.pid} (${[
        holder.application || 'no application name',
        ...(holder.user ? [`user ${holder.user}`] : []),
        ...(holder.client ? [`from ${holder.client}`] : []),
        ...(holder.since ? [`connected since ${holder.since}`] : []),
      ].join(', ')})`
    : 'another session';
  return new RevError(
    'REV_LOCKED',
    `Another runner works on ${displayName(key)}: ${who} holds the lock, after ${timeout / 1000} s of waiting.`,
    {
      hint: holder
        ? `Wait for it, or if it is stuck: select pg_terminate_backend(${holder.pid});`
        : 'Try again: it has just gone.',
      data: { holder: holder ?? null, timeout },
    },
  );
}
