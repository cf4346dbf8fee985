import type { ResolvedConfig } from '../config/config.js';
import { RevError, type RevErrorCode } from '../errors.js';
import { RevisionGraph } from '../graph/graph.js';
import { scan } from '../revisions/scan.js';
import { alone } from '../runtime/alone.js';
import {
  type ExamineOptions,
  examineVersionTable,
  repairVersionTable,
  type VersionTableFault,
  type VersionTableFaultCode,
} from '../runtime/version-table-faults.js';
import { journalOf, lockOptions, versionTableName, withDatabase } from './database.js';
import type { Environment } from './environment.js';
import { openConfig } from './project.js';

export interface DoctorOptions {
  /** Make the repairs that lose nothing. */
  readonly fix?: boolean | undefined;
  /** With `fix`: unknown rows to remove. */
  readonly forget?: readonly string[] | undefined;
  /** Look at the revision files only. */
  readonly noDatabase?: boolean | undefined;
  /** How long to wait for another runner, in milliseconds. */
  readonly lockWait?: number | undefined;
}

/** Something that is wrong. */
export interface Finding {
  /** The error's code where a command would fail with one. */
  readonly code: RevErrorCode | VersionTableFaultCode | 'DATABASE_NOT_SEEN';
  readonly message: string;
  /** What to do, beside `--fix` or instead of it. */
  readonly hint: string | null;
  /** Whether `--fix` (with the same options) mends it. */
  readonly fixable: boolean;
}

export interface DoctorResult {
  /** What is wrong now. */
  readonly findings: readonly Finding[];
  /** What was wrong and has been mended. */
  readonly fixed: readonly Finding[];
  readonly revisions: number;
  readonly databaseSeen: boolean;
}

/**
 * Examines the revision files and the version table, however broken they are, and mends the rows and the table if asked
 * to. Files are left to a person. Throws REV_USAGE, REV_CONFIG, REV_LOCKED.
 */
export async function doctor(environment: Environment, options: DoctorOptions): Promise<DoctorResult> {
  const forget = options.forget ?? [];
  if (forget.length > 0 && !options.fix) {
    throw new RevError('REV_USAGE', '--forget removes a row, and only together with --fix.', {
      hint: `rev doctor --fix ${forget.map((id) => `--forget ${id}`).join(' ')}`,
    });
  }
  const config = await openConfig(environment);
  const faults: RevError[] = [];
  const files = scan(config.revisions, {
    recursive: config.recursive,
    onFault: (fault) => faults.push(fault),
  });
  const { graph, faults: more } = RevisionGraph.inspect(files);
  const history = [...faults, ...more].map(({ code, message, hint }) => ({
    code,
    message,
    hint: hint ?? null,
    fixable: false,
  }));
  const revisions = files.length;
  if (options.noDatabase) return { findings: history, fixed: [], revisions, databaseSeen: false };
  try {
    const isSound = history.length === 0;
    const table = await examine(environment, config, options, { graph, isSound, forget });
    return {
      findings: [...history, ...table.left.map(finding)],
      fixed: table.fixed.map(finding),
      revisions,
      databaseSeen: true,
    };
  } catch (error) {
    return { findings: [...history, unseen(error)], fixed: [], revisions, databaseSeen: false };
  }
}

function finding({ code, message, hint, repair }: VersionTableFault): Finding {
  return { code, message, hint, fixable: repair !== null };
}

async function examine(
  environment: Environment,
  config: ResolvedConfig,
  { fix, lockWait }: DoctorOptions,
  known: Pick<ExamineOptions, 'graph' | 'isSound' | 'forget'>,
): Promise<{ readonly left: readonly VersionTableFault[]; readonly fixed: readonly VersionTableFault[] }> {
  return withDatabase(environment, config, { create: false }, async (database) => {
    const { dialect, driver, reading } = database;
    const journal = await journalOf(database, config);
    const options = { ...known, dialect, driver, journal, table: versionTableName(config) };
    const find = () => reading(() => examineVersionTable(options));
    const faults = await find();
    refuseKnown(known, faults);
    if (!fix || faults.every(({ repair }) => !repair)) return { left: faults, fixed: [] };
    const lock = lockOptions(database, config, environment, lockWait);
    return alone(lock, async () => {
      const timeouts = { lockTimeout: config.lockTimeout, writerTimeout: lock.lockWait };
      const fixed = await driver.transaction(async () => {
        // Another runner may have been at work until now.
        const now = (await examineVersionTable(options)).filter(({ repair }) => repair);
        await repairVersionTable(options, now);
        return now;
      }, timeouts);
      return { left: await find(), fixed };
    });
  });
}

/** A row may be forgotten only if it is there and no file has its revision. */
function refuseKnown({ forget }: Pick<ExamineOptions, 'forget'>, faults: readonly VersionTableFault[]): void {
  const unknown = faults.flatMap(({ code, id }) => (code === 'ROW_UNKNOWN' && id !== undefined ? [id] : []));
  const wrong = forget.find((id) => !unknown.includes(id));
  if (wrong === undefined) return;
  throw new RevError('REV_USAGE', `--forget ${wrong}: there is no row with that id whose file is missing.`, {
    hint:
      unknown.length === 0
        ? 'Leave it out. To take a revision that has a file out of the rows: rev stamp'
        : `Unknown rows: ${unknown.join(', ')}. Ids are written in full.`,
    data: { unknown },
  });
}

const opening: ReadonlySet<RevErrorCode> = new Set([
  'REV_CONNECT',
  'REV_AUTH',
  'REV_CONFIG',
  'REV_URL',
  'REV_DRIVER_MISSING',
]);

/** A database that cannot be asked is a finding; anything else is an error. */
function unseen(error: unknown): Finding {
  if (!(error instanceof RevError) || !opening.has(error.code)) throw error;
  return {
    code: 'DATABASE_NOT_SEEN',
    message: `The database was not looked at. ${error.message}`,
    hint: `${error.hint === undefined ? '' : `${error.hint}\n`}To look at the files alone: rev doctor --no-database`,
    fixable: false,
  };
}
