/**
 * A libsql server does not let `legacy_alter_table` be set. There views and triggers are dropped while a table is
 * rebuilt, and made again from the very texts that they had, all in the same transaction. All of them: SQLite renames
 * no table while any of them is broken or mentions one that is away.
 */

import type { Row } from '../dialect.js';
import { type Connection, rowsOf } from './connections/connection.js';
import { quoteName } from './quote.js';
import { foldName } from './tokens.js';

interface Entry extends Row {
  readonly type: 'view' | 'trigger';
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** @returns what makes them again, in the order in which they were made. The table's own triggers are not among them. */
export function setAside(database: Connection, schema: string, table: string): readonly string[] {
  const sql = `
    SELECT type, name, tbl_name AS "table", sql FROM ${quoteName(schema)}.sqlite_schema
    WHERE type IN ('view', 'trigger') ORDER BY rowid`;
  const entries = rowsOf<Entry>(database, sql).filter(
    (entry) => entry.type === 'view' || foldName(entry.table) !== foldName(table),
  );
  // Triggers first: those of a view would go with it.
  const drops = ['trigger', 'view'].flatMap((type) =>
    entries
      .filter((entry) => entry.type === type)
      .map(({ name }) => `DROP ${type} ${quoteName(schema)}.${quoteName(name)}`),
  );
  database.exec(drops.join('; '));
  return entries.map((entry) => entry.sql);
}
