/** What is half done, and the steps of a run. */

import { RevError } from '../errors.js';
import type { Plan } from '../graph/graph.js';
import { aloneBetween } from './alone.js';
import type { Report } from './events.js';
import type { HalfRun, Journal } from './journal.js';
import { LockRetry } from './lock-retry.js';
import type { PreparedStep } from './prepare.js';
import type { RunOptions } from './run-options.js';

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

/**
 * A revision that is half taken down counts as applied. An upgrade that is to end with it cannot finish that.
 * @throws RevError REV_RESUME
 */
export function refuseHalfGone(runs: readonly HalfRun[], isWanted: (revision: string) => boolean): void {
  const run = runs.find(({ direction, revision }) => direction === 'downgrade' && isWanted(revision));
  if (!run) return;
  const { revision, direction, position } = run;
  throw new RevError(
    'REV_RESUME',
    `${halfText(run)}: the database counts as being at it, and it is not whole.`,
    {
      hint: [
        `Nothing was run. Finish it first, unless another runner is at it: ${finishing(run)}`,
        `Or put the database right by hand, and say at which revision it is: rev stamp`,
      ].join('\n'),
      data: { revision, direction, position },
    },
  );
}

/** What of the applied revisions a run is to end with. */
export function wantedFrom(
  { wants }: Pick<RunOptions, 'wants'>,
  rows: readonly string[],
): (revision: string) => boolean {
  return (revision) => wants?.(revision, rows) ?? false;
}

/** As the beginning of a sentence. */
export function halfText({
  revision,
  direction,
  position,
}: Pick<HalfRun, 'revision' | 'direction' | 'position'>): string {
  return `The ${direction} of revision ${revision} is half done (operations done: ${position})`;
}

/** The command that goes on with it, and leaves other branches as they are. */
export function finishing({ revision, direction }: Pick<HalfRun, 'revision' | 'direction'>): string {
  return `rev ${direction} ${revision}${direction === 'downgrade' ? '@-1' : ''}`;
}

function halfDone(run: HalfRun, other: string): RevError {
  const { revision, direction, position } = run;
  const [way, before] =
    direction === 'upgrade' ? ['above', `${other} is taken down`] : ['below', `${other} is run`];
  return new RevError(
    'REV_RESUME',
    `The ${direction} of revision ${revision}, ${way} ${other}, is half done (operations done: ${position}).`,
    {
      hint: [
        `Nothing was run. Finish it before ${before}: ${finishing(run)}`,
        direction === 'upgrade'
          ? `Or put the database right by hand, say so by rev stamp ${revision}, and take it down with the others.`
          : `Or put the database right by hand, and say where it is: rev stamp REVISION (base, if nothing is left).`,
      ].join('\n'),
      data: { revision, direction, position },
    },
  );
}

/** What a stamp says the end of. */
export function statedRuns(runs: readonly HalfRun[], { stated = [] }: Plan): readonly HalfRun[] {
  return stated === 'all' ? runs : runs.filter(({ revision }) => stated.includes(revision));
}

/** A stamp has said what the database is at: nothing goes on from there. */
export async function forgetHalfRuns(
  options: RunOptions,
  journal: Journal,
  runs: readonly HalfRun[],
): Promise<void> {
  const { driver, report, timeouts } = options;
  // Whoever has left them so may still be at work.
  const release = await aloneBetween(options, options.lockWait);
  const forget = async () => {
    for (const { revision } of runs) await journal.settle(driver, revision);
  };
  try {
    await new LockRetry(options).repeated(() => driver.transaction(() => driver.asBegun(forget), timeouts));
  } finally {
    await release();
  }
  for (const { revision, direction } of runs) {
    report({
      kind: 'warning',
      text: `The half-done ${direction} of revision ${revision} is forgotten: this stamp says what the database is at.`,
    });
  }
}

/** Says what stays half done. */
export function warnOfHalfRuns(runs: readonly HalfRun[], report: Report): void {
  for (const run of runs) {
    report({
      kind: 'warning',
      text: `${halfText(run)}: ${finishing(run)} goes on from there, unless another runner is at it.`,
    });
  }
}
