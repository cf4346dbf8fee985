import { RevError } from '../errors.js';
import type { Environment } from './environment.js';
import {
  askForLosses,
  assertNoRange,
  parseScriptRange,
  type RunTargetOptions,
  type RunTargetResult,
  runTarget,
} from './run-target.js';

/**
 * Takes revisions back down to a target, or prints that as a script (then the target is a range `from:to`).
 * Throws as `upgrade` does, and REV_IRREVERSIBLE for a revision without `downgrade`.
 */
export async function downgrade(
  environment: Environment,
  target: string,
  options: RunTargetOptions = {},
): Promise<RunTargetResult> {
  if (!options.sql) assertNoRange(target);
  const { from, to } = options.sql ? parseScriptRange(target) : { from: null, to: target };
  if (options.sql && from === null) {
    throw new RevError('REV_USAGE', 'A downgrade script must know where it starts.', {
      hint: 'Write FROM:TO, for example rev downgrade head:base --sql.',
    });
  }
  return runTarget(environment, ({ graph }, rows) => graph.planDowngrade(rows, to), {
    ...options,
    from: from ?? 'base',
    asks: askForLosses,
    direction: 'downgrade',
    title: `rev downgrade from ${from} to ${to}`,
  });
}
