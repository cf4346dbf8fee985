import type { Row } from '../../dialect.js';
import { isOneStatement } from '../statements.js';
import { type Connection, checkEach, type Opener, type Prepared, pagesOfPart } from './connection.js';
import { SqliteError } from './result-codes.js';

/** The part of node:sqlite that is used: Node 22.16 and later. */
interface Module {
  readonly DatabaseSync: new (path: string, options: { readonly timeout: number }) => Database;
  backup(
    database: Database,
    path: string,
    options: { readonly rate: number; readonly progress: () => void },
  ): Promise<number>;
}

interface Database {
  readonly isOpen: boolean;
  readonly isTransaction: boolean;
  prepare(sql: string): Statement;
  exec(sql: string): void;
  /** Node 24.12 and later; before that no database is in defensive mode. */
  enableDefensive?(active: boolean): void;
  close(): void;
}

interface Statement {
  columns(): readonly unknown[];
  setReadBigInts(enabled: boolean): void;
  setReturnArrays(enabled: boolean): void;
  all(...params: readonly unknown[]): unknown[];
  run(...params: readonly unknown[]): { readonly changes: number | bigint };
}

/** Whether it is all that is needed: the first versions of it lacked some. */
export function isNodeSqlite(module: unknown): module is Module {
  const { StatementSync } = (module ?? {}) as { readonly StatementSync?: { readonly prototype: Statement } };
  return (
    typeof StatementSync?.prototype.columns === 'function' && 'setReturnArrays' in StatementSync.prototype
  );
}

export const nodeSqlite: Opener = {
  name: 'node:sqlite',
  open(module, path, busyTimeout) {
    const { DatabaseSync } = module as Module;
    return connection(
      translated(() => new DatabaseSync(path, { timeout: busyTimeout })),
      module as Module,
    );
  },
  adopt: (database) => connection(database as Database, builtin()),
  moduleOf: builtin,
};

/** There is but one in a process. */
function builtin(): Module {
  return process.getBuiltinModule('node:sqlite') as unknown as Module;
}

function connection(database: Database, { backup }: Module): Connection {
  return {
    isServer: false,
    get open() {
      return database.isOpen;
    },
    get inTransaction() {
      return database.isTransaction;
    },
    // node:sqlite takes the first statement of a text and says nothing of the others.
    prepare: (sql) => (isOneStatement(sql) ? translated(() => prepared(database.prepare(sql))) : null),
    exec: (sql) => translated(() => database.exec(sql)),
    check: (statements) => checkEach((sql) => translated(() => database.prepare(sql)), statements),
    allowSchemaWrites: (allowed) => database.enableDefensive?.(!allowed),
    async copyInto(path, part) {
      try {
        await backup(database, path, { rate: pagesOfPart, progress: part });
        return true;
      } catch (thrown) {
        const error = translation(thrown);
        // Of a file that is busy to the end Node says "not an error".
        if ((thrown as { readonly errcode?: unknown }).errcode === 0) return false;
        if (error instanceof SqliteError && error.code === 'SQLITE_BUSY') return false;
        throw error;
      }
    },
    close: () => database.close(),
  };
}

function prepared(statement: Statement): Prepared {
  // A number that no double holds is an error otherwise.
  statement.setReadBigInts(true);
  return {
    reader: statement.columns().length > 0,
    all(params = []) {
      return translated(() => {
        // The user's own database may be set to give arrays.
        statement.setReturnArrays(false);
        return (statement.all(...params) as Row[]).map(plain);
      });
    },
    values(params = []) {
      return translated(() => {
        statement.setReturnArrays(true);
        return (statement.all(...params) as unknown[][]).map((row) => row.map(value));
      });
    },
    run: (params = []) => translated(() => Number(statement.run(...params).changes)),
  };
}

function plain(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, each]) => [name, value(each)]));
}

/** As better-sqlite3 gives it. */
function value(read: unknown): unknown {
  if (typeof read === 'bigint') return Number(read);
  return read instanceof Uint8Array ? Buffer.from(read.buffer, read.byteOffset, read.byteLength) : read;
}

/** Its errors have SQLite's code as a number. */
function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw translation(thrown);
  }
}

function translation(thrown: unknown): unknown {
  const { errcode, message } = thrown as { readonly errcode?: unknown; readonly message?: unknown };
  return typeof errcode === 'number' ? new SqliteError(String(message), errcode, thrown) : thrown;
}
