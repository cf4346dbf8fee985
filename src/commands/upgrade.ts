import { RevError } from '../errors.js';
import type { RevisionGraph } from '../graph/graph.js';
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
    wants: ({ graph }, revision, rows) => wants(graph, revision, rows, to),
    from: start,
    title: `rev upgrade from ${start} to ${to}`,
  });
}

/** Whether a target needs a revision that is at the top of what is applied: if it were not there, it would be run. */
function wants(graph: RevisionGraph, revision: string, rows: readonly string[], target: string): boolean {
  if (!graph.has(revision) || !rows.includes(revision)) return false;
  const below = [...graph.parentsOf(revision), ...graph.dependenciesOf(revision)];
  const without = graph.normalizeRows([...rows.filter((row) => row !== revision), ...below]).rows;
  try {
    return graph.planUpgrade(without, target).steps.some((step) => step.revision === revision);
  } catch (error) {
    // From there a relative target may lead nowhere.
    if (error instanceof RevError) return false;
    throw error;
  }
}
