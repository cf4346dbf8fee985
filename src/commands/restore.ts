import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { sameData } from '../catalog/index.js';
import { RevError } from '../errors.js';
import type { RevisionGraph } from '../graph/graph.js';
import { aloneWithAll } from '../runtime/alone.js';
import { VersionTable } from '../runtime/version-table.js';
import { backupOptions } from './backup.js';
import { byteSize } from './byte-size.js';
import { requireConsent } from './consent.js';
import { type Database, lockOptions, versionTableName, withDatabase, withSession } from './database.js';
import type { Environment } from './environment.js';
import { openProject } from './project.js';
import { assertRunValues } from './run-values.js';

export interface RestoreCommandOptions {
  /** PostgreSQL: leave out owners and privileges, for a cluster that has other roles. */
  readonly noOwner?: boolean | undefined;
  /** How long to wait for the locks of other sessions, in milliseconds; overrides the configuration. */
  readonly lockTimeout?: number | undefined;
  /** How long to wait for another runner, in milliseconds. Default: five minutes. */
  readonly lockWait?: number | undefined;
}

export interface RestoreResult {
  readonly file: string;
  /** The version rows before and after. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * Makes the configured database what a backup is, with nothing beside it. The database's name has to be typed.
 * Throws REV_RESTORE (the database is as it was), REV_CONSENT, REV_LOCKED, REV_UNSUPPORTED.
 */
export async function restore(
  environment: Environment,
  name: string,
  options: RestoreCommandOptions = {},
): Promise<RestoreResult> {
  // A program's own JavaScript is checked by nobody else.
  if (typeof name !== 'string' || name === '') {
    throw new RevError('REV_USAGE', 'A restore needs the file of a backup.', {
      hint: "rev restore backups/….dump, or restore({ file: 'backups/….dump' })",
    });
  }
  assertRunValues(options);
  const { config, graph } = await openProject(environment);
  const file = resolve(environment.cwd, name);
  const size = await sizeOf(file);
  // Where there is no database file, none is made before it is sure that there will be something in it.
  return withDatabase(environment, config, { create: false }, async (database) => {
    const { dialect, driver } = database;
    const table = new VersionTable(dialect, versionTableName(config));
    const tools = {
      ...backupOptions(environment, config),
      lockTimeout: options.lockTimeout ?? config.lockTimeout,
    };
    const { name: word, text, place } = await dialect.identify(driver);
    if (place !== undefined && (await isSameFile(place, file))) throw itself(file);
    const rows = await dialect.rowsOfBackup(driver, file, table.name, tools);
    const before = await rowsNow(database, table);
    await requireConsent(
      environment,
      {
        message: `This replaces all of ${text} by the backup ${file}.`,
        details: [
          `the database: ${at(before)}, ${byteSize(await dialect.databaseSize(driver))}`,
          `the backup: ${rows === null ? 'it has no version table' : at(rows)}, ${byteSize(size)}`,
          ...unknownLine(graph, rows),
        ],
      },
      { word },
    );
    return aloneWithAll(lockOptions(database, config, environment, options.lockWait), async () => {
      await dialect.restore(driver, file, { ...tools, noOwner: options.noOwner ?? false });
      // The session itself does not see a file that was not there when it began.
      const after = await withSession(environment, config, { create: false }, (restored) =>
        rowsNow(restored, table),
      );
      if (!sameData(after, rows ?? [])) throw otherRows(file, after);
      return { file, before, after };
    });
  });
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return found.size;
  throw new RevError('REV_RESTORE', found ? `${file} is no file.` : `There is no file ${file}.`, {
    hint: 'Give the file that `rev backup` has written. Nothing was restored.',
  });
}

/** By whatever links they are reached. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((each) => stat(each).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

function itself(file: string): RevError {
  return new RevError('REV_RESTORE', `${file} is the database itself, and no backup of it.`, {
    hint: 'Give the file that `rev backup` has written. Nothing was restored.',
  });
}

function otherRows(file: string, after: readonly string[]): RevError {
  return new RevError('REV_RESTORE', `The database is ${at(after)}, and not where ${file} is.`, {
    hint: 'Another program has written to it, or the restore is not whole. Look at it before you go on: rev status, rev doctor.',
  });
}

/** As they are: whoever restores may do it because they are wrong. */
async function rowsNow({ dialect, driver }: Database, table: VersionTable): Promise<readonly string[]> {
  if (!(await dialect.hasTable(driver, table.name))) return [];
  return (await table.readAll(driver)).filter((row) => row !== null).sort();
}

/** A backup of another project, most likely. */
function unknownLine(graph: RevisionGraph, rows: readonly string[] | null): readonly string[] {
  const unknown = (rows ?? []).filter((row) => !graph.has(row));
  return unknown.length === 0
    ? []
    : [`no file of this project has ${unknown.join(', ')}: is it a backup of this database?`];
}

function at(rows: readonly string[]): string {
  return `at ${rows.join(', ') || 'base'}`;
}
