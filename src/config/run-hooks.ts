import type { SQL } from 'drizzle-orm';
import type { DialectName } from '../catalog/index.js';
import type { Databases, Row } from '../dialects/dialect.js';

/** What every function of `runHooks` is told. */
export interface RunHookContext {
  readonly direction: 'upgrade' | 'downgrade';
  /** `--env`, or `$REV_ENV`. */
  readonly env: string | undefined;
  /** `-x key=value`. */
  readonly args: Readonly<Record<string, string>>;
  /** `--tag`. */
  readonly tag: string | undefined;
}

/** The session that the run has, for as long as the function runs. */
export interface RunHookDatabase<D extends DialectName = DialectName> {
  /** A drizzle database on it. */
  readonly db: Databases[D];
  /** Runs one statement, and returns its rows as objects. Throws REV_STATEMENT. */
  execute(statement: string | SQL): Promise<readonly Row[]>;
}

/** A revision of a run. */
export interface RunHookStep {
  readonly revision: string;
  readonly message: string;
}

/** Before and after: the version rows. */
export interface BeforeRun<D extends DialectName = DialectName> extends RunHookContext, RunHookDatabase<D> {
  readonly steps: readonly RunHookStep[];
  readonly before: readonly string[];
}

export interface AfterRun<D extends DialectName = DialectName> extends BeforeRun<D> {
  readonly after: readonly string[];
}

export interface AfterRevision<D extends DialectName = DialectName>
  extends RunHookContext,
    RunHookDatabase<D>,
    RunHookStep {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface FailedRun extends RunHookContext {
  /** A RevError. */
  readonly error: Error;
}

/** The project's own functions, called when revisions are run: docs/running.md says when, and in which transaction. */
export interface RunHooks<D extends DialectName = DialectName> {
  beforeUpgrade?(run: BeforeRun<D>): unknown;
  beforeDowngrade?(run: BeforeRun<D>): unknown;
  afterRevision?(revision: AfterRevision<D>): unknown;
  afterUpgrade?(run: AfterRun<D>): unknown;
  afterDowngrade?(run: AfterRun<D>): unknown;
  onError?(run: FailedRun): unknown;
}

export const runHookNames: readonly (keyof RunHooks)[] = [
  'beforeUpgrade',
  'beforeDowngrade',
  'afterRevision',
  'afterUpgrade',
  'afterDowngrade',
  'onError',
];
