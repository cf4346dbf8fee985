/** Statements that a live database answers or does in more than one step. A script has none of them. */

import type { DefaultValue, QualifiedName } from '../../catalog/index.js';
import type { RevError } from '../../errors.js';
import type { Statement } from '../dialect.js';

/** One row of numbers; they may tell that the rows do not allow what comes next. */
export interface Question extends Statement {
  readonly live: 'question';
  refusal(counts: readonly number[]): RevError | null;
}

/** Any number of texts. */
export interface TextQuestion extends Statement {
  readonly live: 'texts';
  refusal(texts: readonly string[]): RevError | null;
}

/** The rows of a table into its successor. `sql` does it all at once. */
export interface CopyRows extends Statement {
  readonly live: 'copy';
  /** The database, as ATTACH and PRAGMA call it. */
  readonly schema: string;
  /** As the user knows it. */
  readonly table: string;
  /** Both as SQL. */
  readonly from: string;
  readonly to: string;
  /** The old table's rowid as SQL; null: it has none. */
  readonly rowid: string | null;
}

/** A new text for a stored definition; `sql` describes it. */
export interface EditSchema extends Statement {
  readonly live: 'edit';
  readonly schema: string;
  readonly table: string;
  readonly from: string;
  readonly to: string;
  readonly defaults: readonly { readonly column: string; readonly value: DefaultValue | null }[];
  /** What is run where the text cannot be changed. */
  readonly otherwise: readonly Statement[];
}

/**
 * Views, and triggers of other tables, mention a table that is away for a moment, and SQLite's new ALTER TABLE would not
 * have it. `sql` makes it look away, or look again; where that cannot be set, they are away as long.
 */
export interface LookAway extends Statement {
  readonly live: 'look away' | 'look again';
  readonly schema: string;
  readonly table: string;
}

/** With foreign keys on it would first delete the table's rows, and with them, unsaid, those that refer to them. */
export interface DropTable extends Statement {
  readonly live: 'drop';
}

/** A view that is dropped and made again: with it would go the triggers that only this connection has on it. */
export interface ReplaceView extends Statement {
  readonly live: 'view away' | 'view again';
  readonly view: QualifiedName;
  /** It is made again under another name, which its triggers do not know. */
  readonly isRenamed: boolean;
}

export type LiveStatement =
  | Question
  | TextQuestion
  | CopyRows
  | EditSchema
  | LookAway
  | DropTable
  | ReplaceView;

export function isLive(statement: Statement): statement is LiveStatement {
  return 'live' in statement;
}
