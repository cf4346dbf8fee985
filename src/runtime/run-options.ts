import type { QualifiedName } from '../catalog/index.js';
import type { Dialect, Driver, TransactionOptions } from '../dialects/dialect.js';
import type { Plan } from '../graph/graph.js';
import type { TakenBackup } from './backup.js';
import type { Report } from './events.js';
import type { PreparedStep } from './prepare.js';
import type { Resume } from './progress.js';
import type { RevisionSource } from './revision-source.js';

export interface RunOptions {
  readonly dialect: Dialect;
  readonly driver: Driver;
  readonly versionTable: QualifiedName;
  readonly journalTable: QualifiedName;
  readonly toolVersion: string;
  /** Made again whenever the rows turn out to be others: after the lock is taken, and where another runner was first. */
  readonly plan: (rows: readonly string[]) => Plan;
  readonly revision: (id: string) => RevisionSource;
  /** `each`: a transaction for each revision; `all`: one for the whole run. */
  readonly transaction: 'each' | 'all';
  readonly timeouts: TransactionOptions;
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
  readonly backup?: (() => Promise<TakenBackup>) | undefined;
  /** For the journal. */
  readonly tag?: string | undefined;
  readonly signal?: AbortSignal;
}
