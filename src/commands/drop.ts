import { emptyCatalog } from '../catalog/index.js';
import type { ResolvedConfig } from '../config/config.js';
import type { Droppable } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import { alone } from '../runtime/alone.js';
import { backupNow } from './backup.js';
import { readProjectModels, scopeOf } from './compare.js';
import { requireConsent } from './consent.js';
import {
  type Database,
  databaseName,
  describeDatabase,
  journalTableName,
  versionTableName,
  withDatabase,
} from './database.js';
import type { Environment } from './environment.js';
import { defaultLockWait } from './lock-wait.js';
import { openConfig } from './project.js';
import { type RunTargetOptions, wantsBackup } from './run-target.js';

export interface DropResult {
  /** What there was, each as a line. */
  readonly dropped: readonly string[];
  /** The backup that was taken before. */
  readonly backup: string | null;
}

/**
 * Drops all that is compared, and the version table and the journal, without any revision: for histories that cannot be
 * taken down. In one transaction. Throws REV_CONSENT, REV_IN_USE (something that is not compared would go along), REV_BACKUP.
 */
export async function drop(
  environment: Environment,
  options: Pick<RunTargetOptions, 'backup' | 'lockWait' | 'lockTimeout' | 'statementTimeout'> = {},
): Promise<DropResult> {
  const config = await openConfig(environment);
  return withDatabase(environment, config, { create: false }, async (database) => {
    const { dialect, driver } = database;
    const find = await finder(config, database);
    const shown = (await find()).map(({ text }) => text);
    if (shown.length === 0) return { dropped: [], backup: null };
    await requireConsent(
      environment,
      { message: `This drops all of ${describeDatabase(config)}, with its data:`, details: shown },
      { word: databaseName(config) },
    );
    return alone(
      {
        dialect,
        driver,
        versionTable: versionTableName(config),
        lockWait: options.lockWait ?? defaultLockWait,
        report: environment.report,
        signal: environment.signal,
      },
      async () => {
        const taken = wantsBackup(config, 'downgrade', options)
          ? (await backupNow(environment, config, database)).file
          : null;
        const dropped = await driver.transaction(
          async () => {
            const objects = await find();
            if (objects.some(({ text }) => !shown.includes(text))) throw changed();
            await dialect.dropAll(driver, objects);
            return objects.map(({ text }) => text);
          },
          {
            lockTimeout: options.lockTimeout ?? config.lockTimeout,
            statementTimeout: options.statementTimeout ?? config.statementTimeout ?? 0,
            writerTimeout: options.lockWait ?? defaultLockWait,
          },
        );
        return { dropped, backup: taken };
      },
    );
  });
}

function changed(): RevError {
  return new RevError('REV_CONSENT', 'There is more in the database than when the question was asked.', {
    hint: 'Nothing was dropped. Run the same command again.',
  });
}

/** What is compared, and the runner's own tables, which never are. */
async function finder(
  config: ResolvedConfig,
  { dialect, driver }: Database,
): Promise<() => Promise<readonly Droppable[]>> {
  // The models may name schemas. Where they cannot, it does not matter whether they load.
  const asksModels = dialect.capabilities.schemas && config.schemas === undefined;
  const models = asksModels ? (await readProjectModels(config)).catalog : emptyCatalog(config.dialect);
  const own = [versionTableName(config), journalTableName(config)];
  return () => dialect.droppable(driver, scopeOf(config, models), own);
}
