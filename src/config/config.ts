/** What a user writes in `alembic.config.ts`, and what the rest of `rev` reads of it. */

import type { DialectName, QualifiedName } from '../catalog/index.js';
import type { AutogenerateHooks } from '../diff/overrides.js';
import type { RunHooks } from './run-hooks.js';

/** As their package managers call them. */
export const driverNames = ['postgres', 'pglite', 'better-sqlite3', 'libsql', 'node:sqlite'] as const;

/** Keys that are the project's, and the same for all of its databases. */
export const sharedKeys = [
  'revisions',
  'recursive',
  'template',
  'timezone',
  'fileTemplate',
  'slugLength',
  'hooks',
] as const;

/** What the tool's own tables are called where the configuration does not say it. */
export const tableNames = { versionTable: 'alembic_version', journalTable: 'alembic_journal' } as const;

export type DriverName = (typeof driverNames)[number];

/** Glob patterns of table names (`audit_*`, `app.*`), or a function that says yes. `schema: null` is the default schema. */
export type TableFilter = readonly string[] | ((table: QualifiedName) => boolean);

/** Which roles are the models' own, where not just all that the models have. */
export interface RoleOptions {
  /** Patterns: every role of these names is compared, and dropped if the models do not have it. */
  readonly include?: readonly string[] | undefined;
  /** Patterns of roles that are never compared. */
  readonly exclude?: readonly string[] | undefined;
  /** Its own roles are never compared. */
  readonly provider?: 'supabase' | 'neon' | undefined;
}

/** A run that a backup can be taken before. */
export type BackedUpRun = 'upgrade' | 'downgrade';

export interface BackupConfig {
  /** Which runs a backup is taken before; `--backup` and `--no-backup` overrule it. Default: none. */
  readonly before?: BackedUpRun | readonly BackedUpRun[] | undefined;
  /** The folder that backups are written to. Default: `./backups`. */
  readonly dir?: string | undefined;
  /** How many backups of the database are kept in it: older ones are deleted after a new one. Default: all. */
  readonly keep?: number | undefined;
  /** PostgreSQL: the folder of pg_dump, pg_restore and psql. Default: they are found on PATH. */
  readonly bin?: string | undefined;
}

/** Paths are relative to the configuration file. */
export interface Config {
  readonly dialect: DialectName;
  /**
   * `postgres://user:password@host/database`, or for SQLite a path, `file:path`, `:memory:`, or a libsql server's
   * `libsql://host`. May be missing for commands that only read revision files; `--url` overrides it.
   */
  readonly url?: string | undefined;
  /** A libsql server's token. It is for the host of `url`: one of another host in `--url` is not given it. */
  readonly authToken?: string | undefined;
  /**
   * Which driver package to use. PostgreSQL: `postgres`, or `pglite`, whose url is a folder. SQLite: `better-sqlite3`, `libsql`, or `node:sqlite` of Node 22.16
   * and later. Default: the first of them that is installed, in this order.
   */
  readonly driver?: DriverName | undefined;
  /** The modules with the drizzle models: files, folders, or glob patterns. */
  readonly schema: string | readonly string[];
  /** Folders of revision files. New ones are written to the first. Default: `./revisions`. */
  readonly revisions?: string | readonly string[] | undefined;
  /** Look for revisions in the folders inside of those, too. Default: false. */
  readonly recursive?: boolean | undefined;
  /** Default: `alembic_version`. */
  readonly versionTable?: string | undefined;
  /** PostgreSQL: the schema of the version table and the journal. Default: the connection's own. */
  readonly versionTableSchema?: string | undefined;
  /** Default: `alembic_journal`. */
  readonly journalTable?: string | undefined;
  /** PostgreSQL: the schemas to compare beside the default one. Default: those that the models name. */
  readonly schemas?: readonly string[] | undefined;
  /** Only these tables are compared. Default: all. */
  readonly include?: TableFilter | undefined;
  /** These tables are never compared: they belong to somebody else. */
  readonly exclude?: TableFilter | undefined;
  /**
   * PostgreSQL: whether roles of the models are made and changed; patterns, or an object, say which. They belong to the
   * whole cluster. Default: none.
   */
  readonly roles?: boolean | readonly string[] | RoleOptions | undefined;
  /** How drizzle spells the names of columns that have none: the same as `casing` of `drizzle()`. */
  readonly casing?: 'snake_case' | 'camelCase' | undefined;
  /** Renames that `--autogenerate` is to know: `users=people`, `users.fullname=users.full_name`. */
  readonly renames?: readonly string[] | undefined;
  /** What the project itself decides about differences. */
  readonly autogenerate?: AutogenerateHooks | undefined;
  /** Commands that each new revision file goes through, e.g. `prettier --write`; the file's path is added to them. */
  readonly hooks?: readonly string[] | undefined;
  /** Functions that are called when revisions are run. */
  readonly runHooks?: RunHooks | undefined;
  /** One transaction for each revision, or one for the whole run. Default: `each`. */
  readonly transaction?: 'each' | 'all' | undefined;
  /** How long a statement waits for a lock, in milliseconds; 0: for ever. Default: 5000. */
  readonly lockTimeout?: number | undefined;
  /** PostgreSQL: how often a transaction is run again that did not get a lock in time. Default: 5. */
  readonly lockRetries?: number | undefined;
  /**
   * PostgreSQL: how runners keep each other out. `session`: by a lock of the session. `lease`: by a row that is renewed,
   * for URLs that lead to a pooler of transactions (PgBouncer, Supavisor). Default: `session`.
   */
  readonly lock?: 'session' | 'lease' | undefined;
  /** With `lease`: milliseconds after which the row of a runner that is gone counts no more. Default: 30000. */
  readonly leaseDuration?: number | undefined;
  /** How long a statement may take, in milliseconds. Default: the server's own limit. */
  readonly statementTimeout?: number | undefined;
  /** Backups before runs, and where they go. */
  readonly backup?: BackupConfig | undefined;
  /** A template for new revision files. Default: the one in the package. */
  readonly template?: string | undefined;
  /** An IANA time zone for the dates in file names. Default: `UTC`. */
  readonly timezone?: string | undefined;
  /**
   * The names of new revision files, without `.ts`. Default: `{id}_{slug}`. Also: `{epoch}`, `{year}`, `{month}`, `{day}`,
   * `{hour}`, `{minute}`, `{second}`. With `recursive` it may begin with folders: `{year}/{id}_{slug}`.
   */
  readonly fileTemplate?: string | undefined;
  /** The most characters of a message that go into a file's name. Default: 40. */
  readonly slugLength?: number | undefined;
}

