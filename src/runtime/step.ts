import { RevError } from '../errors.js';
import { Attempt, type FinishedStep, lockKey, NotAlone, type Session } from './attempt.js';
import type { HalfRun } from './journal.js';
import type { PreparedStep } from './prepare.js';
import type { Resume } from './progress.js';
import { assertRows } from './version-table.js';
import { waitingReport } from './waiting.js';

/** One step in its own transaction, or outside of any where the revision asks for it. */
export async function runAlone(
  session: Session,
  step: PreparedStep,
  rows: readonly string[],
): Promise<FinishedStep> {
  const turn = new Turn(session);
  try {
    if (step.source?.transactional === false) await turn.wait();
    for (;;) {
      const half = await halfRunOf(session, step);
      // Whoever has left it so may still be at work, where only this turn tells.
      if (half && !turn.isOurs) {
        await turn.wait();
        continue;
      }
      const resume = half ? resumeOf(session, half) : undefined;
      const attempt = new Attempt(session, step, { half, resume, beAlone: () => turn.takeOrGiveUp() });
      try {
        await attempt.runAlone(rows);
        return attempt.done();
      } catch (error) {
        const failure = await attempt.failed(error, 'revision');
        if (!(failure instanceof NotAlone)) throw failure;
      }
      await turn.wait();
    }
  } finally {
    await turn.end();
  }
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
        const attempt = new Attempt(session, step, { half: null });
        attempts.push(attempt);
        await attempt.runInside();
      }
    }, timeouts);
  } catch (error) {
    throw (await attempts.at(-1)?.failed(error, 'run')) ?? error;
  }
  return attempts.map((attempt) => attempt.done());
}

function resumeOf({ options, resumed }: Session, { revision }: HalfRun): Resume | undefined {
  if (resumed) resumed.revision ??= revision;
  return resumed && resumed.revision !== revision ? undefined : options.resume;
}

async function halfRunOf({ options, journal }: Session, { step }: PreparedStep): Promise<HalfRun | null> {
  const runs = (await journal?.halfRuns(options.driver)) ?? [];
  const own = runs.filter(({ revision, direction }) => revision === step.revision && direction === step.kind);
  return own.at(-1) ?? null;
}

/** Work of several transactions: no other runner may come between them. */
class Turn {
  readonly #session: Session;
  #release: (() => Promise<void>) | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  get isOurs(): boolean {
    return this.#release !== null;
  }

  async wait(): Promise<void> {
    const { dialect, driver, lockWait } = this.#session.options;
    this.#release ??= await dialect.lockBetween(
      driver,
      lockKey(this.#session),
      lockWait,
      waitingReport(this.#session.options),
    );
  }

  /** From inside of a transaction nobody may be waited for: whoever has the turn may be waiting for the transaction. */
  async takeOrGiveUp(): Promise<void> {
    const { dialect, driver } = this.#session.options;
    try {
      this.#release ??= await dialect.lockBetween(driver, lockKey(this.#session), 0, () => undefined);
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
