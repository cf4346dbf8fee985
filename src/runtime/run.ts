import { displayName } from '../catalog/index.js';
import { RevError } from '../errors.js';
import type { RowChange } from '../graph/graph.js';
import { alone, aloneWithAll } from './alone.js';
import { StartingPoint } from './backup.js';
import type { StepReport } from './events.js';
import {
  forgetHalfRuns,
  refuseAround,
  refuseHalfGone,
  statedRuns,
  wantedFrom,
  warnOfHalfRuns,
} from './half-runs.js';
import { halvesOf } from './halves.js';
import type { Journal } from './journal.js';
import { LockRetry, reading } from './lock-retry.js';
import { ownTables } from './own-tables.js';
import { prepare } from './prepare.js';
import type { RunOptions, RunResult } from './run-options.js';
import { assertTogether, runAlone, runTogether } from './step.js';
import { assertRows, RowsMoved, rowsAfter, type VersionTable } from './version-table.js';

export type { RunResult } from './run-options.js';

/**
 * Runs a plan: one runner at a time, each revision entirely or not at all, version rows in the same transaction.
 * Throws REV_LOCKED, REV_BACKUP (nothing was run), REV_REVISION_FAILED (the revision was rolled back, earlier ones stay), REV_INTERRUPTED, REV_ROWS,
 * and what `plan` and `prepare` throw before anything is touched.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { driver } = options;
  const { table, journal } = await ownTables(options);
  // A plan that cannot be, and modules that do not load, are found before the database is written to at all.
  const rows = await reading(options, () => table.read(driver));
  const plan = options.plan(rows);
  const foreseen = await prepare(plan, options.revision);
  // Nothing to do must not wait for anybody.
  if (plan.steps.length === 0 && plan.dropped.length === 0) {
    const half = await reading(options, () => journal.halfRuns(driver));
    refuseHalfGone(half, wantedFrom(options, rows));
    if (statedRuns(half, plan).length === 0) {
      // A revision that is half taken down counts as applied: nothing else would say what became of it.
      warnOfHalfRuns(half, options.report);
      return { steps: [], before: rows, after: rows };
    }
  }
  await options.backup?.assert();
  await options.consent?.(foreseen);
  const asked = options.consent && new Set(foreseen.map(({ step }) => step.revision));
  const start = new StartingPoint(options.backup);
  // With a backup from the beginning to the end: another one that is taken meanwhile would have this one deleted as old.
  return (options.backup ? aloneWithAll : alone)(options, async () => {
    try {
      if (options.transaction === 'all') assertTogether(foreseen);
      const found = await reading(options, () => table.read(driver));
      if (options.plan(found).steps.length > 0) await start.keep(found);
      if (!(await table.exists(driver))) await createTables(options, table);
      const kept = await openJournal(options, journal);
      const result = await runSteps(options, table, kept, asked, start);
      await start.succeeded();
      return { ...result, ...(start.file === undefined ? {} : { backup: start.file }) };
    } catch (error) {
      throw start.explain(error);
    }
  });
}

async function createTables({ driver, timeouts }: RunOptions, table: VersionTable): Promise<void> {
  await driver.transaction(async () => {
    // Another runner may have been first where the lock is the transaction itself (SQLite).
    if (!(await table.exists(driver))) await driver.runAll(table.create());
  }, timeouts);
}

async function openJournal(options: RunOptions, journal: Journal): Promise<Journal | null> {
  const { driver, journalTable, timeouts, report } = options;
  try {
    await new LockRetry(options).repeated(() => driver.transaction(() => journal.ensure(driver), timeouts));
    return journal;
  } catch (error) {
    if (!journal.isRefusal(error)) throw error;
    if (await journal.mayTellOfHalfRuns(driver)) {
      throw new RevError(
        'REV_RESUME',
        `The journal ${displayName(journalTable)} cannot be used, and it may say how far a revision is that is half done: ${error.message}`,
        {
          hint: `Nothing was run. ${error.hint ?? 'Give the user of the URL what is missing, or upgrade as the owner of the journal.'}`,
          data: { ...error.data, journal: displayName(journalTable) },
          cause: error,
        },
      );
    }
    const hint = error.hint === undefined ? '' : `\n${error.hint}`;
    report({ kind: 'warning', text: `No journal is kept: ${error.message}${hint}` });
    return null;
  }
}

async function runSteps(
  options: RunOptions,
  table: VersionTable,
  journal: Journal | null,
  asked: ReadonlySet<string> | undefined,
  start: StartingPoint,
): Promise<RunResult> {
  const done: (StepReport & { duration: number })[] = [];
  const resumed = { revision: null };
  let before: readonly string[] | undefined;
  const { driver } = options;
  let intended: ReadonlySet<string> | undefined;
  let isBegun = false;
  for (;;) {
    const rows = await reading(options, () => table.read(driver));
    before ??= rows;
    const plan = options.plan(rows);
    // Made again after another runner's step, a relative target must not go further than it first meant.
    intended ??= new Set(plan.steps.map((step) => step.revision));
    const meant = intended;
    const steps = await prepare(
      { ...plan, steps: plan.steps.filter((step) => meant.has(step.revision)) },
      options.revision,
    );
    if (asked && steps.some(({ step }) => !asked.has(step.revision))) {
      throw new RevError(
        'REV_CONSENT',
        'Another runner has changed the database since the question was asked.',
        {
          hint: 'Nothing was run. Run the same command again.',
        },
      );
    }
    if (plan.dropped.length > 0) {
      options.report({
        kind: 'warning',
        text: `The version table held ${plan.dropped.join(', ')} although a later revision implies it; removed.`,
      });
    }
    const half = (await reading(options, async () => journal?.halfRuns(driver))) ?? [];
    const stated = statedRuns(half, plan);
    refuseAround(half, steps, options.needs);
    refuseHalfGone(half, wantedFrom(options, rows));
    const stays = half.filter(
      (run) => !stated.includes(run) && !steps.some(({ step }) => step.revision === run.revision),
    );
    warnOfHalfRuns(stays, options.report);
    try {
      if (steps.length > 0 && done.length === 0) await start.keep(rows);
      if (!isBegun && steps.length > 0) {
        isBegun = true;
        for (const half of halvesOf(steps, before)) await options.beforeRun?.(half);
      }
      // Each transaction leaves them so, or fails. They are not read again at the end: what is committed has succeeded,
      // and nobody who holds the table then can make an error of it.
      let after = rows;
      if (steps.length === 0 && plan.dropped.length > 0) {
        const changes = plan.dropped.map((id): RowChange => ({ kind: 'delete', id }));
        await changeRows(options, table, changes, rows);
        after = rowsAfter(rows, changes);
      }
      const session = { options, table, journal, resumed, half };
      if (options.transaction === 'all') {
        done.push(...(await runTogether(session, steps, rows)));
        for (const { step } of steps) after = rowsAfter(after, step.rows);
      } else {
        for (const step of steps) {
          done.push(await runAlone(session, step, after));
          after = rowsAfter(after, step.step.rows);
        }
      }
      if (journal && stated.length > 0) await forgetHalfRuns(options, journal, stated);
      const result = { steps: done, before, after };
      const halves = halvesOf(steps, rows);
      // Of several turns only the whole is told; what goes both ways is one transaction, and one turn.
      if (halves.length > 1) {
        for (const half of halves) {
          const isOf = ({ direction }: StepReport) => direction === half.steps[0]?.direction;
          await options.afterRun?.({ ...half, steps: done.filter(isOf) });
        }
      } else if (done.length > 0) await options.afterRun?.(result);
      return result;
    } catch (error) {
      if (!(error instanceof RowsMoved)) throw error;
    }
  }
}

/** Rows that lie under another row say nothing, and no run may leave them. */
async function changeRows(
  { driver, timeouts }: RunOptions,
  table: VersionTable,
  changes: readonly RowChange[],
  expected: readonly string[],
): Promise<void> {
  await driver.transaction(async () => {
    await assertRows(table, driver, expected);
    await table.write(driver, changes);
  }, timeouts);
}