/** What a configuration function is told. */
export interface ConfigContext {
  /** `--env`, or `$REV_ENV`. */
  readonly env: string | undefined;
  /** `-x key=value`. */
  readonly args: Readonly<Record<string, string>>;
  /** `--tag`. */
  readonly tag: string | undefined;
}

/** The settings of one of several databases. */
export type DatabaseConfig = Partial<Omit<Config, (typeof sharedKeys)[number]>>;

/** A project with several databases and one history. What stands beside `databases` holds for all of them. */
export interface SeveralDatabases extends Partial<Config> {
  readonly databases: Readonly<Record<string, DatabaseConfig>>;
}

export type AnyConfig = Config | SeveralDatabases;

export type ConfigFunction = (context: ConfigContext) => AnyConfig | Promise<AnyConfig>;

/** Gives a configuration its type; returns it as it is. */
export function defineConfig<C extends AnyConfig | ConfigFunction>(config: C): C {
  return config;
}

/** A configuration with absolute paths and every default filled in. Frozen. */
export interface ResolvedConfig {
  /** The configuration file, and the folder that it is in. */
  readonly file: string;
  readonly folder: string;
  readonly env: string | undefined;
  readonly args: Readonly<Record<string, string>>;
  /** Which of several databases this is; undefined: the only one. */
  readonly database: string | undefined;
  /** All of several databases, in their order. */
  readonly databases: readonly string[];
  readonly dialect: DialectName;
  readonly driver: DriverName | undefined;
  /** As the configuration says it; `requireUrl` gives it checked and with an absolute path. */
  readonly url: string | undefined;
  readonly authToken: string | undefined;
  /** Where a relative SQLite path starts: the configuration's folder, or the working directory for `--url`. */
  readonly urlFolder: string;
  /** Files, folders and patterns, absolute; `modelFiles` lists the files. */
  readonly schema: readonly string[];
  /** At least one. */
  readonly revisions: readonly string[];
  readonly recursive: boolean;
  readonly versionTable: string;
  readonly versionTableSchema: string | undefined;
  readonly journalTable: string;
  readonly schemas: readonly string[] | undefined;
  readonly include: TableFilter | undefined;
  readonly exclude: TableFilter | undefined;
  readonly roles: Config['roles'];
  readonly casing: 'snake_case' | 'camelCase' | undefined;
  readonly renames: readonly string[];
  readonly autogenerate: AutogenerateHooks;
  readonly hooks: readonly string[];
  readonly runHooks: RunHooks;
  readonly transaction: 'each' | 'all';
  readonly lockTimeout: number;
  readonly lockRetries: number;
  readonly lock: 'session' | 'lease';
  readonly leaseDuration: number;
  readonly statementTimeout: number | undefined;
  readonly backup: {
    readonly before: readonly BackedUpRun[];
    /** Absolute. */
    readonly dir: string;
    readonly keep: number | undefined;
    readonly bin: string | undefined;
  };
  readonly template: string | undefined;
  readonly timezone: string;
  readonly fileTemplate: string;
  readonly slugLength: number;
}
