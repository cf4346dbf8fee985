/** Copies of a whole database by SQLite itself (its manual, "Online Backup API"), and the way back by the same means. */

import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QualifiedName } from '../../catalog/index.js';
import { RevError, type RevErrorCode } from '../../errors.js';
import type { BackupOptions, Driver, RestoreOptions } from '../dialect.js';
import { type Connection, columnOf, pragma } from './connections/connection.js';
import type { SqliteSession } from './driver.js';
import { checkPath, isDatabase, memory } from './location.js';
import { quoteIdentifier, quoteLiteral } from './quote.js';
import { isCorrupt, refuseOnServer, statementError } from './statement-error.js';

export const backupEnding = 'db';

const pollInterval = 25;

const damagedBackup =
  'The backup is damaged, and the database is as it was. Take another backup, or try on a copy of this one: sqlite3 FILE .recover';

export async function assertBackup(driver: Driver): Promise<void> {
  if ((driver as SqliteSession).connection.isServer) refuseOnServer();
}

export function canRestore(driver: Driver): boolean {
  const { path, connection } = driver as SqliteSession;
  return path !== memory && connection.copyInto !== undefined;
}

/** The file that is written to exists and is empty. */
export async function backup(driver: Driver, file: string, options: BackupOptions): Promise<void> {
  const { connection, openFile } = driver as SqliteSession;
  await assertBackup(driver);
  try {
    // An empty file is an empty database; the copy of one must tell that it is one.
    if (pragma(connection, 'page_count') === 0) using(openFile(file), writeHeader);
    else if (connection.copyInto) await copyOneMoment(connection, file, options);
    // libsql has no such copy. A VACUUM INTO reads one moment, too, and keeps the rowids.
    else connection.exec(`VACUUM INTO ${quoteLiteral(file)}`);
    refuseInterrupted(options);
    using(openFile(file), (copy) => refuseDamaged(copy, 'REV_BACKUP', 'The copy of the database is damaged'));
  } catch (thrown) {
    throw failure('REV_BACKUP', 'The database could not be copied', thrown);
  }
}

function writeHeader(database: Connection): void {
  database.exec('PRAGMA user_version = 1; PRAGMA user_version = 0');
}

/** Without a transaction around it, each write of somebody else would start the copy again. */
async function copyOneMoment(source: Connection, file: string, options: BackupOptions): Promise<void> {
  source.exec('BEGIN');
  try {
    columnOf(source, 'SELECT count(*) FROM sqlite_schema');
    if (!(await copyInto(source, file, options))) throw new Error('The new file is busy.');
  } finally {
    if (source.inTransaction) source.exec('ROLLBACK');
  }
}

export async function rowsOfBackup(
  driver: Driver,
  file: string,
  { name }: QualifiedName,
  _options: BackupOptions,
): Promise<readonly string[] | null> {
  if (!hasHeader(file)) {
    throw new RevError('REV_RESTORE', `${file} is no SQLite database.`, {
      hint: 'Give the file that `rev backup` has written.',
    });
  }
  try {
    return using((driver as SqliteSession).openFile(file), (copy) => {
      const tables = columnOf(copy, "SELECT name FROM sqlite_schema WHERE type = 'table'").map(String);
      const own = tables.find((table) => table.toLowerCase() === name.toLowerCase());
      if (own === undefined) return null;
      return columnOf(copy, `SELECT version_num FROM ${quoteIdentifier(own)} ORDER BY 1`).map(String);
    });
  } catch (thrown) {
    const refusal = failure('REV_RESTORE', `${file} cannot be read`, thrown);
    if (!String(refusal.data.sqliteCode).startsWith('SQLITE_CORRUPT')) throw refusal;
    throw new RevError(refusal.code, refusal.message, {
      hint: damagedBackup,
      data: refusal.data,
      cause: thrown,
    });
  }
}

/**
 * A transaction of SQLite's in the database itself: whoever has it open sees all of the old or all of the new, and what is
 * cut is rolled back by the next one to open it.
 */
export async function restore(driver: Driver, file: string, options: RestoreOptions): Promise<void> {
  const session = driver as SqliteSession;
  if (session.connection.isServer) refuseOnServer();
  if (session.path === memory) {
    throw new RevError('REV_RESTORE', 'The database is in memory: there is nothing to restore into.', {
      hint: 'Give the url of a file.',
    });
  }
  try {
    const source = session.openFile(file);
    try {
      if (!source.copyInto) throw withoutCopy();
      refuseDamaged(source, 'REV_RESTORE', `${file} is damaged`, damagedBackup);
      refuseOtherPages(source, session.connection);
      source.exec('BEGIN');
      columnOf(source, 'SELECT count(*) FROM sqlite_schema');
      await intoFile(session.path, async () => {
        const deadline = performance.now() + (options.lockTimeout || Number.POSITIVE_INFINITY);
        while (!(await copyInto(source, session.path, options))) {
          if (performance.now() >= deadline) throw busy(session.path);
          await sleep(pollInterval);
        }
      });
    } finally {
      source.close();
    }
  } catch (thrown) {
    throw failure(
      'REV_RESTORE',
      'The database is as it was: the backup could not be written into it',
      thrown,
    );
  }
  using(session.openFile(session.path), (restored) =>
    refuseDamaged(restored, 'REV_RESTORE', 'The database is damaged after the restore'),
  );
}

