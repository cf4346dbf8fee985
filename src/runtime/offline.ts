import { type Catalog, emptyCatalog, type QualifiedName } from '../catalog/index.js';
import type { Dialect, Statement } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import type { Plan } from '../graph/graph.js';
import { apply, describe, type Operation } from '../operations/index.js';
import { callRevision } from './call.js';
import type { Executor } from './executor.js';
import { inlineParams } from './inline-params.js';
import { type PreparedStep, prepare } from './prepare.js';
import type { RevisionSource } from './revision-source.js';
import { VersionTable } from './version-table.js';

export interface ScriptOptions {
  readonly dialect: Dialect;
  readonly versionTable: QualifiedName;
  readonly plan: Plan;
  /** The way from nothing to where the script starts: read, not printed, for what a rebuild must know of a table. */
  readonly history: Plan;
  /** The rows that the script expects to find; none: it starts from nothing and makes the version table. */
  readonly from: readonly string[];
  readonly revision: (id: string) => RevisionSource;
  readonly args: Readonly<Record<string, string>>;
  /** The project's folder. */
  readonly folder: string;
  /** One line for the script's head. */
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
  const state = new ReplayedCatalog((see) => replay(options, see));
  const lines = [`-- ${options.title}`, ''];
  const print = (statement: Statement) => lines.push(terminated(statementText(statement, dialect)), '');
  if (options.from.length === 0) for (const statement of table.create()) print(ifNotExists(statement));
  for (const step of steps) {
    const { report } = step;
    const transactional = step.source?.transactional !== false;
    lines.push(
      `-- ${report.direction} ${report.revision}${report.message ? `: ${oneLine(report.message)}` : ''}`,
      '',
    );
    const { before, after } = dialect.scriptFrame(transactional);
    for (const line of before) lines.push(terminated(line), '');
    if (step.call) await callOffline(options, step, state, print);
    for (const change of step.step.rows) print(table.statement(change));
    for (const line of after) lines.push(terminated(line), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** What makes the version table, if it is absent, as a script of its own. */
export function versionTableScript(dialect: Dialect, name: QualifiedName): string {
  const statements = new VersionTable(dialect, name).create();
  return statements
    .map((statement) => `${terminated(statementText(ifNotExists(statement), dialect))}\n`)
    .join('\n');
}

async function callOffline(
  options: ScriptOptions,
  { call, report }: PreparedStep,
  state: ReplayedCatalog,
  print: (statement: Statement) => void,
): Promise<void> {
  const { dialect } = options;
  const executor: Executor = {
    offline: true,
    async operation(operation) {
      const before = dialect.needsCatalog(operation) ? await state.now() : emptyCatalog(dialect.name);
      if (operation.kind === 'alterTable' && dialect.needsCatalog(operation) && state.hasUnseenTriggers) {
        print({ sql: unseenTriggers });
      }
      for (const statement of compileOffline(dialect, operation, before)) print(statement);
      state.record(operation);
    },
    async query(sql, params) {
      if (reads(sql)) throw unprintable(report.revision, sql);
      print({ sql, params });
      return { rows: [] };
    },
    inspect: () => state.now(),
  };
  if (call)
    await inRevision(report.revision, () =>
      callRevision(call, { dialect, executor, args: options.args, folder: options.folder }),
    );
}

/** The catalog that the history before the script leads to; data changes are left out. */
async function replay(options: ScriptOptions, see: (operation: Operation) => void): Promise<Catalog> {
  let catalog = emptyCatalog(options.dialect.name);
  const executor: Executor = {
    offline: true,
    async operation(operation) {
      see(operation);
      catalog = applyOffline(operation, catalog);
    },
    query: async () => ({ rows: [] }),
    inspect: async () => catalog,
  };
  for (const { call, report } of await prepare(options.history, options.revision)) {
    const { dialect, args, folder } = options;
    if (call)
      await inRevision(report.revision, () => callRevision(call, { dialect, executor, args, folder }));
  }
  return catalog;
}

const unseenTriggers =
  '-- Raw SQL of this history makes triggers. If one is on the table below and it is rebuilt, make it again afterwards';

/** The schema at a point of the script. Read from the history only if something asks for it. */
class ReplayedCatalog {
  readonly #start: (see: (operation: Operation) => void) => Promise<Catalog>;
  #catalog: Catalog | undefined;
  #waiting: Operation[] = [];
  #hasUnseenTriggers = false;

  /** Whether raw SQL has made a trigger, of which a rebuild in a script can know nothing. */
  get hasUnseenTriggers(): boolean {
    return this.#hasUnseenTriggers;
  }

  constructor(start: (see: (operation: Operation) => void) => Promise<Catalog>) {
    this.#start = start;
  }

  async now(): Promise<Catalog> {
    const catalog = this.#catalog ?? (await this.#start((operation) => this.see(operation)));
    this.#catalog = this.#waiting.reduce((before, operation) => applyOffline(operation, before), catalog);
    this.#waiting = [];
    return this.#catalog;
  }

  record(operation: Operation): void {
    this.see(operation);
    this.#waiting.push(operation);
  }

  /** Takes note of what operations do that no catalog holds. */
  see(operation: Operation): void {
    if (operation.kind !== 'execute') return;
    this.#hasUnseenTriggers ||= /\bcreate\s+(?:temp(?:orary)?\s+)?trigger\b/i.test(
      operation.sql.texts.join('?'),
    );
  }
}

/** The same failure, saying in which revision it is. */
async function inRevision(revision: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RevError) || error.data.revision !== undefined) throw error;
    throw new RevError(error.code, `Revision ${revision}: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      data: { ...error.data, revision },
      cause: error.cause,
    });
  }
}

/** Operations that do not fit the replayed catalog may well fit the database: raw SQL has made more than is seen here. */
function seenOnly<T>(operation: Operation, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RevError) || error.code !== 'REV_OPERATION') throw error;
    throw new RevError('REV_OFFLINE', `Cannot print "${describe(operation)}": ${error.message}`, {
      hint: 'The schema is known from the operations of the history alone; what raw SQL has made is not seen.',
      cause: error,
    });
  }
}

export function compileOffline(
  dialect: Dialect,
  operation: Operation,
  before: Catalog,
): readonly Statement[] {
  return seenOnly(operation, () => dialect.compile(operation, before, {}));
}

export function applyOffline(operation: Operation, catalog: Catalog): Catalog {
  return seenOnly(operation, () => apply([operation], catalog));
}

export function statementText(statement: Statement, dialect: Dialect): string {
  return inlineParams(statement.sql, statement.params ?? [], dialect.boundLiteral);
}

export function terminated(sql: string): string {
  const text = sql.trimEnd();
  if (text.endsWith(';')) return text;
  // A comment at the end would swallow the semicolon.
  return /--[^\n]*$/.test(text) ? `${text}\n;` : `${text};`;
}

function ifNotExists(statement: Statement): Statement {
  return { ...statement, sql: statement.sql.replace(/^CREATE TABLE /i, 'CREATE TABLE IF NOT EXISTS ') };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Whether a query is one whose result is read. */
export function reads(sql: string): boolean {
  return (
    /^\s*(select|values|table|show|explain|pragma)\b/i.test(sql) ||
    /\breturning\b/i.test(sql) ||
    /^\s*with\b(?![\s\S]*\b(insert|update|delete)\b)/i.test(sql)
  );
}

export function unprintable(revision: string, sql: string): RevError {
  return new RevError(
    'REV_OFFLINE',
    `Revision ${revision} reads from the database (op.db): ${oneLine(sql).slice(0, 120)}`,
    {
      hint: 'A script cannot know the result. Write the change as one statement with op.execute, or guard it with op.offline.',
      data: { revision },
    },
  );
}
