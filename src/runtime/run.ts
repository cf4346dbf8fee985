import { randomUUID } from 'node:crypto';
import { type QualifiedName, sameData } from '../catalog/index.js';
import type { Dialect, Driver, TransactionOptions } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import type { Plan } from '../graph/graph.js';
import { callRevision } from './call.js';
import type { Report, StepReport } from './events.js';
import { Journal, type JournalEntry } from './journal.js';
import { LiveExecutor } from './live-executor.js';
import { type PreparedStep, prepare } from './prepare.js';
import type { RevisionSource } from './revision-source.js';
import { VersionTable } from './version-table.js';

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
  readonly signal?: AbortSignal;
}

export interface RunResult {
  readonly steps: readonly (StepReport & { readonly duration: number })[];
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The rows were not those that the plan was made for. */
class RowsMoved extends Error {}

/**
 * Runs a plan: one runner at a time, each revision entirely or not at all, version rows in the same transaction.
 * Throws REV_LOCKED, REV_REVISION_FAILED (the revision was rolled back, earlier ones stay), REV_INTERRUPTED, REV_ROWS,
 * and what `plan` and `prepare` throw before anything is touched.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { driver, dialect } = options;
  const table = new VersionTable(dialect, options.versionTable);
  // A plan that cannot be, and modules that do not load, are found before the database is written to at all.
  await prepare(options.plan(await table.read(driver)), options.revision);
  const release = await dialect.lock(driver, table.name, options.lockWait, () =>
    options.report({ kind: 'waiting', text: 'Another runner holds the lock; waiting for it.' }),
  );
  try {
    if (!(await dialect.hasTable(driver, table.name))) await createTables(driver, table, dialect);
    const journal = await openJournal(options);
    return await runSteps(options, table, journal);
  } finally {
    await release();
  }
}

async function createTables(driver: Driver, table: VersionTable, dialect: Dialect): Promise<void> {
  await driver.transaction(async () => {
    // Another runner may have been first where the lock is the transaction itself (SQLite).
    if (!(await dialect.hasTable(driver, table.name))) await driver.runAll(table.create());
  });
}

async function openJournal(options: RunOptions): Promise<Journal | null> {
  const journal = new Journal(options.dialect, options.journalTable, options.toolVersion);
  try {
    await options.driver.transaction(() => journal.ensure(options.driver));
    return journal;
  } catch (error) {
    if (!(error instanceof RevError) || error.code !== 'REV_STATEMENT') throw error;
    options.report({ kind: 'warning', text: `No journal is kept: ${error.message}` });
    return null;
  }
}

async function runSteps(
  options: RunOptions,
  table: VersionTable,
  journal: Journal | null,
): Promise<RunResult> {
  const done: (StepReport & { duration: number })[] = [];
  let before: readonly string[] | undefined;
  const { driver } = options;
  let intended: ReadonlySet<string> | undefined;
  for (;;) {
    const rows = await table.read(driver);
    before ??= rows;
    const plan = options.plan(rows);
    // Made again after another runner's step, a relative target must not go further than it first meant.
    intended ??= new Set(plan.steps.map((step) => step.revision));
    const meant = intended;
    const steps = await prepare(
      { ...plan, steps: plan.steps.filter((step) => meant.has(step.revision)) },
      options.revision,
    );
    if (plan.dropped.length > 0) {
      options.report({
        kind: 'warning',
        text: `The version table held ${plan.dropped.join(', ')} although a later revision implies it; removed.`,
      });
    }
    try {
      if (steps.length === 0 && plan.dropped.length > 0) await removeRows(table, driver, plan.dropped, rows);
      if (options.transaction === 'all') {
        assertTransactional(steps);
        await driver.transaction(async () => {
          await assertRows(table, driver, rows);
          for (const step of steps) done.push(await runStep(options, table, journal, step));
        }, options.timeouts);
      } else {
        let expected = rows;
        for (const step of steps) {
          const at = expected;
          done.push(await runAlone(options, table, journal, step, at));
          expected = await table.read(driver);
        }
      }
      return { steps: done, before, after: await table.read(driver) };
    } catch (error) {
      if (error instanceof RowsMoved) continue;
      await recordFailure(error, driver, journal);
      throw error;
    }
  }
}

/** Rows that lie under another row say nothing, and no run may leave them. */
async function removeRows(
  table: VersionTable,
  driver: Driver,
  ids: readonly string[],
  expected: readonly string[],
): Promise<void> {
  await driver.transaction(async () => {
    await assertRows(table, driver, expected);
    await table.write(
      driver,
      ids.map((id) => ({ kind: 'delete', id })),
    );
  });
}

/** Entries of failed revisions, by the error that they ended with: written once the revision is rolled back. */
const failures = new WeakMap<object, JournalEntry>();

async function recordFailure(error: unknown, driver: Driver, journal: Journal | null): Promise<void> {
  const entry = typeof error === 'object' && error !== null ? failures.get(error) : undefined;
  if (!entry || !journal) return;
  try {
    await driver.transaction(() => journal.write(driver, entry));
  } catch {
    // The connection may be what failed; the revision's own error says more than this one would.
  }
}

/** One step in its own transaction, or outside of any where the revision asks for it. */
async function runAlone(
  options: RunOptions,
  table: VersionTable,
  journal: Journal | null,
  step: PreparedStep,
  rows: readonly string[],
): Promise<StepReport & { duration: number }> {
  const { driver } = options;
  if (step.source?.transactional !== false) {
    return driver.transaction(async () => {
      await assertRows(table, driver, rows);
      return runStep(options, table, journal, step);
    }, options.timeouts);
  }
  await assertRows(table, driver, rows);
  return runStep(options, table, journal, step);
}

async function runStep(
  options: RunOptions,
  table: VersionTable,
  journal: Journal | null,
  { step, source, call, report }: PreparedStep,
): Promise<StepReport & { duration: number }> {
  const { driver, signal } = options;
  if (signal?.aborted) throw interrupted(report);
  options.report({ kind: 'stepStarted', step: report });
  const started = new Date();
  const executor = new LiveExecutor(options.dialect, driver, ({ sql }) =>
    options.report({ kind: 'statement', sql }),
  );
  const entry = (
    status: JournalEntry['status'],
    errorCode: string | null,
    hash: string | null,
  ): JournalEntry => ({
    id: randomUUID(),
    revision: report.revision,
    direction: report.direction,
    message: report.message,
    startedAt: started.toISOString(),
    finishedAt: new Date().toISOString(),
    duration: Date.now() - started.getTime(),
    status,
    position: executor.position,
    errorCode,
    contentHash: hash,
  });
  const hash = source ? await source.contentHash() : null;
  try {
    if (call)
      await callRevision(call, {
        dialect: options.dialect,
        executor,
        args: options.args,
        folder: options.folder,
      });
    await table.write(driver, step.rows);
    await journal?.write(driver, entry('done', null, hash));
  } catch (error) {
    const thrown = signal?.aborted ? interrupted(report) : failed(error, report, source);
    if (typeof thrown === 'object' && thrown !== null) {
      const code = thrown instanceof RevError ? thrown.code : null;
      failures.set(thrown, entry('failed', code, hash));
    }
    throw thrown;
  }
  const duration = Date.now() - started.getTime();
  options.report({ kind: 'stepDone', step: report, duration });
  return { ...report, duration };
}

async function assertRows(table: VersionTable, driver: Driver, expected: readonly string[]): Promise<void> {
  if (!sameData(await table.read(driver), expected)) throw new RowsMoved();
}

function assertTransactional(steps: readonly PreparedStep[]): void {
  const alone = steps.find((step) => step.source?.transactional === false);
  if (!alone) return;
  throw new RevError(
    'REV_USAGE',
    `Revision ${alone.step.revision} cannot run in a transaction, so the run cannot be one.`,
    {
      hint: "Run without --atomic (transaction: 'each').",
    },
  );
}

function interrupted(report: StepReport): RevError {
  return new RevError('REV_INTERRUPTED', `Interrupted at revision ${report.revision}; it was rolled back.`, {
    hint: 'Run the same command again: it goes on from here.',
    data: { revision: report.revision },
  });
}

/** The failure of one revision, in the user's words; what was thrown stays as the cause. */
function failed(error: unknown, report: StepReport, source: RevisionSource | null): unknown {
  const revError = error instanceof RevError ? error : undefined;
  if (revError && !['REV_STATEMENT', 'REV_OPERATION', 'REV_UNSUPPORTED'].includes(revError.code))
    return error;
  const message = error instanceof Error ? error.message : String(error);
  const operation = revError?.data.operation;
  const name = `${report.revision}${report.message ? ` (${report.message})` : ''}`;
  const outcome =
    source?.transactional === false
      ? 'It ran outside a transaction, so what it had done is still there. See docs/revisions.md, "Outside a transaction".'
      : 'It was rolled back; the revisions before it stay. Mend its file and run the same command again.';
  return new RevError(
    'REV_REVISION_FAILED',
    `The ${report.direction} of revision ${name} failed${operation ? ` at: ${operation}` : ''}\n${message}`,
    {
      hint: [...(revError?.hint ? [revError.hint] : []), outcome].join('\n'),
      data: { ...revError?.data, revision: report.revision, direction: report.direction },
      cause: error,
    },
  );
}
