import { RevError } from '../../errors.js';
import type { Connection } from './connections/connection.js';
import { type Settings, settingsOf } from './session-state.js';

/**
 * Foreign keys, and the old ALTER TABLE, are off in the transactions that may rebuild tables, and outside of them what they
 * were. To set them costs more than a small revision: on a connection that nobody else has they stay off from one such
 * transaction to the next, until something else is asked.
 */
export class ForeignKeysOff {
  readonly #database: Connection;
  readonly #staysOff: boolean;
  /** As they were. null: they are so. */
  #before: Settings | null = null;

  /** @param isShared somebody has handed in the connection, and may use it in between. */
  constructor(database: Connection, { isShared }: { readonly isShared: boolean }) {
    this.#database = database;
    this.#staysOff = !isShared && !database.isServer;
  }

  /** Just before BEGIN, with nothing in between: in a transaction the pragma does nothing. */
  turnOff(): void {
    if (this.#before) return;
    const before = settingsOf(this.#database);
    this.#database.exec('PRAGMA foreign_keys = OFF');
    this.#before = before;
  }

  /**
   * In the transaction: whether it is so. The pragma says nothing where it did nothing, and a server may not heed it. DROP
   * TABLE would then delete the children. Throws REV_UNSUPPORTED.
   */
  assert({ foreignKeys, legacyAlterTable }: Settings): void {
    if (foreignKeys !== 0) {
      throw new RevError(
        'REV_UNSUPPORTED',
        'The database does not let foreign keys be turned off for a transaction.',
        {
          hint: 'Nothing was changed. A rebuild of a table would delete the rows that refer to it.',
        },
      );
    }
    if (legacyAlterTable !== 0) this.#database.exec('PRAGMA legacy_alter_table = OFF');
  }

  /** After the transaction. */
  ended(): void {
    if (!this.#staysOff) this.restore();
  }

  /** Before anything outside of such transactions is asked, or another one begins. Inside of one it does nothing. */
  restore(): void {
    const before = this.#before;
    const database = this.#database;
    if (!before || !database.open || database.inTransaction) return;
    this.#before = null;
    try {
      database.exec(`PRAGMA foreign_keys = ${before.foreignKeys}`);
      if (settingsOf(database).legacyAlterTable !== before.legacyAlterTable) {
        database.exec(`PRAGMA legacy_alter_table = ${before.legacyAlterTable}`);
      }
    } catch (thrown) {
      // A connection that was lost has no pragmas, and why it was lost has been said.
      if (!database.isServer) throw thrown;
    }
  }
}
