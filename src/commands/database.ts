import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Catalog, QualifiedName } from '../catalog/index.js';
import type { ResolvedConfig } from '../config/config.js';
import { redactText, requireUrl } from '../config/url.js';
import type { Dialect, Driver, Scope } from '../dialects/dialect.js';
import { loadDialect } from '../dialects/load-dialect.js';
import { RevError } from '../errors.js';
import { load } from '../revisions/load.js';
import type { RevisionFile } from '../revisions/scan.js';
import type { AloneOptions } from '../runtime/alone.js';
import { Journal } from '../runtime/journal.js';
import { reading } from '../runtime/lock-retry.js';
import type { Op } from '../runtime/op.js';
import type { RevisionFunctions, RevisionSource } from '../runtime/revision-source.js';
import { inDatabase } from '../runtime/sections.js';
import { VersionTable } from '../runtime/version-table.js';
import type { Environment } from './environment.js';
import { defaultLockWait } from './lock-wait.js';
import type { Project } from './project.js';

/** A session with the configured database. */
export interface Database {
  readonly dialect: Dialect;
  readonly driver: Driver;
  /**
   * For questions. Who has locked a table that they need is waited for as the runner does: for `lockTimeout`, and again
   * `lockRetries` times, the whole work each time. Throws REV_LOCK_TIMEOUT, which names the table and who holds it.
   */
  readonly reading: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface OpenOptions {
  readonly create: boolean;
  readonly mustExist?: boolean;
  readonly patience?: number;
}

/**
 * Opens the configured database, hands it over, and closes it whatever happens. A connection that was handed in is
 * used instead, and stays open.
 * @param options.create make the database file where there is none (SQLite); otherwise a missing one is an empty database
 */
export function withDatabase<T>(
  environment: Environment,
  ...rest: [config: ResolvedConfig, options: OpenOptions, work: (database: Database) => Promise<T>]
): Promise<T> {
  const session = () => withSession(environment, ...rest);
  return environment.connection ? inTurn(environment.connection, session) : session();
}

/** For each connection that was handed in: what is asked of it last. */
const turns = new WeakMap<object, Promise<unknown>>();

/** Set inside of a turn: what its revisions and hooks call would wait for its end. */
const inside = new AsyncLocalStorage<object>();

/** A connection is one session, in which two runs would find themselves in one transaction: the second one waits. */
async function inTurn<T>(connection: object, work: () => Promise<T>): Promise<T> {
  if (inside.getStore() === connection) {
    throw new RevError('REV_CONNECTION', 'The connection is in use by the very run that asks for it.', {
      hint: 'A revision or a hook calls a command with it: use op.db there, or db and execute of the hook.',
    });
  }
  const turn = (turns.get(connection) ?? Promise.resolve()).then(() => inside.run(connection, work));
  turns.set(
    connection,
    turn.catch(() => undefined),
  );
  return turn;
}

/** The same for whoever has a session already, and needs a second one beside it. */
export async function withSession<T>(
  environment: Environment,
  config: ResolvedConfig,
  options: OpenOptions,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { connection } = environment;
  const url = connection ? '' : requireUrl(config);
  const dialect = await loadDialect(config.dialect);
  const driver = await dialect.connect({
    url,
    ...(connection ? { connection } : {}),
    from: config.folder,
    create: options.create,
    ...(options.mustExist ? { mustExist: true } : {}),
    ...(options.patience === undefined ? {} : { patience: options.patience }),
    pooled: config.lock === 'lease',
    ...(config.driver === undefined ? {} : { driver: config.driver }),
    ...(environment.signal === undefined ? {} : { signal: environment.signal }),
    progress: (progress) => environment.report({ kind: 'copying', ...progress }),
  });
  try {
    const waits = {
      ...{ dialect, driver, report: environment.report, signal: environment.signal },
      timeouts: { lockTimeout: config.lockTimeout },
      lockRetries: config.lockRetries,
    };
    return await work({ dialect, driver, reading: (questions) => reading(waits, questions) });
  } catch (error) {
    throw redacted(error, url);
  } finally {
    await driver.close();
  }
}

/** No message of a database may repeat the password that it was opened with. */
function redacted(error: unknown, url: string): unknown {
  if (!(error instanceof RevError)) return error;
  const text = `${error.message}\n${error.hint ?? ''}\n${JSON.stringify(error.data)}`;
  if (redactText(text, url) === text) return error;
  return new RevError(error.code, redactText(error.message, url), {
    ...(error.hint === undefined ? {} : { hint: redactText(error.hint, url) }),
  });
}

export function versionTableName(config: ResolvedConfig): QualifiedName {
  return { schema: config.versionTableSchema ?? null, name: config.versionTable };
}

export function journalTableName(config: ResolvedConfig): QualifiedName {
  return { schema: config.versionTableSchema ?? null, name: config.journalTable };
}

export async function journalOf(
  { dialect, driver }: Pick<Database, 'dialect' | 'driver'>,
  config: ResolvedConfig,
): Promise<Journal> {
  const versionTable = versionTableName(config);
  return new Journal(dialect, {
    journal: journalTableName(config),
    versionTable,
    schema: await dialect.currentSchema(driver, versionTable),
    toolVersion: toolVersion(),
  });
}

/** How this database's runners keep each other out. `lockWait`: in milliseconds. */
export function lockOptions(
  { dialect, driver }: Pick<Database, 'dialect' | 'driver'>,
  config: ResolvedConfig,
  { report, signal }: Environment,
  lockWait = defaultLockWait,
): AloneOptions {
  return {
    ...{ dialect, driver },
    versionTable: versionTableName(config),
    lock: config.lock === 'lease' ? { kind: 'lease', duration: config.leaseDuration } : { kind: 'session' },
    lockWait,
    report,
    ...(signal === undefined ? {} : { signal }),
  };
}

/** The heads that the database is at. Makes no table. Throws REV_LOCK_TIMEOUT. */
export function readRows(
  { dialect, driver, reading }: Database,
  config: ResolvedConfig,
): Promise<readonly string[]> {
  return reading(() => new VersionTable(dialect, versionTableName(config)).read(driver));
}

/** The live catalog: PostgreSQL looks into a table with a lock of its own. Throws REV_LOCK_TIMEOUT. */
export function inspect({ dialect, driver, reading }: Database, scope: Scope): Promise<Catalog> {
  return reading(() => dialect.inspect(driver, scope));
}

/** The heads that the database is at, on a session of its own that is closed again. Throws REV_LOCK_TIMEOUT. */
export function askRows(
  environment: Environment,
  config: ResolvedConfig,
  options: { readonly mustExist?: boolean } = {},
): Promise<readonly string[]> {
  return withDatabase(environment, config, { create: false, ...options }, (database) =>
    readRows(database, config),
  );
}

/** Revisions as the runtime takes them: loaded when asked, once. */
export function revisionSources(project: Project): (id: string) => RevisionSource {
  const sources = new Map<string, RevisionSource>();
  return (id) => {
    const known = sources.get(id);
    if (known) return known;
    const file = project.files.get(id);
    if (!file) throw new RevError('REV_UNKNOWN_REVISION', `There is no revision ${id}.`);
    let loaded: Promise<RevisionFunctions> | undefined;
    const source: RevisionSource = {
      id,
      message: file.message,
      transactional: file.transactional,
      // At once: four waits for the thread pool take ten times as long as the file.
      contentHash: async () => createHash('sha256').update(readFileSync(file.file)).digest('hex'),
      load: () => {
        loaded ??= loadIn(file, project.config);
        return loaded;
      },
    };
    sources.set(id, source);
    return source;
  };
}

async function loadIn(
  file: RevisionFile,
  { database: name, databases: names }: ResolvedConfig,
): Promise<RevisionFunctions> {
  const functions = await load<Op>(file);
  return name === undefined ? functions : inDatabase(functions, { name, names });
}

/** This package's version. */
export function toolVersion(): string {
  const manifest = createRequire(import.meta.url)('../../package.json') as { readonly version: string };
  return manifest.version;
}
