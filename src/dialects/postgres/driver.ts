import type postgresJs from 'postgres';
import { RevError } from '../../errors.js';
import type { ConnectOptions, Driver, Row, Statement, TransactionOptions } from '../dialect.js';
import { connectFailure, interrupted, isLost, lostFailure, type Peer, statementFailure } from './failure.js';
import { refuseLeftover } from './kept.js';
import { loadPackage } from './packages.js';

/** One session with PostgreSQL by the user's own copy of postgres.js. A session that is lost is never replaced. */

type Sql = postgresJs.Sql;
type Session = postgresJs.ReservedSql;

/** What postgres.js gives for one statement: rows, and what the server said of it. */
type Result = readonly unknown[] & {
  readonly count: number | null;
  readonly command: string;
  /** What the server has said at the log-in. */
  readonly state: { readonly pid: number };
};

type Pending = postgresJs.PendingQuery<postgresJs.Row[]> & {
  canceller?: ((query: unknown) => Promise<void>) | null;
};

/** Types whose text is handed on as it is: drizzle parses dates and JSON itself. */
const textTypes = [1184, 1114, 1082, 1083, 1182, 1185, 1115, 1231];
const jsonTypes = [114, 3802];
const connectSeconds = 10;

/**
 * drizzle reads ISO dates, whatever the server's own style is. Not a parameter of the connection: that would put the
 * order of day and month back to the server's, where a database or a role has its own.
 */
export const sessionStart = [`SET DateStyle TO 'ISO'`];

/** The same for one transaction. */
const transactionStart = [`SET LOCAL DateStyle TO 'ISO'`];

/** A session, as this dialect's other parts need it. */
export interface PostgresSession extends Driver {
  readonly peer: Peer;
  /** What PostgreSQL's own programs need to reach the same database. */
  readonly settings: ConnectionSettings;
  /** The server's process of the last transaction, or of the session; null: there was none yet. */
  readonly process: number | null;
  /** The process that the log-in has told, and the one that runs a statement. */
  processes(): Promise<{ readonly told: number; readonly running: number }>;
  beside(): Promise<PostgresSession>;
  guard(guard: (() => Promise<void>) | null): void;
  /** Throws REV_INTERRUPTED after an abort. */
  heedAbort(): void;
}

export async function connect(options: ConnectOptions): Promise<PostgresSession> {
  const { url, from, driver, pooled = false, signal } = options;
  if (driver !== undefined && driver !== 'postgres') {
    throw new RevError('REV_CONFIG', `There is no driver ${driver} for PostgreSQL.`, {
      hint: "In the configuration, leave driver out, or set it to 'postgres'.",
    });
  }
  const postgres = loadPackage('postgres', from) as typeof postgresJs;
  const lost = { is: false };
  const sql = open(postgres, url, () => {
    lost.is = true;
    refuseReconnect(sql);
  });
  const peer = peerOf(sql);
  const strays = takeStrays();
  try {
    const session = await untilAborted(sql.reserve(), signal);
    const start = pooled ? ['SELECT 1'] : sessionStart;
    for (const statement of start) await untilAborted(session.unsafe(statement), signal);
    const { signal: _, ...others } = options;
    return new PostgresDriver({ sql, session, peer, lost, signal, pooled, beside: () => connect(others) });
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw error instanceof RevError ? error : connectFailure(error, peer);
  } finally {
    // Node reports a promise that was left behind only after the microtasks.
    await new Promise((resolve) => setImmediate(resolve));
    strays.stop();
  }
}

/**
 * postgres.js connects again by itself. Where the connection ended just after the log-in it then forgets who waits for
 * it: `reserve` would never settle, and the new session never end.
 */
function refuseReconnect(sql: Sql): void {
  const options = sql.options as unknown as { socket: () => never };
  options.socket = () => {
    throw Object.assign(new Error('the connection was closed'), { code: 'CONNECTION_CLOSED' });
  };
}

/**
 * postgres.js asks for the types of arrays as soon as it is connected, and leaves that promise to itself: where the
 * connection is cut there, its failure would end the process. The caller hears of it by `reserve`.
 */
