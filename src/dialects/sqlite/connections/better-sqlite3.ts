import type { Row } from '../../dialect.js';
import { type Connection, type Opener, type Prepared, pagesOfPart } from './connection.js';

/** The part of better-sqlite3 (11 and later) that is used. */
interface Database {
  readonly open: boolean;
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
  exec(sql: string): void;
  unsafeMode?(unsafe: boolean): void;
  backup(
    path: string,
    options: { readonly progress: () => number },
  ): Promise<{ readonly totalPages: number }>;
  close(): void;
}

interface Statement {
  readonly reader: boolean;
  raw(): Statement;
  safeIntegers?(toggle: boolean): Statement;
  all(...params: readonly unknown[]): unknown[];
  run(...params: readonly unknown[]): { readonly changes: number };
}

type Constructor = new (path: string, options: { readonly timeout: number }) => Database;

export const betterSqlite3: Opener = {
  name: 'better-sqlite3',
  open: (module, path, busyTimeout) =>
    connection(new (module as Constructor)(path, { timeout: busyTimeout })),
  adopt: (database) => connection(database as Database),
  moduleOf: (database) => database.constructor,
};

function connection(database: Database): Connection {
  return {
    get open() {
      return database.open;
    },
    get inTransaction() {
      return database.inTransaction;
    },
    prepare(sql) {
      try {
        return prepared(database.prepare(sql));
      } catch (thrown) {
        if (thrown instanceof RangeError) return null;
        throw thrown;
      }
    },
    exec: (sql) => void database.exec(sql),
    allowSchemaWrites: (allowed) => database.unsafeMode?.(allowed),
    async copyInto(path, part) {
      const progress = () => {
        part();
        return pagesOfPart;
      };
      // A file that is busy from the start looks like a copy that is done, of no pages.
      return (await database.backup(path, { progress })).totalPages > 0;
    },
    close: () => void database.close(),
  };
}

function prepared(statement: Statement): Prepared {
  // The user's own database may be set to give every integer as a bigint.
  if (statement.reader) statement.safeIntegers?.(false);
  return {
    reader: statement.reader,
    all: (params = []) => statement.all(...params) as Row[],
    values: (params = []) => statement.raw().all(...params) as unknown[][],
    run: (params = []) => statement.run(...params).changes,
  };
}
