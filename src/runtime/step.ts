import { RevError } from '../errors.js';
import { aloneBetween } from './alone.js';
import { Attempt, type FinishedStep, NotAlone, type Session } from './attempt.js';
import { halfRunOf } from './half-runs.js';
import type { HalfRun } from './journal.js';
import { LockRetry } from './lock-retry.js';
import type { PreparedStep } from './prepare.js';
import type { Resume } from './progress.js';
import { assertRows } from './version-table.js';

/** One step in its own transaction, or outside of any where the revision asks for it. */
export async function runAlone(
  session: Session,
  step: PreparedStep,
  rows: readonly string[],
): Promise<FinishedStep> {
  const { driver } = session.options;
  const turn = new Turn(session);
  const retry = new LockRetry(session.options);
  let isAgain = false;
  /** Whether something was half done before this run: only of that can a person have spoken. */
  let wasHalf: boolean | undefined;
  try {
    if (step.source?.transactional === false) await turn.wait();
    for (;;) {
      // In its transaction the step sees whether that has changed meanwhile.
      const isKnown = session.half && !isAgain && !turn.isOurs;
      const runs = isKnown
        ? session.half
        : await driver.asBegun(async () => session.journal?.halfRuns(driver));
      const half = halfRunOf(runs ?? [], step);
      // Whoever has left it so may still be at work, where only this turn tells.
      if (half && !turn.isOurs) {
        await turn.wait();
        continue;
      }
      wasHalf ??= half !== null;
      const resume = half && wasHalf ? resumeOf(session, half) : undefined;
      const beAlone = () => turn.takeOrGiveUp();
      const attempt = new Attempt(session, step, { half, resume, beAlone, isAgain });
      isAgain = true;
      try {
        await retry.watched(() => attempt.runAlone(rows));
      } catch (error) {
        if (error instanceof NotAlone) await turn.wait();
        else if (!attempt.isRepeatable || !(await retry.isWorthwhile(error)))
          throw await attempt.failed(retry.explained(error), 'revision');
        continue;
      }
      return attempt.done();
    }
  } finally {
    await turn.end();
  }
}

/** Throws REV_USAGE for a revision that cannot be in one transaction with others. */
export function assertTogether(steps: readonly PreparedStep[]): void {
  const alone = steps.find((step) => step.source?.transactional === false);
  if (alone) {
    throw new RevError(
      'REV_USAGE',
      `Revision ${alone.step.revision} cannot run in a transaction, so the run cannot be one.`,
      { hint: "Run without --atomic (transaction: 'each')." },
    );
  }
}

/** All steps in one transaction. Throws REV_USAGE for a revision that cannot be in one. */
export async function runTogether(
  session: Session,
  steps: readonly PreparedStep[],
  rows: readonly string[],
): Promise<readonly FinishedStep[]> {
  assertTogether(steps);
  const { driver, timeouts } = session.options;
  const retry = new LockRetry(session.options);
  const begun = new Set<PreparedStep>();
  let attempts: Attempt[] = [];
  const work = async () => {
    attempts = [];
    await assertRows(session.table, driver, rows);
    await refuseHalfRuns(session, steps);
    for (const step of steps) {
      const isAgain = begun.has(step);
      begun.add(step);
      const attempt = new Attempt(session, step, { half: null, isAgain, after: attempts.at(-1) });
      attempts.push(attempt);
      await attempt.runInside();
    }
  };
  try {
    await retry.repeated(() => driver.transaction(work, timeouts));
  } catch (error) {
    throw (await attempts.at(-1)?.failed(error, 'run')) ?? error;
  }
  return attempts.map((attempt) => attempt.done());
}

/** What is half done goes on in transactions of its own. From its beginning it can be run in any. */
async function refuseHalfRuns(
  { options: { driver, resume }, journal }: Session,
  steps: readonly PreparedStep[],
): Promise<void> {
  const runs = (await journal?.halfRuns(driver)) ?? [];
  const half = steps.flatMap((step) => halfRunOf(runs, step) ?? []);
  const found = half[resume === 'restart' ? 1 : 0];
  if (!found) return;
  throw new RevError(
    'REV_RESUME',
    `Revision ${found.revision} is half done (operations done: ${found.position}), and in one transaction with others it cannot go on.`,
    {
      hint: "Run without --atomic (transaction: 'each'). Or run it from its beginning: --resume restart",
      data: { revision: found.revision, position: found.position },
    },
  );
}

function resumeOf({ options, resumed }: Session, { revision }: HalfRun): Resume | undefined {
  if (resumed) resumed.revision ??= revision;
  return resumed && resumed.revision !== revision ? undefined : options.resume;
}

/** Work of several transactions: no other runner may come between them. */
class Turn {
  readonly #session: Session;
  #release: (() => Promise<void>) | null = null;

  constructor(session: Session) {
    this.#session = session;
    // A run with a backup keeps others out from its beginning to its end.
    if (session.options.backup) this.#release = async () => {};
  }

  get isOurs(): boolean {
    return this.#release !== null;
  }

  async wait(): Promise<void> {
    const { options } = this.#session;
    this.#release ??= await aloneBetween(options, options.lockWait);
  }

  /** From inside of a transaction nobody may be waited for: whoever has the turn may be waiting for the transaction. */
  async takeOrGiveUp(): Promise<void> {
    try {
      this.#release ??= await aloneBetween(this.#session.options, 0);
    } catch (error) {
      if (error instanceof RevError && error.code === 'REV_LOCKED') throw new NotAlone();
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.#release?.();
    this.#release = null;
  }
}
