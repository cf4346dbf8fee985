import type { Column, DefaultValue, View } from '../catalog/index.js';

/** What the diff must know of a dialect. Pure; both catalogs are normalized already. */
export interface DiffRules {
  /** A name as the database would store it (PostgreSQL: cut to 63 bytes). */
  storedName(name: string): string;
  equalTypes(actual: string, wanted: string): boolean;
  equalDefaults(actual: DefaultValue | null, wanted: DefaultValue | null, column: Column): boolean;
  equalExpressions(actual: string, wanted: string): boolean;
  equalQueries(actual: string, wanted: string): boolean;
  /** Whether a view takes the other's query and options while it stays, and what reads it stays too. */
  canReplaceView(actual: View, wanted: View): boolean;
  /** A unique constraint and a unique index over the same columns are the same thing (SQLite). */
  readonly uniqueIndexIsConstraint: boolean;
  /** Constraints may be nameless, and their names mean little: they match by structure (SQLite: false). */
  readonly constraintNamesMatter: boolean;
  /** A generated column's expression can change in place; otherwise the column is dropped and added. */
  readonly canAlterGenerated: boolean;
  /**
   * Foreign keys are only looked at when rows change (SQLite): they may name a table that does not exist yet, and do
   * not stand in the way when types or keys that they refer to change.
   */
  readonly looseForeignKeys?: boolean;
  /**
   * Whether an expression over a column is read otherwise once its type is another one, and printed with casts that stay
   * on the way back (PostgreSQL): what has such an expression is then made again from its own text.
   */
  rereads?(from: string, to: string): boolean;
  /** An index has what no model says, and may keep it when it is made again (PostgreSQL). */
  readonly keepsIndexes?: true;
  /** Rows that are null in a column that becomes NOT NULL get its default (SQLite: in the rebuild). */
  readonly nullsTakeDefault?: boolean;
  /** Whether a new column of this type numbers the rows that are there by itself (PostgreSQL: serial). */
  numbersRows?(type: string): boolean;
  /**
   * How values of one type become another in an ALTER: SQL text, or null where an assignment cast does it (never a
   * cast that would cut data silently).
   */
  conversion(column: string, from: string, to: string): string | null;
  /** The way back of `conversion`, for the values that it made; absent: the conversion from `to` to `from`. */
  conversionBack?(column: string, from: string, to: string): string | null;
}
