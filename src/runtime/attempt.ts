import { randomUUID } from 'node:crypto';
import { RevError } from '../errors.js';
import { callRevision } from './call.js';
import { type StepReport, statementEvent } from './events.js';
import { halfRunOf } from './half-runs.js';
import { HeldTransaction } from './held-transaction.js';
import type { HalfRun, Journal, JournalEntry } from './journal.js';
import { LiveExecutor } from './live-executor.js';
import type { PreparedStep } from './prepare.js';
import { Progress, type Resume } from './progress.js';
import type { RunOptions } from './run-options.js';
import { explain, interrupted, type Outcome, unheard } from './step-failure.js';
import { assertRows, RowsMoved, rowsBefore, type VersionTable } from './version-table.js';

/** What the steps of one run share. */
export interface Session {
  readonly options: RunOptions;
  readonly table: VersionTable;
  /** null: it cannot be kept. */
  readonly journal: Journal | null;
  /** What was half done when the run was planned. */
  readonly half?: readonly HalfRun[];
  /** What `resume` of the options is said of: the first half-done revision of the run, and no other one. */
  readonly resumed?: { revision: string | null };
}

/** A step that has been run. Milliseconds. */
export type FinishedStep = StepReport & { readonly duration: number };

/** A revision would leave its transaction while another runner may be between two of its own. It begins anew, alone. */
export class NotAlone extends Error {}

export interface AttemptOptions {
  /** What an earlier run has left half done. */
  readonly half: HalfRun | null;
  /** How it goes on; absent: that is found out. */
  readonly resume?: Resume | undefined;
  /** Keeps other runners out between transactions; throws NotAlone. Absent: the run is one transaction. */
  readonly beAlone?: () => Promise<void>;
  /** The revision was begun before, and all of that was undone: nobody is told of its beginning once more. */
  readonly isAgain?: boolean;
  /** The one before it in the same transaction. */
  readonly after?: Attempt | undefined;
  /** What `op.autocommit` does instead, where there is no leaving the transaction. It throws. */
  readonly leave?: () => never;
}

/** One run of one revision. */
export class Attempt {
  readonly #session: Session;
  readonly #step: PreparedStep;
  readonly #options: AttemptOptions;
  readonly #progress: Progress;
  readonly #executor: LiveExecutor;
  readonly #started: Date;
  #journal: Journal | null;
  #hash: string | null = null;
  /** The transaction that the revision is in; null: outside of any, or in the whole run's. */
  #segment: HeldTransaction | null = null;
  /** Whether something of this revision is half done, or might be. */
  #maySettle = true;
  /** The version rows that the next transaction expects. */
  #rows: readonly string[] = [];

