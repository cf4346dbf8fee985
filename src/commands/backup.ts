import { resolve } from 'node:path';
import type { ResolvedConfig } from '../config/config.js';
import { aloneWithAll } from '../runtime/alone.js';
import { type BackupPlace, type TakenBackup, takeBackup } from '../runtime/backup.js';
import { VersionTable } from '../runtime/version-table.js';
import { type Database, databaseName, lockOptions, versionTableName, withDatabase } from './database.js';
import type { Environment } from './environment.js';
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
    aloneWithAll(lockOptions(database, config, environment, options.lockWait), () =>
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
  place: BackupPlace = ownPlace(config),
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

/** Of several databases two may have the same name. */
function ownPlace(config: ResolvedConfig): BackupPlace {
  const { dir, keep } = config.backup;
  const name = databaseName(config);
  return { dir, keep, database: config.database === undefined ? name : `${config.database}.${name}` };
}
