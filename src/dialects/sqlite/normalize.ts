/**
 * One spelling for both sides of a comparison. SQLite keeps texts as they were written, so tokens are compared; where a
 * wanted text means the same as the live one it becomes the live one, and all else stays as it is.
 */

import {
  type Catalog,
  type Column,
  findColumn,
  findTable,
  findView,
  type IndexKey,
  makeCatalog,
  type Table,
  type TableIndex,
} from '../../catalog/index.js';
import type { Driver, Normalized } from '../dialect.js';
import { isRowid } from './definition.js';
import { bareExpression, parseDefault, sameExpression, sameQuery } from './expression.js';
import { parseKey } from './index-keys.js';
import { respell } from './respell.js';
import { equalDefaults, equalTypes } from './rules.js';
import { collationName, foldName, isName, isWord, textOf, tokenize } from './tokens.js';

export async function normalize(_driver: Driver, actual: Catalog, wanted: Catalog): Promise<Normalized> {
  return { ...normalizeCatalogs(actual, wanted), unverified: [] };
}

export function normalizeCatalogs(actual: Catalog, wanted: Catalog) {
  const live = makeCatalog({
    ...actual,
    tables: actual.tables.map((table) => normalizeTable(table, undefined)),
  });
  const respelled = respell(wanted, live);
  const tables = respelled.tables.map((table) => {
    const found = findTable(live, table);
    const normalized = normalizeTable(table, found);
    return found ? toLive(normalized, found) : normalized;
  });
  const views = respelled.views.map((view) => {
    const found = findView(live.views, view);
    return found && sameQuery(found.query, view.query) ? { ...view, query: found.query } : view;
  });
  const spelled = makeCatalog({ ...wanted, tables, views });
  return { actual: withPlainCollations(live, spelled), wanted: spelled };
}

/** What has no collation has BINARY. It is said where the models want another, so that there is a way back. */
function withPlainCollations(live: Catalog, wanted: Catalog): Catalog {
  const tables = live.tables.map((table) => {
    const other = findTable(wanted, table);
    const isCollated = (column: Column) =>
      other !== undefined && findColumn(other, column.name)?.collation !== undefined;
    if (!table.columns.some((column) => column.collation === undefined && isCollated(column))) return table;
    const columns = table.columns.map((column) =>
      column.collation === undefined && isCollated(column) ? { ...column, collation: 'BINARY' } : column,
    );
    return { ...table, columns };
  });
  return makeCatalog({ ...live, tables });
}

/** What can be said in several ways, said in one. */
function normalizeTable(table: Table, live: Table | undefined): Table {
  const options = live?.live ?? table.live;
  const columns = table.columns.map(normalizeColumn);
  const typed: Table = { ...table, columns, ...(options === undefined ? {} : { live: options }) };
  // The rowid, and any key of these tables, is never null, whether or not NOT NULL is written.
  const neverNull = (column: Column) =>
    isRowid(typed, column) ||
    ((options?.withoutRowid || options?.strict) && table.primaryKey?.columns.includes(column.name));
  return {
    ...table,
    columns: columns.map((column) => (neverNull(column) ? { ...column, nullable: false } : column)),
    checks: table.checks.map((check) => ({ ...check, expression: bareExpression(check.expression) })),
    indexes: table.indexes.map((index) => normalizeIndex(index, columns)),
  };
}

function normalizeColumn(column: Column): Column {
  const { type, collation } = splitType(column.type);
  const spelled = column.collation ?? collation;
  const { collation: _written, ...rest } = column;
  return {
    ...rest,
    type,
    default: column.default?.kind === 'expression' ? parseDefault(column.default.sql) : column.default,
    generated: column.generated && {
      ...column.generated,
      expression: bareExpression(column.generated.expression),
    },
    ...(spelled === undefined || foldName(spelled) === 'binary' ? {} : { collation: collationName(spelled) }),
  };
}

/** `text COLLATE NOCASE`, as custom types have it, is a type and a collation. */
function splitType(type: string): { type: string; collation?: string } {
  const tokens = tokenize(type);
  const at = tokens.findIndex((token) => isWord(token, 'collate'));
  const collation = tokens[at + 1];
  if (at < 0 || at !== tokens.length - 2 || !isName(collation)) return { type };
  return { type: textOf(type, tokens.slice(0, at)), collation: collation.value };
}

function normalizeIndex(index: TableIndex, columns: readonly Column[]): TableIndex {
  return {
    ...index,
    where: index.where === null ? null : bareExpression(index.where),
    keys: index.keys.map((key) => normalizeKey(key, columns)),
  };
}

function normalizeKey(key: IndexKey, columns: readonly Column[]): IndexKey {
  const names = columns.map((column) => column.name);
  const parsed = key.expression === undefined ? undefined : parseKey(key.expression, names);
  const { collation: _written, ...rest } = key;
  const place =
    parsed === undefined
      ? {}
      : parsed.column === undefined
        ? { expression: parsed.expression ?? '' }
        : { column: parsed.column };
  const { expression: _text, ...bare } = rest;
  const column = parsed?.column ?? key.column;
  const collation = key.collation ?? parsed?.collation;
  const own = columns.find((each) => each.name === column)?.collation ?? 'BINARY';
  return {
    ...bare,
    ...place,
    order: key.order === 'desc' || parsed?.order === 'desc' ? 'desc' : 'asc',
    nulls: null,
    ...(collation === undefined || foldName(collation) === foldName(own)
      ? {}
      : { collation: collationName(collation) }),
  };
}

/** The wanted table in the words of the live one, where they mean the same. */
function toLive(wanted: Table, live: Table): Table {
  return {
    ...wanted,
    columns: wanted.columns.map((column) => {
      const found = findColumn(live, column.name);
      return found ? columnToLive(column, found) : column;
    }),
    checks: wanted.checks.map((check) => ({
      ...check,
      expression: textToLive(
        check.expression,
        live.checks.map((each) => each.expression),
      ),
    })),
    indexes: wanted.indexes.map((index) => {
      const texts = live.indexes.flatMap((each) => each.keys.flatMap((key) => key.expression ?? []));
      const predicates = live.indexes.flatMap((each) => each.where ?? []);
      return {
        ...index,
        where: index.where === null ? null : textToLive(index.where, predicates),
        keys: index.keys.map((key) => keyToLive(key, texts, live)),
      };
    }),
  };
}

function columnToLive(wanted: Column, live: Column): Column {
  const { generated, collation } = wanted;
  return {
    ...wanted,
    type: equalTypes(live.type, wanted.type) ? live.type : wanted.type,
    default: equalDefaults(live.default, wanted.default, live) ? live.default : wanted.default,
    generated: generated && {
      ...generated,
      expression: textToLive(generated.expression, live.generated ? [live.generated.expression] : []),
    },
    ...(collation !== undefined &&
    live.collation !== undefined &&
    foldName(collation) === foldName(live.collation)
      ? { collation: live.collation }
      : {}),
  };
}

function keyToLive(key: IndexKey, texts: readonly string[], live: Table): IndexKey {
  const { collation, expression } = key;
  const spelled = live.indexes
    .flatMap((index) => index.keys.flatMap((each) => each.collation ?? []))
    .find((each) => collation !== undefined && foldName(each) === foldName(collation));
  return {
    ...key,
    ...(expression === undefined ? {} : { expression: textToLive(expression, texts) }),
    ...(spelled === undefined ? {} : { collation: spelled }),
  };
}

function textToLive(wanted: string, live: readonly string[]): string {
  return live.includes(wanted) ? wanted : (live.find((text) => sameExpression(text, wanted)) ?? wanted);
}
