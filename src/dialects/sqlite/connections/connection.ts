import type { Row } from '../../dialect.js';

/** One open database, as little of it as every driver package has. All of it is synchronous, and throws SQLite's errors. */
export interface Connection {
  readonly open: boolean;
  readonly inTransaction: boolean;
  /** Compiles one statement. null: the text holds several, or none. */
  prepare(sql: string): Prepared | null;
  /** Runs any number of statements. */
  exec(sql: string): void;
  /**
   * Whether `PRAGMA writable_schema` may be turned on: some packages open databases in SQLite's defensive mode. It may
   * have no effect; reading the pragma back tells.
   */
  allowSchemaWrites(allowed: boolean): void;
  /**
   * Copies all pages of the database into another file, replacing what is there in one transaction, while others may have
   * it open. Absent: the package has no such thing.
   * @param part is called between two parts; what it throws ends the copy, and the file is as it was.
   * @returns false where others keep the file busy: nothing was copied.
   */
  copyInto?(path: string, part: () => void): Promise<boolean>;
  close(): void;
}

/** 16 MB with pages of the usual size: some ten milliseconds between two looks at an interrupt. */
export const pagesOfPart = 4096;

export interface Prepared {
  /** Whether it gives rows. */
  readonly reader: boolean;
  all(params?: readonly unknown[]): Row[];
  /** Rows as arrays. */
  values(params?: readonly unknown[]): unknown[][];
  /** The number of rows that it changed. */
  run(params?: readonly unknown[]): number;
}

/** How a connection is opened by one package. */
export interface Opener {
  /** As the configuration's `driver` and the package manager call it. */
  readonly name: SqliteDriverName;
  /** @param busyTimeout how long SQLite itself waits for another writer, in milliseconds. */
  open(module: unknown, path: string, busyTimeout: number): Connection;
  /** A database that the user has opened by it. */
  adopt(database: object): Connection;
  /** What `open` takes, of a database that was opened by it. */
  moduleOf(database: object): unknown;
}

export type SqliteDriverName = 'better-sqlite3' | 'libsql' | 'node:sqlite';

/** The rows of a query that is known to be one statement. */
export function rowsOf<R extends Row>(connection: Connection, sql: string, params?: readonly unknown[]): R[] {
  return (connection.prepare(sql)?.all(params) ?? []) as R[];
}

/** The first column of them. */
export function columnOf(connection: Connection, sql: string, params?: readonly unknown[]): unknown[] {
  return (connection.prepare(sql)?.values(params) ?? []).map(([value]) => value);
}

export function pragma(connection: Connection, name: string): number {
  return Number(columnOf(connection, `PRAGMA ${name}`)[0]);
}
