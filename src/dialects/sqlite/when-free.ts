import { setTimeout as sleep } from 'node:timers/promises';
import { RevError } from '../../errors.js';
import type { ConnectOptions } from '../dialect.js';
import type { Connection, Prepared } from './connections/connection.js';
import { isBusy } from './statement-error.js';

/** How long to wait for another writer, in milliseconds. */
export const busyTimeout = 5_000;
const pollInterval = 25;

/**
 * Does the work as soon as no writer keeps everybody out, without blocking this process for longer than a moment. A
 * statement that found the database busy has to be run again, itself: until then libsql counts it as running, and the
 * next commit of its connection would leave a lock behind that lets nobody else commit.
 */
export async function whenFree<T>(
  work: () => T,
  { patience = busyTimeout, signal }: Pick<ConnectOptions, 'patience' | 'signal'>,
): Promise<T> {
  const deadline = performance.now() + patience;
  for (;;) {
    try {
      return work();
    } catch (thrown) {
      const cause = thrown instanceof RevError ? thrown.cause : thrown;
      if (!isBusy(cause) || performance.now() >= deadline) throw thrown;
      if (signal?.aborted) throw new RevError('REV_INTERRUPTED', 'Interrupted.');
    }
    await sleep(pollInterval);
  }
}

/** Reads the definitions of a database whose `busy_timeout` is 0; with them it is known whether it is one at all. */
export async function whenReadable(
  database: Connection,
  options: Pick<ConnectOptions, 'patience' | 'signal'>,
): Promise<void> {
  let question: Prepared | null = null;
  await whenFree(() => {
    question ??= database.prepare('SELECT count(*) FROM sqlite_schema');
    question?.values();
  }, options);
}
