import { existsSync } from 'node:fs';
import { RevError } from '../../../errors.js';
import type { ConnectOptions } from '../../dialect.js';
import type { Peer } from '../failure.js';
import { loadPackage } from '../packages.js';
import { identifier } from '../quote.js';
import { type Connection, type Result, type RowForm, sessionStart } from './connection.js';
import { parsersFor, serializers } from './pglite-values.js';

/** PGlite: PostgreSQL inside this process. It has one session, which all share that have the instance. */

/** The part of PGlite (0.5 and later) that is used. */
export interface PgliteClient {
  readonly waitReady: Promise<void>;
  readonly closed: boolean;
  readonly dataDir?: string | undefined;
  query(text: string, params?: unknown[], options?: object): Promise<PgliteResult>;
  exec(text: string, options?: object): Promise<PgliteResult[]>;
  close(): Promise<void>;
}

interface PgliteResult {
  readonly rows: readonly unknown[];
  /** Absent in older versions. */
  readonly command?: string;
  readonly rowCount?: number;
}

interface PgliteModule {
  readonly PGlite: { create(folder?: string): Promise<PgliteClient> };
}

/** Opens a folder of data, or an empty database in memory. Throws REV_DRIVER_MISSING, REV_CONNECT. */
export async function openPglite({ url, from, create, mustExist }: ConnectOptions): Promise<Connection> {
  const { PGlite } = loadPackage('@electric-sql/pglite', from) as PgliteModule;
  const isThere = url !== ':memory:' && existsSync(url);
  if (mustExist && !isThere) {
    throw new RevError('REV_CONNECT', `There is no folder ${url}.`, {
      hint: 'Check the url. `rev upgrade` makes the folder where there is none.',
    });
  }
  const inMemory = url === ':memory:' || (create === false && !isThere);
  let client: PgliteClient;
  try {
    client = await (inMemory ? PGlite.create() : PGlite.create(url));
  } catch (error) {
    throw notOpened(url, error);
  }
  const connection = await start(client, peerAt(url));
  return Object.assign(connection, { close: () => client.close() });
}

/** The user's own: its settings are put back at the end. Throws REV_CONNECTION. */
export async function adoptPglite(client: PgliteClient): Promise<Connection> {
  if (client.closed) {
    throw new RevError('REV_CONNECTION', 'The PGlite that was handed in is closed.', {
      hint: 'Close it after the run, not before.',
    });
  }
  await client.waitReady.catch((error: unknown) => {
    throw notOpened(client.dataDir ?? 'memory', error);
  });
  if (await isInTransaction(client)) {
    throw new RevError('REV_CONNECTION', 'A transaction is open on the connection that was handed in.', {
      hint: 'End it first: each revision has a transaction of its own.',
    });
  }
  const before = await sessionSettings(client);
  const connection = await start(client, peerAt(client.dataDir ?? 'memory'));
  return Object.assign(connection, {
    close: async () => {
      if (!client.closed) await putBack(client, before);
    },
  });
}

/** Only a savepoint tells: outside of a transaction there is none. */
async function isInTransaction(client: PgliteClient): Promise<boolean> {
  try {
    await client.exec('savepoint rev_probe');
  } catch (error) {
    return (error as { readonly code?: string }).code !== '25P01';
  }
  await client.exec('release savepoint rev_probe');
  return true;
}

/** What has been set for the session. A role is none of the settings that the server lists. */
async function sessionSettings(client: PgliteClient): Promise<ReadonlyMap<string, string>> {
  const [result] = await client.exec(
    `select name, setting from pg_catalog.pg_settings where source = 'session'
     union all select 'role', current_setting('role')`,
    { rowMode: 'array' },
  );
  return new Map(result?.rows as [string, string][]);
}

async function putBack(client: PgliteClient, before: ReadonlyMap<string, string>): Promise<void> {
  const after = await sessionSettings(client);
  if (after.get('role') !== before.get('role')) await client.exec('reset role');
  for (const name of after.keys()) if (!before.has(name)) await client.exec(`reset ${identifier(name)}`);
  for (const [name, value] of before) {
    if (name === 'role' ? value !== 'none' : after.get(name) !== value)
      await client.query('select set_config($1, $2, false)', [name, value]);
  }
}

function notOpened(place: string, error: unknown): RevError {
  const reason = error instanceof Error ? error.message : String(error);
  return new RevError('REV_CONNECT', `PGlite cannot open ${place}: ${reason}`, {
    hint: 'The folder above it must exist and be writable, and no other process may have it open.',
  });
}

function peerAt(place: string): Peer {
  return { place: `PGlite (${place})`, user: 'postgres', database: 'postgres' };
}

async function start(client: PgliteClient, peer: Peer): Promise<PgliteConnection> {
  const [version] = await client.exec('show server_version', { rowMode: 'array' });
  // Without its word for what a statement did, a COMMIT that rolled back could not be told from one that did not.
  if (version?.command === undefined) {
    throw new RevError('REV_DRIVER_MISSING', 'This PGlite is too old.', {
      hint: 'npm i @electric-sql/pglite@latest (0.5 or later)',
    });
  }
  const [number] = (version.rows[0] ?? []) as string[];
  const types = await client.query('select oid, typarray, typdelim from pg_catalog.pg_type', [], {
    parsers: { 26: Number, 18: String },
  });
  for (const statement of sessionStart) await client.exec(statement);
  return new PgliteConnection(client, peer, number?.split(' ')[0] ?? '', parsersFor(types.rows as never));
}

class PgliteConnection implements Connection {
  readonly peer: Peer;
  readonly serverVersion: string;
  readonly #client: PgliteClient;
  readonly #parsers: object;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: PgliteClient, peer: Peer, serverVersion: string, parsers: object) {
    this.#client = client;
    this.peer = peer;
    this.serverVersion = serverVersion;
    this.#parsers = parsers;
  }

  get isLost(): boolean {
    return this.#client.closed;
  }

  send(text: string, params: readonly unknown[], rows: RowForm): Promise<readonly Result[]> {
    const sent = this.#last.then(() => this.#ask(text, params, rows));
    this.#last = sent.catch(() => {});
    return sent;
  }

  /** A statement runs to its end before this process does anything else. */
  cancel(): void {}

  async close(): Promise<void> {}

  async #ask(text: string, params: readonly unknown[], rows: RowForm): Promise<readonly Result[]> {
    const options = {
      rowMode: rows === 'arrays' ? 'array' : 'object',
      parsers: this.#parsers,
      serializers,
      onNotice: () => {},
    };
    try {
      // Only `exec` takes several statements, only `query` takes values.
      const results =
        params.length === 0
          ? await this.#client.exec(text, options)
          : [await this.#client.query(text, [...params], options)];
      return results.map((each) => ({
        rows: each.rows,
        count: each.rowCount ?? 0,
        command: each.command ?? '',
      }));
    } catch (error) {
      throw asServerError(error);
    }
  }
}

/** The names of the fields are those of node-postgres there. */
function asServerError(error: unknown): unknown {
  const { message, code, detail, hint, position, schema, table, column, constraint } = error as Readonly<
    Record<string, string | undefined>
  >;
  if (code === undefined) return error;
  return {
    message,
    code,
    detail,
    hint,
    position,
    schema_name: schema,
    table_name: table,
    column_name: column,
    constraint_name: constraint,
  };
}
