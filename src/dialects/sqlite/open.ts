/** Which package opens a database: the user's own copy, loaded when it is needed and not before. */

import { RevError } from '../../errors.js';
import type { ConnectOptions } from '../dialect.js';
import { betterSqlite3 } from './connections/better-sqlite3.js';
import type { Connection, Opener } from './connections/connection.js';
import { libsql } from './connections/libsql.js';
import { openServer } from './connections/libsql-server.js';
import { isNodeSqlite, nodeSqlite } from './connections/node-sqlite.js';
import { serverAddress } from './location.js';
import { canResolve, findPackage, placesOf } from './packages.js';

/** In the order in which they are looked for. */
const packages: readonly Opener[] = [betterSqlite3, libsql];

/**
 * @returns what opens a file: by the driver that the configuration names, or else by the first that is there. A server
 * needs no package.
 * @throws RevError REV_DRIVER_MISSING where there is none, or its binary does not fit this Node; REV_CONFIG for a name
 * that is none, or that opens no server.
 */
export function findOpener({
  driver,
  from,
  url,
}: ConnectOptions): (path: string, timeout: number) => Connection {
  const server = serverAddress(url);
  if (server) {
    if (driver === undefined || driver === libsql.name) return () => openServer(server);
    throw new RevError('REV_CONFIG', `The driver ${driver} opens files, and ${server.host} is a server.`, {
      hint: "In the configuration, leave out driver, or set driver: 'libsql'.",
    });
  }
  const opener = driver === undefined ? firstInstalled(from) : named(driver);
  const module = opener === nodeSqlite ? loadNodeSqlite() : loadPackage(opener, from);
  return (path, timeout) => checked(opener, () => opener.open(module, path, timeout));
}

function firstInstalled(from: string): Opener {
  for (const require of placesOf(from)) {
    const found = packages.find(({ name }) => canResolve(require, name));
    if (found) return found;
  }
  return findNodeSqlite() === null ? betterSqlite3 : nodeSqlite;
}

function named(driver: string): Opener {
  const all = [...packages, nodeSqlite];
  const found = all.find(({ name }) => name === driver);
  if (found) return found;
  throw new RevError('REV_CONFIG', `There is no driver ${driver} for SQLite.`, {
    hint: `In the configuration, driver is one of ${all.map(({ name }) => `'${name}'`).join(', ')}.`,
  });
}

function loadPackage(opener: Opener, from: string): unknown {
  const require = findPackage(opener.name, from);
  return checked(opener, () => require(opener.name));
}

function loadNodeSqlite(): unknown {
  const found = findNodeSqlite();
  if (found !== null) return found;
  throw new RevError(
    'REV_DRIVER_MISSING',
    `Node ${process.versions.node} has no node:sqlite that is complete.`,
    {
      hint: 'Use Node 22.16 or later, or: npm i better-sqlite3',
    },
  );
}

/** null: this Node has none, or one of the first, which lacked some of what is needed. */
function findNodeSqlite(): unknown {
  // It says that it is experimental as soon as it is loaded: nothing that a user of `rev` could do anything about.
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const module: unknown = process.getBuiltinModule('node:sqlite');
    return isNodeSqlite(module) ? module : null;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function checked<T>(opener: Opener, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : '';
    // libsql's binary is a package of its own for each platform.
    if (!/bindings file|NODE_MODULE_VERSION|ERR_DLOPEN|invalid ELF|\.node\b|@libsql\//.test(message))
      throw thrown;
    throw new RevError(
      'REV_DRIVER_MISSING',
      `${opener.name} is installed, but its binary does not fit this Node.`,
      {
        hint:
          opener === betterSqlite3 ? 'npm rebuild better-sqlite3' : `npm i ${opener.name}, on this machine`,
        cause: thrown,
      },
    );
  }
}
