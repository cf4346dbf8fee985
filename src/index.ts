/**
 * The package's public face: what revision files and configurations import, and the commands for programs. A command is
 * loaded when it is called, so that importing this costs a revision file nothing.
 */
import { randomUUID } from 'node:crypto';
import type { BackupCommandOptions, BackupResult } from './commands/backup.js';
import type { CheckResult } from './commands/check.js';
import type { CurrentResult } from './commands/current.js';
import type { Environment } from './commands/environment.js';
import type { RestoreCommandOptions, RestoreResult } from './commands/restore.js';
import type { RunTargetOptions, RunTargetResult } from './commands/run-target.js';
import type { StatusResult } from './commands/status.js';
import type { RunHooks } from './config/run-hooks.js';
import type { Report } from './runtime/events.js';

export { sql } from 'drizzle-orm';
export type {
  Catalog,
  Column,
  Constraint,
  DialectName,
  EnumType,
  Policy,
  QualifiedName,
  Role,
  Sequence,
  Table,
  TableIndex,
  View,
} from './catalog/index.js';
export { type Config, type ConfigContext, defineConfig, type SeveralDatabases } from './config/config.js';
export type {
  AfterRevision,
  AfterRun,
  BeforeRun,
  FailedRun,
  RunHooks,
} from './config/run-hooks.js';
export type { AutogenerateHooks, ColumnDifference } from './diff/overrides.js';
export { RevError, type RevErrorCode } from './errors.js';

import { RevError } from './errors.js';

export { type Layout, type Plan, RevisionGraph, type RevisionNode, type Step } from './graph/graph.js';
export { defineOperation, type OperationDefinition } from './operations/define-operation.js';
export {
  type ColumnOptions,
  check,
  column,
  foreignKey,
  primaryKey,
  unique,
} from './operations/factories.js';
export type { Operation } from './operations/operation.js';
export type { OwnOperation, SqlTools } from './operations/own.js';
export type { RunEvent } from './runtime/events.js';
export type { Op } from './runtime/op.js';

/** A client of postgres.js (`postgres(…)`). A session is opened beside its own, by its options. */
export interface PostgresJsConnection {
  readonly options: object;
  reserve(): Promise<unknown>;
  end(...args: never[]): Promise<unknown>;
}

/** A PGlite (`@electric-sql/pglite` 0.5 or later). */
export interface PgliteConnection {
  readonly waitReady: Promise<void>;
  query(text: string, ...more: never[]): Promise<unknown>;
  exec(text: string, ...more: never[]): Promise<unknown>;
}

/** A database of better-sqlite3, libsql or node:sqlite. */
export interface SqliteConnection {
  prepare(text: string, ...more: never[]): unknown;
  exec(text: string): unknown;
}

/** What a program may hand in. */
export type OwnConnection = PostgresJsConnection | PgliteConnection | SqliteConnection;

/** Where a command runs; all of it may be left out. */
export interface ProjectOptions {
  /** Folder to search the configuration from; default: the process's. */
  readonly cwd?: string;
  /** The configuration's file. */
  readonly config?: string;
  readonly url?: string;
  /**
   * The program's own connection, in the place of a url. It is not closed, and left as it was; until the call ends,
   * nothing else may be asked of it. REV_CONNECTION: it cannot be used; REV_USAGE: there is a url beside it.
   */
  readonly connection?: OwnConnection;
  /** Default: `$REV_ENV`. */
  readonly env?: string;
  readonly args?: Readonly<Record<string, string>>;
  /** A word for the configuration and the journal, such as a release. */
  readonly tag?: string;
  /** Called after those of the configuration. */
  readonly runHooks?: RunHooks;
  /** Is told what happens. */
  readonly onEvent?: Report;
  readonly signal?: AbortSignal;
  /** Which of the project's databases, where it has several. */
  readonly database?: string;
}

/** What a run has done: its steps, and the version rows before and after it. */
export type RunReport = Extract<RunTargetResult, { readonly kind: 'run' }>;

/** What a run would do, where `dryRun: true` asked for it. */
export type DryRunReport = Extract<RunTargetResult, { readonly kind: 'dryRun' }>;

/** A script, where `sql: true` asked for one. */
export type ScriptReport = Extract<RunTargetResult, { readonly kind: 'script' }>;

type UpgradeOptions = ProjectOptions &
  Omit<RunTargetOptions, 'sql' | 'dryRun'> & { readonly target?: string };
type DowngradeOptions = ProjectOptions &
  Omit<RunTargetOptions, 'sql' | 'dryRun'> & { readonly target: string };

/**
 * `rev upgrade`, for an application's start: takes the lock, waits for another runner, returns the steps that were run.
 * @throws RevError as the command does
 */
