import type { Dialect } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import type { Executor } from './executor.js';
import { untilAborted } from './in-time.js';
import { makeOp } from './op.js';
import { QueryWatch } from './query-watch.js';
import { OrderedQueue } from './queue.js';
import type { RevisionFunctions } from './revision-source.js';

export interface CallOptions {
  readonly dialect: Dialect;
  readonly executor: Executor;
  readonly args: Readonly<Record<string, string>>;
  /** The project's folder. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

/** Calls one function of a revision and waits for all that it has asked for, awaited or not. */
export function callRevision(call: RevisionFunctions['upgrade'], options: CallOptions): Promise<void> {
  return inOrder((parts) => call(makeOp({ ...options, ...parts })), options.signal);
}

/**
 * Does the work, and waits for all that it has put into the queue, awaited or not. An abort ends the waiting for what no
 * database does; what is running in the queue is waited for all the same. Throws REV_INTERRUPTED.
 */
export async function inOrder(
  work: (parts: { readonly queue: OrderedQueue; readonly watch: QueryWatch }) => unknown,
  signal?: AbortSignal,
): Promise<void> {
  const queue = new OrderedQueue();
  const watch = new QueryWatch();
  const strays = watchStrays();
  try {
    signal?.throwIfAborted();
    await untilAborted(work({ queue, watch }), signal);
    await queue.drain();
    // Node reports a promise that failed and was left behind only after the microtasks: before any commit.
    await new Promise((resolve) => setImmediate(resolve));
    await queue.drain();
    strays.check();
    watch.check();
  } catch (error) {
    // What is already queued must have ended before a transaction is rolled back.
    if (signal?.aborted) queue.abandon(error);
    else queue.close();
    await queue.drain().catch(() => undefined);
    throw ownError(error);
  } finally {
    queue.close();
    strays.stop();
  }
}

/** Promises that a revision leaves behind: one that fails while it runs fails the revision. */
function watchStrays(): { check(): void; stop(): void } {
  const failures: unknown[] = [];
  const listener = (error: unknown) => failures.push(error);
  process.on('unhandledRejection', listener);
  return {
    check() {
      if (failures.length > 0) throw failures[0];
    },
    stop: () => process.off('unhandledRejection', listener),
  };
}

/** drizzle wraps the error of a query in one that shows the query's values; the one inside does not. */
function ownError(error: unknown): unknown {
  for (let each = error; each instanceof Error; each = each.cause) if (each instanceof RevError) return each;
  return error;
}
