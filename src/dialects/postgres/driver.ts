import { RevError } from '../../errors.js';
import type { ConnectOptions, Driver, Row, Statement, TransactionOptions } from '../dialect.js';
import type { Connection, ConnectionSettings, Result, RowForm } from './connections/connection.js';
import { openConnection } from './connections/open.js';
import { interrupted, isLost, lostFailure, statementFailure } from './failure.js';

/** One session with PostgreSQL, by whatever package is behind the connection. */
export async function connect(options: ConnectOptions): Promise<Driver> {
  return new PostgresDriver(await openConnection(options), options.signal);
}

/** What PostgreSQL's own programs need to reach the same database. */
export interface PostgresSession extends Driver {
  /** undefined: no other program can reach it. */
  readonly settings: ConnectionSettings | undefined;
}

class PostgresDriver implements PostgresSession {
  readonly serverVersion: string;
  readonly #connection: Connection;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.#connection.cancel();
  #depth = 0;
  #isLost = false;
  #closed = false;
  /** Inside a transaction: whether an abort since it began refuses further statements. */
  #heedsAbort = false;

  constructor(connection: Connection, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.#signal = signal;
    this.serverVersion = connection.serverVersion;
    signal?.addEventListener('abort', this.#onAbort);
  }

  get settings(): ConnectionSettings | undefined {
    return this.#connection.settings;
  }

  async query<R extends Row = Row>(sql: string, params: readonly unknown[] = []): Promise<readonly R[]> {
    return lastOf<R>(await this.#send(sql, params));
  }

  async values(sql: string, params: readonly unknown[] = []): Promise<readonly (readonly unknown[])[]> {
    return lastOf<readonly unknown[]>(await this.#send(sql, params, 'arrays'));
  }

  async run({ sql, params = [] }: Statement): Promise<number> {
    const results = await this.#send(sql, params);
    return results.reduce((sum, { count, command }) => sum + (command === 'SELECT' ? 0 : count), 0);
  }

  async runAll(statements: readonly Statement[]): Promise<void> {
    if (this.#depth === 0) {
      for (const statement of statements) await this.run(statement);
      return;
    }
    // All are sent at once. After the first that fails, the server refuses the rest of the transaction by itself.
    const sent = statements.map(({ sql, params = [] }) => this.#send(sql, params));
    for (const outcome of await Promise.allSettled(sent)) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
  }

  async transaction<T>(work: () => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    if (!options.dryRun) return this.#bracket(work, options, 'commit');
    const checked = async () => {
      const result = await work();
      await this.#send('set constraints all immediate', []);
      return result;
    };
    return this.#bracket(checked, options, 'rollback');
  }

  async rolledBack<T>(work: () => Promise<T>): Promise<T> {
    return this.#bracket(work, {}, 'rollback');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    await this.#connection.close();
  }

  /** The outermost bracket is a transaction, those inside it are savepoints. */
  async #bracket<T>(
    work: () => Promise<T>,
    options: TransactionOptions,
    ending: 'commit' | 'rollback',
  ): Promise<T> {
    const outermost = this.#depth === 0;
    const savepoint = `rev_${this.#depth}`;
    const undo = outermost
      ? 'rollback'
      : `rollback to savepoint ${savepoint}; release savepoint ${savepoint}`;
    const end = ending === 'rollback' ? undo : outermost ? 'commit' : `release savepoint ${savepoint}`;
    const settings = [
      ...(options.lockTimeout ? [`set local lock_timeout = ${Math.ceil(options.lockTimeout)}`] : []),
      ...(options.statementTimeout
        ? [`set local statement_timeout = ${Math.ceil(options.statementTimeout)}`]
        : []),
    ];
    await this.#send([outermost ? 'begin' : `savepoint ${savepoint}`, ...settings].join('; '), []);
    if (outermost) this.#heedsAbort = this.#signal?.aborted === false;
    this.#depth += 1;
    let result: T;
    try {
      result = await work();
    } catch (error) {
      this.#leave();
      await this.#send(undo, []).catch(() => {});
      throw error;
    }
    const aborted = this.#refusal();
    this.#leave();
    if (aborted) {
      await this.#send(undo, []).catch(() => {});
      throw aborted;
    }
    const [last] = (await this.#send(end, [])).slice(-1);
    if (end === 'commit' && last?.command === 'ROLLBACK') {
      throw new RevError('REV_STATEMENT', 'The transaction was rolled back: a statement in it had failed.', {
        hint: 'An error of a statement was caught and not thrown again. Use a savepoint (op.db.transaction) to go on after one.',
        data: { sqlstate: '25P02' },
      });
    }
    return result;
  }

  #leave(): void {
    this.#depth -= 1;
    if (this.#depth === 0) this.#heedsAbort = false;
  }

  #refusal(): RevError | null {
    if (this.#isLost || this.#connection.isLost || this.#closed) return lostFailure(this.#connection.peer);
    return this.#heedsAbort && this.#signal?.aborted ? interrupted() : null;
  }

  /** One result for each statement of the text. */
  async #send(
    text: string,
    params: readonly unknown[],
    rows: RowForm = 'objects',
  ): Promise<readonly Result[]> {
    const refusal = this.#refusal();
    if (refusal) throw refusal;
    const { peer } = this.#connection;
    try {
      return await this.#connection.send(text, params, rows);
    } catch (error) {
      if (this.#connection.isLost || isLost(error)) {
        this.#isLost = true;
        throw lostFailure(peer);
      }
      const cancelled = (error as { code?: string }).code === '57014' && this.#signal?.aborted;
      throw cancelled ? interrupted() : statementFailure(error, text, peer.user);
    }
  }
}

function lastOf<R>(results: readonly Result[]): readonly R[] {
  return (results.at(-1)?.rows ?? []) as readonly R[];
}
