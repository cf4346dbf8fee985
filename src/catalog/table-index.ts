/** One key of an index: a column by name, or an expression. */
export interface IndexKey {
  readonly column?: string;
  /** SQL text without outer parentheses; exactly one of column and expression is given. */
  readonly expression?: string;
  readonly order: 'asc' | 'desc';
  /** PostgreSQL; null where the dialect has no such thing. */
  readonly nulls: 'first' | 'last' | null;
  /** PostgreSQL operator class, only where it is not the type's default. */
  readonly opclass?: string;
  /** Only where it is not the column's own. */
  readonly collation?: string;
}

/** An index that is not the work of a primary key or unique constraint. */
export interface TableIndex {
  readonly kind: 'index';
  readonly name: string;
  /** See Constraint: a derived name also matches by structure. */
  readonly derived?: true;
  readonly unique: boolean;
  /** btree, hash, gin, …; `btree` on SQLite. */
  readonly method: string;
  readonly keys: readonly IndexKey[];
  /** The predicate of a partial index, without outer parentheses. */
  readonly where: string | null;
  /** Storage parameters, by name; undefined: the models say nothing of them, and live ones are kept. */
  readonly with?: Readonly<Record<string, string>>;
  /** PostgreSQL 15 and later. */
  readonly nullsNotDistinct?: true;
  /** Live-only: INCLUDE columns. */
  readonly include?: readonly string[];
}
