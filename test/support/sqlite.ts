/** Real SQLite databases for tests: a new file for each, gone with the test. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Catalog, Table } from '../../src/catalog/index.js';
import type { ConnectOptions, Driver, Scope } from '../../src/dialects/dialect.js';
import { pragma } from '../../src/dialects/sqlite/connections/connection.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import type { Operation } from '../../src/operations/index.js';
import { dropDatabase, freshDatabaseUrl } from './libsql-server.js';
import { openFile, tested } from './sqlite-file.js';

/** Everything is in scope. */
export const everything: Scope = { includes: () => true };

/** A new empty folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rev-sqlite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Connects as the product does. The one who asks closes it. */
export async function connectSqlite(url?: string, options: Partial<ConnectOptions> = {}): Promise<Driver> {
  const { driver } = tested;
  const connect = (at: string) =>
    sqlite.connect({ url: at, from: process.cwd(), ...(driver && { driver }), ...options });
  if (url !== undefined || !tested.onServer) return connect(url ?? ':memory:');
  const fresh = await freshDatabaseUrl();
  const opened = await connect(fresh);
  const close = opened.close.bind(opened);
  opened.close = async () => {
    await close();
    await dropDatabase(fresh);
  };
  return opened;
}

/** Connects to a database that is closed after the test. */
export async function openSqlite(url: string, options: Partial<ConnectOptions> = {}): Promise<Driver> {
  const driver = await connectSqlite(url, options);
  onTestFinished(() => driver.close());
  return driver;
}

export interface SqliteDatabase {
  readonly url: string;
  readonly driver: Driver;
  /** Runs each text in order, outside of any transaction. */
  setup(...statements: readonly string[]): Promise<void>;
  inspect(): Promise<Catalog>;
  /** The table as it is now. Throws if there is none. */
  table(name: string): Promise<Table>;
  /** Operations as the runner runs them: each compiled against the catalog of its moment, all in one transaction. */
  run(...operations: readonly Operation[]): Promise<void>;
  /** Rows as arrays. */
  rows(sql: string): Promise<readonly (readonly unknown[])[]>;
}

/** A fresh database in a file of its own, or on the server. */
export async function freshSqlite(): Promise<SqliteDatabase> {
  const url = await freshUrl();
  const driver = await openSqlite(url);
  return databaseOf(driver, url);
}

/** Where a fresh database is to be. */
export async function freshUrl(): Promise<string> {
  if (!tested.onServer) return join(temporaryFolder(), 'test.db');
  const url = await freshDatabaseUrl();
  onTestFinished(() => dropDatabase(url));
  return url;
}

/** Changes the stored schema itself, for what only another build of SQLite could have written. libsql lets one do that. */
export async function writeSchema(db: SqliteDatabase, sql: string): Promise<void> {
  const database = openFile(db.url, 'libsql');
  database.exec('PRAGMA writable_schema = ON');
  database.exec(sql);
  database.exec(`PRAGMA schema_version = ${pragma(database, 'schema_version') + 1}`);
  database.close();
}

export function databaseOf(driver: Driver, url: string): SqliteDatabase {
  const inspect = () => sqlite.inspect(driver, everything);
  return {
    url,
    driver,
    async setup(...statements) {
      for (const sql of statements) await driver.run({ sql });
    },
    inspect,
    async table(name) {
      const found = (await inspect()).tables.find((table) => table.name === name);
      if (!found) throw new Error(`no table ${name}`);
      return found;
    },
    run: (...operations) =>
      driver.transaction(async () => {
        for (const operation of operations) {
          const statements = sqlite.compile(operation, await inspect(), {
            serverVersion: driver.serverVersion,
          });
          await driver.runAll(statements);
        }
      }),
    rows: (sql) => driver.values(sql),
  };
}
