import type { PgRemoteDatabase } from 'drizzle-orm/pg-proxy';
import type { SqliteRemoteDatabase } from 'drizzle-orm/sqlite-proxy';
import type { Catalog, DialectName, QualifiedName, Table } from '../catalog/index.js';
import type { DiffRules } from '../diff/rules.js';
import type { Operation } from '../operations/index.js';

export type { DiffRules } from '../diff/rules.js';

/**
 * What a database must be able to do for `rev`: small parts, and Dialect as their union. Outside of a dialect's own
 * folder nothing asks for its name; it asks for a capability or calls a part.
 */

/** One statement and its bound values. */
export interface Statement {
  readonly sql: string;
  readonly params?: readonly unknown[];
}

/** Where a text takes a bound value: the n-th, from 1. */
export interface Placeholder {
  readonly start: number;
  readonly end: number;
  readonly position: number;
}

export type Row = Readonly<Record<string, unknown>>;

/** One session with a database. Every statement of a driver runs on the same connection. */
export interface Driver {
  /** The server's version as it tells it, e.g. `17.5` or `3.53.2`. */
  readonly serverVersion: string;
  /** Runs a statement and returns its rows as objects. Throws REV_STATEMENT with the database's own message. */
  query<R extends Row = Row>(sql: string, params?: readonly unknown[]): Promise<readonly R[]>;
  /** The same with rows as arrays in column order, for `op.db`; values as drizzle's own driver would get them. */
  values(sql: string, params?: readonly unknown[]): Promise<readonly (readonly unknown[])[]>;
  /** Runs a statement and returns the number of rows that it changed. Throws REV_STATEMENT. */
  run(statement: Statement): Promise<number>;
  /** Runs a statement that can be in no transaction, and returns its rows. Throws REV_STATEMENT. */
  alone(statement: Statement): Promise<readonly Row[]>;
  /** Runs statements of which no result is read, in as few round trips as possible. Throws REV_STATEMENT. */
  runAll(statements: readonly Statement[]): Promise<void>;
  /** The same, all of them or none: inside of a transaction, that goes on as if none had been run. Throws REV_STATEMENT. */
  runAllOrNone(statements: readonly Statement[]): Promise<void>;
  /**
   * One transaction around the work: committed when it resolves, rolled back when it rejects. SQLite: BEGIN IMMEDIATE
   * with foreign keys off and checked before the commit, so that tables can be rebuilt (see its manual, ALTER TABLE).
   */
  transaction<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** The work is done in the role that the session has begun with, whatever role was set since (PostgreSQL). */
  asBegun<T>(work: () => Promise<T>): Promise<T>;
  /** Undoes all that happens inside; for questions whose asking changes something. */
  rolledBack<T>(work: () => Promise<T>): Promise<T>;
  /** Questions that wait for a lock no longer than the options say, where a reader waits for locks at all. */
  reading<T>(work: () => Promise<T>, options: TransactionOptions): Promise<T>;
  /** Another session with the same database, which `signal` does not reach. Absent: there is no use for one. */
  beside?(): Promise<Driver>;
  /**
   * From now on each transaction that is to be committed begins with this, and what it throws rolls it back. Before a
   * statement outside of a transaction it is asked in one of its own. null: no more.
   */
  guard?(guard: (() => Promise<void>) | null): void;
  close(): Promise<void>;
}

export interface TransactionOptions {
  /** In milliseconds; 0 or absent: the server's own. Only for this transaction. */
  readonly lockTimeout?: number;
  readonly statementTimeout?: number;
  /** How long to wait for another writer before the transaction begins, where there can be but one (SQLite). */
  readonly writerTimeout?: number;
  /** Check what a commit would check, and then roll back. */
  readonly dryRun?: boolean;
  /** SQLite: leave foreign keys as they are, and check nothing at the end. Tables cannot be rebuilt in it. */
  readonly keepsForeignKeys?: boolean;
}

