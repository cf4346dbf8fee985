import { RevError } from '../errors.js';

/** Long for a revision that only says what it does; one that waits for something else must not hold up the others. */
const patience = 10_000;

/** Waits for work that no database does: not for ever, and not past an interrupt. Throws REV_INTERRUPTED. */
export async function inTime<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It has not ended within ${patience / 1000} s.`)), patience);
    onAbort = () => reject(new RevError('REV_INTERRUPTED', 'Interrupted.'));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}
