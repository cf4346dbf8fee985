/** What is half done, and the steps of a run. */

import { RevError } from '../errors.js';
import type { Report } from './events.js';
import type { HalfRun } from './journal.js';
import type { PreparedStep } from './prepare.js';

/** What of a step is half done, if anything. */
export function halfRunOf(runs: readonly HalfRun[], { step }: PreparedStep): HalfRun | null {
  const own = runs.filter(({ revision, direction }) => revision === step.revision && direction === step.kind);
  return own.at(-1) ?? null;
}

/**
 * A step must not take the ground from what is half done above it, nor stand on what is half gone.
 * @param needs all that a revision stands on, itself included
 * @throws RevError REV_RESUME
 */
export function refuseAround(
  runs: readonly HalfRun[],
  steps: readonly PreparedStep[],
  needs: (revision: string) => readonly string[],
): void {
  for (const run of runs) {
    for (const { step } of steps) {
      // From here on it is whole again.
      if (step.revision === run.revision && step.kind === run.direction) break;
      const [above, below] = run.direction === 'upgrade' ? [run, step] : [step, run];
      const isOther = step.kind !== run.direction && step.kind !== 'stamp';
      if (isOther && needs(above.revision).includes(below.revision)) throw halfDone(run, step.revision);
    }
  }
}

function halfDone({ revision, direction, position }: HalfRun, other: string): RevError {
  const [way, before] =
    direction === 'upgrade' ? ['above', `${other} is taken down`] : ['below', `${other} is run`];
  return new RevError(
    'REV_RESUME',
    `The ${direction} of revision ${revision}, ${way} ${other}, is half done (operations done: ${position}).`,
    {
      hint: [
        `Nothing was run. Finish it before ${before}: rev ${direction}`,
        direction === 'upgrade'
          ? `Or put the database right by hand, say so by rev stamp ${revision}, and take it down with the others.`
          : `Or put the database right by hand, and say where it is by rev stamp --purge.`,
      ].join('\n'),
      data: { revision, direction, position },
    },
  );
}

/** Says what stays half done. */
export function warnOfHalfRuns(runs: readonly HalfRun[], report: Report): void {
  for (const { revision, direction, position } of runs) {
    report({
      kind: 'warning',
      text: `The ${direction} of revision ${revision} is half done (operations done: ${position}): rev ${direction} goes on from there, unless another runner is at it.`,
    });
  }
}
