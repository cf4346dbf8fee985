import type { QualifiedName } from '../catalog/index.js';
import type { Dialect, Statement } from '../dialects/dialect.js';
import type { Plan } from '../graph/graph.js';
import { callRevision } from './call.js';
import { prepare } from './prepare.js';
import { inRevision, ReplayedCatalog, type ReplayOptions } from './replay.js';
import { ScriptExecutor } from './script-executor.js';
import { ifNotExists, oneLine, statementText, terminated } from './script-text.js';
import { rowsAfter, VersionTable } from './version-table.js';

/** `history` is read, not printed, for what a rebuild must know of a table. */
export interface ScriptOptions extends ReplayOptions {
  readonly versionTable: QualifiedName;
  readonly plan: Plan;
  /** The rows that the script expects to find; none: it starts from nothing and makes the version table. */
  readonly from: readonly string[];
  /** Empty the version table first, whatever it holds. */
  readonly clear?: boolean;
  /** Each transaction begins with a check that the version rows are those that it starts from. */
  readonly guard?: boolean;
  /** For the script's first line. */
  readonly title: string;
}

/**
 * A plan as an SQL script: a transaction for each revision, version rows included, values written out. No connection
 * is opened. Throws REV_OFFLINE for what cannot be printed, and what `prepare` throws.
 */
export async function script(options: ScriptOptions): Promise<string> {
  const { dialect } = options;
  const table = new VersionTable(dialect, options.versionTable);
  const steps = await prepare(options.plan, options.revision);
  const state = new ReplayedCatalog(options);
  const lines = [
    `-- ${oneLine(options.title)}`,
    '',
    ...dialect.scriptStart.flatMap((line) => [terminated(line, dialect), '']),
  ];
  const print = (statement: Statement) =>
    lines.push(terminated(statementText(statement, dialect), dialect), '');
  if (options.from.length === 0) for (const statement of table.create()) print(ifNotExists(statement));
  const clearing = options.clear ? [table.clear()] : [];
  let rows = options.from;
  const guard = () => {
    if (!options.guard) return;
    const start = [...rows].sort().join(', ') || 'base';
    const message = `the database is not at ${start}, where this part of the script starts`;
    for (const sql of dialect.scriptRefusal(table.holds(rows), message, table.name)) print({ sql });
  };
  if (steps.length === 0) guard();
  for (const step of steps) {
    const { report } = step;
    const transactional = step.source?.transactional !== false;
    lines.push(
      `-- ${report.direction} ${report.revision}${report.message ? `: ${oneLine(report.message)}` : ''}`,
      '',
    );
    const { before, after } = dialect.scriptFrame(transactional);
    for (const line of before) lines.push(terminated(line, dialect), '');
    guard();
    for (const statement of clearing.splice(0)) print(statement);
    const { call } = step;
    if (call) {
      const revision = report.revision;
      const executor = new ScriptExecutor({ dialect, revision, transactional, state, print, guard });
      await inRevision(revision, () =>
        callRevision(call, { dialect, executor, args: options.args, folder: options.folder }),
      );
    }
    rows = rowsAfter(rows, step.step.rows);
    for (const change of step.step.rows) print(table.statement(change));
    for (const line of after) lines.push(terminated(line, dialect), '');
  }
  for (const statement of clearing) print(statement);
  return `${lines.join('\n').trimEnd()}\n`;
}

/** What makes the version table, if it is absent, as a script of its own. */
export function versionTableScript(dialect: Dialect, name: QualifiedName): string {
  const statements = new VersionTable(dialect, name).create();
  return statements
    .map((statement) => `${terminated(statementText(ifNotExists(statement), dialect), dialect)}\n`)
    .join('\n');
}