  constructor(session: Session, step: PreparedStep, options: AttemptOptions) {
    const { dialect, driver, report, timeouts, signal } = session.options;
    this.#session = session;
    this.#step = step;
    this.#options = options;
    // The journal is read in this order, and a revision may be taken down and run again within a millisecond.
    this.#started = new Date(Math.max(Date.now(), options.after ? options.after.#started.getTime() + 1 : 0));
    this.#journal = session.journal;
    this.#progress = new Progress(session.journal, options.half, options.resume);
    this.#executor = new LiveExecutor(dialect, driver, {
      caller: 'revision',
      transactional: this.#isTransactional,
      progress: this.#progress,
      writerTimeout: timeouts.writerTimeout,
      outside: (work) => this.#outside(work),
      onStatement: (statement) => report(statementEvent(statement)),
      onBackfill: (progress) => report({ kind: 'backfilling', ...progress }),
      signal,
    });
  }

  /** The revision in transactions of its own, or in none where it asks for it. */
  async runAlone(rows: readonly string[]): Promise<void> {
    const { driver } = this.#session.options;
    if (!this.#isTransactional) {
      await this.#assertRows(rows);
      await this.#call(() => this.#keepEntry());
      await driver.transaction(
        async () => {
          await this.#assertRows(rows);
          await this.#finish();
        },
        { ...this.#session.options.timeouts, keepsForeignKeys: true },
      );
      return;
    }
    await this.#begin(rows, () => this.#assertHalf());
    try {
      await this.#call(async () => {
        if (this.#options.half) await this.#keepEntry();
      });
      await this.#finish();
    } catch (error) {
      await this.#segment?.rollback();
      throw error;
    }
    await this.#segment?.commit();
  }

  /** The same in a transaction that the caller has begun. */
  async runInside(): Promise<void> {
    await this.#call(async () => undefined);
    await this.#finish();
  }

  /** Once it is committed, which no listener makes undone. Throws REV_RUN_HOOK where one fails. */
  done(): FinishedStep {
    const { report } = this.#step;
    const duration = this.#duration;
    try {
      this.#session.options.report({ kind: 'stepDone', step: report, duration });
    } catch (error) {
      throw unheard(report, error);
    }
    return { ...report, duration };
  }

  /** The error to throw, once all is rolled back that can be; the journal is told. */
  async failed(error: unknown, whole: 'revision' | 'run'): Promise<unknown> {
    if (error instanceof RowsMoved || error instanceof NotAlone) return error;
    const { options } = this.#session;
    const outcome: Outcome = this.#progress.isSaved
      ? {
          kind: 'half',
          done: this.#progress.kept,
          isKept: this.#progress.entry !== null,
          isUnknown: this.#progress.isUnknown,
        }
      : { kind: whole };
    const explained = options.signal?.aborted
      ? interrupted(this.#step.report, outcome)
      : explain(error, this.#step.report, outcome);
    await this.#tellFailure(explained instanceof RevError ? explained.code : null);
    return explained;
  }

  /** Whether another attempt would begin where this one did, or goes on where the journal says. */
  get isRepeatable(): boolean {
    const { isSaved, entry, isUnknown } = this.#progress;
    // What a person has said of the interrupted operation was said of this attempt.
    return !isSaved || (entry !== null && !isUnknown && this.#options.resume === undefined);
  }

  get #isTransactional(): boolean {
    return this.#step.source?.transactional !== false;
  }

  /** `also`: what else must hold; it is asked at the same time. */
  async #begin(rows: readonly string[], also?: () => Promise<void>): Promise<void> {
    const { driver, timeouts } = this.#session.options;
    this.#segment = await HeldTransaction.open(driver, timeouts);
    try {
      await driver.asBegun(() => Promise.all([this.#assertRows(rows), also?.()]));
    } catch (error) {
      await this.#segment.rollback();
      throw error;
    }
    this.#rows = rows;
  }

  async #assertRows(rows: readonly string[]): Promise<void> {
    const { driver } = this.#session.options;
    await driver.asBegun(() => assertRows(this.#session.table, driver, rows));
  }

  /** Since it was last read, another runner may have left this revision half done. Throws NotAlone. */
  async #assertHalf(): Promise<void> {
    const { driver } = this.#session.options;
    const runs = (await this.#journal?.halfRuns(driver)) ?? [];
    this.#maySettle = runs.some(({ revision }) => revision === this.#step.step.revision);
    if (halfRunOf(runs, this.#step)?.id !== this.#options.half?.id) throw new NotAlone();
  }

  /** The revision's own function. */
  async #call(before: () => Promise<void>): Promise<void> {
    const { options } = this.#session;
    const { source, call, report } = this.#step;
    options.signal?.throwIfAborted();
    if (!this.#options.isAgain) options.report({ kind: 'stepStarted', step: report });
    this.#hash = source ? await source.contentHash() : null;
    await before();
    if (this.#progress.resumed > 0)
      options.report({ kind: 'resumed', step: report, position: this.#progress.resumed });
    const { dialect, args, folder, signal } = options;
    try {
      if (call) await callRevision(call, { dialect, executor: this.#executor, args, folder, signal });
      this.#progress.finish();
    } finally {
      await this.#executor.close();
    }
  }

  /** `op.autocommit`. */
  async #outside(work: () => Promise<void>): Promise<void> {
    const { driver } = this.#session.options;
    this.#options.leave?.();
    const segment = this.#segment;
    if (!segment || !this.#options.beAlone) {
      throw new RevError(
        'REV_USAGE',
        `Revision ${this.#step.report.revision} has a part outside of a transaction, so the run cannot be one.`,
        { hint: "Run without --atomic (transaction: 'each')." },
      );
    }
    await this.#options.beAlone();
    if (this.#progress.entry === null) await this.#keepEntry();
    await this.#progress.save(driver);
    this.#segment = null;
    await segment.commit();
    this.#progress.saved();
    await work();
    await this.#begin(this.#rows);
  }

  /** From now on the journal knows that the revision is half done, and how far. */
  async #keepEntry(): Promise<void> {
    const journal = this.#journal;
    const { driver, report } = this.#session.options;
    const id = randomUUID();
    if (journal) {
      try {
        const entry = this.#entry(id, 'running', null);
        const keep = () => driver.runAllOrNone(journal.entry(entry, { settles: this.#maySettle }));
        // Where no transaction is open, it waits for others as long as the revision's own would.
        await (this.#isTransactional
          ? driver.asBegun(keep)
          : driver.transaction(() => driver.asBegun(keep), this.#session.options.timeouts));
        this.#progress.keptAs(id);
      } catch (error) {
        // What an earlier run has left half done would stay there as it is, and be done twice.
        if (!journal.isRefusal(error) || this.#options.half) throw error;
        this.#journal = null;
        report({
          kind: 'warning',
          text: `No journal entry was written, so that the revision cannot be resumed if it is interrupted: ${error.message}`,
        });
      }
    }
    if (!this.#isTransactional) this.#progress.saved();
  }

  /** Version rows and the journal's entry, in the transaction that the caller has begun. */
  #finish(): Promise<void> {
    return this.#session.options.driver.asBegun(() => this.#writeRows());
  }

  async #writeRows(): Promise<void> {
    const { options, table } = this.#session;
    const written = table.write(options.driver, this.#step.step.rows);
    if (options.afterStep) {
      await written;
      const after = await table.read(options.driver);
      await options.afterStep(this.#step.report, { before: rowsBefore(after, this.#step.step.rows), after });
    }
    // Both are sent at once.
    const kept = options.driver
      .asBegun(() => this.#keepDone())
      .then(
        () => null,
        (error: unknown) => ({ error }),
      );
    await written;
    const failure = await kept;
    if (!failure) return;
    const { error } = failure;
    // The version rows rule without a journal: one that cannot be written is said, and the revision stands.
    if (!this.#journal?.isRefusal(error)) throw error;
    options.report({ kind: 'warning', text: `No journal entry was written: ${error.message}` });
  }

  async #keepDone(): Promise<void> {
    const journal = this.#journal;
    if (!journal) return;
    const { driver } = this.#session.options;
    const id = this.#progress.entry;
    const entry = this.#entry(id ?? randomUUID(), 'done', null);
    if (id === null) return driver.runAllOrNone(journal.entry(entry, { settles: this.#maySettle }));
    // Inside of the revision's transaction this is a savepoint.
    await driver.transaction(async () => {
      await journal.change(driver, id, entry);
      await journal.settle(driver, entry.revision);
    });
  }

  async #tellFailure(code: string | null): Promise<void> {
    const journal = this.#journal;
    if (!journal) return;
    const { driver, timeouts } = this.#session.options;
    const id = this.#progress.isSaved ? this.#progress.entry : null;
    const entry = this.#entry(id ?? randomUUID(), 'failed', code);
    const { finishedAt, duration, status, errorCode } = entry;
    try {
      await driver.transaction(
        () =>
          driver.asBegun(() =>
            id === null
              ? driver.runAll(journal.entry({ ...entry, progress: null, pending: null }, { settles: false }))
              : // How far it is stands there already.
                journal.change(driver, id, { finishedAt, duration, status, errorCode }),
          ),
        timeouts,
      );
    } catch {
      // The connection may be what failed; the revision's own error says more than this one would.
    }
  }

  get #duration(): number {
    return Math.max(Date.now() - this.#started.getTime(), 0);
  }

  #entry(id: string, status: JournalEntry['status'], errorCode: string | null): JournalEntry {
    const { revision, direction, message } = this.#step.report;
    const isRunning = status === 'running';
    return {
      id,
      revision,
      direction,
      message,
      startedAt: this.#started.toISOString(),
      finishedAt: isRunning ? null : new Date().toISOString(),
      duration: isRunning ? null : this.#duration,
      status,
      position: this.#progress.position,
      errorCode,
      contentHash: this.#hash,
      progress: isRunning ? this.#progress.hash : null,
      pending: isRunning ? this.#progress.pending : null,
      checkpoint: isRunning ? this.#progress.checkpoint : null,
      tag: this.#session.options.tag ?? null,
    };
  }
}
