/**
 * A libsql server does not let `legacy_alter_table` be set. There the views and triggers that mention a table are
 * dropped while it is rebuilt, and made again from the very texts that they had, all in the same transaction.
 */

import type { Row } from '../dialect.js';
import { type Connection, rowsOf } from './connections/connection.js';
import { quoteName } from './quote.js';
import { foldName, tokenize } from './tokens.js';

interface Entry {
  readonly type: 'view' | 'trigger';
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** @returns what makes them again, in the order in which they were made. The table's own triggers are not among them. */
export function setAside(database: Connection, schema: string, table: string): readonly string[] {
  const from = `${quoteName(schema)}.sqlite_schema`;
  const sql = `SELECT type, name, tbl_name AS "table", sql FROM ${from} WHERE type IN ('view', 'trigger') ORDER BY rowid`;
  const entries = rowsOf<Entry & Row>(database, sql);
  const named = new Set([foldName(table)]);
  const mentions = (entry: Entry) => tokenize(entry.sql).some(({ value }) => named.has(foldName(value)));
  // A view may stand before one that it reads from: until no more are found.
  for (let before = 0; before < named.size; ) {
    before = named.size;
    for (const entry of entries)
      if (entry.type === 'view' && mentions(entry)) named.add(foldName(entry.name));
  }
  const found = entries.filter((entry) => mentions(entry) && !isOwnTrigger(entry, table));
  // Triggers go with their view.
  const drops = found
    .filter(({ type, table: of }) => type === 'view' || !isViewAmong(found, of))
    .map(({ type, name }) => `DROP ${type.toUpperCase()} ${quoteName(schema)}.${quoteName(name)}`);
  database.exec(drops.join(';\n'));
  return found.map((entry) => entry.sql);
}

function isOwnTrigger({ type, table }: Entry, name: string): boolean {
  return type === 'trigger' && foldName(table) === foldName(name);
}

function isViewAmong(entries: readonly Entry[], name: string): boolean {
  return entries.some((entry) => entry.type === 'view' && foldName(entry.name) === foldName(name));
}