export interface ConnectOptions {
  /** As in the configuration, made absolute: `postgres://…`, `file:/…`, `:memory:` or a path. */
  readonly url: string;
  /** The user's own connection, in the place of a url: it stays open, and as it was. REV_CONNECTION: it cannot be used. */
  readonly connection?: object;
  /** Folder from which the user's own copy of the driver package is resolved. */
  readonly from: string;
  /** Which of the dialect's driver packages to use. Absent: the first that is installed. */
  readonly driver?: string;
  /**
   * PostgreSQL: behind a pooler, where the next transaction may be in another session of the server. Nothing is kept in
   * the session.
   */
  readonly pooled?: boolean;
  /** SQLite: make the file if it does not exist. False: a missing file is an empty database, and none is made. */
  readonly create?: boolean;
  /** SQLite: a missing file is REV_CONNECT, where an empty database would be an answer to the wrong question. */
  readonly mustExist?: boolean;
  /** SQLite: how long to wait for a writer that lets nobody read, in milliseconds. Default: 5000. */
  readonly patience?: number;
  /** Aborting cancels the running statement. */
  readonly signal?: AbortSignal;
  /** SQLite: told while a large table is copied. */
  readonly progress?: (progress: CopyProgress) => void;
}

/** How far the copy of a table is. */
export interface CopyProgress {
  readonly table: string;
  readonly rows: number;
  readonly total: number;
  /** In milliseconds. */
  readonly elapsed: number;
}

export interface Connector {
  /**
   * Opens a session. Throws REV_DRIVER_MISSING (package not installed), REV_CONNECT (unreachable, no such database or
   * file), REV_AUTH (refused); no message holds a password.
   */
  connect(options: ConnectOptions): Promise<Driver>;
}

/** Which objects are looked at. Both sides of a comparison go through the same scope. */
export interface Scope {
  /** Schemas beside the default one; undefined: all (PostgreSQL: but its own). */
  readonly schemas?: readonly string[];
  /** Whether a table is compared at all. The version table and journal never are. */
  includes(table: QualifiedName): boolean;
  /** Whether a role is compared; undefined: none is looked at. */
  readonly roles?: (name: string) => boolean;
}

/** Which database a session is with. */
export interface DatabaseIdentity {
  /** Its name: of the file, or of the database on its server. */
  readonly name: string;
  /** The same for a person, with where it is. Never a password. */
  readonly text: string;
  /** What tells it from others of that name: the whole path of a file. */
  readonly place?: string;
}

export interface MissingType {
  readonly name: string;
  /** The extension that has it, where that is known. */
  readonly extension?: string;
}

export interface RowKey {
  /** null: it has none. */
  readonly primaryKey: readonly string[] | null;
  /** The column that a statement means by this name, as the table spells it; undefined: it has none. */
  columnOf(name: string): string | undefined;
}

export interface Inspector {
  /** Database → Catalog, in a constant number of queries for any number of tables. */
  inspect(driver: Driver, scope: Scope): Promise<Catalog>;
  hasTable(driver: Driver, table: QualifiedName): Promise<boolean>;
  /**
   * The schema of names without one, as the session is now; null: there is none, or no name needs one. Throws REV_CONFIG where
   * this version table is not in it, but in one further on in the search_path: to make another would begin the history anew.
   */
  currentSchema(driver: Driver, versionTable: QualifiedName): Promise<string | null>;
  /** One text for all spellings of a table's name that mean the same one; another table has another text. */
  tableKey(table: QualifiedName): string;
  /** By what the rows of a table are told apart. null: there is no such table. */
  rowKey(driver: Driver, table: QualifiedName): Promise<RowKey | null>;
  /** The same of a table of a catalog. */
  rowKeyOf(table: Table): RowKey;
  /** Those of these roles that are not there; none where the dialect has no roles. */
  missingRoles(driver: Driver, names: readonly string[]): Promise<readonly string[]>;
  /** Those of these types of columns that are not there; none where the dialect takes any. */
  missingTypes(driver: Driver, types: readonly string[]): Promise<readonly MissingType[]>;
  /** In bytes. */
  databaseSize(driver: Driver): Promise<number>;
  /** As the session itself says it, whatever URL or connection it has come from. */
  identify(driver: Driver): Promise<DatabaseIdentity>;
}

