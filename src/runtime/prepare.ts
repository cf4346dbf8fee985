import { RevError } from '../errors.js';
import type { Plan, Step } from '../graph/graph.js';
import type { StepReport } from './events.js';
import type { RevisionFunctions, RevisionSource } from './revision-source.js';

/** A step with the function that it will call; null for a stamp. */
export interface PreparedStep {
  readonly step: Step;
  readonly source: RevisionSource | null;
  readonly call: RevisionFunctions['upgrade'] | null;
  readonly report: StepReport;
}

/**
 * Loads every module of a plan and finds every function that it needs, before anything touches the database.
 * Throws REV_REVISION_LOAD, and REV_IRREVERSIBLE for a revision without `downgrade`.
 */
export async function prepare(
  plan: Plan,
  revision: (id: string) => RevisionSource,
): Promise<readonly PreparedStep[]> {
  const steps: PreparedStep[] = [];
  for (const step of plan.steps) {
    if (step.kind === 'stamp') {
      steps.push({
        step,
        source: null,
        call: null,
        report: { direction: 'stamp', revision: step.revision, message: '' },
      });
      continue;
    }
    const source = revision(step.revision);
    const functions = await source.load();
    const call = step.kind === 'upgrade' ? functions.upgrade : functions.downgrade;
    if (!call) {
      throw new RevError(
        'REV_IRREVERSIBLE',
        `Revision ${source.id} (${source.message}) has no downgrade function.`,
        {
          hint: 'Add `export async function downgrade(op)` to its file, or restore a backup instead.',
          data: { revision: source.id },
        },
      );
    }
    const report: StepReport = { direction: step.kind, revision: source.id, message: source.message };
    steps.push({ step, source, call, report });
  }
  return steps;
}
