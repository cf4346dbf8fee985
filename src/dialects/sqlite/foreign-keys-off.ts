import { RevError } from '../../errors.js';
import { type Connection, pragma } from './connections/connection.js';

/** Whatever happens inside: afterwards the pragmas are what they were. */
export async function withForeignKeysOff<T>(database: Connection, work: () => Promise<T>): Promise<T> {
  const foreignKeys = pragma(database, 'foreign_keys');
  const legacyAlterTable = pragma(database, 'legacy_alter_table');
  database.exec('PRAGMA foreign_keys = OFF');
  if (legacyAlterTable !== 0) database.exec('PRAGMA legacy_alter_table = OFF');
  try {
    return await work();
  } finally {
    if (database.open) restore(database, foreignKeys, legacyAlterTable);
  }
}

function restore(database: Connection, foreignKeys: number, legacyAlterTable: number): void {
  try {
    database.exec(`PRAGMA foreign_keys = ${foreignKeys}`);
    if (pragma(database, 'legacy_alter_table') !== legacyAlterTable) {
      database.exec(`PRAGMA legacy_alter_table = ${legacyAlterTable}`);
    }
  } catch (thrown) {
    // A connection that was lost has no pragmas, and why it was lost has been said.
    if (!database.isServer) throw thrown;
  }
}

/**
 * The pragma does nothing, and says nothing, where a transaction is open, and a server may not heed it. DROP TABLE would
 * then delete the children. Throws REV_UNSUPPORTED.
 */
export function refuseForeignKeys(database: Connection): void {
  if (pragma(database, 'foreign_keys') === 0) return;
  throw new RevError(
    'REV_UNSUPPORTED',
    'The database does not let foreign keys be turned off for a transaction.',
    {
      hint: 'Nothing was changed. A rebuild of a table would delete the rows that refer to it.',
    },
  );
}