export interface Normalized {
  readonly actual: Catalog;
  readonly wanted: Catalog;
  /** Expressions that could only be compared as text, as lines for a person. */
  readonly unverified: readonly string[];
}

export interface Normalizer {
  /**
   * Brings both catalogs to one spelling of types, defaults and expressions, so that equal things are equal data.
   * May ask the database (in a transaction that is rolled back), but only about texts that differ.
   * @param database the catalog as it is, where `actual` has names that things are only to get.
   */
  normalize(driver: Driver, actual: Catalog, wanted: Catalog, database?: Catalog): Promise<Normalized>;
}

export interface Compiler {
  /** Whether `compile` needs to see the catalog before this operation (SQLite: a rebuild needs the table). */
  needsCatalog(operation: Operation, options?: CompileOptions): boolean;
  /**
   * Whether the operation loses or breaks what refers to it while foreign keys are on (SQLite: a table is dropped, or made
   * anew). Where no transaction is open, it is in one of its own, and a script frames it so.
   */
  needsForeignKeysOff(operation: Operation, options?: CompileOptions): boolean;
  /**
   * Operation → SQL. Throws REV_UNSUPPORTED for what the dialect does not have, REV_OPERATION for what does not fit.
   * @param before the catalog before the operation; only read where `needsCatalog`.
   */
  compile(operation: Operation, before: Catalog, options: CompileOptions): readonly Statement[];
  /** The one function that quotes identifiers. */
  identifier(name: string | QualifiedName): string;
  /** The one function that writes literals: null, string, number, bigint, boolean, Date, bytes, plain objects as JSON. */
  literal(value: unknown): string;
  /**
   * A bound value written out for a script: it must mean what it would mean bound. On PostgreSQL a bound value has no
   * type but that of its place, so numbers are quoted there.
   */
  boundLiteral(value: unknown): string;
  /** A value as a driver of the dialect binds it. Throws REV_OPERATION for what is none (operations/given-value.ts). */
  bindable(value: unknown): unknown;
  /** Values of keys on their way through text: `text` is SQL that gives it, `literal` the value again. */
  readonly keys: { text(expression: string): string; literal(text: string): string };
  /** The placeholder of the n-th bound value, from 1. */
  placeholder(position: number): string;
  /** Where a text has placeholders, in its order; not those in strings, names and comments. */
  placeholdersIn(sql: string): readonly Placeholder[];
  /** The statements of a text, each with one blank between its parts, and without comments. A body is its statement's. */
  statementsIn(sql: string): readonly string[];
  /**
   * The text so that a script can go on after it: with a semicolon at the end of its last statement. null: it has a comment
   * or quotes without an end, and the database would not run it either.
   */
  terminated(sql: string): string | null;
  /** What a script says first, so that its statements mean what they mean in a session of `rev`. */
  readonly scriptStart: readonly string[];
  /** What stands around a revision in a script: the transaction and, on SQLite, the pragmas that cannot be inside it. */
  scriptFrame(transactional: boolean): {
    readonly before: readonly string[];
    readonly after: readonly string[];
  };
  /**
   * Lines that end a script with an error which says the message, unless the condition (an expression) is true.
   * @param held a table that nobody else may change before the transaction ends
   */
  scriptRefusal(condition: string, message: string, held?: QualifiedName): readonly string[];
}

export interface CompileOptions {
  /** For choosing among ways: `3.53.2`. Absent offline: the oldest supported. */
  readonly serverVersion?: string;
}

/** What became of a statement outside of a transaction whose end nobody has seen. */
export type LoneOutcome =
  | { readonly kind: 'done' }
  /** It did not happen, or may happen once more; what it left behind is put away first. */
  | { readonly kind: 'again'; readonly before: readonly Statement[] }
  /** Half of it happened, and these are the other half. */
  | { readonly kind: 'finish'; readonly by: readonly Statement[] }
  | { readonly kind: 'unknown' };

