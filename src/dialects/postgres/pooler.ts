import { setTimeout as wait } from 'node:timers/promises';
import { RevError } from '../../errors.js';
import type { PostgresSession } from './driver.js';

/**
 * Whether something stands between this client and the server. The server tells its process at the log-in. A pooler
 * makes a number up there, because it can be no session's alone; so where `pg_backend_pid()` says the same, there is none,
 * however idle or busy the server is.
 *
 * A pooler of sessions is harmless. One of transactions is known by its deeds: while this session rests, another one
 * gets its process; or while another one keeps a process, this one gets a new one. An idle pooler does the first (it
 * hands out what was used last, or has only one), a busy one or one that takes turns the second.
 */

export type Pooler =
  /** The session keeps its process, as far as can be seen. */
  'of sessions' | 'of transactions';

/** Each asks with a new session: a port may be shared by several processes of a pooler, each with its own sessions. */
const rounds = 3;
/** In milliseconds. A pooler that has no process to give for so long cannot be found out. */
const patience = 10_000;

/** null: the session is with the server itself. What cannot be found out counts as a pooler of transactions. */
export async function findPooler(driver: PostgresSession): Promise<Pooler | null> {
  const { told, running } = await driver.processes();
  if (told === running) return null;
  for (let round = 0; round < rounds; round += 1) {
    if (await sharesProcesses(driver)) return 'of transactions';
  }
  return 'of sessions';
}

async function sharesProcesses(driver: PostgresSession): Promise<boolean> {
  const before = await driver.processes();
  const stop = new AbortController();
  const asked = (async () => {
    const other = await driver.beside();
    try {
      return await other.rolledBack(async () => {
        const taken = await other.processes();
        const after = await driver.processes();
        return taken.running === before.running || after.running !== before.running;
      });
    } finally {
      await other.close();
    }
  })();
  asked.catch(() => undefined);
  try {
    return await Promise.race([asked, wait(patience, true, { signal: stop.signal })]);
  } finally {
    stop.abort();
  }
}

export function poolerFailure({ peer }: PostgresSession): RevError {
  return new RevError(
    'REV_POOLER',
    `At ${peer.place} is a pooler that gives each transaction another session of PostgreSQL (database "${peer.database}", user "${peer.user}"). The lock that keeps other runners out belongs to one session.`,
    {
      hint: [
        'Connect to the server itself, or to the pooler’s port for sessions (Supabase: port 5432; Neon: the host without -pooler).',
        "Or keep other runners out by a row: lock: 'lease' in the configuration, for all who run revisions.",
      ].join('\n'),
      data: { server: peer.place, database: peer.database, user: peer.user },
    },
  );
}
