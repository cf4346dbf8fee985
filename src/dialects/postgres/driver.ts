import type postgresJs from 'postgres';
import { RevError } from '../../errors.js';
import type { ConnectOptions, Driver, Row, Statement, TransactionOptions } from '../dialect.js';
import { connectFailure, interrupted, isLost, lostFailure, type Peer, statementFailure } from './failure.js';
import { loadPackage } from './packages.js';

/** One session with PostgreSQL by the user's own copy of postgres.js. A session that is lost is never replaced. */

type Sql = postgresJs.Sql;
type Session = postgresJs.ReservedSql;

/** What postgres.js gives for one statement: rows, and what the server said of it. */
type Result = readonly unknown[] & { readonly count: number | null; readonly command: string };

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

export async function connect({ url, from, driver, signal }: ConnectOptions): Promise<Driver> {
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
    for (const statement of sessionStart) await untilAborted(session.unsafe(statement), signal);
    return new PostgresDriver(sql, session, peer, lost, signal);
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

/** What PostgreSQL's own programs need to reach the same database. */
export interface PostgresSession extends Driver {
  /** As postgres.js has read them from the URL and the environment. */
  readonly settings: ConnectionSettings;
}

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
  readonly #sql: Sql;
  readonly #session: Session;
  readonly #peer: Peer;
  readonly #lost: { is: boolean };
  readonly #signal: AbortSignal | undefined;
  readonly #running = new Set<Pending>();
  readonly #onAbort = () => this.#cancel();
  #depth = 0;
  #closed = false;
  /** Inside a transaction: whether an abort since it began refuses further statements. */
  #heedsAbort = false;

  constructor(
    sql: Sql,
    session: Session,
    peer: Peer,
    lost: { is: boolean },
    signal: AbortSignal | undefined,
  ) {
    this.#sql = sql;
    this.#session = session;
    this.#peer = peer;
    this.#lost = lost;
    this.#signal = signal;
    this.serverVersion = String(sql.parameters.server_version ?? '').split(' ')[0] ?? '';
    signal?.addEventListener('abort', this.#onAbort);
  }

  get settings(): ConnectionSettings {
    return this.#sql.options as unknown as ConnectionSettings;
  }

  async query<R extends Row = Row>(sql: string, params: readonly unknown[] = []): Promise<readonly R[]> {
    return lastOf<R>(await this.#send(sql, params));
  }

  async values(sql: string, params: readonly unknown[] = []): Promise<readonly (readonly unknown[])[]> {
    return lastOf<readonly unknown[]>(await this.#send(sql, params, { asValues: true }));
  }

  async run({ sql, params = [] }: Statement): Promise<number> {
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
    if (this.#lost.is || this.#closed) return lostFailure(this.#peer);
    return this.#heedsAbort && this.#signal?.aborted ? interrupted() : null;
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
        throw lostFailure(this.#peer);
      }
      const cancelled = (error as { code?: string }).code === '57014' && this.#signal?.aborted;
      throw cancelled ? interrupted() : statementFailure(error, text, this.#peer.user);
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
