import { randomUUID } from 'node:crypto';
import { sameData } from '../catalog/index.js';
import type { Driver } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import { callRevision } from './call.js';
import type { StepReport } from './events.js';
import type { Journal, JournalEntry } from './journal.js';
import { LiveExecutor } from './live-executor.js';
import type { PreparedStep } from './prepare.js';
import type { RunOptions } from './run-options.js';
import type { VersionTable } from './version-table.js';

/** What the steps of one run share. */
export interface Session {
  readonly options: RunOptions;
  readonly table: VersionTable;
  /** null: it cannot be kept. */
  readonly journal: Journal | null;
}

/** A step that has been run. Milliseconds. */
export type FinishedStep = StepReport & { readonly duration: number };

/** The rows were not those that the plan was made for. */
export class RowsMoved extends Error {}

/** What a failure leaves behind, for its message. */
const outcomes = {
  revision: 'It was rolled back; the revisions before it stay.',
  run: 'The whole run was rolled back.',
  nothing:
    'It ran outside a transaction, so what it had done is still there. See docs/revisions.md, "Outside a transaction".',
};

type Outcome = keyof typeof outcomes;

/** One step in its own transaction, or outside of any where the revision asks for it. */
export async function runAlone(
  session: Session,
  step: PreparedStep,
  rows: readonly string[],
): Promise<FinishedStep> {
  const { driver } = session.options;
  const attempt = new Attempt(session, step);
  const work = async () => {
    await assertRows(session.table, driver, rows);
    await attempt.run();
  };
  const isTransactional = step.source?.transactional !== false;
  try {
    await (isTransactional ? driver.transaction(work, session.options.timeouts) : work());
  } catch (error) {
    throw await attempt.failed(error, isTransactional ? 'revision' : 'nothing');
  }
  return attempt.done();
}

/** All steps in one transaction. Throws REV_USAGE for a revision that cannot be in one. */
export async function runTogether(
  session: Session,
  steps: readonly PreparedStep[],
  rows: readonly string[],
): Promise<readonly FinishedStep[]> {
  const alone = steps.find((step) => step.source?.transactional === false);
  if (alone) {
    throw new RevError(
      'REV_USAGE',
      `Revision ${alone.step.revision} cannot run in a transaction, so the run cannot be one.`,
      { hint: "Run without --atomic (transaction: 'each')." },
    );
  }
  const { driver, timeouts } = session.options;
  const attempts: Attempt[] = [];
  try {
    await driver.transaction(async () => {
      await assertRows(session.table, driver, rows);
      for (const step of steps) {
        const attempt = new Attempt(session, step);
        attempts.push(attempt);
        await attempt.run();
      }
    }, timeouts);
  } catch (error) {
    throw (await attempts.at(-1)?.failed(error, 'run')) ?? error;
  }
  return attempts.map((attempt) => attempt.done());
}

/** Throws RowsMoved where another runner, or anybody else, has changed the rows. */
export async function assertRows(
  table: VersionTable,
  driver: Driver,
  expected: readonly string[],
): Promise<void> {
  if (!sameData(await table.read(driver), expected)) throw new RowsMoved();
}

/** One run of one revision. */
class Attempt {
  readonly #session: Session;
  readonly #step: PreparedStep;
  readonly #executor: LiveExecutor;
  readonly #started = new Date();
  #hash: string | null = null;

  constructor(session: Session, step: PreparedStep) {
    const { dialect, driver, report } = session.options;
    this.#session = session;
    this.#step = step;
    this.#executor = new LiveExecutor(dialect, driver, {
      transactional: step.source?.transactional !== false,
      onStatement: ({ sql }) => report({ kind: 'statement', sql }),
    });
  }

  /** The revision's work, its version rows and its journal entry. The caller makes it one transaction. */
  async run(): Promise<void> {
    const { options, table, journal } = this.#session;
    const { step, source, call, report } = this.#step;
    options.signal?.throwIfAborted();
    options.report({ kind: 'stepStarted', step: report });
    this.#hash = source ? await source.contentHash() : null;
    const { dialect, args, folder } = options;
    if (call) await callRevision(call, { dialect, executor: this.#executor, args, folder });
    await table.write(options.driver, step.rows);
    if (journal) await this.#tell(journal);
  }

  /** The version rows rule without a journal: one that cannot be written is said, and the revision stands. */
  async #tell(journal: Journal): Promise<void> {
    const { driver, report } = this.#session.options;
    try {
      // Inside of the revision's transaction this is a savepoint.
      await driver.transaction(() => journal.write(driver, this.#entry('done', null)));
    } catch (error) {
      if (!(error instanceof RevError) || error.code !== 'REV_STATEMENT') throw error;
      report({ kind: 'warning', text: `No journal entry was written: ${error.message}` });
    }
  }

  /** Once it is committed. */
  done(): FinishedStep {
    const { report } = this.#step;
    const duration = this.#duration;
    this.#session.options.report({ kind: 'stepDone', step: report, duration });
    return { ...report, duration };
  }

  /** The error to throw, once all is rolled back that can be; the journal is told. */
  async failed(error: unknown, outcome: Outcome): Promise<unknown> {
    if (error instanceof RowsMoved) return error;
    const { options, journal } = this.#session;
    const explained = options.signal?.aborted
      ? interrupted(this.#step.report, outcome)
      : explain(error, this.#step.report, outcome);
    const code = explained instanceof RevError ? explained.code : null;
    try {
      await options.driver.transaction(
        async () => journal?.write(options.driver, this.#entry('failed', code)),
        options.timeouts,
      );
    } catch {
      // The connection may be what failed; the revision's own error says more than this one would.
    }
    return explained;
  }

  get #duration(): number {
    return Date.now() - this.#started.getTime();
  }

  #entry(status: JournalEntry['status'], errorCode: string | null): JournalEntry {
    const { revision, direction, message } = this.#step.report;
    return {
      id: randomUUID(),
      revision,
      direction,
      message,
      startedAt: this.#started.toISOString(),
      finishedAt: new Date().toISOString(),
      duration: this.#duration,
      status,
      position: this.#executor.position,
      errorCode,
      contentHash: this.#hash,
    };
  }
}

function interrupted({ revision }: StepReport, outcome: Outcome): RevError {
  return new RevError('REV_INTERRUPTED', `Interrupted at revision ${revision}.`, {
    hint:
      outcome === 'nothing' ? outcomes.nothing : 'It was rolled back. The same command goes on from here.',
    data: { revision },
  });
}

/** The failure of one revision, in the user's words; what was thrown stays as the cause. */
function explain(error: unknown, report: StepReport, outcome: Outcome): unknown {
  const revError = error instanceof RevError ? error : undefined;
  if (revError && !['REV_STATEMENT', 'REV_OPERATION', 'REV_UNSUPPORTED'].includes(revError.code))
    return error;
  const message = error instanceof Error ? error.message : String(error);
  const operation = revError?.data.operation;
  const name = `${report.revision}${report.message ? ` (${report.message})` : ''}`;
  return new RevError(
    'REV_REVISION_FAILED',
    `The ${report.direction} of revision ${name} failed${operation ? ` at: ${operation}` : ''}\n${message}`,
    {
      hint: [
        outcomes[outcome],
        // Where the error itself says what to do, the file need not be what is wrong.
        revError?.hint ?? 'Mend its file, and run the same command again.',
      ].join('\n'),
      data: { ...revError?.data, revision: report.revision, direction: report.direction },
      cause: error,
    },
  );
}
