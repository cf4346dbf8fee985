import { setTimeout as wait } from 'node:timers/promises';
import { RevError } from '../../errors.js';
import type { PostgresSession } from './driver.js';

/**
 * Whether something stands between this client and the server. The server tells its process at the log-in. A pooler
 * makes a number up there, because it can be no session's alone; so where `pg_backend_pid()` says the same, there is none,
 * however idle or busy the server is.
 *
 * A pooler of sessions is harmless. One of transactions is known by its deeds: while this session rests, another one
 * gets its process; or while others keep theirs, this one gets a new one. A pooler that hands out what was used last does
 * the first, one that takes turns the second, and with so few that the turn comes round, the first again.
 */

export type Pooler =
  /** The session keeps its process, as far as can be seen. */
  'of sessions' | 'of transactions';

/** A port may be shared by several processes of a pooler, each with sessions of its own: one would not be enough. */
const others = 3;
/** At a busy pooler processes change hands meanwhile so that now and then none is met: in one round of a hundred. */
const rounds = 4;
/** In milliseconds. Only a pooler lets anybody wait so long for a process. */
const patience = 5000;

/** null: the session is with the server itself. What cannot be found out counts as a pooler of transactions. */
export async function findPooler(driver: PostgresSession): Promise<Pooler | null> {
  const { told, running } = await driver.processes();
  if (told === running) return null;
  for (let round = 0; round < rounds; round += 1) {
    if (await isShared(driver, running, others)) return 'of transactions';
  }
  return 'of sessions';
}

/** Opens another session that keeps its process while this one is asked again, and so on with the next one. */
async function isShared(driver: PostgresSession, process: number, count: number): Promise<boolean> {
  if (count === 0) return false;
  const other = await driver.beside?.();
  if (!other) return true;
  try {
    const stays = await inTime(
      other.rolledBack(async () => {
        if (other.process === process) return false;
        const again = await inTime(driver.processes());
        return again?.running === process && !(await isShared(driver, process, count - 1));
      }),
    );
    return stays !== true;
  } finally {
    await other.close();
  }
}

/** null: it takes too long. */
async function inTime<T>(work: Promise<T>): Promise<T | null> {
  const stop = new AbortController();
  try {
    return await Promise.race([work, wait(patience, null, { signal: stop.signal })]);
  } finally {
    stop.abort();
    work.catch(() => undefined);
  }
}

/** The runners' lock. */
export function poolerFailure(driver: PostgresSession): RevError {
  return failureAtPooler(driver, 'The lock that keeps other runners out belongs to one session.', [
    'Connect to the server itself, or to the pooler’s port for sessions (Supabase: port 5432; Neon: the host without -pooler).',
    "Or keep other runners out by a row: lock: 'lease' in the configuration.",
  ]);
}

/** Backups and restores: what PostgreSQL's programs set for their session would stay in the pooler's. */
export function programsAtPooler(driver: PostgresSession): RevError {
  return failureAtPooler(driver, 'A backup or a restore needs one session from its beginning to its end.', [
    'Nothing was done. Give the url of the server itself, or of the pooler’s port for sessions: rev backup --url …, rev restore FILE --url …',
    'A run behind the pooler goes without a backup (--no-backup): take one before it, by that url.',
  ]);
}

function failureAtPooler({ peer }: PostgresSession, reason: string, hint: readonly string[]): RevError {
  return new RevError(
    'REV_POOLER',
    `At ${peer.place} is a pooler that gives each transaction another session of PostgreSQL (database "${peer.database}", user "${peer.user}"). ${reason}`,
    {
      hint: hint.join('\n'),
      data: { server: peer.place, database: peer.database, user: peer.user },
    },
  );
}
