import type { Plan, RevisionGraph } from '../graph/graph.js';
import type { RunResult } from '../runtime/run.js';
import type { Environment } from './environment.js';
import { askForLosses, assertNoRange, type RunTargetOptions, runOnly, runTarget } from './run-target.js';

/**
 * Takes revisions down to a target and runs the same ones again: to try a revision that is being written. Throws as
 * `downgrade` and `upgrade` do.
 */
export async function redo(
  environment: Environment,
  target = '-1',
  options: Omit<RunTargetOptions, 'sql' | 'dryRun' | 'resume'> = {},
): Promise<RunResult> {
  assertNoRange(target);
  const down = runOnly(
    await runTarget(environment, ({ graph }, rows) => graph.planDowngrade(rows, target), {
      ...options,
      asks: askForLosses,
      direction: 'downgrade',
      from: 'base',
      title: 'rev redo',
    }),
  );
  const up = runOnly(
    await runTarget(environment, ({ graph }, rows) => planBack(graph, rows, down.before), {
      ...options,
      // The one before the way down has it all.
      backup: false,
      direction: 'upgrade',
      from: 'base',
      title: 'rev redo',
    }),
  );
  return { ...down, steps: [...down.steps, ...up.steps], after: up.after };
}

/** The way back to the rows that there were. */
function planBack(graph: RevisionGraph, rows: readonly string[], wanted: readonly string[]): Plan {
  return wanted.reduce<Plan>(
    (before, row) => {
      const next = graph.planUpgrade(before.rows, row);
      return { ...next, steps: [...before.steps, ...next.steps] };
    },
    { steps: [], rows, dropped: [] },
  );
}
