/** One table of the models, of either dialect. */
import type { IndexKey, Table, TableIndex } from '../catalog/index.js';
import { columnOf } from './columns.js';
import {
  type DrizzleIndex,
  type DrizzleIndexedColumn,
  type DrizzleNamed,
  type DrizzleSql,
  entityKinds,
  tableSchema,
} from './drizzle-objects.js';
import { indexKeyOf } from './index-keys.js';
import { derived, given, indexName } from './naming.js';
import { foreignKeysOf, primaryKeyOf, uniquesOf } from './table-constraints.js';
import type { TableContext } from './table-context.js';

export function readTable(context: TableContext): Table {
  const { config } = context;
  const primaryKey = primaryKeyOf(context);
  const columns = config.columns.map((column) => columnOf(column, primaryKey?.columns ?? [], context));
  const columnNames = new Set(columns.map((column) => column.name));
  return {
    kind: 'table',
    schema: tableSchema(context.table),
    name: context.name,
    columns,
    primaryKey,
    foreignKeys: foreignKeysOf(context),
    uniques: uniquesOf(context),
    checks: config.checks.map((check) => ({
      kind: 'check',
      name: check.name,
      expression: context.expression(check.value),
    })),
    indexes: config.indexes.map((index) => indexOf(index, columnNames, context)),
  };
}

function indexOf(index: DrizzleIndex, columns: ReadonlySet<string>, context: TableContext): TableIndex {
  const { config } = index;
  const keys = config.columns.map((column) => keyOf(column, columns, context));
  const parts = keys.map((key) => key.column ?? null);
  return {
    kind: 'index',
    ...(config.name ? given(config.name) : derived(indexName(context.name, parts))),
    unique: config.unique === true,
    // `only` is left out: drizzle sets it for every `.using()`, and drizzle-kit never writes it.
    method: config.method ?? 'btree',
    keys,
    where: config.where ? context.expression(config.where) : null,
    ...(config.with ? { with: storageParameters(config.with) } : {}),
  };
}

function keyOf(
  column: DrizzleSql | DrizzleNamed,
  columns: ReadonlySet<string>,
  context: TableContext,
): IndexKey {
  if (isNamed(column)) return columnKey(column, context);
  return indexKeyOf(context.render(column), columns, context.dialect);
}

function isNamed(column: DrizzleSql | DrizzleNamed): column is DrizzleNamed {
  const kinds = entityKinds(column);
  return kinds.includes('Column') || kinds.includes('IndexedColumn');
}

/** On PostgreSQL drizzle means "nulls last" for `.desc()` as well, where the server alone would put them first. */
function columnKey(column: DrizzleNamed, context: TableContext): IndexKey {
  const { order, nulls, opClass } = (column as DrizzleIndexedColumn).indexConfig ?? {};
  return {
    column: context.columnName(column),
    order: order ?? 'asc',
    nulls: context.dialect === 'postgres' ? (nulls ?? 'last') : null,
    ...(opClass ? { opclass: opClass } : {}),
  };
}

function storageParameters(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
}
