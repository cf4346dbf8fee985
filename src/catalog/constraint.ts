import type { QualifiedName } from './name.js';

interface Named {
  /** null: unnamed (SQLite), or the database may choose. */
  readonly name: string | null;
  /**
   * The name was derived by a convention, not written by the user. Conventions differ between ORM versions, so such
   * a constraint also matches a live one of the same structure, whose name is then kept.
   */
  readonly derived?: true;
}

export interface PrimaryKey extends Named {
  readonly kind: 'primaryKey';
  readonly columns: readonly string[];
  /** Live-only (PostgreSQL): INCLUDE columns, kept as they are where undefined. */
  readonly include?: readonly string[];
}

export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export interface ForeignKey extends Named {
  readonly kind: 'foreignKey';
  readonly columns: readonly string[];
  readonly references: QualifiedName & { readonly columns: readonly string[] };
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  /** Live-only, as is `match`: kept as it is where undefined. */
  readonly deferrable?: 'immediate' | 'deferred' | 'not deferrable';
  readonly match?: 'simple' | 'full' | 'partial';
  /** Live-only (PostgreSQL 15 and later): the columns that `onDelete` sets, where not all. */
  readonly onDeleteColumns?: readonly string[];
  /** Live-only (PostgreSQL): NOT VALID, rows that were there first need not comply. */
  readonly notValid?: true;
}

export interface Unique extends Named {
  readonly kind: 'unique';
  readonly columns: readonly string[];
  /** PostgreSQL 15 and later; false elsewhere. */
  readonly nullsNotDistinct: boolean;
  /** Live-only (PostgreSQL): INCLUDE columns, kept as they are where undefined. */
  readonly include?: readonly string[];
  /** Live-only: kept as it is where undefined. */
  readonly deferrable?: 'immediate' | 'deferred' | 'not deferrable';
}

export interface Check extends Named {
  readonly kind: 'check';
  /** SQL text without the outer parentheses. */
  readonly expression: string;
  /** Live-only (PostgreSQL): NOT VALID, rows that were there first need not comply. */
  readonly notValid?: true;
  /** Live-only (PostgreSQL): NO INHERIT, inheriting tables do not have it. */
  readonly noInherit?: true;
}

export type Constraint = PrimaryKey | ForeignKey | Unique | Check;
