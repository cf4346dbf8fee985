import { resolve } from 'node:path';
import type { ResolvedConfig } from '../config/config.js';
import { alone } from '../runtime/alone.js';
import { type BackupPlace, type TakenBackup, takeBackup } from '../runtime/backup.js';
import { VersionTable } from '../runtime/version-table.js';
import { type Database, databaseName, versionTableName, withDatabase } from './database.js';
import type { Environment } from './environment.js';
import { defaultLockWait } from './lock-wait.js';
import { openConfig } from './project.js';

export interface BackupCommandOptions {
  /** The file to write, from the working directory; default: a name of its own in the configuration's folder. */
  readonly to?: string | undefined;
  /** How long to wait for another runner, in milliseconds. Default: five minutes. */
  readonly lockWait?: number | undefined;
}

/**
 * Writes a backup of the configured database, while no runner is at it.
 * Throws REV_BACKUP, REV_EXISTS, REV_LOCKED, REV_CONNECT, REV_AUTH.
 */
export async function backup(
  environment: Environment,
  options: BackupCommandOptions = {},
): Promise<TakenBackup> {
  const config = await openConfig(environment);
  return withDatabase(environment, config, { create: false, mustExist: true }, (database) =>
    alone(
      {
        ...database,
        versionTable: versionTableName(config),
        lockWait: options.lockWait ?? defaultLockWait,
        report: environment.report,
        signal: environment.signal,
      },
      () =>
        backupNow(
          environment,
          config,
          database,
          options.to === undefined ? undefined : { file: resolve(environment.cwd, options.to) },
        ),
    ),
  );
}

/** The same for whoever keeps other runners out already. */
export function backupNow(
  { now, report, signal }: Environment,
  config: ResolvedConfig,
  { dialect, driver }: Database,
  place: BackupPlace = { dir: config.backup.dir, database: databaseName(config), keep: config.backup.keep },
): Promise<TakenBackup> {
  return takeBackup({
    dialect,
    driver,
    table: new VersionTable(dialect, versionTableName(config)),
    place,
    bin: config.backup.bin,
    lockTimeout: config.lockTimeout,
    now,
    report,
    signal,
  });
}
