import { displayName } from '../catalog/index.js';
import type { ResolvedConfig } from '../config/config.js';
import { redactUrl, requireUrl } from '../config/url.js';
import { RevError } from '../errors.js';
import {
  inspect,
  journalTableName,
  readRows,
  toolVersion,
  versionTableName,
  withDatabase,
} from './database.js';
import type { Environment } from './environment.js';
import { openProject } from './project.js';

export interface DatabaseInfo {
  readonly serverVersion: string;
  readonly tables: number;
  /** In bytes. */
  readonly size: number;
  readonly rows: readonly string[];
}

export interface InfoResult {
  readonly version: string;
  readonly node: string;
  readonly dialect: string;
  /** Without its password; null: none is configured. */
  readonly url: string | null;
  readonly versionTable: string;
  readonly journalTable: string;
  readonly revisions: number;
  readonly heads: readonly string[];
  /** null: it cannot be asked; `problem` says why. */
  readonly database: DatabaseInfo | null;
  readonly problem: string | null;
  /** The configuration in force, defaults filled in; functions by their names. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** What is configured, and what is found there. A database that cannot be asked is no error here. */
export async function info(environment: Environment): Promise<InfoResult> {
  const { config, graph } = await openProject(environment, { missing: 'empty' });
  const asked = await askDatabase(environment, config);
  return {
    version: toolVersion(),
    node: process.versions.node,
    dialect: config.dialect,
    url: config.url === undefined ? null : shownUrl(config),
    versionTable: displayName(versionTableName(config)),
    journalTable: displayName(journalTableName(config)),
    revisions: graph.size,
    heads: graph.realHeads(),
    ...asked,
    config: shown(config),
  };
}

async function askDatabase(
  environment: Environment,
  config: ResolvedConfig,
): Promise<Pick<InfoResult, 'database' | 'problem'>> {
  try {
    return await withDatabase(environment, config, { create: false }, async (database) => {
      const { dialect, driver } = database;
      const rows = await readRows(database, config);
      const { tables } = await inspect(database, { includes: () => true });
      const size = await dialect.databaseSize(driver);
      return {
        problem: null,
        database: { serverVersion: driver.serverVersion, tables: tables.length, size, rows },
      };
    });
  } catch (error) {
    if (!(error instanceof RevError) || error.code === 'REV_INTERRUPTED') throw error;
    return { database: null, problem: error.message };
  }
}

function shownUrl(config: ResolvedConfig): string {
  try {
    return redactUrl(requireUrl(config));
  } catch {
    return '(not readable)';
  }
}

function shown(config: ResolvedConfig): Readonly<Record<string, unknown>> {
  const plain = (value: unknown): unknown => {
    if (typeof value === 'function') return 'a function';
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  };
  // What is given by -x may be a secret, and a token is one; the URL is shown without its password, elsewhere.
  const { url: _url, authToken: _token, args: _args, ...rest } = config;
  return plain(rest) as Readonly<Record<string, unknown>>;
}
