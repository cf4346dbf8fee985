import type { BackedUpRun, ResolvedConfig } from '../config/config.js';
import { loadDialect } from '../dialects/load-dialect.js';
import { RevError } from '../errors.js';
import type { Plan } from '../graph/graph.js';
import { type DryRunResult, dryRun } from '../runtime/dry-run.js';
import { foreseeLosses, lossLines } from '../runtime/losses.js';
import { script } from '../runtime/offline.js';
import type { PreparedStep } from '../runtime/prepare.js';
import type { Resume } from '../runtime/progress.js';
import { type RunResult, run } from '../runtime/run.js';
import type { RunOptions } from '../runtime/run-options.js';
import { backupOf } from './backup.js';
import { requireConsent } from './consent.js';
import {
  type Database,
  journalTableName,
  lockOptions,
  revisionSources,
  toolVersion,
  versionTableName,
  withDatabase,
} from './database.js';
import type { Environment } from './environment.js';
import { defaultLockWait } from './lock-wait.js';
import { openProject, type Project } from './project.js';
import { ProjectHooks } from './run-hooks.js';
import { assertRunValues, assertTarget } from './run-values.js';

export interface RunTargetOptions {
  /** Print the SQL instead of running it; no database is asked. */
  readonly sql?: boolean | undefined;
  /** The script checks, in each transaction, that the version rows are those that it starts from. */
  readonly guard?: boolean | undefined;
  /** Run everything in one transaction and roll it back. */
  readonly dryRun?: boolean | undefined;
  /** One transaction for the whole run. */
  readonly atomic?: boolean | undefined;
  /** How a revision that is half done goes on, where that cannot be found out (REV_RESUME). */
  readonly resume?: Resume | undefined;
  /** Take a backup before the first step; overrides the configuration. */
  readonly backup?: boolean | undefined;
  /** How long a statement waits for a lock, in milliseconds; overrides the configuration. */
  readonly lockTimeout?: number | undefined;
  /** How often a transaction is run again that did not get a lock in time; overrides the configuration. */
  readonly lockRetries?: number | undefined;
  /** How long a statement may take, in milliseconds; overrides the configuration. */
  readonly statementTimeout?: number | undefined;
  /** How long to wait for another runner, in milliseconds. Default: five minutes. */
  readonly lockWait?: number | undefined;
}

export type RunTargetResult =
  | ({ readonly kind: 'run' } & RunResult)
  | ({ readonly kind: 'dryRun' } & DryRunResult)
  | { readonly kind: 'script'; readonly sql: string };

type Asks = (
  environment: Environment,
  project: Project,
  database: Database,
  steps: readonly PreparedStep[],
) => Promise<void>;

type Planner = (project: Project, rows: readonly string[]) => Plan;

