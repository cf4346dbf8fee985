/**
 * The data that the graph takes and gives: revisions in, plans out.
 */

/** What the graph needs to know of one revision; everything else about it stays in its file. */
export interface RevisionNode {
  /** Unique; not empty, without `@ - + :`, blanks or control characters. */
  readonly id: string;
  /** The revisions that this one revises: none for a base, several for a merge. Full ids. */
  readonly down: readonly string[];
  /** Branch labels: other names for this revision, and for the branch that it stands on. */
  readonly labels: readonly string[];
  /** Revisions that have to be applied first without being parents. Full ids or labels. */
  readonly depends: readonly string[];
  /** When it was created, ISO 8601 (UTC where no zone is given). Breaks ties of order. */
  readonly created?: string;
  /** The file it comes from. Only messages use it. */
  readonly source?: string;
}

/** One change of one row of the version table. */
export type RowChange =
  | { readonly kind: 'insert'; readonly id: string }
  | { readonly kind: 'delete'; readonly id: string }
  | { readonly kind: 'update'; readonly from: string; readonly to: string };

/** One thing to run, and what it does to the version rows. */
export interface Step {
  readonly kind: 'upgrade' | 'downgrade' | 'stamp';
  /** A revision's id; `base` for a stamp that only removes rows. */
  readonly revision: string;
  /** In the order in which they have to be made. */
  readonly rows: readonly RowChange[];
}

/** What a command does, step by step. Empty when the target is already met. */
export interface Plan {
  readonly steps: readonly Step[];
  /** The version rows once every step has been run: the tips of what is applied then, oldest first. */
  readonly rows: readonly string[];
  /**
   * Rows that were given although they lie under another row. The first step deletes them;
   * a plan without steps leaves that to the caller.
   */
  readonly dropped: readonly string[];
  /** Of a stamp: the revisions that it says to be applied, or not to be. */
  readonly stated?: readonly string[] | 'all';
}
