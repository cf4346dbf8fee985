import { beginningWithoutSecrets } from '../catalog/index.js';
import type { CopyProgress, Statement } from '../dialects/dialect.js';

/** What happens during a run, as it happens. Durations in milliseconds. */
export type RunEvent =
  | { readonly kind: 'waiting'; readonly text: string }
  | { readonly kind: 'stepStarted'; readonly step: StepReport }
  | { readonly kind: 'stepDone'; readonly step: StepReport; readonly duration: number }
  /** An earlier run has done so many operations of the step; they are passed over. */
  | { readonly kind: 'resumed'; readonly step: StepReport; readonly position: number }
  | { readonly kind: 'statement'; readonly sql: string }
  /** A large table is being copied. */
  | ({ readonly kind: 'copying' } & CopyProgress)
  /** A backup is being written to that folder. */
  | { readonly kind: 'backupStarted'; readonly folder: string }
  /** It is whole. `size` in bytes. */
  | {
      readonly kind: 'backupDone';
      readonly file: string;
      readonly heads: readonly string[];
      readonly size: number;
      readonly duration: number;
    }
  /** What it was taken for is over: older ones are deleted. */
  | { readonly kind: 'backupsDeleted'; readonly files: readonly string[] }
  /** Rows of a table are given values, a batch at a time. */
  | ({ readonly kind: 'backfilling' } & CopyProgress)
  /** What a command of `hooks` printed. */
  | { readonly kind: 'hook'; readonly text: string }
  | { readonly kind: 'warning'; readonly text: string };

export interface StepReport {
  readonly direction: 'upgrade' | 'downgrade' | 'stamp';
  readonly revision: string;
  readonly message: string;
}

export type Report = (event: RunEvent) => void;

/** A statement, just before it runs. Its text is made when somebody looks at it: it may be long. */
export function statementEvent({ sql }: Statement): RunEvent {
  return {
    kind: 'statement',
    get sql() {
      return beginningWithoutSecrets(sql);
    },
  };
}
