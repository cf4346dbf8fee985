import { resolve } from 'node:path';
import type { ResolvedConfig } from '../config/config.js';
import type { BackupOptions } from '../dialects/dialect.js';
import { aloneWithAll } from '../runtime/alone.js';
import {
  type BackupPlace,
  deleteOldBackups,
  type RunBackup,
  type TakenBackup,
  takeBackup,
} from '../runtime/backup.js';
import { leaseTable } from '../runtime/lease.js';
import { VersionTable } from '../runtime/version-table.js';
import { type Database, lockOptions, versionTableName, withDatabase } from './database.js';
import type { Environment } from './environment.js';
import { openConfig } from './project.js';
import { wayBack } from './way-back.js';

export interface BackupCommandOptions {
  /** The file to write, from the working directory; default: a name of its own in the configuration's folder. */
  readonly to?: string | undefined;
  /** How long to wait for another runner, in milliseconds. Default: five minutes. */
  readonly lockWait?: number | undefined;
}

export interface BackupResult extends TakenBackup {
  /** Older ones that were deleted. */
  readonly removed: readonly string[];
}

/**
 * Writes a backup of the configured database, while no runner is at it.
 * Throws REV_BACKUP, REV_EXISTS, REV_LOCKED, REV_CONNECT, REV_AUTH, REV_POOLER, REV_UNSUPPORTED.
 */
export async function backup(
  environment: Environment,
  options: BackupCommandOptions = {},
): Promise<BackupResult> {
  const config = await openConfig(environment);
  const place = options.to === undefined ? undefined : { file: resolve(environment.cwd, options.to) };
  return withDatabase(environment, config, { create: false, mustExist: true }, async (database) => {
    const { assert, take, deleteOld } = backupOf(environment, config, database, place);
    await assert();
    return aloneWithAll(lockOptions(database, config, environment, options.lockWait), async () => {
      const taken = await take();
      return { ...taken, removed: await deleteOld(taken.file) };
    });
  });
}

/** The same for whoever keeps other runners out already. */
export function backupOf(
  environment: Environment,
  config: ResolvedConfig,
  database: Database,
  place?: BackupPlace,
): RunBackup {
  const { now, report } = environment;
  const { dialect, driver } = database;
  const options = backupOptions(environment, config);
  let known = place;
  const placed = async () => {
    known ??= await ownPlace(config, database);
    return known;
  };
  return {
    assert: () => dialect.assertBackup(driver, options),
    take: async () =>
      takeBackup({
        ...options,
        dialect,
        driver,
        table: new VersionTable(dialect, versionTableName(config)),
        place: await placed(),
        now,
        report,
      }),
    deleteOld: async (newest) => deleteOldBackups({ dialect, place: await placed(), report }, newest),
    wayBack: (file) => wayBack(environment, config, database, file),
  };
}

export function backupOptions({ signal }: Environment, config: ResolvedConfig): BackupOptions {
  return {
    bin: config.backup.bin,
    lockTimeout: config.lockTimeout,
    signal,
    // It says who runs now, and its token must never go back.
    apart: [leaseTable(versionTableName(config))],
  };
}

/** Of several databases two may have the same name. */
async function ownPlace(config: ResolvedConfig, { dialect, driver }: Database): Promise<BackupPlace> {
  const { dir, keep } = config.backup;
  const { name, place } = await dialect.identify(driver);
  return { dir, keep, database: { name: [config.database, name].filter(Boolean).join('.'), place } };
}
