import type { Column } from './column.js';
import type { Check, Constraint, ForeignKey, PrimaryKey, Unique } from './constraint.js';
import type { QualifiedName } from './name.js';
import type { Policy } from './policy.js';
import type { TableIndex } from './table-index.js';

export interface Table extends QualifiedName {
  readonly kind: 'table';
  readonly columns: readonly Column[];
  readonly primaryKey: PrimaryKey | null;
  readonly foreignKeys: readonly ForeignKey[];
  readonly uniques: readonly Unique[];
  readonly checks: readonly Check[];
  readonly indexes: readonly TableIndex[];
  /** Row level security is on (PostgreSQL). */
  readonly rowSecurity?: true;
  /** Absent: none. */
  readonly policies?: readonly Policy[];
  /**
   * What the models cannot say of a table and an alteration must keep. undefined: nothing is said.
   * Never compared.
   */
  readonly live?: LiveTable;
}

export interface LiveTable {
  /** SQLite: the text in sqlite_schema, from which a rebuild takes what no other field holds. */
  readonly sql?: string;
  readonly strict?: boolean;
  readonly withoutRowid?: boolean;
  /** Triggers of this table, as statements that make them again. */
  readonly triggers?: readonly { readonly name: string; readonly sql: string }[];
}

/** All constraints in a fixed order: primary key, uniques, checks, foreign keys. */
export function constraintsOf(table: Table): readonly Constraint[] {
  return [
    ...(table.primaryKey ? [table.primaryKey] : []),
    ...table.uniques,
    ...table.checks,
    ...table.foreignKeys,
  ];
}

export function findColumn(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}