/** Whether a text can be in a transaction; `mixed`: some of its statements cannot, and others need one. */
export type Standing = 'together' | 'alone' | 'mixed';

/** Statements that cannot be in a transaction. All others get one, so that they can be told from those that ran. */
export interface LoneStatements {
  standing(statement: Statement): Standing;
  /** Whether an error says that the statement cannot be in a transaction, and nothing else. */
  refusedInTransaction(error: unknown): boolean;
  /**
   * What became of a statement whose end was not recorded.
   * @param how `failed`: the database refused it, but it may have left something behind
   */
  probeLone(driver: Driver, statement: Statement, how: { readonly failed: boolean }): Promise<LoneOutcome>;
}

/** What a statement leaves in its session alone: another session, in which a revision goes on, lacks it. */
export type LeftInSession =
  /** Run again, the statement sets another session in the same way. `unless`: where this has a row, it is so already. */
  | { readonly kind: 'setting'; readonly statement: Statement; readonly unless?: Statement }
  /** What is gone with its session, for good. `what`: for a person; `isThere`: has a row in a session that has it. */
  | {
      readonly kind: 'made';
      readonly key: string;
      readonly what: string;
      readonly isThere: Statement;
    }
  /** What was made is not needed any more. */
  | { readonly kind: 'dropped'; readonly key: string };

export interface SessionTraces {
  /** In the order in which the text does it. What functions do, and blocks of code, is not seen. */
  leftInSession(statement: Statement): readonly LeftInSession[];
  /** What an operation remembers there for another one, beside what its statements say. */
  rememberedInSession(operation: Operation): readonly LeftInSession[];
}

/** Keeps other runners out. Whoever wants it asks again: nobody waits inside of the database. */
export interface RunnerLock {
  /** Takes it, and returns its release; null: another runner has it. Throws REV_POOLER where it would keep nobody out. */
  take(): Promise<(() => Promise<void>) | null>;
  /** Who has it; null: nobody, or nobody can tell. */
  holder(): Promise<LockHolder | null>;
}

