import { RevError } from '../../errors.js';
import type { ConnectOptions, Driver, Row, Statement, TransactionOptions } from '../dialect.js';
import { bindable, refuseNul } from './bindable.js';
import {
  type Connection,
  type ConnectionSettings,
  type Result,
  type RowForm,
  sessionStart,
} from './connections/connection.js';
import { openConnection } from './connections/open.js';
import { interrupted, isLost, lostFailure, type Peer, statementFailure } from './failure.js';
import { refuseLeftover } from './kept.js';
import { identifier } from './quote.js';

/** One session with PostgreSQL, by whatever package is behind the connection. */
export async function connect(options: ConnectOptions): Promise<PostgresSession> {
  const { signal, ...others } = options;
  return new PostgresDriver(await openConnection(options), options, () => connect(others));
}

/** What a session has for good, one behind a pooler has in each transaction. */
const transactionStart = sessionStart.map((statement) => statement.replace(/^SET /, 'SET LOCAL '));

/** A session, as this dialect's other parts need it. */
export interface PostgresSession extends Driver {
  readonly peer: Peer;
  /** What PostgreSQL's own programs need to reach the same database; undefined: none can. */
  readonly settings: ConnectionSettings | undefined;
  /** The server's process of the last transaction, or of the session; null: there was none yet. */
  readonly process: number | null;
  /** The process that the log-in has told, and the one that runs a statement. */
  processes(): Promise<{ readonly told: number; readonly running: number }>;
  beside?(): Promise<PostgresSession>;
  guard(guard: (() => Promise<void>) | null): void;
  /** Throws REV_INTERRUPTED after an abort. */
  heedAbort(): void;
}

class PostgresDriver implements PostgresSession {
  readonly serverVersion: string;
  /** Absent: the database is in this process alone. */
  readonly beside?: () => Promise<PostgresSession>;
  readonly #connection: Connection;
  readonly #pooled: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.#connection.cancel();
  #depth = 0;
  #isLost = false;
  #closed = false;
  /** Inside a transaction: whether an abort since it began refuses further statements. */
  #heedsAbort = false;
  #guard: (() => Promise<void>) | null = null;
  #process: number | null = null;
  /** That of the first transaction; `none`: there is none beside the session's user. */
  #role: string | null = null;
  #maySetRole = false;