/** A file that is not there is made for the work, and is gone again where that fails: then nothing was written to it. */
async function intoFile(path: string, work: () => Promise<void>): Promise<void> {
  const isMade = !isDatabase(path);
  if (isMade) {
    checkPath(path);
    closeSync(openSync(path, 'wx'));
  }
  try {
    await work();
  } catch (thrown) {
    if (isMade && statSync(path).size === 0) rmSync(path);
    throw thrown;
  }
}

async function copyInto(source: Connection, file: string, options: BackupOptions): Promise<boolean> {
  refuseInterrupted(options);
  const copied = (await source.copyInto?.(file, () => refuseInterrupted(options))) ?? false;
  refuseInterrupted(options);
  return copied;
}

/** In WAL mode the size of pages is fixed (SQLite's manual, "PRAGMA page_size"). */
function refuseOtherPages(source: Connection, target: Connection): void {
  const [from, to] = [source, target].map((each) => pragma(each, 'page_size'));
  if (from === to || columnOf(target, 'PRAGMA journal_mode')[0] !== 'wal') return;
  throw new RevError(
    'REV_RESTORE',
    `The backup has pages of ${from} bytes, and the database, which is in WAL mode, of ${to}.`,
    { hint: 'Close all else that has it open, run PRAGMA journal_mode = DELETE in it, and restore again.' },
  );
}

function withoutCopy(): RevError {
  return new RevError('REV_UNSUPPORTED', 'libsql cannot write a backup into a database.', {
    hint: [
      "Restore with driver: 'better-sqlite3' or, with Node 22.16 or later, 'node:sqlite' in the configuration: they read and write the same files.",
      'Or stop all that uses the database, and put the backup in its place.',
    ].join('\n'),
  });
}

function busy(file: string): RevError {
  return new RevError('REV_LOCKED', `Others keep ${file} busy.`, {
    hint: 'Nothing was restored. Close what reads or writes the database, or wait longer: --lock-timeout.',
  });
}

/** What is only against a NOT NULL or a CHECK was so before: no damage. */
const onlyRows = /^(?:NULL value in |CHECK constraint failed in |\S+ value in )/;

function refuseDamaged(
  database: Connection,
  code: RevErrorCode,
  what: string,
  hint = 'Is the database itself sound? PRAGMA integrity_check tells; an earlier backup may be whole.',
): void {
  const damage = quickCheck(database).filter((line) => line !== 'ok' && !onlyRows.test(line));
  if (damage.length === 0) return;
  throw new RevError(code, [`${what}:`, ...damage.slice(0, 3)].join('\n  '), { hint });
}

/** Of some damage SQLite does not tell in an answer, but by refusing one. */
function quickCheck(database: Connection): readonly string[] {
  try {
    return columnOf(database, 'PRAGMA quick_check(1000)').map(String);
  } catch (thrown) {
    if (isCorrupt(thrown)) return [thrown instanceof Error ? thrown.message : String(thrown)];
    throw thrown;
  }
}

/** An empty file is an empty database to SQLite; a backup is never empty. */
function hasHeader(file: string): boolean {
  const header = Buffer.alloc(16);
  const opened = openSync(file, 'r');
  try {
    readSync(opened, header, 0, header.length, 0);
  } finally {
    closeSync(opened);
  }
  return header.toString('latin1') === 'SQLite format 3\0';
}

function refuseInterrupted({ signal }: BackupOptions): void {
  if (signal?.aborted) throw new RevError('REV_INTERRUPTED', 'Interrupted.');
}

function using<T>(database: Connection, work: (database: Connection) => T): T {
  try {
    return work(database);
  } finally {
    database.close();
  }
}

function failure(code: RevErrorCode, what: string, thrown: unknown): RevError {
  if (thrown instanceof RevError) return thrown;
  const { message, hint, data } = statementError(thrown, '');
  return new RevError(code, `${what}: ${message.split('\n')[0]?.replace(/\.$/, '')}.`, {
    hint: hint ?? 'Is there room on the disk, and may this user write there?',
    data,
    cause: thrown,
  });
}
