/** Live database → Catalog: five queries for any number of tables, and the stored texts for what pragmas lose. */

import {
  type Catalog,
  type Column,
  type ForeignKey,
  type IndexKey,
  makeCatalog,
  type PrimaryKey,
  type QualifiedName,
  type ReferentialAction,
  type Table,
  type TableIndex,
  type Uncompared,
  type View,
} from '../../catalog/index.js';
import type { Driver, Scope } from '../dialect.js';
import { parseDefault } from './expression.js';
import { parseIndex } from './index-keys.js';
import { type ParsedForeignKey, type ParsedTable, parseTable } from './parse-table.js';
import { parseView } from './parse-view.js';
import {
  type ColumnRow,
  type ForeignKeyRow,
  type IndexRow,
  readSchema,
  type SchemaRow,
} from './schema-rows.js';
import { collationName, foldName } from './tokens.js';

export async function inspect(driver: Driver, scope: Scope): Promise<Catalog> {
  const schema = await readSchema(driver);
  const columnsOf = group(schema.columns, (row) => row.table);
  const indexesOf = group(schema.indexes, (row) => row.table);
  const foreignKeysOf = group(schema.foreignKeys, (row) => row.table);
  const triggersOf = group(
    schema.objects.filter((row) => row.type === 'trigger'),
    (row) => row.table,
  );
  const sqlOf = new Map(
    schema.objects.filter((row) => row.type === 'index').map((row) => [row.name, row.sql ?? '']),
  );
  const inScope = (name: string) => scope.includes(qualified(name));

  const tables = schema.objects
    .filter((row) => row.type === 'table' && row.kind === 'table' && inScope(row.name))
    .map((row) =>
      inspectTable({
        row,
        columns: columnsOf.get(row.name) ?? [],
        indexes: indexesOf.get(row.name) ?? [],
        foreignKeys: foreignKeysOf.get(row.name) ?? [],
        triggers: triggersOf.get(row.name) ?? [],
        allColumns: columnsOf,
        indexSql: sqlOf,
      }),
    );
  const views = schema.objects
    .filter((row) => row.type === 'view' && inScope(row.name))
    .map((row) => inspectView(row, triggersOf.get(row.name) ?? []));
  return makeCatalog({ dialect: 'sqlite', tables, views, uncompared: census(schema.objects, inScope) });
}

export async function hasTable(driver: Driver, table: QualifiedName): Promise<boolean> {
  const rows = await driver.query(
    `SELECT 1 AS found FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`,
    [table.name],
  );
  return rows.length > 0;
}

interface TableRows {
  readonly row: SchemaRow;
  readonly columns: readonly ColumnRow[];
  readonly indexes: readonly IndexRow[];
  readonly foreignKeys: readonly ForeignKeyRow[];
  readonly triggers: readonly SchemaRow[];
  readonly allColumns: ReadonlyMap<string, readonly ColumnRow[]>;
  readonly indexSql: ReadonlyMap<string, string>;
}

function inspectTable(rows: TableRows): Table {
  const sql = rows.row.sql ?? '';
  const parsed = parseTable(sql);
  const rowid = rowidColumn(rows);
  const columns = rows.columns.map((row) => inspectColumn(row, parsed, rowid));
  const triggers = rows.triggers.map(({ name, sql }) => ({ name, sql: sql ?? '' }));
  return {
    kind: 'table',
    ...qualified(rows.row.name),
    columns,
    primaryKey: inspectPrimaryKey(rows.columns, parsed),
    foreignKeys: inspectForeignKeys(rows, parsed),
    uniques: parsed.uniques.map(({ name, columns: keys }) => ({
      kind: 'unique',
      name,
      columns: keys.map((key) => spelling(key.name, columns)),
      nullsNotDistinct: false,
    })),
    checks: parsed.checks.map(({ name, expression }) => ({ kind: 'check', name, expression })),
    indexes: inspectIndexes(rows, columns),
    live: {
      sql,
      ...(parsed.strict ? { strict: true } : {}),
      ...(parsed.withoutRowid ? { withoutRowid: true } : {}),
      ...(triggers.length === 0 ? {} : { triggers }),
    },
  };
}

function inspectView(row: SchemaRow, triggers: readonly SchemaRow[]): View {
  const { query, names } = parseView(row.sql ?? '');
  return {
    kind: 'view',
    ...qualified(row.name),
    materialized: false,
    query,
    with: {},
    ...(names === undefined ? {} : { names }),
    ...(triggers.length === 0 ? {} : { triggers: triggers.map(({ sql }) => sql ?? '') }),
  };
}

/** The column that is the rowid itself: INTEGER PRIMARY KEY without an index of its own (SQLite's manual, "ROWIDs"). */
function rowidColumn({ row, columns, indexes }: TableRows): string | null {
  const keys = columns.filter((column) => column.pk > 0);
  const [key] = keys;
  if (row.withoutRowid || keys.length !== 1 || key?.type.toLowerCase() !== 'integer') return null;
  return indexes.some((index) => index.origin === 'pk') ? null : key.name;
}

