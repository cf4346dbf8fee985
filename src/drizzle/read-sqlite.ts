/** SQLite tables of the models. */
import type { IndexKey, Table, TableIndex } from '../catalog/index.js';
import { columnOf } from './columns.js';
import { type DrizzleIndex, type DrizzleNamed, type DrizzleSql, entityKinds } from './drizzle-objects.js';
import { indexKeyOf } from './index-keys.js';
import { derived, given, indexName } from './naming.js';
import { foreignKeysOf, primaryKey, primaryKeyOf, type TableContext, uniquesOf } from './table-context.js';

export function readSqliteTable(context: TableContext): Table {
  const { config } = context;
  const key = primaryKeyOf(context);
  return {
    kind: 'table',
    schema: null,
    name: config.name,
    columns: config.columns.map((column) => columnOf(column, key?.columns ?? [], context)),
    // A key has a name only if the user gave it one.
    primaryKey: key && primaryKey(key.columns, key.name.derived ? null : key.name),
    foreignKeys: foreignKeysOf(context),
    uniques: uniquesOf(context),
    checks: config.checks.map((check) => ({
      kind: 'check',
      name: check.name,
      expression: context.expression(check.value),
    })),
    indexes: config.indexes.map((index) => indexOf(index, context)),
  };
}

function indexOf(index: DrizzleIndex, context: TableContext): TableIndex {
  const { config } = index;
  const columns = new Set(context.columnNames(context.config.columns));
  const keys = config.columns.map((column) => keyOf(column, columns, context));
  const name = config.name
    ? given(config.name)
    : derived(
        indexName(
          context.name,
          keys.map((key) => key.column ?? null),
        ),
      );
  return {
    kind: 'index',
    ...name,
    unique: config.unique === true,
    method: 'btree',
    keys,
    where: config.where ? context.expression(config.where) : null,
  };
}

function keyOf(
  column: DrizzleSql | DrizzleNamed,
  columns: ReadonlySet<string>,
  context: TableContext,
): IndexKey {
  if (entityKinds(column).includes('Column')) {
    return { column: context.columnName(column as DrizzleNamed), order: 'asc', nulls: null };
  }
  return indexKeyOf(context.render(column as DrizzleSql), columns, 'sqlite');
}
