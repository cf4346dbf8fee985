import { createRequire } from 'node:module';
import { describe, test } from 'vitest';
import {
  type Connection,
  columnOf,
  type SqliteDriverName,
} from '../../src/dialects/sqlite/connections/connection.js';
import { findOpener } from '../../src/dialects/sqlite/open.js';
import { canResolve } from '../../src/dialects/sqlite/packages.js';
import { repository } from './project.js';

const asked = process.env.REV_TEST_SQLITE_DRIVER as SqliteDriverName | 'libsql-server' | undefined;

/**
 * REV_TEST_SQLITE_DRIVER: the driver that the tests of SQLite use. Absent: the one that a user would get.
 * `libsql-server`: a new database of a test is on a libsql server; files are still opened by libsql.
 */
export const tested = {
  driver: asked === 'libsql-server' ? 'libsql' : asked,
  onServer: asked === 'libsql-server',
} as const;

const { resolve } = createRequire(import.meta.url);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const hasNodeSqlite = major > 22 || (major === 22 && minor >= 16);
const installed: readonly SqliteDriverName[] = [
  'libsql',
  ...(canResolve({ resolve } as NodeJS.Require, 'better-sqlite3') ? (['better-sqlite3'] as const) : []),
  ...(hasNodeSqlite ? (['node:sqlite'] as const) : []),
];

/**
 * Where none is asked for, every driver that this machine can have: libsql always, node:sqlite from Node 22.16 on,
 * better-sqlite3 where it was built.
 */
export const sqliteDrivers = tested.driver === undefined ? installed : [tested.driver];

/** A test of what a libsql server does not do: set pragmas, ANALYZE, temporary tables, two writers of one process. */
export const testOfFiles: (name: string, work: () => unknown) => void = tested.onServer ? () => {} : test;

/** Several of them. */
export const describeOfFiles: (name: string, tests: () => void) => void = tested.onServer
  ? () => {}
  : describe;

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
