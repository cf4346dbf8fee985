import { alone } from './alone.js';
import { Attempt, type FinishedStep, type Session } from './attempt.js';
import { halfRunOf, refuseAround, refuseHalfGone, wantedFrom, warnOfHalfRuns } from './half-runs.js';
import type { HalfRun } from './journal.js';
import { LockRetry, reading } from './lock-retry.js';
import { ownTables } from './own-tables.js';
import { type PreparedStep, prepare } from './prepare.js';
import type { RunOptions } from './run-options.js';

export interface DryRunResult {
  /** What was run and rolled back. */
  readonly steps: readonly FinishedStep[];
  /** Revisions that were not tried: the first leaves the transaction, or has done so; the others come after it. */
  readonly notTried: readonly string[];
  readonly before: readonly string[];
}

/** Thrown by a revision that leaves the transaction: only what came before it can be tried. */
class LeavesTransaction extends Error {}

/**
 * Runs a plan in one transaction and rolls it back. Everything is checked that a commit would check; nothing stays, no
 * journal is written. Throws what `run` throws.
 */
export async function dryRun(options: RunOptions): Promise<DryRunResult> {
  const { driver } = options;
  const { table, journal } = await ownTables(options);
  const read = () => reading(options, () => table.read(driver));
  const first = await read();
  await prepare(options.plan(first), options.revision);
  return alone(options, async () => {
    const before = await read();
    const all = await prepare(options.plan(before), options.revision);
    const half = await reading(options, () => journal.halfRuns(driver));
    refuseAround(half, all, options.needs);
    refuseHalfGone(half, wantedFrom(options, before));
    // What is done of it could only be done once more. From its beginning it is tried as any other.
    const found = all.filter((step) => halfRunOf(half, step));
    const begun = found[options.resume === 'restart' ? 1 : 0];
    const outside = all.findIndex((step) => step === begun || step.source?.transactional === false);
    const able = outside < 0 ? all : all.slice(0, outside);
    const isTried = (run: HalfRun) => able.some(({ step }) => step.revision === run.revision);
    warnOfHalfRuns(
      half.filter((run) => !isTried(run)),
      options.report,
    );
    const steps = await tryOut({ options, table, journal: null }, able);
    return { steps, notTried: all.slice(steps.length).map(({ step }) => step.revision), before };
  });
}

async function tryOut(session: Session, steps: readonly PreparedStep[]): Promise<readonly FinishedStep[]> {
  const { driver, timeouts } = session.options;
  const done: FinishedStep[] = [];
  const watch = new LockRetry(session.options);
  let attempt: Attempt | undefined;
  const work = async () => {
    if (!(await session.table.exists(driver))) await driver.runAll(session.table.create());
    for (const step of steps) {
      attempt = new Attempt(session, step, {
        half: null,
        leave: () => {
          throw new LeavesTransaction();
        },
      });
      await attempt.runInside();
      done.push(attempt.done());
    }
  };
  try {
    await watch.watched(() => driver.transaction(work, { ...timeouts, dryRun: true }));
  } catch (error) {
    if (error instanceof LeavesTransaction) return done;
    const failure = watch.explained(error);
    throw (await attempt?.failed(failure, 'run')) ?? failure;
  }
  return done;
}
