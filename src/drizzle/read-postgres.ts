/** PostgreSQL tables, enums and sequences of the models. */
import type { EnumType, IndexKey, Sequence, Table, TableIndex } from '../catalog/index.js';
import { columnOf, sequenceOptions } from './columns.js';
import {
  type DrizzleEnum,
  type DrizzleIndex,
  type DrizzleIndexedColumn,
  type DrizzleSequence,
  type DrizzleSql,
  isSql,
} from './drizzle-objects.js';
import { indexKeyOf } from './index-keys.js';
import { derived, given, indexName } from './naming.js';
import { enumName } from './postgres-types.js';
import { foreignKeysOf, primaryKey, primaryKeyOf, type TableContext, uniquesOf } from './table-context.js';

export function readPostgresTable(context: TableContext): Table {
  const { config } = context;
  const key = primaryKeyOf(context);
  return {
    kind: 'table',
    schema: config.schema ?? null,
    name: config.name,
    columns: config.columns.map((column) => columnOf(column, key?.columns ?? [], context)),
    primaryKey: key && primaryKey(key.columns, key.name),
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
    // `only` is left out: drizzle sets it for every `.using()`.
    method: config.method ?? 'btree',
    keys,
    where: config.where ? context.expression(config.where) : null,
    ...(config.with ? { with: storageParameters(config.with) } : {}),
  };
}

/** The model says "nulls last" for `.desc()` as well, where PostgreSQL alone would put them first. */
function keyOf(
  column: DrizzleSql | DrizzleIndexedColumn,
  columns: ReadonlySet<string>,
  context: TableContext,
): IndexKey {
  if (isSql(column) && !('indexConfig' in column)) {
    return indexKeyOf(context.render(column), columns, 'postgres');
  }
  const { indexConfig = {}, ...named } = column as DrizzleIndexedColumn;
  return {
    column: context.columnName(named),
    order: indexConfig.order ?? 'asc',
    nulls: indexConfig.nulls ?? 'last',
    ...(indexConfig.opClass ? { opclass: indexConfig.opClass } : {}),
  };
}

function storageParameters(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
}

export function readEnum(enumeration: DrizzleEnum): EnumType {
  return { kind: 'enum', ...enumName(enumeration), values: [...enumeration.enumValues] };
}

export function readSequence(sequence: DrizzleSequence): Sequence {
  return {
    kind: 'sequence',
    schema: sequence.schema ?? null,
    name: sequence.seqName,
    options: sequenceOptions(sequence.seqOptions),
  };
}
