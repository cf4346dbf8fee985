import type { SQL } from 'drizzle-orm';
import {
  type Check,
  type Column,
  type DefaultValue,
  deepFreeze,
  type ForeignKey,
  type Identity,
  type LiteralValue,
  type PrimaryKey,
  parseName,
  type QualifiedName,
  type ReferentialAction,
  type Unique,
} from '../catalog/index.js';
import { RevError } from '../errors.js';
import { type SqlInput, sqlText } from './sql-text.js';

/** A default as a revision file writes it: a JS value is a literal, `sql` an expression, null none. */
export type DefaultInput = LiteralValue | SQL | null;

export interface ColumnOptions {
  /** Default true, as in SQL. */
  readonly nullable?: boolean;
  readonly default?: DefaultInput;
  readonly identity?: Identity['kind'] | Identity;
  readonly generated?: SqlInput;
  /** Whether a generated column is stored (default) or computed when read (SQLite, PostgreSQL 18). */
  readonly stored?: boolean;
  readonly collation?: string;
}

/**
 * A column for createTable and addColumn.
 * @param type the SQL type, as the database writes it: `integer`, `varchar(200)`, `text[]`.
 */
export function column(name: string, type: string, options: ColumnOptions = {}): Column {
  return deepFreeze({
    name,
    type,
    nullable: options.nullable ?? true,
    default: defaultValue(options.default ?? null),
    identity: identityOf(options.identity),
    generated:
      options.generated === undefined
        ? null
        : { expression: sqlText(options.generated), stored: options.stored ?? true },
    ...(options.collation === undefined ? {} : { collation: collationOf(options.collation, name) }),
  });
}

/** @throws RevError REV_OPERATION for what is no name: null is no collation, and a column always has one. */
export function collationOf(collation: string, column: string): string {
  if (typeof collation === 'string' && collation !== '') return collation;
  throw new RevError('REV_OPERATION', `The collation of column ${column} is no name.`, {
    hint: "A column without a collation of its own has BINARY on SQLite and 'default' on PostgreSQL: write that name.",
  });
}

function named(what: string, name: string | null): string {
  return name === null ? what : `${what} ${name}`;
}

function someColumns(columns: readonly string[], what: string): readonly string[] {
  if (columns.length > 0) return [...columns];
  throw new RevError('REV_OPERATION', `The ${what} is of no column.`, { hint: 'Name one or several.' });
}

export function primaryKey(
  columns: readonly string[],
  options: { readonly name?: string; readonly include?: readonly string[] } = {},
): PrimaryKey {
  return deepFreeze({
    kind: 'primaryKey',
    name: options.name ?? null,
    columns: someColumns(columns, 'primary key'),
    ...(options.include === undefined ? {} : { include: [...options.include] }),
  });
}

export interface ForeignKeyOptions {
  readonly onDelete?: ReferentialAction;
  readonly onUpdate?: ReferentialAction;
  readonly deferrable?: 'immediate' | 'deferred' | 'not deferrable';
  readonly match?: 'simple' | 'full' | 'partial';
  /** PostgreSQL 15 and later: the columns that `set null` or `set default` is about, where not all. */
  readonly onDeleteColumns?: readonly string[];
  /** PostgreSQL: rows that are there already need not comply. */
  readonly notValid?: boolean;
}

/** @param name null: the database chooses one (PostgreSQL), or there is none (SQLite). */
export function foreignKey(
  name: string | null,
  columns: readonly string[],
  table: string | QualifiedName,
  foreignColumns: readonly string[],
  options: ForeignKeyOptions = {},
): ForeignKey {
  return deepFreeze({
    kind: 'foreignKey',
    name,
    columns: someColumns(columns, named('foreign key', name)),
    references: { ...parseName(table), columns: [...foreignColumns] },
    onDelete: options.onDelete ?? 'no action',
    onUpdate: options.onUpdate ?? 'no action',
    ...(options.deferrable === undefined ? {} : { deferrable: options.deferrable }),
    ...(options.match === undefined ? {} : { match: options.match }),
    ...(options.onDeleteColumns === undefined ? {} : { onDeleteColumns: [...options.onDeleteColumns] }),
    ...(options.notValid ? { notValid: true } : {}),
  });
}

export function unique(
  name: string | null,
  columns: readonly string[],
  options: {
    readonly nullsNotDistinct?: boolean;
    readonly include?: readonly string[];
    readonly deferrable?: NonNullable<Unique['deferrable']>;
  } = {},
): Unique {
  return deepFreeze({
    kind: 'unique',
    name,
    columns: someColumns(columns, named('unique constraint', name)),
    nullsNotDistinct: options.nullsNotDistinct ?? false,
    ...(options.include === undefined ? {} : { include: [...options.include] }),
    ...(options.deferrable === undefined ? {} : { deferrable: options.deferrable }),
  });
}

/** @param options of PostgreSQL alone. */
export function check(
  name: string | null,
  expression: SqlInput,
  options: { readonly notValid?: boolean; readonly noInherit?: boolean } = {},
): Check {
  return deepFreeze({
    kind: 'check',
    name,
    expression: sqlText(expression),
    ...(options.notValid ? { notValid: true } : {}),
    ...(options.noInherit ? { noInherit: true } : {}),
  });
}

export function defaultValue(input: DefaultInput): DefaultValue | null {
  if (input === null) return null;
  if (typeof input === 'object') return { kind: 'expression', sql: sqlText(input) };
  return { kind: 'literal', value: input };
}

export function identityOf(input: Identity['kind'] | Identity | null | undefined): Identity | null {
  if (input === undefined || input === null) return null;
  if (typeof input !== 'string') return input;
  return input === 'autoincrement' ? { kind: input } : { kind: input, options: {} };
}
