import fc from 'fast-check';
import {
  type Catalog,
  type Column,
  type EnumType,
  findColumn,
  findTable,
  makeCatalog,
  sameData,
  sameName,
  type Table,
} from '../../src/catalog/index.js';
import { mentionsAny } from '../../src/diff/compare-columns.js';
import { applyChanges } from '../../src/operations/index.js';
import { withPolicies } from './postgres-policies.js';
import { anyCatalog, type CatalogOptions } from './postgres-tables.js';
import { withViews } from './postgres-views.js';

/**
 * Two catalogs, the second grown out of the first as models grow: columns come, go, widen, change their defaults;
 * keys, checks and indexes change; enums get and lose values; tables and views appear, change and vanish.
 */
export function catalogPair(
  options: CatalogOptions = {},
): fc.Arbitrary<{ readonly a: Catalog; readonly b: Catalog }> {
  return fc
    .tuple(anyCatalog(options), anyCatalog(options), fc.infiniteStream(fc.nat(99)))
    .map(([a, other, dice]) => {
      const roll = () => dice.next().value ?? 0;
      const b = grow(a, other, { nullsNotDistinct: true, ...options }, roll);
      const views = withViews(a, b, roll);
      return withPolicies(views.a, views.b, roll);
    });
}

type Roll = () => number;

function grow(a: Catalog, other: Catalog, options: CatalogOptions, roll: Roll): Catalog {
  const chance = (percent: number) => roll() < percent;
  const enums = a.enums.map((type) => growEnum(type, a, roll));
  const added = other.enums.filter((each) => !enums.some((known) => sameName(known, each)));
  const allEnums = [...enums, ...added];
  const kept = a.tables.filter(() => !chance(15)).map((table) => growTable(table, other, options, roll));
  const fresh = other.tables.filter((table) => !findTable(a, table) && chance(60));
  const tables = [...kept, ...fresh].map((table) => soundDefaults(table, allEnums));
  const sequences = [
    ...a.sequences,
    ...other.sequences.filter((each) => !a.sequences.some((known) => sameName(known, each))),
  ];
  return makeCatalog({
    dialect: 'postgres',
    schemas: [...new Set([...a.schemas, ...other.schemas])],
    enums: allEnums,
    sequences,
    tables: tables.map((table) => soundForeignKeys(table, tables)),
  });
}

function growEnum(type: EnumType, a: Catalog, roll: Roll): EnumType {
  const used = a.tables.flatMap((table) =>
    table.columns.flatMap(({ default: value }) => (value?.kind === 'literal' ? [String(value.value)] : [])),
  );
  const dice = roll();
  if (dice < 20) return { ...type, values: [...type.values, 'appended'] };
  if (dice < 35) return { ...type, values: ['first', ...type.values] };
  if (dice < 45) return { ...type, values: [...type.values].reverse() };
  const last = type.values.at(-1) ?? '';
  const isFree = type.values.length > 1 && !used.some((text) => text.includes(last));
  return dice < 60 && isFree ? { ...type, values: type.values.slice(0, -1) } : type;
}

const wider: Readonly<Record<string, string>> = {
  integer: 'bigint',
  smallint: 'integer',
  'varchar(40)': 'text',
  'numeric(10, 2)': 'numeric(12,3)',
  'char(4)': 'varchar(40)',
  date: 'timestamptz',
  json: 'jsonb',
};

function growTable(table: Table, other: Catalog, options: CatalogOptions, roll: Roll): Table {
  const chance = (percent: number) => roll() < percent;
  const gone = table.columns.filter(
    (column) => column.generated === null && table.columns.length > 1 && chance(12),
  );
  // One column at least stays.
  const dropped = new Set(gone.slice(0, table.columns.length - 1).map((column) => column.name));
  const free = (sql: string | null | undefined) => !sql || !mentionsAny(sql, dropped);
  let grown = applyChanges(
    table,
    [...dropped].map((name) => ({ kind: 'dropColumn', name }) as const),
  );
  grown = {
    ...grown,
    columns: grown.columns.filter((column) => free(column.generated?.expression)),
    checks: grown.checks.filter((check) => free(check.expression)),
    indexes: grown.indexes.filter(
      (index) =>
        free(index.where) &&
        index.keys.every((key) => free(key.expression)) &&
        !index.include?.some((name) => dropped.has(name)),
    ),
  };
  const isKey = (name: string) => grown.primaryKey?.columns.includes(name) === true;
  const fixed = (column: Column) =>
    column.generated !== null || column.identity !== null || /serial/.test(column.type);
  const columns = grown.columns.map((column): Column => {
    if (fixed(column)) return column;
    const type = column.enum === undefined && chance(15) ? (wider[column.type] ?? column.type) : column.type;
    return {
      ...column,
      type,
      nullable: isKey(column.name) ? false : chance(20) ? !column.nullable : column.nullable,
      default: chance(25) ? null : column.default,
    };
  });
  const extra = other.tables
    .flatMap((each) => each.columns)
    .filter((column) => column.generated === null && chance(15))
    .slice(0, 2)
    .map((column, at): Column => ({ ...column, name: `new ${at}` }));
  const without = <T>(list: readonly T[]) => list.filter(() => !chance(20));
  return {
    ...grown,
    columns: [...columns, ...extra],
    primaryKey: chance(15) ? null : grown.primaryKey,
    uniques: without(grown.uniques).map((unique) =>
      options.nullsNotDistinct && chance(20)
        ? { ...unique, nullsNotDistinct: !unique.nullsNotDistinct }
        : unique,
    ),
    checks: without(grown.checks).map((check) =>
      chance(20) ? { ...check, expression: `(${check.expression}) or 1 = 1` } : check,
    ),
    indexes: without(grown.indexes).map((index) => {
      const [first, ...rest] = index.keys;
      if (index.method !== 'btree' || !first || !chance(25)) return index;
      return { ...index, keys: [{ ...first, order: first.order === 'asc' ? 'desc' : 'asc' }, ...rest] };
    }),
    foreignKeys: without(grown.foreignKeys).map((key) =>
      chance(20) ? { ...key, onUpdate: 'restrict' } : key,
    ),
  };
}

/** No default names a value that its enum does not have any more. */
function soundDefaults(table: Table, enums: readonly EnumType[]): Table {
  return {
    ...table,
    columns: table.columns.map((column) => {
      const type = column.enum && enums.find((each) => column.enum && sameName(each, column.enum));
      const value = column.default?.kind === 'literal' ? String(column.default.value) : undefined;
      if (!type || value === undefined || column.type.endsWith('[]') || type.values.includes(value))
        return column;
      return { ...column, default: null };
    }),
  };
}

/** Only foreign keys to a key that is there, over columns of its very types. */
function soundForeignKeys(table: Table, tables: readonly Table[]): Table {
  return {
    ...table,
    foreignKeys: table.foreignKeys.filter((key) => {
      const target = tables.find((each) =>
        sameName(each, { schema: key.references.schema, name: key.references.name }),
      );
      const keys = target ? [target.primaryKey, ...target.uniques] : [];
      const typeOf = (of: Table, name: string) => findColumn(of, name)?.type;
      return (
        target !== undefined &&
        keys.some((each) => each && sameData(each.columns, key.references.columns)) &&
        key.columns.every(
          (name, at) => typeOf(table, name) === typeOf(target, key.references.columns[at] ?? ''),
        )
      );
    }),
  };
}
