/** The five queries of an inspection. */

import type { Driver, Row } from '../dialect.js';
import { foldName, isWord, tokenize } from './tokens.js';

export interface SchemaRow {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  /** The table or view that it belongs to, in that one's own spelling. */
  readonly table: string;
  readonly sql: string | null;
  /** What kind of table it is; null for all else. */
  readonly kind: 'table' | 'virtual' | 'shadow' | null;
  readonly withoutRowid: boolean;
}

export interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly notNull: number;
  readonly default: string | null;
  /** From 1: the place in the primary key. */
  readonly pk: number;
  /** 2: a virtual generated column; 3: a stored one. */
  readonly hidden: number;
}

export interface IndexRow {
  readonly table: string;
  readonly index: string;
  readonly unique: number;
  /** c: CREATE INDEX; u: a unique constraint; pk: the primary key. */
  readonly origin: 'c' | 'u' | 'pk';
}

export interface ForeignKeyRow {
  readonly table: string;
  readonly id: number;
  readonly parent: string;
  readonly from: string;
  readonly to: string | null;
  readonly onUpdate: string;
  readonly onDelete: string;
}

export interface Schema {
  readonly objects: readonly SchemaRow[];
  readonly columns: readonly ColumnRow[];
  readonly indexes: readonly IndexRow[];
  readonly foreignKeys: readonly ForeignKeyRow[];
}

type EntryRow = Omit<SchemaRow, 'kind' | 'withoutRowid'> & { readonly rootpage: number | null };

interface KindRow {
  readonly name: string;
  readonly type: string;
  /** 1: WITHOUT ROWID. */
  readonly wr: number;
}

/** Ordinary tables; the pragmas of a virtual table would load its module, which may not be there. */
const ordinaryTables = `
  SELECT s.name FROM sqlite_schema AS s
  WHERE s.type = 'table' AND s.rootpage > 0 AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;

export async function readSchema(driver: Driver): Promise<Schema> {
  // One row: an entry of the schema.
  const entries = await driver.query<Row & EntryRow>(`
    SELECT type, name, tbl_name AS "table", sql, rootpage FROM sqlite_schema
    WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY rowid`);
  // One row: a table as SQLite classifies it, or a module that virtual tables can be made with.
  const kinds = await driver.query<Row & KindRow>(`
    SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'
    UNION ALL SELECT name, 'module', 0 FROM pragma_module_list`);
  // One row: a column, in the table's order.
  const columns = await driver.query<Row & ColumnRow>(`
    SELECT t.name AS "table", c.name, c.type, c."notnull" AS "notNull", c.dflt_value AS "default", c.pk, c.hidden
    FROM (${ordinaryTables}) AS t, pragma_table_xinfo(t.name, 'main') AS c
    ORDER BY t.name, c.cid`);
  // One row: an index.
  const indexes = await driver.query<Row & IndexRow>(`
    SELECT t.name AS "table", i.name AS "index", i."unique" AS "unique", i.origin
    FROM (${ordinaryTables}) AS t, pragma_index_list(t.name, 'main') AS i
    ORDER BY t.name, i.name`);
  // One row: a column of a foreign key.
  const foreignKeys = await driver.query<Row & ForeignKeyRow>(`
    SELECT t.name AS "table", k.id, k."table" AS parent, k."from", k."to",
           k.on_update AS "onUpdate", k.on_delete AS "onDelete"
    FROM (${ordinaryTables}) AS t, pragma_foreign_key_list(t.name, 'main') AS k
    ORDER BY t.name, k.id, k.seq`);
  return { objects: classify(entries, kinds), columns, indexes, foreignKeys };
}

function classify(entries: readonly EntryRow[], kinds: readonly KindRow[]): SchemaRow[] {
  const modules = new Set(kinds.filter((row) => row.type === 'module').map((row) => foldName(row.name)));
  const listed = new Map(kinds.filter((row) => row.type !== 'module').map((row) => [row.name, row]));
  // SQLite knows the shadow tables of a virtual table only where its module is loaded; by custom they bear its name.
  const unknown = entries
    .filter((row) => isVirtual(row) && !modules.has(foldName(moduleOf(row.sql ?? ''))))
    .map((row) => `${row.name}_`);
  const spellings = new Map(
    entries
      .filter(({ type }) => type === 'table' || type === 'view')
      .map(({ name }) => [foldName(name), name]),
  );
  return entries.map((row) => {
    const { type, name, sql } = row;
    const table = spellings.get(foldName(row.table)) ?? row.table;
    const found = listed.get(name);
    const shadow = found?.type === 'shadow' || unknown.some((prefix) => name.startsWith(prefix));
    const kind = type !== 'table' ? null : isVirtual(row) ? 'virtual' : shadow ? 'shadow' : 'table';
    return { type, name, table, sql, kind, withoutRowid: found?.wr === 1 };
  });
}

function isVirtual(row: EntryRow): boolean {
  return row.type === 'table' && !row.rootpage;
}

/** `CREATE VIRTUAL TABLE name USING module(…)` → module. */
function moduleOf(sql: string): string {
  const tokens = tokenize(sql);
  const using = tokens.findIndex((token) => isWord(token, 'using'));
  return using < 0 ? '' : (tokens[using + 1]?.value ?? '');
}
