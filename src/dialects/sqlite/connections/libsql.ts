import type { Row } from '../../dialect.js';
import { isOneStatement } from '../statements.js';
import { type Connection, checkEach, type Opener, type Prepared } from './connection.js';
import { SqliteError } from './result-codes.js';

/** The part of libsql (0.5) that is used. It looks like better-sqlite3 and differs in what stands here. */
interface Database {
  readonly open: boolean;
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
  exec(sql: string): void;
  close(): void;
}

interface Statement {
  readonly reader: boolean;
  raw(): Statement;
  safeIntegers?(toggle: boolean): Statement;
  all(params: readonly unknown[]): unknown[];
  run(params: readonly unknown[]): { readonly changes: number };
}

type Constructor = new (path: string, options: { readonly timeout: number }) => Database;

export const libsql: Opener = {
  name: 'libsql',
  open(module, path, busyTimeout) {
    try {
      return connection(new (module as Constructor)(path, { timeout: busyTimeout }));
    } catch (thrown) {
      throw openingError(thrown);
    }
  },
  adopt: (database) => connection(database as Database),
  moduleOf: (database) => database.constructor,
};

function connection(database: Database): Connection {
  return {
    isServer: false,
    get open() {
      return database.open;
    },
    get inTransaction() {
      return database.inTransaction;
    },
    // libsql takes the first statement of a text and says nothing of the others.
    prepare: (sql) => (isOneStatement(sql) ? prepared(database.prepare(sql)) : null),
    exec: (sql) => void database.exec(sql),
    check: (statements) => checkEach((sql) => database.prepare(sql), statements),
    // It opens none in defensive mode.
    allowSchemaWrites: () => {},
    close: () => void database.close(),
  };
}

function prepared(statement: Statement): Prepared {
  // The user's own database may be set to give every integer as a bigint.
  if (statement.reader) statement.safeIntegers?.(false);
  return {
    reader: statement.reader,
    all: (params = []) => (statement.all(bound(params)) as Row[]).map(withBuffers),
    values: (params = []) =>
      (statement.raw().all(bound(params)) as unknown[][]).map((row) => row.map(buffer)),
    run: (params = []) => statement.run(bound(params)).changes,
  };
}

/** What libsql cannot bind ends the process: it is refused here. */
function bound(params: readonly unknown[]): readonly unknown[] {
  for (const value of params) {
    const fits = value === null || ['string', 'number', 'bigint'].includes(typeof value);
    if (!fits && !(value instanceof Uint8Array)) throw new TypeError(`SQLite cannot bind a ${typeof value}.`);
  }
  return params;
}

function withBuffers(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, buffer(value)]));
}

function buffer(value: unknown): unknown {
  return value instanceof ArrayBuffer ? Buffer.from(value) : value;
}

/** `ConnectionFailed("Unable to open connection to local database x.db: 14")` */
function openingError(thrown: unknown): unknown {
  const match = /^ConnectionFailed\("(.*?)(?: to local database .*)?: (\d+)"\)$/s.exec(
    thrown instanceof Error ? thrown.message : '',
  );
  return match ? new SqliteError(match[1] ?? '', Number(match[2]), thrown) : thrown;
}
