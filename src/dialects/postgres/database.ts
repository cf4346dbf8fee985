import type { DatabaseCallback } from '../dialect.js';
import { loadPackage } from './packages.js';

/**
 * `op.db`: drizzle's own pg-proxy database over a callback, of the user's own copy of drizzle-orm (0.x and 1.x).
 * Its queries run inside the revision's transaction, so its `transaction()` is a savepoint in there, of the revision's
 * isolation level; drizzle's own proxy refuses transactions altogether.
 */

interface ProxyDatabase {
  transaction(work: (database: ProxyDatabase) => Promise<unknown>, config?: unknown): Promise<unknown>;
}

type MakeProxy = (callback: DatabaseCallback, config?: object) => ProxyDatabase;

/** What 1.x maps its values with; 0.x knows no codecs and ignores them. */
type Codecs = Readonly<Record<string, object>>;

/** @param from the folder from which drizzle-orm is found; the package's own place if absent. */
export function database(callback: DatabaseCallback, from?: string): object {
  const { drizzle } = loadPackage('drizzle-orm/pg-proxy', from) as { drizzle: MakeProxy };
  return proxyDatabase(drizzle, loadCodecs(from), callback);
}

export function proxyDatabase(
  drizzle: MakeProxy,
  codecs: Codecs | undefined,
  callback: DatabaseCallback,
): object {
  const config = codecs ? { codecs: withJsonText(codecs) } : {};
  return withSavepoints(drizzle(callback, config), callback, 1);
}

function loadCodecs(from: string | undefined): Codecs | undefined {
  try {
    const found = loadPackage('drizzle-orm/postgres-js/codecs', from) as { postgresJsCodecs?: Codecs };
    return found.postgresJsCodecs;
  } catch {
    return undefined;
  }
}

/** The codecs for postgres.js, but JSON is text on its way out and in (0.x writes and parses it itself). */
function withJsonText(codecs: Codecs): Codecs {
  const asText = {
    normalize: (value: unknown) => (typeof value === 'string' ? (JSON.parse(value) as unknown) : value),
    normalizeParam: (value: unknown) => JSON.stringify(value),
  };
  return { ...codecs, json: { ...codecs.json, ...asText }, jsonb: { ...codecs.jsonb, ...asText } };
}

function withSavepoints(database: ProxyDatabase, callback: DatabaseCallback, depth: number): ProxyDatabase {
  const run = (sql: string) => callback(sql, [], 'execute');
  return new Proxy(database, {
    get(target, property) {
      if (property === 'transaction') {
        return async (work: (inner: ProxyDatabase) => Promise<unknown>) => {
          const savepoint = `op_db_${depth}`;
          await run(`savepoint ${savepoint}`);
          try {
            const result = await work(withRollback(withSavepoints(target, callback, depth + 1)));
            await run(`release savepoint ${savepoint}`);
            return result;
          } catch (error) {
            await run(`rollback to savepoint ${savepoint}`);
            await run(`release savepoint ${savepoint}`);
            throw error;
          }
        };
      }
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

/** `tx.rollback()`, which drizzle's transactions have. */
function withRollback(database: ProxyDatabase): ProxyDatabase {
  return new Proxy(database, {
    get(target, property) {
      if (property === 'rollback') {
        return () => {
          throw new Error('Rollback');
        };
      }
      return Reflect.get(target, property, target);
    },
  });
}
