/**
 * `PRAGMA foreign_key_check` stops at a foreign key whose parent has no such key, and says nothing of the table's other
 * foreign keys. Here each is looked at by itself.
 */

import type { Row } from '../dialect.js';
import { type Connection, columnOf, rowsOf } from './connections/connection.js';
import { quoteInDatabase, quoteName } from './quote.js';
import { foldName } from './tokens.js';

interface KeyFault {
  readonly columns: readonly string[];
  readonly parent: string;
  /** 0: the parent has no such key. */
  readonly rows: number;
}

interface Part {
  readonly id: number;
  readonly parent: string;
  readonly from: string;
  /** null: the primary key is meant. */
  readonly to: string | null;
}

/**
 * @param schema the database that both tables are in.
 * @param parent the one that SQLite says does not fit.
 */
export function faultsOfEach(
  database: Connection,
  schema: string,
  table: string,
  parent: string,
): readonly KeyFault[] {
  const sql = `
    SELECT id AS id, "table" AS parent, "from" AS "from", "to" AS "to"
    FROM pragma_foreign_key_list(?, ?) ORDER BY id, seq`;
  const byId = new Map<number, Part[]>();
  for (const part of rowsOf<Part & Row>(database, sql, [table, schema])) {
    byId.set(part.id, [...(byId.get(part.id) ?? []), part]);
  }
  const keys = [...byId.values()];
  const faults = keys.flatMap((parts) => faultOf(database, schema, table, parts));
  if (faults.some(({ rows }) => rows === 0)) return faults;
  // Such as an index with another collation than the column's: it may be any of them.
  const suspects = keys.filter(([part]) => foldName(part?.parent ?? '') === foldName(parent));
  return [...faults, ...suspects.map((parts) => ({ ...described(parts), rows: 0 }))];
}

function faultOf(
  database: Connection,
  schema: string,
  table: string,
  parts: readonly Part[],
): readonly KeyFault[] {
  const { columns, parent } = described(parts);
  const filled = parts.map(({ from }) => `c.${quoteName(from)} IS NOT NULL`);
  const ask = (sql: string) => columnOf(database, sql, [parent, schema]).map(String);
  const all = ask('SELECT name FROM pragma_table_info(?, ?)');
  if (all.length > 0) {
    const primaryKey = ask('SELECT name FROM pragma_table_info(?, ?) WHERE pk > 0 ORDER BY pk');
    const to = parts.map((part, at) => part.to ?? primaryKey[at] ?? '');
    if (![primaryKey, ...uniqueKeys(database, schema, parent)].some((key) => sameNames(key, to))) {
      return [{ columns, parent, rows: 0 }];
    }
    // The parent first: its collation is the one that counts.
    const equal = parts.map(({ from }, at) => `p.${quoteName(to[at] ?? '')} = c.${quoteName(from)}`);
    filled.push(
      `NOT EXISTS (SELECT 1 FROM ${quoteInDatabase({ schema, name: parent })} AS p WHERE ${equal.join(' AND ')})`,
    );
  }
  const child = quoteInDatabase({ schema, name: table });
  const [rows] = columnOf(database, `SELECT count(*) FROM ${child} AS c WHERE ${filled.join(' AND ')}`);
  return rows === 0 ? [] : [{ columns, parent, rows: Number(rows) }];
}

function uniqueKeys(database: Connection, schema: string, table: string): readonly (readonly string[])[] {
  const sql = 'SELECT name FROM pragma_index_list(?, ?) WHERE "unique" AND NOT partial';
  // An expression has no name, and is no column that can be referred to.
  return columnOf(database, sql, [table, schema]).map((index) =>
    columnOf(database, 'SELECT name FROM pragma_index_xinfo(?, ?) WHERE key', [index, schema]).map(String),
  );
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  const folded = new Set(left.map(foldName));
  return left.length === right.length && right.every((name) => folded.has(foldName(name)));
}

function described(parts: readonly Part[]): { readonly columns: readonly string[]; readonly parent: string } {
  return { columns: parts.map(({ from }) => from), parent: parts[0]?.parent ?? '' };
}
