import { RevError } from '../../errors.js';
import type { Connection } from './connections/connection.js';
import type { SessionState, StateReader } from './session-state.js';

/**
 * Foreign keys, and the old ALTER TABLE, are off in the transactions that may rebuild tables, and outside of them what they
 * were. To set them costs more than a small revision: on a connection that nobody else has they stay off from one such
 * transaction to the next, until something else is asked.
 */
export class ForeignKeysOff {
  readonly #database: Connection;
  readonly #state: StateReader;
  readonly #staysOff: boolean;
  /** As they were. null: they are so. */
  #before: Pick<SessionState, 'foreignKeys' | 'legacyAlterTable'> | null = null;
  #isNeeded = false;

  /** @param isShared somebody has handed in the connection, and may use it in between. */
  constructor(
    database: Connection,
    { state, isShared }: { readonly state: StateReader; readonly isShared: boolean },
  ) {
    this.#database = database;
    this.#state = state;
    this.#staysOff = !isShared && !database.isServer;
  }

  /** @param transaction all of it: once it has begun the pragma does nothing. */
  async during<T>(transaction: () => Promise<T>): Promise<T> {
    if (!this.#before) {
      const { foreignKeys, legacyAlterTable } = this.#state.read();
      this.#before = { foreignKeys, legacyAlterTable };
      this.#database.exec('PRAGMA foreign_keys = OFF');
    }
    this.#isNeeded = true;
    try {
      return await transaction();
    } finally {
      this.#isNeeded = false;
      if (!this.#staysOff) this.restore();
    }
  }

  /**
   * In the transaction: whether it is so. The pragma says nothing where it did nothing, and a server may not heed it. DROP
   * TABLE would then delete the children. Throws REV_UNSUPPORTED.
   */
  assert({ foreignKeys, legacyAlterTable }: SessionState): void {
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

  /** Before anything outside of such transactions is asked. */
  restore(): void {
    const before = this.#before;
    if (!before || this.#isNeeded || !this.#database.open) return;
    this.#before = null;
    try {
      this.#database.exec(`PRAGMA foreign_keys = ${before.foreignKeys}`);
      if (this.#state.read().legacyAlterTable !== before.legacyAlterTable) {
        this.#database.exec(`PRAGMA legacy_alter_table = ${before.legacyAlterTable}`);
      }
    } catch (thrown) {
      // A connection that was lost has no pragmas, and why it was lost has been said.
      if (!this.#database.isServer) throw thrown;
    }
  }
}
