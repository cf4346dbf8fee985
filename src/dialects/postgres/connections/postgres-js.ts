import { isIPv6 } from 'node:net';
import type postgresJs from 'postgres';
import { RevError } from '../../../errors.js';
import type { ConnectOptions } from '../../dialect.js';
import { connectFailure, interrupted, type Peer } from '../failure.js';
import { loadPackage } from '../packages.js';
import {
  type Connection,
  type ConnectionSettings,
  type Result,
  type RowForm,
  sessionStart,
} from './connection.js';

/** A session by the user's own copy of postgres.js. */

type Sql = postgresJs.Sql;
type Session = postgresJs.ReservedSql;

/** What postgres.js gives for one statement: rows, and what the server said of it. */
type PackageResult = readonly unknown[] & {
  readonly count: number | null;
  readonly command: string;
  /** What the server has said at the log-in. */
  readonly state: { readonly pid: number };
};

type Pending = postgresJs.PendingQuery<postgresJs.Row[]> & {
  canceller?: ((query: unknown) => Promise<void>) | null;
};

/** The user's own client: where it connects to, and how. */
export interface PostgresJsClient {
  readonly options: object;
  reserve(): Promise<unknown>;
  end(): Promise<unknown>;
}

/** Types whose text is handed on as it is: drizzle parses dates and JSON itself. */
const textTypes = [1184, 1114, 1082, 1083, 1182, 1185, 1115, 1231];
const jsonTypes = [114, 3802];
const connectSeconds = 10;
/** In milliseconds. */
const cancelPatience = 5000;

/** @param client the user's own, whose options say where to; absent: the URL does. */
export async function openPostgresJs(
  { url, from, pooled, signal }: Pick<ConnectOptions, 'url' | 'from' | 'pooled' | 'signal'>,
  client?: PostgresJsClient,
): Promise<Connection> {
  const postgres = loadPackage('postgres', from) as typeof postgresJs;
  const lost: Lost = { is: false, tell: () => {} };
  const sql = open(postgres, client ?? url, () => {
    lost.is = true;
    refuseReconnect(sql);
    // What postgres.js itself has to say of it comes first.
    setImmediate(() => lost.tell());
  });
  const peer = peerOf(sql);
  const strays = takeStrays();
  try {
    const session = await untilAborted(sql.reserve(), signal);
    const start = pooled ? ['SELECT 1'] : sessionStart;
    let process = 0;
    for (const statement of start) {
      const { state } = (await untilAborted(session.unsafe(statement), signal)) as unknown as PackageResult;
      process = state.pid;
    }
    return new PostgresJsConnection({ sql, session, peer, process, lost });
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
    throw closed();
  };
}

function closed(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'CONNECTION_CLOSED' });
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

function open(postgres: typeof postgresJs, to: string | PostgresJsClient, onclose: () => void): Sql {
  const own = {
    max: 1,
    prepare: false,
    onnotice: () => {},
    onclose,
    idle_timeout: 0,
    max_lifetime: null,
  };
  const sql = typeof to === 'string' ? openUrl(postgres, to, own) : openBeside(postgres, to, own);
  const { parsers, serializers } = sql.options as unknown as Handlers;
  for (const type of textTypes) {
    parsers[type] = (text) => text;
    serializers[type] = (value) => (value instanceof Date ? value.toISOString() : value);
  }
  for (const type of jsonTypes) {
    parsers[type] = (text) => text;
    serializers[type] = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  }
  return sql;
}

interface Handlers {
  readonly parsers: Record<number, (text: string) => unknown>;
  readonly serializers: Record<number, (value: unknown) => unknown>;
}

function openUrl(postgres: typeof postgresJs, url: string, own: object): Sql {
  assertSslMode(url);
  try {
    const { target, options } = libpqOptions(url);
    return postgres(target, {
      ...own,
      connection: { application_name: 'rev' },
      ...(/[?&]connect_timeout=/.test(url) ? {} : { connect_timeout: connectSeconds }),
      ...options,
    });
  } catch {
    // The error would quote the URL, password and all.
    throw new RevError('REV_URL', 'The database URL cannot be read.', {
      hint: 'postgres://user:password@host:5432/database (special characters of the password are percent-encoded, and so is an @ of the name: %40)',
    });
  }
}

const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** postgres.js takes any other word for TLS that is checked in no way that it names. */
function assertSslMode(url: string): void {
  const mode = URL.canParse(url) ? new URL(url).searchParams.get('sslmode') : null;
  if (mode === null || sslModes.includes(mode)) return;
  throw new RevError('REV_URL', `The database URL has sslmode=${mode}, and there is no such mode.`, {
    hint: `One of: ${sslModes.join(', ')}.`,
  });
}

/**
 * A session beside those of the user's client: to the same server in the same way (password function, TLS, socket,
 * parameters of the connection). Not one of its own: the client may connect a session again unnoticed, without the lock
 * that was held on it, and its types and transforms hold for all of its sessions. postgres.js takes the options of a
 * client as they are; it makes its own further sessions so (`listen`).
 */
