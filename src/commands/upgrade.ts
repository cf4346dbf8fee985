import type { Environment } from './environment.js';
import {
  assertNoRange,
  parseScriptRange,
  type RunTargetOptions,
  type RunTargetResult,
  runTarget,
} from './run-target.js';

/**
 * Runs the revisions up to a target, or prints them as a script (`options.sql`; then the target may be a range).
 * Throws what the graph says of the target (REV_MULTIPLE_HEADS, REV_UNKNOWN_REVISION, …), REV_CONNECT, REV_AUTH,
 * REV_LOCKED, REV_REVISION_LOAD, REV_REVISION_FAILED, REV_OFFLINE.
 */
export async function upgrade(
  environment: Environment,
  target: string,
  options: RunTargetOptions = {},
): Promise<RunTargetResult> {
  if (!options.sql) assertNoRange(target);
  const { from, to } = options.sql ? parseScriptRange(target) : { from: null, to: target };
  const start = from ?? 'base';
  return runTarget(environment, ({ graph }, rows) => graph.planUpgrade(rows, to), {
    ...options,
    direction: 'upgrade',
    from: start,
    title: `rev upgrade from ${start} to ${to}`,
  });
}
