import type { Plan, RevisionGraph } from '../graph/graph.js';
import type { RunResult } from '../runtime/run.js';
import type { Environment } from './environment.js';
import { openConfig } from './project.js';
import { askForLosses, assertNoRange, type RunTargetOptions, runOnly, runTarget } from './run-target.js';

type RedoOptions = Omit<RunTargetOptions, 'sql' | 'dryRun' | 'resume'>;

const way = { asks: askForLosses, direction: 'downgrade', from: 'base', title: 'rev redo' } as const;

/**
 * Takes revisions down to a target and runs the same ones again: to try a revision that is being written. Throws as
 * `downgrade` and `upgrade` do.
 */
export async function redo(
  environment: Environment,
  target = '-1',
  options: RedoOptions = {},
): Promise<RunResult> {
  assertNoRange(target);
  const isOne = options.atomic || (await openConfig(environment)).transaction === 'all';
  return isOne ? inOne(environment, target, options) : inTwo(environment, target, options);
}

/** Down and up again in one transaction. */
async function inOne(environment: Environment, target: string, options: RedoOptions): Promise<RunResult> {
  const plan = (graph: RevisionGraph, rows: readonly string[]): Plan => {
    const down = graph.planDowngrade(rows, target);
    const up = planBack(graph, down.rows, rows);
    return { steps: [...down.steps, ...up.steps], rows: up.rows, dropped: down.dropped };
  };
  return runOnly(
    await runTarget(environment, ({ graph }, rows) => plan(graph, rows), { ...options, ...way }),
  );
}

/** As a downgrade and an upgrade would. */
async function inTwo(environment: Environment, target: string, options: RedoOptions): Promise<RunResult> {
  const down = runOnly(
    await runTarget(environment, ({ graph }, rows) => graph.planDowngrade(rows, target), {
      ...options,
      ...way,
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