  constructor(
    connection: Connection,
    { signal, pooled = false }: ConnectOptions,
    beside: () => Promise<PostgresSession>,
  ) {
    this.#connection = connection;
    this.#pooled = pooled;
    this.#signal = signal;
    if (connection.settings) this.beside = beside;
    this.serverVersion = connection.serverVersion;
    signal?.addEventListener('abort', this.#onAbort);
  }

  get peer(): Peer {
    return this.#connection.peer;
  }

  get settings(): ConnectionSettings | undefined {
    return this.#connection.settings;
  }

  async query<R extends Row = Row>(sql: string, params: readonly unknown[] = []): Promise<readonly R[]> {
    return lastOf<R>(await this.#ask(sql, params));
  }

  async values(sql: string, params: readonly unknown[] = []): Promise<readonly (readonly unknown[])[]> {
    return lastOf<readonly unknown[]>(await this.#ask(sql, params, 'arrays'));
  }

  async alone({ sql, params = [] }: Statement): Promise<readonly Row[]> {
    return lastOf<Row>(await this.#run(sql, params));
  }

  async run({ sql, params = [] }: Statement): Promise<number> {
    const results = await this.#run(sql, params);
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

  async runAllOrNone(statements: readonly Statement[]): Promise<void> {
    if (this.#depth === 0) return this.transaction(() => this.runAll(statements));
    const savepoint = `rev_${this.#depth}`;
    const all = [{ sql: `savepoint ${savepoint}` }, ...statements, { sql: `release savepoint ${savepoint}` }];
    try {
      await this.runAll(all);
    } catch (error) {
      await this.#send(undoing(savepoint), []).catch(() => {});
      throw error;
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

  async asBegun<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#maySetRole || this.#role === null) return work();
    if (this.#depth === 0) return this.transaction(() => this.asBegun(work));
    const [now] = lastOf<{ readonly role: string }>(await this.#send(askRole, []));
    if (!now || now.role === this.#role) return work();
    await this.#send(setRole(this.#role), []);
    try {
      return await work();
    } finally {
      // In a transaction that has failed it is refused, and is over with that.
      await this.#send(setRole(now.role), []).catch(() => undefined);
    }
  }

  async rolledBack<T>(work: () => Promise<T>): Promise<T> {
    return this.#bracket(work, {}, 'rollback');
  }

  async reading<T>(work: () => Promise<T>, options: TransactionOptions): Promise<T> {
    return this.#bracket(work, options, 'rollback');
  }

  guard(guard: (() => Promise<void>) | null): void {
    this.#guard = guard;
  }

  heedAbort(): void {
    if (this.#signal?.aborted) throw interrupted();
  }

  get process(): number | null {
    return this.#process;
  }

  async processes(): Promise<{ readonly told: number; readonly running: number }> {
    const [row] = lastOf<{ readonly pid: number }>(await this.#send('select pg_backend_pid() as pid', []));
    const running = row?.pid ?? 0;
    return { told: this.#connection.process ?? running, running };
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
    const undo = outermost ? 'rollback' : undoing(savepoint);
    const end = ending === 'rollback' ? undo : outermost ? 'commit' : `release savepoint ${savepoint}`;
    const settings = [
      ...(outermost && this.#pooled ? transactionStart : []),
      ...(options.lockTimeout ? [`set local lock_timeout = ${Math.ceil(options.lockTimeout)}`] : []),
      ...(options.statementTimeout
        ? [`set local statement_timeout = ${Math.ceil(options.statementTimeout)}`]
        : []),
    ];
    const begin = outermost
      ? ['begin', ...settings, `select pg_backend_pid() as pid, current_setting('role') as role`]
      : [`savepoint ${savepoint}`, ...settings];
    const [begun] = lastOf<{ readonly pid: number; readonly role: string }>(
      await this.#send(begin.join('; '), []),
    );
    if (outermost) this.#process = begun?.pid ?? null;
    if (outermost) this.#role ??= begun?.role ?? null;
    if (outermost) this.#heedsAbort = this.#signal?.aborted === false;
    this.#depth += 1;
    let result: T;
    try {
      const stays = outermost && ending === 'commit';
      if (stays) await this.#guard?.();
      result = await work();
      if (stays && this.#pooled) await refuseLeftover(this);
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

  /** A question outside of a transaction gets one where the session keeps no settings. */
  async #ask(
    text: string,
    params: readonly unknown[],
    rows: RowForm = 'objects',
  ): Promise<readonly Result[]> {
    if (!this.#pooled || this.#depth > 0) return this.#send(text, params, rows);
    // All are sent at once, so that nothing comes between.
    const all = [
      this.#send(['begin', ...transactionStart].join('; '), []),
      this.#send(text, params, rows),
      this.#send('commit', []),
    ];
    const outcomes = await Promise.allSettled(all);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return (await all[1]) ?? [];
  }

  /** In no transaction but the one that is open. */
  async #run(sql: string, params: readonly unknown[]): Promise<readonly Result[]> {
    // A statement outside of a transaction cannot be guarded itself.
    if (this.#depth === 0 && this.#guard) await this.transaction(async () => {});
    return this.#send(sql, params);
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
    refuseNul(text);
    const bound = params.map(bindable);
    this.#maySetRole ||= settingRole.test(text);
    try {
      return await this.#connection.send(text, bound, rows);
    } catch (error) {
      if (this.#connection.isLost || isLost(error)) {
        this.#isLost = true;
        throw lostFailure(peer);
      }
      const cancelled = (error as { code?: string }).code === '57014' && this.#signal?.aborted;
      throw cancelled
        ? interrupted()
        : statementFailure(error, text, { user: peer.user, maySetRole: this.#maySetRole });
    }
  }
}

const settingRole =
  /\bset\s+(?:local\s+|session\s+)?(?:role|session\s+authorization)\b|\bset_config\s*\(\s*'role'/i;
const askRole = `select current_setting('role') as role`;

/** Until the transaction ends. */
function setRole(role: string): string {
  return `set local role ${role === 'none' ? role : identifier(role)}`;
}

function undoing(savepoint: string): string {
  return `rollback to savepoint ${savepoint}; release savepoint ${savepoint}`;
}

function lastOf<R>(results: readonly Result[]): readonly R[] {
  return (results.at(-1)?.rows ?? []) as readonly R[];
}
