import type { QualifiedName } from '../catalog/index.js';
import type { Dialect, Driver, TransactionOptions } from '../dialects/dialect.js';
import type { Plan } from '../graph/graph.js';
import type { RunnerLockChoice } from './alone.js';
import type { RunBackup } from './backup.js';
import type { Report, StepReport } from './events.js';
import type { Half } from './halves.js';
import type { PreparedStep } from './prepare.js';
import type { Resume } from './progress.js';
import type { RevisionSource } from './revision-source.js';

/** What a run has done. Milliseconds. */
export interface RunResult {
  readonly steps: readonly (StepReport & { readonly duration: number })[];
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The backup that was taken before the first step. */
  readonly backup?: string;
}

export interface RunOptions {
  readonly dialect: Dialect;
  readonly driver: Driver;
  readonly versionTable: QualifiedName;
  readonly journalTable: QualifiedName;
  readonly toolVersion: string;
  /** Made again whenever the rows turn out to be others: after the lock is taken, and where another runner was first. */
  readonly plan: (rows: readonly string[]) => Plan;
  readonly revision: (id: string) => RevisionSource;
  /** All that a revision stands on, itself included; nothing for one that no file has. */
  readonly needs: (revision: string) => readonly string[];
  /** Whether the run is to end with that revision, which is applied. Absent: it does not say. */
  readonly wants?: ((revision: string, rows: readonly string[]) => boolean) | undefined;
  /** `each`: a transaction for each revision; `all`: one for the whole run. */
  readonly transaction: 'each' | 'all';
  readonly timeouts: TransactionOptions;
  /** How other runners are kept out. */
  readonly lock: RunnerLockChoice;
  /** How often a transaction is run again that did not get a lock in time (`timeouts`). */
  readonly lockRetries: number;
  /** How long to wait for another runner, in milliseconds. */
  readonly lockWait: number;
  readonly args: Readonly<Record<string, string>>;
  /** The project's folder. */
  readonly folder: string;
  readonly report: Report;
  /** How a revision that is half done goes on, where that cannot be found out. */
  readonly resume?: Resume | undefined;
  /**
   * Asked once with what is going to be run, before anybody is kept waiting; throws to refuse. What turns out to be more
   * than that afterwards is refused.
   */
  readonly consent?: ((steps: readonly PreparedStep[]) => Promise<void>) | undefined;
  /** Takes a backup, before the first step and before anything is written. */
  readonly backup?: RunBackup | undefined;
  /** The lock is held, and these steps come. What it throws ends the run. For each way that the run goes. */
  readonly beforeRun?: ((run: Pick<Half, 'steps' | 'before'>) => Promise<void>) | undefined;
  /** In the step's own transaction, its version rows changed. What it throws fails the step. */
  readonly afterStep?:
    | ((step: StepReport, rows: Pick<Half, 'before' | 'after'>) => Promise<void>)
    | undefined;
  /** All steps are committed, and the lock is still held. For each way that the run has gone. */
  readonly afterRun?: ((run: RunResult) => Promise<void>) | undefined;
  /** For the journal. */
  readonly tag?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}
