import {
  type Catalog,
  type Column,
  type IndexKey,
  makeCatalog,
  nameKey,
  type QualifiedName,
  type Sequence,
  type Table,
  type View,
} from '../../catalog/index.js';
import { columnType } from './compile-table.js';
import { canonicalDefault } from './defaults.js';
import { withoutOuterParentheses, withoutTable } from './expressions.js';
import { rules } from './rules.js';
import { givenOptions } from './sequences.js';
import { canonicalType, storedType, typeKey } from './types.js';

/** What needs no server: aliases of types, plain literals, options that say the default, needless qualifiers. */

export function spellPlainly(catalog: Catalog): Catalog {
  return makeCatalog({
    ...catalog,
    sequences: catalog.sequences.map((sequence) => ({
      ...sequence,
      options: givenOptions(sequence.options, sequence.type ?? 'bigint'),
    })),
    tables: catalog.tables.map(spellTable),
    views: catalog.views.map(spellView),
  });
}

/** Options of a view that are off say nothing; those that are on have several words for it. */
function spellView(view: View): View {
  if (view.materialized || view.with === undefined) return view;
  const options = Object.entries(view.with).flatMap(([name, value]): [string, string][] => {
    const text = value.toLowerCase();
    if (name === 'check_option') return [[name, text]];
    return /^(?:on|true|yes|1)$/.test(text) ? [[name, 'true']] : [];
  });
  return { ...view, with: Object.fromEntries(options) };
}

function spellTable(table: Table): Table {
  const text = (sql: string) => withoutOuterParentheses(withoutTable(sql, table.schema, table.name));
  return {
    ...table,
    columns: table.columns.map((column) => spellColumn(column, text)),
    checks: table.checks.map((check) => ({ ...check, expression: text(check.expression) })),
    indexes: table.indexes.map((index) => ({
      ...index,
      where: index.where === null ? null : text(index.where),
      keys: index.keys.map(
        (key): IndexKey => ({
          ...key,
          ...(key.expression === undefined ? {} : { expression: text(key.expression) }),
          nulls: key.nulls ?? (key.order === 'desc' ? 'first' : 'last'),
        }),
      ),
    })),
  };
}

function spellColumn(column: Column, text: (sql: string) => string): Column {
  const type = column.enum ? enumType(column) : canonicalType(column.type);
  return {
    ...column,
    type,
    default: canonicalDefault(column.default, { ...column, type }),
    generated: column.generated && { ...column.generated, expression: text(column.generated.expression) },
    identity:
      column.identity === null || column.identity.kind === 'autoincrement'
        ? column.identity
        : { ...column.identity, options: givenOptions(column.identity.options, storedType(type)) },
  };
}

/** The text as it is if it is SQL for the enum; else (a bare name that needs quotes or a schema) the full name. */
function enumType(column: Column): string {
  const type = canonicalType(column.type);
  const written = columnType(column);
  return typeKey(type) === typeKey(written) ? type : written;
}

/** What means the same takes the live spelling: types in other words, what the models cannot say of numbering. */
export function spellAlike(live: Catalog, model: Catalog): Catalog {
  const byName = <T extends QualifiedName>(list: readonly T[]) =>
    new Map(list.map((each) => [nameKey(each), each]));
  const find = <T>(map: ReadonlyMap<string, T>, { schema, name }: QualifiedName) =>
    map.get(nameKey({ schema, name: rules.storedName(name) }));
  const [sequences, tables] = [byName(live.sequences), byName(live.tables)];
  const views = byName(live.views);
  return makeCatalog({
    ...model,
    sequences: model.sequences.map((sequence): Sequence => {
      const twin = find(sequences, sequence);
      if (!twin?.type || sequence.type !== undefined) return sequence;
      return { ...sequence, type: twin.type, options: givenOptions(sequence.options, twin.type) };
    }),
    tables: model.tables.map((table) => {
      const twin = find(tables, table);
      if (!twin) return table;
      const columns = table.columns.map((column) => alikeColumn(column, twin));
      // The same object where nothing changes: a catalog need not look at it again.
      return columns.every((column, at) => column === table.columns[at]) ? table : { ...table, columns };
    }),
    views: model.views.map((view) => {
      const twin = find(views, view);
      const known = twin?.columns && view.columns === undefined && twin.query === view.query;
      return known ? { ...view, columns: twin.columns } : view;
    }),
  });
}

function alikeColumn(column: Column, table: Table): Column {
  const twin = table.columns.find((each) => each.name === rules.storedName(column.name));
  if (!twin) return column;
  const sameType =
    column.type === twin.type || typeKey(column.type, column.enum) === typeKey(twin.type, twin.enum);
  const [identity, before] = [column.identity, twin.identity];
  const keepsName =
    identity !== null &&
    before !== null &&
    identity.kind !== 'autoincrement' &&
    before.kind !== 'autoincrement' &&
    identity.sequenceName === undefined &&
    before.sequenceName !== undefined;
  if (!keepsName && (!sameType || column.type === twin.type)) return column;
  return {
    ...column,
    ...(sameType ? { type: twin.type } : {}),
    // A renamed table keeps the names of its sequences.
    ...(keepsName ? { identity: { ...identity, sequenceName: before.sequenceName } } : {}),
  };
}
