import { RevError } from '../errors.js';

/** Long for a revision that only says what it does; one that waits for something else must not hold up the others. */
const patience = 10_000;

/** Waits for work that no database does: not for ever, and not past an interrupt. Throws REV_INTERRUPTED. */
export async function inTime<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It has not ended within ${patience / 1000} s.`)), patience);
  });
  try {
    return await untilAborted(Promise.race([work, late]), signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for work that cannot be stopped, and no more once the signal comes. Throws REV_INTERRUPTED. */
export async function untilAborted<T>(work: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new RevError('REV_INTERRUPTED', 'Interrupted.'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
  });
  try {
    // What has ended already counts.
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
