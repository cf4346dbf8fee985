import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sameData } from '../catalog/index.js';
import type { BackupOptions, Dialect, Driver } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import { backupName, backupsAmong, type NamedDatabase, nextCount } from './backup-name.js';
import type { Report } from './events.js';
import type { VersionTable } from './version-table.js';

/** Where a backup goes: into a folder under a name of its own, or to the file that somebody has named. */
export type BackupPlace = BackupFolder | { readonly file: string };

interface BackupFolder {
  readonly dir: string;
  readonly database: NamedDatabase;
  /** How many of this database's backups stay in the folder; undefined: all. */
  readonly keep: number | undefined;
}

export interface TakeBackupOptions extends BackupOptions {
  readonly dialect: Dialect;
  readonly driver: Driver;
  readonly table: VersionTable;
  readonly place: BackupPlace;
  readonly now: () => Date;
  readonly report: Report;
}

export interface TakenBackup {
  readonly file: string;
  /** The heads that are in it. */
  readonly heads: readonly string[];
  /** In bytes. */
  readonly size: number;
  /** In milliseconds. */
  readonly duration: number;
}

/** How often a backup is begun again because another runner has moved the heads meanwhile. */
const attempts = 5;

/**
 * Writes a backup: under another name until it is whole, checked and on the disk. Throws REV_BACKUP, REV_EXISTS; then no
 * file is left.
 */
export async function takeBackup(options: TakeBackupOptions): Promise<TakenBackup> {
  const { place, report } = options;
  const started = performance.now();
  const folder = 'file' in place ? dirname(place.file) : place.dir;
  report({ kind: 'backupStarted', folder });
  const part = join(folder, `.rev-backup-${randomBytes(6).toString('hex')}.part`);
  try {
    if (!('file' in place)) await mkdir(folder, { recursive: true, mode: 0o700 });
    else if (await exists(place.file)) throw existing(place.file);
    const heads = await copy(options, part);
    const size = await settle(part);
    const file = 'file' in place ? place.file : await newName(place, { ...options, heads });
    if (await exists(file)) throw existing(file);
    await rename(part, file);
    await syncFolder(folder);
    const taken = { file, heads, size, duration: performance.now() - started };
    report({ kind: 'backupDone', ...taken });
    return taken;
  } catch (error) {
    for (const ending of ['', '-journal', '-wal', '-shm']) {
      await rm(`${part}${ending}`, { force: true }).catch(() => undefined);
    }
    throw failure(error, folder);
  }
}

async function newName(
  { dir, database }: BackupFolder,
  { heads, now, dialect }: Pick<TakeBackupOptions, 'now' | 'dialect'> & Pick<TakenBackup, 'heads'>,
): Promise<string> {
  const named = { database, time: now(), ending: dialect.backupEnding };
  const count = nextCount(await readdir(dir), named);
  return join(dir, backupName({ ...named, heads, count }));
}

/** The heads that are in the copy: those that there were before it and after it. */
async function copy(
  { dialect, driver, table, place: _place, now: _now, report: _report, ...options }: TakeBackupOptions,
  part: string,
): Promise<readonly string[]> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const heads = await table.read(driver);
    await rm(part, { force: true });
    await (await open(part, 'wx', 0o600)).close();
    await dialect.backup(driver, part, options);
    if (sameData(await table.read(driver), heads)) return heads;
  }
  throw new RevError(
    'REV_BACKUP',
    'Another runner is at work: the database changes its heads all the time.',
    {
      hint: 'Take the backup when that is done.',
    },
  );
}

/** @returns its size. */
async function settle(part: string): Promise<number> {
  // A program may have made the file anew.
  await chmod(part, 0o600);
  const handle = await open(part, 'r+');
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** So that the name outlives a power loss, too. Windows opens no folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Deletes older backups than the newest `keep` ones, once what the new one was taken for is over: a run that fails, and
 * fails again, must not take the place of the last backup from before it.
 * @param newest stays, whatever the clock says.
 * @returns what was deleted. What cannot be is a warning: the new backup is whole.
 */
export async function deleteOldBackups(
  { dialect, place, report }: Pick<TakeBackupOptions, 'dialect' | 'place' | 'report'>,
  newest: string,
): Promise<readonly string[]> {
  if ('file' in place || place.keep === undefined) return [];
  const { dir, database, keep } = place;
  const files: string[] = [];
  try {
    const others = backupsAmong(await readdir(dir), { database, ending: dialect.backupEnding })
      .map((name) => join(dir, name))
      .filter((file) => file !== newest);
    for (const file of others.slice(0, Math.max(0, others.length - (keep - 1)))) {
      await rm(file, { force: true });
      files.push(file);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report({ kind: 'warning', text: `Older backups were not all deleted: ${reason}` });
  }
  if (files.length > 0) report({ kind: 'backupsDeleted', files });
  return files;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

function existing(file: string): RevError {
  return new RevError('REV_EXISTS', `${file} exists already.`, {
    hint: 'Nothing was overwritten. Give another name.',
  });
}

function failure(error: unknown, folder: string): unknown {
  if (error instanceof RevError) {
    if (error.code !== 'REV_BACKUP') return error;
    const hints = [
      ...(error.hint === undefined ? [] : [error.hint]),
      'No file is left, and nothing else was done.',
    ];
    return new RevError('REV_BACKUP', error.message, { hint: hints.join('\n'), data: error.data });
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  return new RevError('REV_BACKUP', `No backup can be written to ${folder}: ${message}.`, {
    hint: 'Is there room on the disk, and may this user write there? No file is left, and nothing else was done.',
    data: { folder },
  });
}

/** How a run's backup is taken. */
export interface RunBackup {
  /** Throws where none can be: REV_UNSUPPORTED, REV_POOLER, REV_BACKUP. Nothing is done yet. */
  assert(): Promise<void>;
  take(): Promise<TakenBackup>;
  /** What it was taken for is over: deletes those that are too many, and returns them. */
  deleteOld(newest: string): Promise<readonly string[]>;
  /** What a person can do with the file, as a line. */
  wayBack(file: string): string;
}

/**
 * The backup that a run starts from: taken before its first step, and again if another runner has moved the heads before
 * that step could begin.
 */
export class StartingPoint {
  readonly #backup: RunBackup | undefined;
  #taken: TakenBackup | undefined;

  constructor(backup: RunBackup | undefined) {
    this.#backup = backup;
  }

  get file(): string | undefined {
    return this.#taken?.file;
  }

  /** @param rows that the first step starts from. */
  async keep(rows: readonly string[]): Promise<void> {
    if (!this.#backup || (this.#taken && sameData(this.#taken.heads, rows))) return;
    this.#taken = await this.#backup.take();
  }

  /** The run has succeeded: older backups may go. */
  async succeeded(): Promise<void> {
    if (this.#taken) await this.#backup?.deleteOld(this.#taken.file);
  }

  /** The failure of the run, with the way back. */
  explain(error: unknown): unknown {
    if (!this.#backup || !this.#taken || !(error instanceof RevError)) return error;
    const { code, message, hint, data, cause } = error;
    const back = this.#backup.wayBack(this.#taken.file);
    return new RevError(code, message, {
      hint: hint === undefined ? back : `${hint}\n${back}`,
      data: { ...data, backup: this.#taken.file },
      cause,
    });
  }
}
