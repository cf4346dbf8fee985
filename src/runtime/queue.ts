import { RevError } from '../errors.js';

/**
 * Work in the order in which it was called for. Each call returns a promise, but none must be awaited: `drain` waits
 * for all of it, and the first failure fails the whole queue, so that a forgotten `await` can lose nothing.
 */
export class OrderedQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #failure: { readonly error: unknown } | undefined;
  #closed = false;

  /** Runs the work when all before it is done; after a failure nothing runs any more. */
  push<T>(work: () => Promise<T>): Promise<T> {
    return this.#enqueue(work, (error) => {
      this.#failure ??= { error };
    });
  }

  /**
   * The same for work whose caller waits for it and may go on after a failure: a drizzle query, which runs only once it
   * is awaited, and may be inside a transaction of its own.
   */
  ask<T>(work: () => Promise<T>): Promise<T> {
    return this.#enqueue(work, () => undefined);
  }

  #enqueue<T>(work: () => Promise<T>, onFailure: (error: unknown) => void): Promise<T> {
    if (this.#closed) {
      return Promise.reject(
        new RevError('REV_OPERATION', 'A revision called op after its function had ended.', {
          hint: 'Await everything that is asynchronous inside of upgrade and downgrade.',
        }),
      );
    }
    this.#pending += 1;
    const result = this.#tail.then(async () => {
      if (this.#failure) throw this.#failure.error;
      return await work();
    });
    this.#tail = result.catch(onFailure).finally(() => {
      this.#pending -= 1;
    });
    return result;
  }

  /** Resolves when everything has run. Rejects with the first failure, awaited by the caller or not. */
  async drain(): Promise<void> {
    while (this.#pending > 0) await this.#tail;
    if (this.#failure) throw this.#failure.error;
  }

  /** The same, and what has not begun is refused with the error. */
  abandon(error: unknown): void {
    this.#failure ??= { error };
    this.close();
  }

  /** Later calls are refused: the revision is over. */
  close(): void {
    this.#closed = true;
  }
}
