import { emptyCatalog, type QualifiedName } from '../catalog/index.js';
import type { ResolvedConfig } from '../config/config.js';
import type { Droppable } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import { aloneWithAll } from '../runtime/alone.js';
import { leaseTable } from '../runtime/lease.js';
import { backupOf } from './backup.js';
import { readProjectModels, scopeOf } from './compare.js';
import { requireConsent } from './consent.js';
import { type Database, journalTableName, lockOptions, versionTableName, withDatabase } from './database.js';
import type { Environment } from './environment.js';
import { defaultLockWait } from './lock-wait.js';
import { openConfig } from './project.js';
import { type RunTargetOptions, wantsBackup } from './run-target.js';
import { assertRunValues } from './run-values.js';

export interface DropResult {
  /** What there was, each as a line. */
  readonly dropped: readonly string[];
  /** The backup that was taken before. */
  readonly backup: string | null;
}

/**
 * Drops all that is compared, the version table, the lease and the journal, without any revision: for histories that cannot be
 * taken down. In one transaction. Throws REV_CONSENT, REV_IN_USE (something that is not compared would go along), REV_BACKUP.
 */
export async function drop(
  environment: Environment,
  options: Pick<RunTargetOptions, 'backup' | 'lockWait' | 'lockTimeout' | 'statementTimeout'> = {},
): Promise<DropResult> {
  assertRunValues(options);
  const config = await openConfig(environment);
  return withDatabase(environment, config, { create: false }, async (database) => {
    const { dialect, driver } = database;
    const find = await finder(config, database);
    // The lease of this very run may be made after the question. It is of use to nobody without the version table.
    const lease = dialect.lease ? [leaseTable(versionTableName(config))] : [];
    const shown = (await find(lease)).map(({ text }) => text);
    if (shown.length === 0) return { dropped: [], backup: null };
    const backup = wantsBackup(config, 'downgrade', options)
      ? backupOf(environment, config, database)
      : undefined;
    await backup?.assert();
    const { name, text } = await dialect.identify(driver);
    await requireConsent(
      environment,
      { message: `This drops all of ${text}, with its data:`, details: shown },
      { word: name },
    );
    return aloneWithAll(lockOptions({ dialect, driver }, config, environment, options.lockWait), async () => {
      const taken = await backup?.take();
      const dropped = await driver.transaction(
        async () => {
          if ((await find()).some((each) => !shown.includes(each.text))) throw changed();
          const objects = await find(lease);
          await dialect.dropAll(driver, objects);
          return objects.map((each) => each.text);
        },
        {
          lockTimeout: options.lockTimeout ?? config.lockTimeout,
          statementTimeout: options.statementTimeout ?? config.statementTimeout ?? 0,
          writerTimeout: options.lockWait ?? defaultLockWait,
        },
      );
      if (taken) await backup?.deleteOld(taken.file);
      return { dropped, backup: taken?.file ?? null };
    });
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
): Promise<(more?: readonly QualifiedName[]) => Promise<readonly Droppable[]>> {
  // The models may name schemas. Where they cannot, it does not matter whether they load.
  const asksModels = dialect.capabilities.schemas && config.schemas === undefined;
  const models = asksModels ? (await readProjectModels(config)).catalog : emptyCatalog(config.dialect);
  const own = [versionTableName(config), journalTableName(config)];
  return (more = []) => dialect.droppable(driver, scopeOf(config, models), [...own, ...more]);
}
