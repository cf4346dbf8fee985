/**
 * The rows of a table into its successor, counted before and after. Many rows are copied in parts, all in the same
 * transaction: between two parts the run can be interrupted, and tells how far it is.
 */

import { setImmediate } from 'node:timers/promises';
import { RevError } from '../../errors.js';
import type { CopyProgress } from '../dialect.js';
import { type Connection, columnOf } from './connections/connection.js';
import { refuseWithoutRoom } from './disk-room.js';
import type { CopyRows } from './live-statement.js';

/** Rows of a part, if the rowids are dense. */
const partSize = 50_000;

export interface CopyOptions {
  /** Runs a part; returns how many rows it wrote. */
  readonly run: (sql: string) => number;
  readonly progress: ((progress: CopyProgress) => void) | undefined;
}

/** @returns the number of rows. @throws RevError REV_STATEMENT where rows are lost, or the disk is too full. */
export async function copyRows(
  database: Connection,
  copy: CopyRows,
  { run, progress }: CopyOptions,
): Promise<number> {
  const total = Number(columnOf(database, `SELECT count(*) FROM ${copy.from}`)[0]);
  refuseWithoutRoom(database, copy.schema, copy.table);
  const started = performance.now();
  let rows = 0;
  const parts = partsOf(database, copy, total);
  for (const sql of parts) {
    rows += run(sql);
    if (parts.length === 1) break;
    progress?.({ table: copy.table, rows, total, elapsed: performance.now() - started });
    await setImmediate();
  }
  if (rows !== total) {
    throw new RevError('REV_STATEMENT', `Table ${copy.table} has ${total} rows, and ${rows} were copied.`, {
      hint: 'Nothing was changed. Does `using` of this revision give exactly one value for each row?',
    });
  }
  return rows;
}

/** By rowid, in its order; of a table without one, or of few rows, there is one part. */
function partsOf(database: Connection, { sql, from, rowid }: CopyRows, total: number): readonly string[] {
  const count = BigInt(Math.ceil(total / partSize));
  if (rowid === null || count < 2n) return [sql];
  const range = `SELECT CAST(min(${rowid}) AS TEXT), CAST(max(${rowid}) AS TEXT) FROM ${from}`;
  const [least = 0n, most = 0n] = (database.prepare(range)?.values()[0] ?? []).map((text) =>
    BigInt(String(text)),
  );
  const step = (most - least) / count + 1n;
  const parts: string[] = [];
  for (let at = least; at <= most; at += step) {
    const last = at + step - 1n < most ? at + step - 1n : most;
    parts.push(`${sql}\nWHERE ${rowid} BETWEEN ${at} AND ${last}`);
  }
  return parts;
}
