import { longestTime } from '../config/validate.js';
import { RevError } from '../errors.js';

/** What a program's own JavaScript hands in, which nobody else has checked. */

/** @throws RevError REV_USAGE */
export function assertTarget(target: unknown): asserts target is string {
  if (typeof target === 'string') return;
  throw new RevError('REV_USAGE', `The target must be a text, and is ${kindOf(target)}.`, {
    hint: "For example target: 'head', or the id of a revision.",
  });
}

/** Those of a run's options that are more than yes or no. */
interface RunValues {
  readonly lockTimeout?: unknown;
  readonly statementTimeout?: unknown;
  readonly lockWait?: unknown;
  readonly lockRetries?: unknown;
  readonly resume?: unknown;
}

/** @throws RevError REV_USAGE */
export function assertRunValues(options: RunValues): void {
  for (const name of ['lockTimeout', 'statementTimeout', 'lockWait'] as const) {
    const value = options[name] ?? 0;
    if (isTime(value)) continue;
    throw new RevError('REV_USAGE', `${name} must be a whole number of milliseconds, 0 to ${longestTime}.`, {
      hint: `For example ${name}: 5000`,
    });
  }
  const retries = options.lockRetries ?? 0;
  if (!Number.isInteger(retries) || (retries as number) < 0) {
    throw new RevError('REV_USAGE', 'lockRetries must be a whole number, 0 or more.', {
      hint: 'For example lockRetries: 5',
    });
  }
  if (!['done', 'again', 'restart', null, undefined].includes(options.resume as string)) {
    throw new RevError('REV_USAGE', "resume must be 'done', 'again' or 'restart'.", {
      hint: 'Leave it out where no revision is half done: docs/running.md has what each of them means.',
    });
  }
}

/** Whether it is a time in milliseconds that PostgreSQL and the timers of Node take. */
export function isTime(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= longestTime;
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'missing';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
