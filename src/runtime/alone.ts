import type { QualifiedName } from '../catalog/index.js';
import type { Dialect, Driver, RunnerLock } from '../dialects/dialect.js';
import type { Report } from './events.js';
import { Lease } from './lease.js';
import { untilTaken } from './waiting.js';

/** How runners keep each other out: by the database's own lock, or by a row that must be renewed. */
export type RunnerLockChoice =
  | { readonly kind: 'session' }
  /** Milliseconds until a row that is not renewed counts no more. */
  | { readonly kind: 'lease'; readonly duration: number };

export interface AloneOptions {
  readonly dialect: Dialect;
  readonly driver: Driver;
  readonly versionTable: QualifiedName;
  readonly lock: RunnerLockChoice;
  /** How long to wait for another runner, in milliseconds. */
  readonly lockWait: number;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does what only one runner may do at a time. Throws REV_LOCKED when the waiting is over, or where a lease was lost;
 * REV_POOLER where the lock would keep nobody out; REV_INTERRUPTED.
 */
export async function alone<T>(options: AloneOptions, work: () => Promise<T>): Promise<T> {
  const { dialect, driver, versionTable, lock } = options;
  const session = await dialect.runnerLock(driver, versionTable);
  const held =
    lock.kind === 'lease'
      ? beside(
          await Lease.open(dialect, driver, { of: versionTable, duration: lock.duration }),
          async () => session,
        )
      : beside(session, () => Lease.find(dialect, driver, versionTable));
  const release = await waitFor(held, options);
  try {
    return await work();
  } finally {
    await release();
  }
}

/**
 * While a configuration changes from one kind to the other, runners of both may meet. Each takes its own first and looks
 * at the other's then: so of two at least one sees the other.
 */
function beside(ours: RunnerLock, theirs: () => Promise<RunnerLock | null>): RunnerLock {
  const other = async () => (await (await theirs())?.holder()) ?? null;
  return {
    async take() {
      const release = await ours.take();
      if (!release) return null;
      let isFree = false;
      try {
        isFree = (await other()) === null;
      } finally {
        if (!isFree) await release();
      }
      return isFree ? release : null;
    },
    holder: async () => (await other()) ?? ours.holder(),
  };
}

/** Keeps others out between the transactions of one revision, too. `wait`: in milliseconds. */
export async function aloneBetween(options: AloneOptions, wait: number): Promise<() => Promise<void>> {
  // A lease is no transaction's.
  if (options.lock.kind === 'lease') return async () => {};
  const lock = await options.dialect.lockBetween(options.driver, options.versionTable);
  return waitFor(lock, { ...options, lockWait: wait });
}

/** `alone` for work on the whole database, which a revision between two of its transactions would be in the way of, too. */
export function aloneWithAll<T>(options: AloneOptions, work: () => Promise<T>): Promise<T> {
  return alone(options, async () => {
    const release = await aloneBetween(options, options.lockWait);
    try {
      return await work();
    } finally {
      await release();
    }
  });
}

function waitFor(lock: RunnerLock, { versionTable, lockWait, report, signal }: AloneOptions) {
  return untilTaken(lock, { name: versionTable, timeout: lockWait, report, signal });
}
