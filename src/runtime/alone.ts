import type { QualifiedName } from '../catalog/index.js';
import type { Dialect, Driver } from '../dialects/dialect.js';
import type { Report } from './events.js';
import { waitingReport } from './waiting.js';

export interface AloneOptions {
  readonly dialect: Dialect;
  readonly driver: Driver;
  readonly versionTable: QualifiedName;
  /** How long to wait for another runner, in milliseconds. */
  readonly lockWait: number;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
}

/** Work on the whole database, while no runner is at it. Throws REV_LOCKED, REV_INTERRUPTED. */
export async function alone<T>(options: AloneOptions, work: () => Promise<T>): Promise<T> {
  const { dialect, driver, versionTable, lockWait } = options;
  const waiting = waitingReport(options);
  const release = await dialect.lock(driver, versionTable, lockWait, waiting);
  try {
    const releaseBetween = await dialect.lockBetween(driver, versionTable, lockWait, waiting);
    try {
      return await work();
    } finally {
      await releaseBetween();
    }
  } finally {
    await release();
  }
}
