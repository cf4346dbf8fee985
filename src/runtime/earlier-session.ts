import { emptyCatalog, withoutSecrets } from '../catalog/index.js';
import type { Dialect, Driver, LeftInSession, Statement } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import type { Operation } from '../operations/index.js';

/**
 * What the operations that an earlier run has done have left in its session: it ended with that one, while what they did
 * to the database is there. Settings are made again, in their order. What was made there is gone.
 */
export class EarlierSession {
  readonly #dialect: Dialect;
  readonly #driver: Driver;
  readonly #gone = new Map<string, string>();

  constructor(dialect: Dialect, driver: Driver) {
    this.#dialect = dialect;
    this.#driver = driver;
  }

  /** What of the operations that were passed over cannot be brought back, for a person. */
  get gone(): readonly string[] {
    return [...this.#gone.values()];
  }

  /** An operation is passed over. `run`: for what must be run again of it. */
  async passOperation(operation: Operation, run: (statement: Statement) => Promise<unknown>): Promise<void> {
    await this.#pass(this.#dialect.rememberedInSession(operation), run);
    // Rows are no setting, and may be many.
    if (operation.kind === 'insert' || operation.kind === 'backfill') return;
    const options = { serverVersion: this.#driver.serverVersion };
    // The catalog before it is not known any more. What needs one makes nothing of this kind.
    if (this.#dialect.needsCatalog(operation, options)) return;
    const before = emptyCatalog(this.#dialect.name);
    for (const statement of this.#dialect.compile(operation, before, options)) {
      await this.passStatement(statement, run);
    }
  }

  /** The same of a query of `op.db`. */
  passStatement(statement: Statement, run: (statement: Statement) => Promise<unknown>): Promise<void> {
    return this.#pass(this.#dialect.leftInSession(statement), run);
  }

  async #pass(
    left: readonly LeftInSession[],
    run: (statement: Statement) => Promise<unknown>,
  ): Promise<void> {
    for (const each of left) {
      if (each.kind === 'dropped') this.#gone.delete(each.key);
      // It may still be the same session: of a program that has handed it in, or of a transaction that is run again.
      else if (each.kind === 'made') {
        if (!(await this.#has(each.isThere))) this.#gone.set(each.key, each.what);
      } else if (!each.unless || !(await this.#has(each.unless))) await this.#set(each.statement, run);
    }
  }

  /** A setting may not be possible any more: of a role that a later operation has dropped, say. A person has to look. */
  async #set(statement: Statement, run: (statement: Statement) => Promise<unknown>): Promise<void> {
    try {
      await run(statement);
    } catch (error) {
      if (!(error instanceof RevError) || error.code !== 'REV_STATEMENT') throw error;
      const [reason = ''] = error.message.split('\n');
      this.#gone.set(statement.sql, `${withoutSecrets(statement.sql)} (${reason})`);
    }
  }

  async #has({ sql, params }: Statement): Promise<boolean> {
    return (await this.#driver.query(sql, params)).length > 0;
  }
}