/** Runs what a planner makes of the database's rows, or prints what it makes of `from`. */
export async function runTarget(
  environment: Environment,
  plan: Planner,
  options: RunTargetOptions & {
    readonly from: string;
    readonly title: string;
    /** Empty the version table first. */
    readonly clear?: boolean;
    /** What is asked before anything is run, unless `--yes` answers it. Throws REV_CONSENT. */
    readonly asks?: Asks;
    /** Whether the target needs a revision, which is applied. */
    readonly wants?: (project: Project, revision: string, rows: readonly string[]) => boolean;
    /** What the configuration calls the run, for backups and hooks; absent: nothing of the project's is run. */
    readonly direction?: BackedUpRun;
  },
): Promise<RunTargetResult> {
  assertRunValues(options);
  const project = await openProject(environment);
  const { config } = project;
  const revision = revisionSources(project);
  if (options.sql && options.dryRun) {
    throw new RevError('REV_USAGE', '--sql prints, and --dry-run runs: which is it?', {
      hint: 'Leave one of them out.',
    });
  }
  if (options.guard && (!options.sql || options.clear)) {
    throw new RevError(
      'REV_USAGE',
      `--guard is for ${options.sql ? 'a script without --purge' : 'scripts (--sql)'}.`,
      {
        hint: options.sql
          ? '--purge takes whatever rows there are, and --guard asks for certain ones: leave one of them out.'
          : 'A run checks the version rows by itself: leave --guard out, or add --sql.',
      },
    );
  }
  if (options.backup && (options.sql || options.dryRun)) {
    throw new RevError('REV_USAGE', '--sql and --dry-run change nothing: there is nothing to back up for.', {
      hint: 'Leave --backup out, or take one by itself: rev backup',
    });
  }
  if (options.sql) {
    const from = startRows(project, options.from);
    const sql = await script({
      dialect: await loadDialect(config.dialect),
      versionTable: versionTableName(config),
      plan: plan(project, from),
      history: from.reduce<Plan>(
        (before, row) => {
          const next = project.graph.planUpgrade(before.rows, row);
          return { ...next, steps: [...before.steps, ...next.steps] };
        },
        { steps: [], rows: [], dropped: [] },
      ),
      from,
      clear: options.clear ?? false,
      guard: options.guard ?? false,
      revision,
      args: environment.args,
      folder: config.folder,
      signal: environment.signal,
      title: environment.tag === undefined ? options.title : `${options.title} (${environment.tag})`,
    });
    return { kind: 'script', sql };
  }
  // Of a file that is not there a dry run makes none.
  const writerTimeout = options.lockWait ?? defaultLockWait;
  const opening = { create: !options.dryRun, patience: writerTimeout };
  const hooks =
    options.direction && !options.dryRun
      ? new ProjectHooks(environment, config, options.direction)
      : undefined;
  const work = async (database: Database): Promise<RunTargetResult> => {
    const runOptions: RunOptions = {
      ...lockOptions(database, config, environment, options.lockWait),
      journalTable: journalTableName(config),
      toolVersion: toolVersion(),
      plan: (rows) => plan(project, rows),
      revision,
      needs: (id) => (project.graph.has(id) ? project.graph.neededFor(id) : []),
      wants: (id, rows) => options.wants?.(project, id, rows) ?? false,
      transaction: options.atomic ? 'all' : config.transaction,
      timeouts: {
        lockTimeout: options.lockTimeout ?? config.lockTimeout,
        statementTimeout: options.statementTimeout ?? config.statementTimeout ?? 0,
        writerTimeout,
      },
      lockRetries: options.lockRetries ?? config.lockRetries,
      args: environment.args,
      folder: config.folder,
      resume: options.resume,
      ...(options.asks && !environment.yes
        ? { consent: async (steps) => options.asks?.(environment, project, database, steps) }
        : {}),
      ...(wantsBackup(config, options.direction, options)
        ? { backup: backupOf(environment, config, database) }
        : {}),
      ...hooks?.ofRun({ ...database, writerTimeout }),
      tag: environment.tag,
    };
    return options.dryRun
      ? { kind: 'dryRun', ...(await dryRun(runOptions)) }
      : { kind: 'run', ...(await run(runOptions)) };
  };
  try {
    return await withDatabase(environment, config, opening, work);
  } catch (error) {
    await hooks?.tellError(error);
    throw error;
  }
}

/** Whether a backup is taken first: as the command says, else as the configuration does. */
export function wantsBackup(
  config: ResolvedConfig,
  direction: BackedUpRun | undefined,
  { backup }: Pick<RunTargetOptions, 'backup'>,
): boolean {
  return backup ?? (direction !== undefined && config.backup.before.includes(direction));
}

/** The result of a run that was neither printed nor tried. */
export function runOnly(result: RunTargetResult): RunResult {
  if (result.kind !== 'run') throw new RevError('REV_USAGE', 'This command is neither printed nor tried.');
  return result;
}

/** Where data would be lost. */
export const askForLosses: Asks = async (environment, { config }, database, steps) => {
  const found = await foreseeLosses(
    steps.flatMap(({ step, source }) => (step.kind === 'downgrade' && source ? [source] : [])),
    { ...database, args: environment.args, folder: config.folder },
  );
  if (found.length === 0) return;
  await requireConsent(environment, {
    message: `This loses data of ${(await database.dialect.identify(database.driver)).text}, and no upgrade brings it back:`,
    details: lossLines(found),
  });
};

/** The version rows that a script starts from: several names are joined by commas. */
function startRows({ graph }: Project, from: string): readonly string[] {
  return graph.normalizeRows(from.split(',').flatMap((name) => graph.resolve(name.trim()))).rows;
}

/** `from:to` of a script; without a colon the script starts from the given side. */
export function parseScriptRange(target: string): { readonly from: string | null; readonly to: string } {
  assertTarget(target);
  const parts = target.split(':');
  const [first = '', second] = parts;
  if (parts.length > 2 || first === '' || second === '') {
    throw new RevError('REV_USAGE', `"${target}" is not a target of a script.`, {
      hint: 'Write TARGET or FROM:TO, for example --sql base:head.',
    });
  }
  return second === undefined ? { from: null, to: first } : { from: first, to: second };
}

/** A target of a run: a range makes sense only for a script. Throws REV_USAGE. */
export function assertNoRange(target: string): void {
  assertTarget(target);
  if (!target.includes(':')) return;
  throw new RevError('REV_USAGE', `"${target}" is a range, and a run starts where the database is.`, {
    hint: 'Give the target alone, or add --sql to print a script.',
  });
}
