import type { StepReport } from './events.js';
import type { PreparedStep } from './prepare.js';
import { rowsAfter } from './version-table.js';

/** The part of a run that goes one way, and the version rows before and after it. */
export interface Half {
  readonly steps: readonly StepReport[];
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** A run goes one way; a redo in one transaction goes down, and up again. */
export function halvesOf(steps: readonly PreparedStep[], rows: readonly string[]): readonly Half[] {
  const halves: Half[] = [];
  for (const { step, report } of steps) {
    const last = halves.at(-1);
    const after = rowsAfter(last?.after ?? rows, step.rows);
    if (last?.steps[0]?.direction === report.direction)
      halves.splice(-1, 1, { ...last, steps: [...last.steps, report], after });
    else halves.push({ steps: [report], before: last?.after ?? rows, after });
  }
  return halves;
}
