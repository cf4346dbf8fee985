/** Primary keys, unique constraints and foreign keys, with the names that they were given or get. */
import type { ForeignKey, PrimaryKey, ReferentialAction, Unique } from '../catalog/index.js';
import { RevError } from '../errors.js';
import {
  type DrizzleColumn,
  type DrizzleForeignKey,
  type DrizzleUnique,
  tableName,
  tableSchema,
} from './drizzle-objects.js';
import { type ChosenName, derived, given } from './naming.js';
import type { TableContext } from './table-context.js';

/**
 * The primary key, wherever it is declared. On SQLite it has a name only if the user gave it one: there, names of keys
 * mean nothing. Throws REV_SCHEMA if there are two.
 */
export function primaryKeyOf(context: TableContext): PrimaryKey | null {
  const onColumns = context.config.columns.filter((column) => column.primary).map(context.columnName);
  const [declared, ...others] = context.config.primaryKeys;
  const columns = declared ? context.columnNames(declared.columns) : onColumns;
  const rivals = declared && onColumns.some((name) => columns.length > 1 || columns[0] !== name);
  if (others.length > 0 || rivals || (!declared && onColumns.length > 1)) {
    throw new RevError('REV_SCHEMA', `The table ${context.label()} has more than one primary key.`, {
      hint: 'A key of several columns is written once, for the table: primaryKey({ columns: [table.a, table.b] }).',
    });
  }
  if (columns.length === 0) return null;
  return { kind: 'primaryKey', ...primaryKeyName(columns, context), columns };
}

function primaryKeyName(columns: readonly string[], context: TableContext): ChosenName | { name: null } {
  const [declared] = context.config.primaryKeys;
  if (declared?.name) return given(declared.name);
  if (context.dialect === 'sqlite') return { name: null };
  return derived(context.names.primaryKey(context.name, columns, declared ? 'table' : 'column'));
}

export function uniquesOf(context: TableContext): readonly Unique[] {
  const onColumns = context.config.columns
    .filter((column) => column.isUnique)
    .map((column): Unique => {
      const columns = [context.columnName(column)];
      return {
        kind: 'unique',
        ...columnUniqueName(column, columns, context),
        columns,
        nullsNotDistinct: column.uniqueType === 'not distinct',
      };
    });
  const onTable = context.config.uniqueConstraints.map((unique): Unique => {
    const columns = context.columnNames(unique.columns);
    return {
      kind: 'unique',
      ...tableUniqueName(unique, columns, context),
      columns,
      nullsNotDistinct: unique.nullsNotDistinct === true,
    };
  });
  return withoutRepeats([...onColumns, ...onTable]);
}

/**
 * 0.45 fills the name in, from the property's key even where `casing` names the column, and once for all tables that
 * share one column builder.
 */
function columnUniqueName(
  column: DrizzleColumn,
  columns: readonly string[],
  context: TableContext,
): ChosenName {
  const { line, names, name, tableNames } = context;
  const filled = names.unique(name, line === '0.x' ? [column.name] : columns, 'column');
  const written = column.uniqueName;
  if (!written || (line === '0.x' && written === filled)) return derived(filled);
  const shared =
    line === '0.x' &&
    [...tableNames].some((other) => written === names.unique(other, [column.name], 'column'));
  return shared ? derived(filled) : given(written);
}

function tableUniqueName(
  unique: DrizzleUnique,
  columns: readonly string[],
  context: TableContext,
): ChosenName {
  const keys = context.line === '0.x' ? unique.columns.map((column) => column.name) : columns;
  const filled = context.names.unique(context.name, keys, 'table');
  const explicit = unique.isNameExplicit ?? unique.name !== filled;
  return explicit && unique.name ? given(unique.name) : derived(filled);
}

export function foreignKeysOf(context: TableContext): readonly ForeignKey[] {
  return withoutRepeats(context.config.foreignKeys.map((key) => foreignKeyOf(key, context)));
}

function foreignKeyOf(key: DrizzleForeignKey, context: TableContext): ForeignKey {
  const reference = key.reference();
  const columns = context.columnNames(reference.columns);
  const target = tableName(reference.foreignTable);
  const targetColumns = context.columnNames(reference.foreignColumns);
  return {
    kind: 'foreignKey',
    ...(reference.name
      ? given(reference.name)
      : derived(context.names.foreignKey(context.name, columns, target, targetColumns))),
    columns,
    references: { schema: tableSchema(reference.foreignTable), name: target, columns: targetColumns },
    onDelete: (key.onDelete ?? 'no action') as ReferentialAction,
    onUpdate: (key.onUpdate ?? 'no action') as ReferentialAction,
  };
}

/** A constraint that is declared twice (on a column and for the table) is one. */
function withoutRepeats<T>(constraints: readonly T[]): readonly T[] {
  return [...new Map(constraints.map((constraint) => [JSON.stringify(constraint), constraint])).values()];
}