export function upgrade(
  options?: UpgradeOptions & { readonly sql?: false; readonly dryRun?: false },
): Promise<RunReport>;
export function upgrade(options: UpgradeOptions & { readonly dryRun: true }): Promise<DryRunReport>;
export function upgrade(options: UpgradeOptions & { readonly sql: true }): Promise<ScriptReport>;
export async function upgrade(
  options: UpgradeOptions & { readonly sql?: boolean; readonly dryRun?: boolean } = {},
): Promise<RunTargetResult> {
  const command = await import('./commands/upgrade.js');
  return command.upgrade(environmentOf(options), options.target ?? 'heads', options);
}

/** `rev downgrade`. @throws RevError as the command does */
export function downgrade(
  options: DowngradeOptions & { readonly sql?: false; readonly dryRun?: false },
): Promise<RunReport>;
export function downgrade(options: DowngradeOptions & { readonly dryRun: true }): Promise<DryRunReport>;
export function downgrade(options: DowngradeOptions & { readonly sql: true }): Promise<ScriptReport>;
export async function downgrade(
  options: DowngradeOptions & { readonly sql?: boolean; readonly dryRun?: boolean },
): Promise<RunTargetResult> {
  const command = await import('./commands/downgrade.js');
  // JavaScript may leave them out.
  return command.downgrade(environmentOf(options ?? {}), options?.target, options);
}

/** `rev backup`. @throws RevError as the command does */
export async function backup(options: ProjectOptions & BackupCommandOptions = {}): Promise<BackupResult> {
  const command = await import('./commands/backup.js');
  return command.backup(environmentOf(options), options);
}

/** `rev restore`: everything in the database is replaced. @throws RevError as the command does */
export async function restore(
  options: ProjectOptions & RestoreCommandOptions & { readonly file: string },
): Promise<RestoreResult> {
  const command = await import('./commands/restore.js');
  return command.restore(environmentOf(options), options.file, options);
}

/**
 * `rev stamp`: sets the version rows and runs nothing, for a database that exists already.
 * @throws RevError as the command does
 */
export async function stamp(
  options: ProjectOptions & {
    /** One revision, or several on different branches. */
    readonly target: string | readonly string[];
    /** Delete all rows first, whatever they hold. */
    readonly purge?: boolean;
    readonly lockWait?: number;
  },
): Promise<RunReport> {
  const [command, { runOnly }] = await Promise.all([
    import('./commands/stamp.js'),
    import('./commands/run-target.js'),
  ]);
  // JavaScript may leave them out.
  const { target, purge, lockWait } = options ?? {};
  const targets = [target].flat() as readonly string[];
  return {
    kind: 'run',
    ...runOnly(await command.stamp(environmentOf(options ?? {}), targets, { purge, lockWait })),
  };
}

/** `rev current`. @throws RevError as the command does */
export async function current(options: ProjectOptions = {}): Promise<CurrentResult> {
  const command = await import('./commands/current.js');
  return command.current(environmentOf(options));
}

/**
 * Throws unless every revision is applied, and none is half taken down: for the start of an application that does not migrate by itself.
 * @throws RevError REV_NOT_AT_HEAD
 */
export async function assertUpToDate(options: ProjectOptions = {}): Promise<void> {
  const command = await import('./commands/current.js');
  await command.current(environmentOf(options), { checkHeads: true });
}

/** `rev status`: what is applied, since when and by whom. @throws RevError as the command does */
export async function status(options: ProjectOptions = {}): Promise<StatusResult> {
  const command = await import('./commands/status.js');
  return command.status(environmentOf(options));
}

/** `rev check`: resolves where models and database agree. @throws RevError REV_DIFFERENCES, REV_BEHIND_HEAD */
export async function checkModels(options: ProjectOptions = {}): Promise<CheckResult> {
  const command = await import('./commands/check.js');
  return command.check(environmentOf(options));
}

function environmentOf(options: ProjectOptions): Environment {
  if (options.connection !== undefined && options.url !== undefined) {
    throw new RevError(
      'REV_USAGE',
      'Both a connection and a url are given, and only one of them can be meant.',
      {
        hint: 'Leave out one of the two.',
      },
    );
  }
  return {
    cwd: options.cwd ?? process.cwd(),
    configFile: options.config,
    url: options.url,
    connection: options.connection,
    runHooks: options.runHooks,
    env: options.env ?? (process.env.REV_ENV || undefined),
    args: options.args ?? {},
    tag: options.tag,
    report: options.onEvent ?? (() => undefined),
    now: () => new Date(),
    nonce: randomUUID,
    // A program that calls this has decided.
    yes: true,
    signal: options.signal,
    database: options.database,
  };
}
