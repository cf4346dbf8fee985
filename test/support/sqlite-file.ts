import {
  type Connection,
  columnOf,
  type SqliteDriverName,
} from '../../src/dialects/sqlite/connections/connection.js';
import { findOpener } from '../../src/dialects/sqlite/open.js';
import { repository } from './project.js';

/** REV_TEST_SQLITE_DRIVER: the driver that the tests of SQLite use. Absent: the one that a user would get. */
export const tested = { driver: process.env.REV_TEST_SQLITE_DRIVER as SqliteDriverName | undefined };

/** A database file as another program sees it: by the driver that is installed, and nothing of a runner around it. */
export function openFile(path: string, driver = tested.driver): Connection {
  return findOpener({ url: path, from: repository, ...(driver && { driver }) })(path, 5_000);
}

/** The first column of a query's rows. */
export function readFile(path: string, sql: string): readonly unknown[] {
  const database = openFile(path);
  try {
    return columnOf(database, sql);
  } finally {
    database.close();
  }
}

/** Runs any number of statements. */
export function changeFile(path: string, sql: string): void {
  const database = openFile(path);
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}