function takeStrays(): { stop(): void } {
  const listener = (error: unknown) => {
    const { query } = error as { readonly query?: unknown };
    if (typeof query === 'string' && query.includes('pg_catalog.pg_type')) return;
    // As if this listener were not there.
    if (process.listenerCount('unhandledRejection') === 1) throw error;
  };
  process.on('unhandledRejection', listener);
  return { stop: () => process.off('unhandledRejection', listener) };
}

function open(postgres: typeof postgresJs, url: string, onclose: () => void): Sql {
  try {
    const { target, options } = libpqOptions(url);
    const sql = postgres(target, {
      max: 1,
      prepare: false,
      onnotice: () => {},
      onclose,
      idle_timeout: 0,
      max_lifetime: null,
      connection: { application_name: 'rev' },
      ...(/[?&]connect_timeout=/.test(url) ? {} : { connect_timeout: connectSeconds }),
      ...options,
    });
    const { parsers, serializers } = sql.options as unknown as {
      parsers: Record<number, (text: string) => unknown>;
      serializers: Record<number, (value: unknown) => unknown>;
    };
    for (const type of textTypes) {
      parsers[type] = (text) => text;
      serializers[type] = (value) => (value instanceof Date ? value.toISOString() : value);
    }
    for (const type of jsonTypes) {
      parsers[type] = (text) => text;
      serializers[type] = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
    }
    return sql;
  } catch {
    // The error would quote the URL, password and all.
    throw new RevError('REV_URL', 'The database URL cannot be read.', {
      hint: 'postgres://user:password@host:5432/database (special characters of the password are percent-encoded)',
    });
  }
}

/** `?host=/var/run/postgresql` and its like, which libpq knows and postgres.js does not. */
function libpqOptions(url: string) {
  const target = new URL(url);
  const take = (name: string) => {
    const value = target.searchParams.get(name);
    target.searchParams.delete(name);
    return value;
  };
  const [host, port, user, password, database] = ['host', 'port', 'user', 'password', 'dbname'].map(take);
  return {
    target: target.href,
    options: {
      ...(host ? { host } : {}),
      ...(port ? { port: Number(port) } : {}),
      ...(user ? { user } : {}),
      ...(password ? { password } : {}),
      ...(database ? { database } : {}),
    },
  };
}

