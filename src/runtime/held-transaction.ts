import type { Driver, TransactionOptions } from '../dialects/dialect.js';

/** Thrown inside a driver's transaction so that it rolls back; nobody else sees it. */
class GivenUp extends Error {}

/**
 * A transaction whose end is decided from outside of it: a revision may end the one that it is in (`op.autocommit`) and
 * go on in another one. `work` of a driver's own transaction could not.
 */
export class HeldTransaction {
  readonly #end: (how: 'commit' | 'rollback') => void;
  readonly #ended: Promise<void>;

  private constructor(end: (how: 'commit' | 'rollback') => void, ended: Promise<void>) {
    this.#end = end;
    this.#ended = ended;
  }

  static async open(driver: Driver, options?: TransactionOptions): Promise<HeldTransaction> {
    let end: (how: 'commit' | 'rollback') => void = () => undefined;
    const decision = new Promise<'commit' | 'rollback'>((resolve) => {
      end = resolve;
    });
    let begun: () => void = () => undefined;
    const beginning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const ended = driver.transaction(async () => {
      begun();
      if ((await decision) === 'rollback') throw new GivenUp();
    }, options);
    // Whoever ends it hears of a failure.
    ended.catch(() => undefined);
    await Promise.race([beginning, ended]);
    return new HeldTransaction(end, ended);
  }

  async commit(): Promise<void> {
    this.#end('commit');
    await this.#ended;
  }

  async rollback(): Promise<void> {
    this.#end('rollback');
    await this.#ended.catch((error: unknown) => {
      if (!(error instanceof GivenUp)) throw error;
    });
  }
}