function openBeside(postgres: typeof postgresJs, client: PostgresJsClient, own: object): Sql {
  const given = client.options as { readonly connection?: object };
  const plain = postgres(own).options as unknown as Handlers & { readonly transform: object };
  return postgres({
    ...given,
    ...own,
    debug: false,
    fetch_types: true,
    onparameter: undefined,
    transform: plain.transform,
    parsers: plain.parsers,
    serializers: plain.serializers,
    connection: { ...given.connection, application_name: 'rev' },
    shared: { retries: 0, typeArrayMap: {} },
  } as object);
}

/**
 * `?host=/var/run/postgresql` and its like, which libpq knows and postgres.js does not.
 * @returns options as the package takes them, which its types do not all say
 */
function libpqOptions(url: string): { readonly target: string; readonly options: object } {
  const target = new URL(url);
  // What stands before an @ is a password with a slash or the like in it, or part of one: new URL ended the host before.
  if (`${target.pathname}${[...target.searchParams.keys()].join()}${target.hash}`.includes('@'))
    throw new Error();
  const take = (name: string) => {
    const value = target.searchParams.get(name);
    target.searchParams.delete(name);
    return value;
  };
  const [host, port, user, password, database] = ['host', 'port', 'user', 'password', 'dbname'].map(take);
  // postgres.js leaves the path as it is.
  const address = ipv6Of(host ?? target.hostname);
  const named = database || decodeURIComponent(target.pathname.slice(1));
  return {
    target: target.href,
    options: {
      ...(host ? { host } : {}),
      ...(port ? { port: Number(port) } : {}),
      // postgres.js would cut it at its first colon. It takes lists as they are.
      ...(address
        ? { host: [address], port: [Number(port || target.port || process.env.PGPORT || 5432)] }
        : {}),
      ...(user ? { user } : {}),
      ...(password ? { password } : {}),
      ...(named ? { database: named } : {}),
    },
  };
}

/** `[::1]` of a URL, `::1` of a parameter. */
function ipv6Of(host: string): string | undefined {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  return isIPv6(address) ? address : undefined;
}

function peerOf(sql: Sql): Peer {
  const { host, port, path, user, database } = sql.options as unknown as {
    host: string[];
    port: number[];
    path: string | false;
    user: string;
    database: string;
  };
  const place =
    path || host.map((name, at) => `${isIPv6(name) ? `[${name}]` : name}:${port[at] ?? port[0]}`).join(',');
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
  /** The server's, as the log-in has told it. */
  readonly process: number;
  readonly lost: Lost;
}

interface Running {
  readonly text: string;
  /** Ends the waiting for it. */
  readonly end: () => void;
}

/** The end of the connection. */
interface Lost {
  is: boolean;
  tell: () => void;
}

class PostgresJsConnection implements Connection {
  readonly peer: Peer;
  readonly process: number;
  readonly serverVersion: string;
  readonly #sql: Sql;
  readonly #session: Session;
  readonly #lost: Lost;
  /** What was sent and not answered, in that order. */
  readonly #running = new Map<Pending, Running>();

  constructor({ sql, session, peer, process, lost }: Parts) {
    this.#sql = sql;
    this.#session = session;
    this.peer = peer;
    this.process = process;
    this.#lost = lost;
    lost.tell = () => {
      for (const { end } of this.#running.values()) end();
    };
    this.serverVersion = String(sql.parameters.server_version ?? '').split(' ')[0] ?? '';
  }

  get settings(): ConnectionSettings {
    return this.#sql.options as unknown as ConnectionSettings;
  }

  get isLost(): boolean {
    return this.#lost.is;
  }

  async send(text: string, params: readonly unknown[], rows: RowForm): Promise<readonly Result[]> {
    const pending = this.#session.unsafe(text, [...params] as never[]) as Pending;
    if (rows === 'arrays') pending.values();
    // Of several statements that were sent at once postgres.js forgets all but the first when the connection ends.
    const cut = new Promise<never>((_, reject) => {
      this.#running.set(pending, { text, end: () => reject(closed()) });
    });
    try {
      const result = (await Promise.race([pending, cut])) as unknown as PackageResult | PackageResult[];
      return ('count' in result ? [result as PackageResult] : (result as PackageResult[])).map(resultOf);
    } finally {
      this.#running.delete(pending);
    }
  }

  /** What runs now is the oldest of the statements sent. A server that does not heed it in time is left to itself. */
  cancel(): void {
    for (const [pending, { text }] of this.#running) {
      const leave = () => {
        if (this.#running.has(pending)) this.#leave();
      };
      // Of a COMMIT nobody would know then whether it has happened.
      if (!/^commit\b/i.test(text)) setTimeout(leave, cancelPatience).unref();
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

  #leave(): void {
    this.#lost.is = true;
    this.#lost.tell();
    this.#sql.end({ timeout: 0 }).catch(() => {});
  }

  async close(): Promise<void> {
    if (!this.#lost.is) this.#session.release();
    await this.#sql.end({ timeout: this.#lost.is ? 0 : 5 });
  }
}

function resultOf(result: PackageResult): Result {
  return { rows: Array.from(result), count: result.count ?? 0, command: result.command };
}
