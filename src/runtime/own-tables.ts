import { Journal } from './journal.js';
import type { RunOptions } from './run-options.js';
import { VersionTable } from './version-table.js';

/** Where both are when a run begins: a revision may set another search_path for what comes after it. Throws REV_CONFIG. */
export async function ownTables({
  dialect,
  driver,
  versionTable,
  journalTable,
  toolVersion,
}: RunOptions): Promise<{ readonly table: VersionTable; readonly journal: Journal }> {
  const schema = await dialect.currentSchema(driver, versionTable);
  return {
    table: new VersionTable(dialect, versionTable, schema),
    journal: new Journal(dialect, { journal: journalTable, versionTable, schema, toolVersion }),
  };
}
