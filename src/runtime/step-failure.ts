import { RevError } from '../errors.js';
import { locate, locatedMessage } from '../loading/locate.js';
import { helperImport } from '../operations/index.js';
import type { StepReport } from './events.js';
import { resumeHint } from './progress.js';

/** What a failure leaves behind. */
export type Outcome =
  | { readonly kind: 'revision' }
  | { readonly kind: 'run' }
  /**
   * Operations outside of a transaction are done, and stay so. `isKept`: the journal knows how far it came; `isUnknown`:
   * the one that has failed may have happened all the same.
   */
  | {
      readonly kind: 'half';
      readonly done: number;
      readonly isKept: boolean;
      readonly isUnknown: boolean;
    };

function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'revision':
      return 'It was rolled back; the revisions before it stay.';
    case 'run':
      return 'The whole run was rolled back.';
    case 'half':
      if (outcome.isKept && outcome.isUnknown)
        return `Whether operation ${outcome.done + 1}, which is outside of a transaction, has happened, or a part of it, is not known; those before it are done. ${resumeHint}`;
      if (outcome.isKept && outcome.done === 0)
        return 'None of its operations was finished; what one of them has begun outside of a transaction stays. The same command goes on from there.';
      return outcome.isKept
        ? `What it did outside of a transaction stays (operations done: ${outcome.done}); the same command goes on from there.`
        : 'What it did outside of a transaction stays, and without a journal it begins again. See docs/running.md.';
  }
}

export function interrupted({ revision }: StepReport, outcome: Outcome): RevError {
  return new RevError('REV_INTERRUPTED', `Interrupted at revision ${revision}.`, {
    hint:
      outcome.kind === 'half'
        ? outcomeText(outcome)
        : 'It was rolled back. The same command goes on from here.',
    data: { revision },
  });
}

/** The failure of one revision, in the user's words; what was thrown stays as the cause. */
export function explain(error: unknown, report: StepReport, outcome: Outcome): unknown {
  const revError = error instanceof RevError ? error : undefined;
  const isLate = revError?.code === 'REV_LOCK_TIMEOUT';
  if (revError && !isLate && !['REV_STATEMENT', 'REV_OPERATION', 'REV_UNSUPPORTED'].includes(revError.code))
    return error;
  const operation = revError?.data.operation;
  const name = `${report.revision}${report.message ? ` (${report.message})` : ''}`;
  return new RevError(
    isLate ? 'REV_LOCK_TIMEOUT' : 'REV_REVISION_FAILED',
    `The ${report.direction} of revision ${name} failed${operation ? ` at: ${operation}` : ''}\n${revError?.message ?? locatedMessage(error)}`,
    {
      hint: [
        outcomeText(outcome),
        // Where the error itself says what to do, the file need not be what is wrong.
        revError?.hint ?? `Mend its file, and run the same command again.${missingImport(error)}`,
      ].join('\n'),
      data: { ...locate(error), ...revError?.data, revision: report.revision, direction: report.direction },
      cause: error,
    },
  );
}

/** A listener that failed when it was told of a revision that is committed. */
export function unheard({ revision, direction }: StepReport, error: unknown): RevError {
  return new RevError(
    'REV_RUN_HOOK',
    `onEvent failed when revision ${revision} was done: ${locatedMessage(error)}`,
    {
      hint: 'The revision is committed, and stays. Mend the function, and run the same again: it goes on after what is done.',
      data: { revision, direction },
      cause: error,
    },
  );
}

/** An empty revision imports nothing but a type. */
function missingImport(error: unknown): string {
  const name =
    error instanceof ReferenceError ? /^(\w+) is not defined$/.exec(error.message)?.[1] : undefined;
  const line = name === undefined ? undefined : helperImport(name);
  return line === undefined ? '' : `\nIt lacks: ${line}`;
}
