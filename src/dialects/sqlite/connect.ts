import { RevError } from '../../errors.js';
import type { ConnectOptions, Driver } from '../dialect.js';
import { AsFound } from './as-found.js';
import { adopt } from './connections/adopt.js';
import type { Connection } from './connections/connection.js';
import { type Files, SqliteDriver } from './driver.js';
import { checkPath, databasePath, isDatabase, memory, realPath, serverAddress } from './location.js';
import { findOpener } from './open.js';
import { connectError, refuseOnServer } from './statement-error.js';
import { busyTimeout, whenReadable } from './when-free.js';

/** @throws RevError REV_DRIVER_MISSING, REV_CONNECT, REV_CONNECTION, REV_LOCKED, REV_URL. */
export async function connect(options: ConnectOptions): Promise<Driver> {
  if (options.connection) {
    const { connection, open, file } = adopt(options.connection);
    const path = file ?? memory;
    const files = {
      ...{ file: path, path, openFile: (at: string) => open(at, busyTimeout) },
      openBeside: file === null ? null : (ending: string) => open(`${realPath(file)}${ending}`, 0),
    };
    try {
      return new SqliteDriver(connection, options, files, await AsFound.of(connection, options));
    } catch (thrown) {
      throw connectError(thrown, path);
    }
  }
  const server = serverAddress(options.url);
  const path = server?.host ?? databasePath(options.url);
  const open = findOpener(options);
  const isMissing = server === null && !isDatabase(path);
  const file = options.create === false && isMissing ? memory : path;
  let database: Connection | undefined;
  try {
    if (options.mustExist && isMissing) throw missing(path);
    if (server === null) checkPath(file);
    // While SQLite itself waits, this process sees no interrupt.
    database = open(file, 0);
    await whenReadable(database, options);
    if (server === null) database.exec(`PRAGMA busy_timeout = ${busyTimeout}`);
    const openBeside = file === memory ? null : (ending: string) => open(`${realPath(file)}${ending}`, 0);
    const files = { file, path, openFile: (at: string) => open(at, busyTimeout), openBeside };
    return new SqliteDriver(database, options, server ? { ...noFiles, path } : files);
  } catch (thrown) {
    database?.close();
    throw connectError(thrown, path);
  }
}

function missing(path: string): RevError {
  return new RevError('REV_CONNECT', `There is no database file ${path}.`, {
    hint: 'Check the url. `rev upgrade` makes the file where there is none.',
  });
}

const noFiles: Omit<Files, 'path'> = { file: memory, openFile: refuseOnServer, openBeside: refuseOnServer };