function peerOf(sql: Sql): Peer {
  const { host, port, path, user, database } = sql.options as unknown as {
    host: string[];
    port: number[];
    path: string | false;
    user: string;
    database: string;
  };
  const place = path || host.map((name, at) => `${name}:${port[at] ?? port[0]}`).join(',');
  return { place, user, database };
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(interrupted());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

interface Parts {
  readonly sql: Sql;
  readonly session: Session;
  readonly peer: Peer;
  readonly lost: { is: boolean };
  readonly signal: AbortSignal | undefined;
  readonly pooled: boolean;
  readonly beside: () => Promise<PostgresSession>;
}

/** As postgres.js has read them from the URL and the environment. */
export interface ConnectionSettings {
  readonly host: readonly string[];
  readonly port: readonly number[];
  /** Of a socket; false: there is a host. */
  readonly path: string | false;
  readonly user: string;
  readonly database: string;
  readonly pass: unknown;
  readonly ssl: unknown;
  readonly connect_timeout: number;
  readonly connection: Readonly<Record<string, unknown>>;
}

class PostgresDriver implements PostgresSession {
  readonly serverVersion: string;
  readonly peer: Peer;
  readonly beside: () => Promise<PostgresSession>;
  readonly #sql: Sql;
  readonly #session: Session;
  readonly #pooled: boolean;
  readonly #lost: { is: boolean };
  readonly #signal: AbortSignal | undefined;
  readonly #running = new Set<Pending>();
  readonly #onAbort = () => this.#cancel();
  #depth = 0;
  #closed = false;
  /** Inside a transaction: whether an abort since it began refuses further statements. */
  #heedsAbort = false;
  #guard: (() => Promise<void>) | null = null;
  #process: number | null = null;

  constructor({ sql, session, peer, lost, signal, pooled, beside }: Parts) {
    this.#sql = sql;
    this.#session = session;
    this.peer = peer;
    this.beside = beside;
    this.#lost = lost;
    this.#signal = signal;
    this.#pooled = pooled;
    this.serverVersion = String(sql.parameters.server_version ?? '').split(' ')[0] ?? '';
    signal?.addEventListener('abort', this.#onAbort);
  }

  get settings(): ConnectionSettings {
    return this.#sql.options as unknown as ConnectionSettings;
  }

  async query<R extends Row = Row>(sql: string, params: readonly unknown[] = []): Promise<readonly R[]> {
    return lastOf<R>(await this.#ask(sql, params));
  }

  async values(sql: string, params: readonly unknown[] = []): Promise<readonly (readonly unknown[])[]> {
    return lastOf<readonly unknown[]>(await this.#ask(sql, params, { asValues: true }));
  }

  async run({ sql, params = [] }: Statement): Promise<number> {
    // A statement outside of a transaction cannot be guarded itself.
    if (this.#depth === 0 && this.#guard) await this.transaction(async () => {});
    const results = await this.#send(sql, params);
    return results.reduce((sum, { count, command }) => sum + (command === 'SELECT' ? 0 : (count ?? 0)), 0);
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
    const [result] = await this.#send('select pg_backend_pid() as pid', []);
    const [row] = (result ?? []) as readonly { readonly pid: number }[];
    return { told: result?.state.pid ?? 0, running: row?.pid ?? 0 };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    if (!this.#lost.is) this.#session.release();
    await this.#sql.end({ timeout: this.#lost.is ? 0 : 5 });
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
      ...(outermost && this.#pooled ? transactionStart : []),
      ...(options.lockTimeout ? [`set local lock_timeout = ${Math.ceil(options.lockTimeout)}`] : []),
      ...(options.statementTimeout
        ? [`set local statement_timeout = ${Math.ceil(options.statementTimeout)}`]
        : []),
    ];
    const begin = outermost
      ? ['begin', ...settings, 'select pg_backend_pid() as pid']
      : [`savepoint ${savepoint}`, ...settings];
    const [begun] = lastOf<{ readonly pid: number }>(await this.#send(begin.join('; '), []));
    if (outermost) this.#process = begun?.pid ?? null;
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
    if (this.#lost.is || this.#closed) return lostFailure(this.peer);
    return this.#heedsAbort && this.#signal?.aborted ? interrupted() : null;
  }

  /** A question outside of a transaction gets one where the session keeps no settings. */
  async #ask(
    text: string,
    params: readonly unknown[],
    options: { readonly asValues?: boolean } = {},
  ): Promise<readonly Result[]> {
    if (!this.#pooled || this.#depth > 0) return this.#send(text, params, options);
    // All are sent at once, so that nothing comes between.
    const all = [
      this.#send(['begin', ...transactionStart].join('; '), []),
      this.#send(text, params, options),
      this.#send('commit', []),
    ];
    const outcomes = await Promise.allSettled(all);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return (await all[1]) ?? [];
  }

  /** One result for each statement of the text. */
  async #send(
    text: string,
    params: readonly unknown[],
    { asValues = false } = {},
  ): Promise<readonly Result[]> {
    const refusal = this.#refusal();
    if (refusal) throw refusal;
    const pending = this.#session.unsafe(text, [...params] as never[]) as Pending;
    if (asValues) pending.values();
    this.#running.add(pending);
    try {
      const result = (await pending) as unknown as Result | Result[];
      return 'count' in result ? [result as Result] : (result as Result[]);
    } catch (error) {
      if (this.#lost.is || isLost(error)) {
        this.#lost.is = true;
        throw lostFailure(this.peer);
      }
      const cancelled = (error as { code?: string }).code === '57014' && this.#signal?.aborted;
      throw cancelled ? interrupted() : statementFailure(error, text, this.peer.user);
    } finally {
      this.#running.delete(pending);
    }
  }

  /** Asks the server to give up what runs now: the oldest of the statements sent. */
  #cancel(): void {
    for (const pending of this.#running) {
      const { canceller } = pending;
      if (typeof canceller === 'function') {
        pending.canceller = null;
        canceller(pending).catch(() => {});
      } else {
        pending.cancel();
      }
      return;
    }
  }
}

function lastOf<R>(results: readonly Result[]): readonly R[] {
  return Array.from(results.at(-1) ?? []) as R[];
}
