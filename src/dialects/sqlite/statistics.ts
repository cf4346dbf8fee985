/**
 * What ANALYZE wrote about a table goes with it when a rebuild drops it, and queries get other plans. So it is read
 * before the first rebuild of a transaction, and what is missing at the end is put back.
 */

import type { Row } from '../dialect.js';
import { type Connection, columnOf, rowsOf } from './connections/connection.js';
import { quoteNames } from './quote.js';

/** One row of a table of statistics, and the columns of the index that it is about. */
interface Statistic {
  readonly into: string;
  readonly row: Row;
  readonly columns: string;
}

/** A table's own row has no index. That of a table WITHOUT ROWID has the table's name for it. */
const columnsOfIndex = `SELECT coalesce(group_concat(coalesce(name, ''), char(10)), '') FROM pragma_index_xinfo(?)`;

export function readStatistics(database: Connection): readonly Statistic[] {
  // sqlite_stat4 is there only where SQLite was built with it.
  const names = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4')`;
  return columnOf(database, names).flatMap((name) => {
    const into = String(name);
    const rows = rowsOf<Row>(database, `SELECT * FROM main.${into} ORDER BY rowid`);
    return rows.map((row) => ({ into, row, columns: indexColumns(database, row) }));
  });
}

/** Only of tables and indexes that are there, of which nothing is known now. */
export function restoreStatistics(database: Connection, statistics: readonly Statistic[]): void {
  const exists = `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?`;
  const known = (into: string) => `SELECT count(*) FROM main.${into} WHERE tbl = ? AND idx IS ?`;
  const missing = statistics.filter(
    ({ into, row, columns }) =>
      columnOf(database, exists, [row.tbl])[0] === 1 &&
      indexColumns(database, row) === columns &&
      columnOf(database, known(into), [row.tbl, row.idx])[0] === 0,
  );
  for (const { into, row } of missing) {
    const names = Object.keys(row);
    const values = names.map(() => '?').join(', ');
    database
      .prepare(`INSERT INTO main.${into} (${quoteNames(names)}) VALUES (${values})`)
      ?.run(Object.values(row));
  }
}

function indexColumns(database: Connection, { idx }: Row): string {
  return idx === null ? '' : String(columnOf(database, columnsOfIndex, [idx])[0]);
}
