/** `op.db`: a drizzle database over a callback, made by the user's own drizzle-orm, 0.44 to 1.x. */

import type { DatabaseCallback } from '../dialect.js';
import { canResolve, findPackage } from './packages.js';

/** drizzle's proxy driver: 0.x takes a function, 1.x an object with a function for each method. */
interface ProxyPackage {
  drizzle(client: ProxyClient, config: { readonly codecs?: unknown }): object;
}

type ProxyFunction = DatabaseCallback;

interface ProxyMethods {
  all(sql: string, params: readonly unknown[], rows?: 'array' | 'object'): Promise<unknown[]>;
  get(sql: string, params: readonly unknown[], rows?: 'array' | 'object'): Promise<unknown>;
  run(sql: string, params: readonly unknown[]): Promise<unknown>;
  values(sql: string, params: readonly unknown[]): Promise<unknown[]>;
}

type ProxyClient = ProxyFunction & ProxyMethods;

/**
 * @param callback runs one query. It is asked for `all` (rows as arrays), `execute` (rows as objects) and `run`.
 * @param from the folder from which the user's drizzle-orm is resolved; absent: from this package's place.
 * @throws RevError REV_DRIVER_MISSING where drizzle-orm is not installed.
 */
export function database(callback: DatabaseCallback, from?: string): object {
  const require = findPackage(proxyPackage, from);
  const { drizzle } = require(proxyPackage) as ProxyPackage;
  const client = proxyClient(withSavepoints(callback));
  return withRawObjects(drizzle(client, codecs(require)), client);
}

const proxyPackage = 'drizzle-orm/sqlite-proxy';
const codecsPackage = 'drizzle-orm/better-sqlite3/codecs';

/** How 1.x turns better-sqlite3's values into those of the models; its proxy driver has none of its own. 0.x needs none. */
function codecs(require: NodeJS.Require): { readonly codecs?: unknown } {
  if (!canResolve(require, codecsPackage)) return {};
  return { codecs: (require(codecsPackage) as { betterSQLite3Codecs?: unknown }).betterSQLite3Codecs };
}

/** What 0.x makes of `db.all(sql`…`)`: a query without a list of fields. */
interface Prepared {
  client?: ProxyFunction;
}

interface Session {
  prepareQuery(query: unknown, fields: unknown, method: unknown, arrays: unknown, mapper: unknown): Prepared;
}

/** `db.all(sql`…`)` gives objects, as with drizzle's better-sqlite3 driver; the proxy driver of 0.x gives arrays. */
function withRawObjects(db: object, client: ProxyClient): object {
  const { session } = db as { session?: Session };
  if (!session) return db;
  const prepare = session.prepareQuery;
  const objects: ProxyFunction = async (sql, params, method) => {
    if (method !== 'all' && method !== 'get') return client(sql, params, method);
    const rows = await client.all(sql, params, 'object');
    return { rows: method === 'get' ? (rows[0] as unknown[]) : rows };
  };
  session.prepareQuery = function (this: Session, ...args) {
    const prepared = prepare.apply(this, args);
    const [, fields, , , mapper] = args;
    if (fields === undefined && mapper === undefined && prepared.client) prepared.client = objects;
    return prepared;
  };
  return db;
}

/** One client for both: a function that has the methods. */
function proxyClient(callback: DatabaseCallback): ProxyClient {
  const rowsOf = async (sql: string, params: readonly unknown[], rows: 'array' | 'object' | undefined) =>
    (await callback(sql, params, rows === 'object' ? 'execute' : 'all')).rows;
  const methods: ProxyMethods = {
    all: rowsOf,
    get: async (sql, params, rows) => (await rowsOf(sql, params, rows))[0],
    run: (sql, params) => callback(sql, params, 'run'),
    values: (sql, params) => rowsOf(sql, params, 'array'),
  };
  const client: ProxyFunction = async (sql, params, method) => {
    if (method === 'run') return callback(sql, params, method);
    const rows = await rowsOf(sql, params, method === 'execute' ? 'object' : 'array');
    // For `get` drizzle 0.x takes the row itself in the place of the rows.
    return { rows: method === 'get' ? (rows[0] as unknown[]) : rows };
  };
  return Object.assign(client, methods);
}

/**
 * The revision is in a transaction already: one that drizzle begins inside it is a savepoint. Those that drizzle makes
 * inside that one it names itself (sp0, sp1).
 */
function withSavepoints(callback: DatabaseCallback): DatabaseCallback {
  let depth = 0;
  const run = (sql: string) => callback(sql, [], 'run');
  return async (sql, params, method) => {
    if (/^\s*begin\b/i.test(sql)) {
      depth += 1;
      return run(`SAVEPOINT rev_db_${depth}`);
    }
    if (depth === 0) return callback(sql, params, method);
    const name = `rev_db_${depth}`;
    if (/^\s*commit\s*$/i.test(sql)) {
      depth -= 1;
      return run(`RELEASE ${name}`);
    }
    if (/^\s*rollback\s*$/i.test(sql)) {
      depth -= 1;
      await run(`ROLLBACK TO ${name}`);
      return run(`RELEASE ${name}`);
    }
    return callback(sql, params, method);
  };
}
