/** Whether a table's copy fits on the disk: better said before it begins than found out in its middle. */

import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { RevError } from '../../errors.js';
import { type Connection, columnOf, pragma } from './connections/connection.js';
import { quoteLiteral, quoteName } from './quote.js';

export interface Room {
  /** Bytes that the copy needs, and that there are: free on the disk, and free pages inside of the file. */
  readonly needed: number;
  readonly available: number;
}

/** @throws RevError REV_STATEMENT where the copy of the table would fill the disk. */
export function refuseWithoutRoom(database: Connection, schema: string, table: string): void {
  const path = database.isServer ? '' : fileOf(database, schema);
  if (path === '') return;
  const name = quoteName(schema);
  const pageSize = pragma(database, `${name}.page_size`);
  const free = pragma(database, `${name}.freelist_count`) * pageSize;
  const onDisk = bytesFree(path);
  if (onDisk === null) return;
  // The whole file is more than one of its tables: mostly that is all there is to know.
  const whole = pragma(database, `${name}.page_count`) * pageSize - free;
  const available = onDisk + free;
  if (whole <= onDisk) return;
  refuse(table, path, { needed: tableBytes(database, schema, table) ?? whole, available });
}

/** @throws RevError REV_STATEMENT. */
export function refuse(table: string, path: string, { needed, available }: Room): void {
  if (needed <= available) return;
  throw new RevError(
    'REV_STATEMENT',
    `The disk is too full to rebuild table ${table}: its copy needs ${megabytes(needed)}, and ${megabytes(available)} are free at ${dirname(path)}.`,
    { hint: 'Make room on the disk of the database file, and run it again. Nothing was changed.' },
  );
}

function fileOf(database: Connection, schema: string): string {
  const sql = `SELECT file FROM pragma_database_list WHERE name = ${quoteLiteral(schema)}`;
  return String(columnOf(database, sql)[0] ?? '');
}

/** null: the file system does not tell. */
function bytesFree(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** The table with its indexes, which are made again. null: this build of SQLite has no dbstat. */
function tableBytes(database: Connection, schema: string, table: string): number | null {
  const sql = `SELECT sum(pgsize) FROM dbstat(${quoteLiteral(schema)}, 1) WHERE name IN
    (SELECT name FROM ${quoteName(schema)}.sqlite_schema WHERE tbl_name = ${quoteLiteral(table)} COLLATE NOCASE)`;
  try {
    return Number(columnOf(database, sql)[0] ?? 0);
  } catch {
    return null;
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`;
}
