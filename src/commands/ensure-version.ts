import { displayName } from '../catalog/index.js';
import { loadDialect } from '../dialects/load-dialect.js';
import { versionTableScript } from '../runtime/offline.js';
import { VersionTable } from '../runtime/version-table.js';
import { versionTableName, withDatabase } from './database.js';
import type { Environment } from './environment.js';
import { openConfig } from './project.js';

export interface EnsureVersionResult {
  readonly table: string;
  readonly created: boolean;
}

/** The statements that make the version table where it is absent. No database is asked. */
export async function ensureVersionScript(environment: Environment): Promise<string> {
  const config = await openConfig(environment);
  return versionTableScript(await loadDialect(config.dialect), versionTableName(config));
}

/** Makes the version table if it is absent, and nothing else. */
export async function ensureVersion(environment: Environment): Promise<EnsureVersionResult> {
  const config = await openConfig(environment);
  return withDatabase(environment, config, { create: true }, async ({ dialect, driver }) => {
    const table = new VersionTable(dialect, versionTableName(config));
    return driver.transaction(async () => {
      const created = !(await dialect.hasTable(driver, table.name));
      if (created) await driver.runAll(table.create());
      return { table: displayName(table.name), created };
    });
  });
}
