import type { Blocker, Driver } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import type { RunOptions } from './run-options.js';
import { pauseFor } from './waiting.js';

/** In milliseconds. */
const firstPause = 1000;
const longestPause = 30_000;
/** The longest time between looks at who is in the way. */
const unhurried = 2000;

/** Who waits, and for how long. */
export type WaitOptions = Pick<
  RunOptions,
  'dialect' | 'driver' | 'timeouts' | 'lockRetries' | 'report' | 'signal'
>;

/**
 * A transaction that did not get a lock in time is run again, whole: what it had done is undone, and those who waited
 * behind it get their turn meanwhile. While it runs, another session looks who keeps it waiting: afterwards nobody knows.
 */
export class LockRetry {
  readonly #options: WaitOptions;
  readonly #again: string;
  #failures = 0;
  #blockers: readonly Blocker[] = [];
  /** What was said of them last. */
  #said = '';

  /** @param again what comes of a failure that is tried again, for a person */
  constructor(options: WaitOptions, again = 'everything of this transaction is undone, and run again') {
    this.#options = options;
    this.#again = again;
  }

  /** How often it was tried. */
  get tries(): number {
    return this.#failures + 1;
  }

  /**
   * Does a whole transaction, again while it gets no lock in time. Throws REV_LOCK_TIMEOUT, REV_INTERRUPTED, and what the
   * work throws.
   */
  async repeated<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await this.watched(work);
      } catch (error) {
        if (!(await this.isWorthwhile(error))) throw this.explained(error);
      }
    }
  }

  /** Does the work, and says who is in its way. */
  async watched<T>(work: () => Promise<T>): Promise<T> {
    const { driver, timeouts } = this.#options;
    if (!driver.beside) return work();
    // Twice within each wait that can time out.
    const pause = timeouts.lockTimeout
      ? Math.min(Math.max(timeouts.lockTimeout / 3, 20), unhurried)
      : unhurried;
    const stop = new AbortController();
    let watch: Promise<void> | undefined;
    // Most revisions are done before anybody looks.
    const first = setTimeout(() => {
      watch = this.#watch(pause, stop.signal);
    }, pause);
    try {
      return await work();
    } finally {
      clearTimeout(first);
      if (watch) stop.abort();
      await watch;
    }
  }

  /**
   * After a failure: whether to try again. If so it has paused, longer each time and never as long as others do.
   * Throws REV_INTERRUPTED.
   */
  async isWorthwhile(error: unknown): Promise<boolean> {
    const { dialect, lockRetries, report, signal } = this.#options;
    const how = dialect.gaveUpWaiting(error);
    if (signal?.aborted || how === null || this.#failures >= lockRetries) return false;
    this.#failures += 1;
    const most = Math.min(firstPause * 2 ** (this.#failures - 1), longestPause);
    const pause = Math.round(most / 2 + (Math.random() * most) / 2);
    report({
      kind: 'waiting',
      text: `  ${how === 'deadlock' ? 'a deadlock' : 'no lock in time'}${this.#inTheWay}; ${this.#again} in ${(pause / 1000).toFixed(1)} s (${this.#failures} of ${lockRetries})`,
    });
    await pauseFor(pause, signal, 'a lock');
    return true;
  }

  /** The same error, saying who was in the way. */
  explained(error: unknown): unknown {
    const { dialect, timeouts } = this.#options;
    const how = dialect.gaveUpWaiting(error);
    if (!(error instanceof RevError) || how === null) return error;
    const times = this.tries === 1 ? '' : `, ${this.tries} times`;
    const isLate = how === 'timeout' && timeouts.lockTimeout;
    const what = `${how === 'deadlock' ? 'A deadlock' : 'No lock'}${isLate ? ` in ${isLate / 1000} s` : ''}${times}`;
    const pids = this.#blockers.flatMap(({ pid }) => (pid === null ? [] : [pid]));
    return new RevError('REV_LOCK_TIMEOUT', `${what}${this.#inTheWay}.\n${error.message}`, {
      hint: [
        ...(pids.length === 0
          ? [error.hint ?? 'Try again when the transactions that hold it have ended.']
          : [
              `Wait for it, or end it: ${pids.map((pid) => `select pg_terminate_backend(${pid});`).join(' ')}`,
            ]),
        'To try longer or more often: lockTimeout, lockRetries in the configuration; of a run --lock-timeout, --lock-retries.',
      ].join('\n'),
      data: { ...error.data, blockers: this.#blockers, tries: this.tries },
      cause: error,
    });
  }

  async #watch(pause: number, stop: AbortSignal): Promise<void> {
    const { dialect, driver, report } = this.#options;
    let beside: Driver | undefined;
    try {
      beside = await driver.beside?.();
      while (beside) {
        const found = await dialect.blockers(driver, beside);
        if (found.length > 0) {
          this.#blockers = found;
          if (this.#said !== this.#inTheWay) report({ kind: 'waiting', text: `  waiting${this.#inTheWay}` });
          this.#said = this.#inTheWay;
        }
        await pauseFor(pause, stop, '');
      }
    } catch {
      // It is over; or there is no second session to be had, and then nobody can be named.
    } finally {
      await beside?.close().catch(() => undefined);
    }
  }

  get #inTheWay(): string {
    const [first] = this.#blockers;
    if (!first) return '';
    const who = this.#blockers.map(describeBlocker).join('; ');
    return `${first.relation === null ? '' : ` for ${first.relation}`}, held up by ${who}`;
  }
}

/**
 * Questions outside of a run's transactions: who holds a lock on a table keeps them waiting, too. They are asked again as
 * a whole. Throws REV_LOCK_TIMEOUT.
 */
export function reading<T>(options: WaitOptions, work: () => Promise<T>): Promise<T> {
  return new LockRetry(options, 'it is asked again').repeated(() =>
    options.driver.reading(work, options.timeouts),
  );
}

function describeBlocker({ pid, application, user, state, since, query }: Blocker): string {
  if (pid === null) return 'a prepared transaction (pg_prepared_xacts)';
  const about = [
    application || 'no application name',
    ...(user === null ? [] : [`user ${user}`]),
    ...(state === null ? [] : [state]),
    ...(since === null ? [] : [`since ${since}`]),
  ].join(', ');
  return `session ${pid} (${about})${query === null ? '' : `: ${query}`}`;
}
