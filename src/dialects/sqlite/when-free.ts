import { setTimeout as sleep } from 'node:timers/promises';
import { RevError } from '../../errors.js';
import type { ConnectOptions } from '../dialect.js';
import { isBusy } from './statement-error.js';

/** How long to wait for another writer, in milliseconds. */
export const busyTimeout = 5_000;
const pollInterval = 25;

/** Does the work as soon as no writer keeps everybody out, without blocking this process for longer than a moment. */
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
