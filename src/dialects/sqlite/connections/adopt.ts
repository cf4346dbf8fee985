import { RevError } from '../../../errors.js';
import { betterSqlite3 } from './better-sqlite3.js';
import { type Connection, type Opener, rowsOf } from './connection.js';
import { libsql } from './libsql.js';
import { nodeSqlite } from './node-sqlite.js';

/** A database that the user has opened. */
export interface Adopted {
  readonly connection: Connection;
  /** Opens another file by the same package. */
  readonly open: (path: string, busyTimeout: number) => Connection;
  /** Its file, absolute. `null`: it is in memory. */
  readonly file: string | null;
}

/** @throws RevError REV_CONNECTION: it is none of the three packages', it is closed, or a transaction is open on it. */
export function adopt(database: object): Adopted {
  const opener = openerOf(database);
  if (!opener) {
    throw new RevError(
      'REV_CONNECTION',
      'The connection is no database of better-sqlite3, libsql or node:sqlite.',
      {
        hint: 'Hand in the database itself, or db.$client of its drizzle database. A client of @libsql/client is none: give a url instead.',
      },
    );
  }
  const connection = opener.adopt(database);
  if (!connection.open) {
    throw new RevError('REV_CONNECTION', 'The database that was handed in is closed.', {
      hint: 'Close it after the run, not before.',
    });
  }
  if (connection.inTransaction) {
    throw new RevError('REV_CONNECTION', 'A transaction is open on the connection that was handed in.', {
      hint: 'End it first: each revision has a transaction of its own.',
    });
  }
  refuseBusy(connection);
  const main = rowsOf<{ name: string; file: string }>(connection, 'PRAGMA database_list').find(
    ({ name }) => name === 'main',
  );
  return {
    connection,
    open: (path, busyTimeout) => opener.open(opener.moduleOf(database), path, busyTimeout),
    file: main?.file || null,
  };
}

/** better-sqlite3 changes nothing while somebody iterates over rows. */
function refuseBusy(connection: Connection): void {
  try {
    connection.exec('SELECT 1');
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    throw new RevError('REV_CONNECTION', `The database that was handed in is in use: ${thrown.message}.`, {
      hint: 'Let what iterates over its rows come to an end first.',
      cause: thrown,
    });
  }
}

/** By what only its own databases have. */
function openerOf(database: object): Opener | undefined {
  if (!('prepare' in database) || !('exec' in database)) return undefined;
  if ('isTransaction' in database) return nodeSqlite;
  if (!('inTransaction' in database)) return undefined;
  return 'syncUntil' in database ? libsql : betterSqlite3;
}
