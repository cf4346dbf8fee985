import { RevError } from '../errors.js';
import type { Report } from './events.js';

/** What a lock calls while it waits: says it once. Throws REV_INTERRUPTED after an interrupt, which ends the waiting. */
export function waitingReport({
  report,
  signal,
}: {
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
}): () => void {
  let isSaid = false;
  return () => {
    if (signal?.aborted)
      throw new RevError('REV_INTERRUPTED', 'Interrupted while waiting for another runner.');
    if (!isSaid) report({ kind: 'waiting', text: 'Another runner holds the lock; waiting for it.' });
    isSaid = true;
  };
}