export interface LockHolder {
  /** As the subject of a sentence. */
  readonly who: string;
  /** What to do. */
  readonly hint: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface Lock {
  /** The lock of those who run the revisions of one version table. It ends with the session, however that ends. */
  runnerLock(driver: Driver, key: QualifiedName): Promise<RunnerLock>;
  /**
   * The same for work of several transactions, inside of which the other one keeps nobody out where it is the
   * transaction itself (SQLite). Ends with the process.
   */
  lockBetween(driver: Driver, key: QualifiedName): Promise<RunnerLock>;
  /** How a row keeps other runners out, where no session can; absent: there is no need. */
  readonly lease?: LeaseSql;
}

/** The parts of a lease's SQL in which databases differ. */
export interface LeaseSql {
  /** The server's clock, as an expression: milliseconds since 1970, also inside of a long transaction. */
  readonly clock: string;
  /** Ends a SELECT: until the transaction's end nobody else takes the row, but its other columns may change. */
  readonly holdsRow: string;
  /** Ends a SELECT: the row, if nobody holds it; it is taken. */
  readonly takesFreeRow: string;
}

/** A session that keeps another one waiting. */
export interface Blocker {
  /** null: a prepared transaction, which is no session's. */
  readonly pid: number | null;
  readonly application: string | null;
  readonly user: string | null;
  /** As the server calls it, e.g. `idle in transaction`. */
  readonly state: string | null;
  /** When its transaction began; UTC. */
  readonly since: string | null;
  /** What it runs, or has run last, without values. */
  readonly query: string | null;
  /** What is waited for, if it is a table or an index. */
  readonly relation: string | null;
}

/** Locks on tables and rows, that a statement waits for. */
export interface LockWaits {
  /** How an error says that a statement did not get a lock: it has waited as long as it may, or for ever. Else null. */
  gaveUpWaiting(error: unknown): 'timeout' | 'deadlock' | null;
  /**
   * Who keeps the driver's statement waiting right now; nobody: it does not wait.
   * @param beside another session with the same database
   */
  blockers(driver: Driver, beside: Driver): Promise<readonly Blocker[]>;
}

export interface BackupOptions {
  /** Folder of the database's own programs, where they are not on PATH. */
  readonly bin?: string | undefined;
  /** How long to wait for a lock of somebody else, in milliseconds; 0: for ever. */
  readonly lockTimeout: number;
  readonly signal?: AbortSignal | undefined;
  /** Tables that say who is at work now: not in a backup, and as they are after a restore. */
  readonly apart?: readonly QualifiedName[];
}

export interface RestoreOptions extends BackupOptions {
  /** Everything is to belong to the user of the URL, and nothing is granted to others. */
  readonly noOwner: boolean;
}

/** Copies of a whole database, and the way back. What they throw of a failed write or a wrong file is REV_BACKUP and REV_RESTORE. */
export interface Backup {
  /** What the names of its files end in, without the dot. */
  readonly backupEnding: string;
  /**
   * Throws where none can be taken of this database: REV_UNSUPPORTED, REV_POOLER, or REV_BACKUP where a program is missing.
   * To be asked before anything else is done; `backup` does not look again for programs.
   */
  assertBackup(driver: Driver, options: BackupOptions): Promise<void>;
  /** Whether `restore` can write into the database of this session. */
  canRestore(driver: Driver): boolean;
  /**
   * Writes all that is in the database at one moment into an empty file, while others may go on writing; and checks that it
   * can be read back.
   */
  backup(driver: Driver, file: string, options: BackupOptions): Promise<void>;
  /** The version rows in a backup; null: it has no such table. Throws REV_RESTORE for a file that is no backup of this dialect. */
  rowsOfBackup(
    driver: Driver,
    file: string,
    versionTable: QualifiedName,
    options: BackupOptions,
  ): Promise<readonly string[] | null>;
  /** Makes the database what the backup is, with nothing beside it: entirely, or not at all. */
  restore(driver: Driver, file: string, options: RestoreOptions): Promise<void>;
}

/** An object that is dropped with all that hangs on it. */
export interface Droppable {
  /** As a person reads it: `table app.users`. */
  readonly text: string;
  readonly drop: Statement;
}

export interface Dropper {
  /**
   * What there is in the default schema and those that the scope names, in the order in which it can be dropped.
   * @param tables that count wherever they are.
   */
  droppable(driver: Driver, scope: Scope, tables?: readonly QualifiedName[]): Promise<readonly Droppable[]>;
  /** Drops them, in a transaction of the caller's. Throws REV_IN_USE where something else would go along. */
  dropAll(driver: Driver, objects: readonly Droppable[]): Promise<void>;
}

/**
 * Runs one query of a drizzle database. `method` is what drizzle's proxy drivers ask for: rows are objects for
 * `execute`, arrays for the others.
 */
export type DatabaseCallback = (
  sql: string,
  params: readonly unknown[],
  method: 'all' | 'execute' | 'get' | 'run' | 'values',
) => Promise<{ rows: unknown[] }>;

/** The drizzle database that `op.db` is, by dialect. */
export interface Databases {
  readonly postgres: PgRemoteDatabase;
  readonly sqlite: SqliteRemoteDatabase;
}

export interface DatabaseMaker {
  /**
   * A drizzle database whose every query goes through the callback: what a revision sees as `op.db`.
   * @param from folder from which the user's own copy of drizzle-orm is resolved
   */
  database(callback: DatabaseCallback, from: string): object;
}

export interface Dialect
  extends Connector,
    Inspector,
    Normalizer,
    Compiler,
    Lock,
    LockWaits,
    LoneStatements,
    SessionTraces,
    Backup,
    Dropper,
    DatabaseMaker {
  readonly name: DialectName;
  readonly rules: DiffRules;
  readonly capabilities: {
    readonly schemas: boolean;
    readonly enums: boolean;
    readonly sequences: boolean;
    /** A `varchar(n)` takes no more than n characters. */
    readonly lengths: boolean;
    /** Index keys say where nulls sort. */
    readonly nullsOrder?: boolean;
  };
}