function inspectColumn(row: ColumnRow, parsed: ParsedTable, rowid: string | null): Column {
  const written = parsed.columns.find((column) => foldName(column.name) === foldName(row.name));
  const collation = written?.collation ?? null;
  const autoincrement = row.name === rowid && parsed.primaryKey?.autoincrement === true;
  return {
    name: row.name,
    type: row.type,
    // The rowid is never null, whether or not NOT NULL is written.
    nullable: row.name !== rowid && row.notNull === 0,
    default: row.default === null || row.hidden !== 0 ? null : parseDefault(row.default),
    identity: autoincrement ? { kind: 'autoincrement' } : null,
    generated: written?.generated ?? null,
    ...(collation === null || foldName(collation) === 'binary'
      ? {}
      : { collation: collationName(collation) }),
  };
}

function inspectPrimaryKey(columns: readonly ColumnRow[], parsed: ParsedTable): PrimaryKey | null {
  const keys = columns.filter((column) => column.pk > 0).sort((a, b) => a.pk - b.pk);
  if (keys.length === 0) return null;
  return { kind: 'primaryKey', name: parsed.primaryKey?.name ?? null, columns: keys.map((key) => key.name) };
}

function inspectForeignKeys(rows: TableRows, parsed: ParsedTable): ForeignKey[] {
  const keys = [...group(rows.foreignKeys, (row) => row.id)].sort(([a], [b]) => b - a);
  return keys.map(([, parts], at) => {
    const [first] = parts;
    // The pragma counts down: its last is the first that was written.
    const written: ParsedForeignKey | undefined = parsed.foreignKeys[at];
    const parent = parentOf(first?.parent ?? '', rows.allColumns);
    return {
      kind: 'foreignKey',
      name: written?.name ?? null,
      columns: parts.map((part) => part.from),
      references: {
        ...qualified(parent.name),
        columns: parts.every((part) => part.to === null)
          ? parent.primaryKey
          : parts.map((part) => spelling(part.to ?? '', parent.columns)),
      },
      onDelete: (first?.onDelete ?? 'no action').toLowerCase() as ReferentialAction,
      onUpdate: (first?.onUpdate ?? 'no action').toLowerCase() as ReferentialAction,
      ...(written?.deferrable === undefined ? {} : { deferrable: written.deferrable }),
      ...(written?.match === undefined ? {} : { match: written.match }),
    };
  });
}

function parentOf(name: string, tables: ReadonlyMap<string, readonly ColumnRow[]>) {
  const found = tables.has(name)
    ? name
    : [...tables.keys()].find((each) => foldName(each) === foldName(name));
  const columns = (found === undefined ? undefined : tables.get(found)) ?? [];
  const keys = columns.filter((column) => column.pk > 0).sort((a, b) => a.pk - b.pk);
  return { name: found ?? name, columns, primaryKey: keys.map((key) => key.name) };
}

function inspectIndexes(rows: TableRows, columns: readonly Column[]): TableIndex[] {
  const created = rows.indexes.filter((row) => row.origin === 'c');
  return created.map(({ index: name, unique }) => {
    const parsed = parseIndex(
      rows.indexSql.get(name) ?? '',
      columns.map((column) => column.name),
    );
    return {
      kind: 'index',
      name,
      unique: unique === 1,
      method: 'btree',
      keys: parsed.keys.map((key) => inspectKey(key, columns)),
      where: parsed.where,
    };
  });
}

/** Without the collation that the column has anyway. */
function inspectKey(key: IndexKey, columns: readonly Column[]): IndexKey {
  const { collation, ...rest } = key;
  if (collation === undefined) return rest;
  const own = columns.find((column) => column.name === key.column)?.collation ?? 'BINARY';
  return foldName(own) === foldName(collation) ? rest : key;
}

function census(objects: readonly SchemaRow[], inScope: (name: string) => boolean): Uncompared[] {
  const relations = new Set(
    objects.filter((row) => row.type === 'table' || row.type === 'view').map((row) => row.name),
  );
  return objects.flatMap((row): Uncompared[] => {
    const name = qualified(row.name);
    if (row.type === 'trigger' && inScope(row.table)) {
      return [
        { kind: 'trigger', name, ...(relations.has(row.table) ? { table: qualified(row.table) } : {}) },
      ];
    }
    return row.kind === 'virtual' && inScope(row.name) ? [{ kind: 'virtual table', name }] : [];
  });
}

function qualified(name: string): QualifiedName {
  return { schema: null, name };
}

/** A name as its column has it. */
function spelling(name: string, columns: readonly { readonly name: string }[]): string {
  return columns.find((column) => foldName(column.name) === foldName(name))?.name ?? name;
}

function group<T, K>(rows: readonly T[], key: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const row of rows) {
    const list = groups.get(key(row));
    if (list) list.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}
