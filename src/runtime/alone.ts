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
  const ours =
    lock.kind === 'lease'
      ? await Lease.open(dialect, driver, { of: versionTable, duration: lock.duration })
      : await dialect.runnerLock(driver, versionTable);
  const release = await waitFor(ours, options);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Keeps others out between the transactions of one revision, too. `wait`: in milliseconds. */
export async function aloneBetween(options: AloneOptions, wait: number): Promise<() => Promise<void>> {
  // A lease is no transaction's.
  if (options.lock.kind === 'lease') return async () => {};
  const lock = await options.dialect.lockBetween(options.driver, options.versionTable);
  return waitFor(lock, { ...options, lockWait: wait });
}

function waitFor(lock: RunnerLock, { versionTable, lockWait, report, signal }: AloneOptions) {
  return untilTaken(lock, { name: versionTable, timeout: lockWait, report, signal });
}
