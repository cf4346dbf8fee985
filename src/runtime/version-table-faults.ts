import { displayName, type QualifiedName, type Table } from '../catalog/index.js';
import type { Dialect, Driver, Statement } from '../dialects/dialect.js';
import { shellWord } from '../errors.js';
import type { RevisionGraph } from '../graph/graph.js';
import { type Operation, primaryKey, type TableChange, unique } from '../operations/index.js';
import { finishing, halfText } from './half-runs.js';
import type { HalfRun, Journal, PastRun } from './journal.js';
import { VersionTable } from './version-table.js';

export type VersionTableFaultCode =
  | 'TABLE_STRANGE'
  | 'ROW_NULL'
  | 'ROW_DUPLICATE'
  | 'ROW_UNKNOWN'
  | 'ROW_OVERLAP'
  | 'HALF_DONE'
  | 'COLUMN_NULLABLE'
  | 'COLUMN_SHORT'
  | 'TABLE_NO_KEY';

/** Something wrong with the version table or its rows. */
export interface VersionTableFault {
  readonly code: VersionTableFaultCode;
  readonly message: string;
  /** What to do beside a repair, or instead of one. */
  readonly hint: string;
  /** What mends it without losing anything that is known; null: a person has to decide. */
  readonly repair: Repair | null;
  /** The row that it is about, if it is about one. */
  readonly id?: string;
}

type Repair =
  | { readonly kind: 'rows'; readonly statements: readonly Statement[] }
  | { readonly kind: 'table'; readonly change: TableChange };

export interface ExamineOptions {
  readonly dialect: Dialect;
  readonly driver: Driver;
  readonly table: QualifiedName;
  /** Tells what unknown rows were, and what is half done. */
  readonly journal: Journal;
  /** What there is of revisions. */
  readonly graph: RevisionGraph;
  /** Whether the files are without faults: else a row may only seem to be unknown, or under another. */
  readonly isSound: boolean;
  /** Unknown rows that a person has said may go. */
  readonly forget: readonly string[];
}

/** Everything wrong with the version table, rows first. A table that does not exist has no faults. */
export async function examineVersionTable(options: ExamineOptions): Promise<readonly VersionTableFault[]> {
  const { dialect, driver } = options;
  const versions = new VersionTable(dialect, options.table);
  if (!(await dialect.hasTable(driver, options.table))) return [];
  const table = await inspectTable(options);
  if (!table?.columns.some(({ name }) => name === 'version_num')) return [strange(options.table)];
  const rows = await versions.readAll(driver);
  const unknown = rows.flatMap((row) => (row === null || options.graph.has(row) ? [] : [row]));
  const past = await options.journal.lastUpgrades(driver, unknown);
  const half = await options.journal.halfRuns(driver);
  return [
    ...rowFaults(rows, versions, past, options),
    ...half.map((run) => halfFault(run, options)),
    ...tableFaults(table, options),
  ];
}

/** Only a run can finish it, or a person say that it is put right. */
function halfFault(run: HalfRun, { graph }: ExamineOptions): VersionTableFault {
  const byHand = 'put the database right by hand, and say at which revision it is: rev stamp';
  return {
    code: 'HALF_DONE',
    message: `${halfText(run)}${graph.has(run.revision) ? '' : ', and no file has it'}.`,
    hint: graph.has(run.revision)
      ? `Finish it, unless another runner is at it: ${finishing(run)}\nOr ${byHand}`
      : `Get the missing file, and finish it. Or ${byHand} --purge`,
    repair: null,
  };
}

/** Makes the repairs; the caller's transaction holds them together. */
export async function repairVersionTable(
  options: ExamineOptions,
  faults: readonly VersionTableFault[],
): Promise<void> {
  const { dialect, driver } = options;
  const repairs = faults.flatMap(({ repair }) => (repair ? [repair] : []));
  await driver.runAll(repairs.flatMap((repair) => (repair.kind === 'rows' ? repair.statements : [])));
  const changes = repairs.flatMap((repair) => (repair.kind === 'table' ? [repair.change] : []));
  if (changes.length === 0) return;
  const table = await inspectTable(options);
  const catalog = await dialect.inspect(driver, scopeOf(options.table));
  const operation: Operation = { kind: 'alterTable', table: table ?? options.table, changes };
  await driver.runAll(dialect.compile(operation, catalog, { serverVersion: driver.serverVersion }));
}

/** The default schema's tables have none in a catalog, also where the configuration names it. */
async function inspectTable({ dialect, driver, table }: ExamineOptions): Promise<Table | undefined> {
  const { tables } = await dialect.inspect(driver, scopeOf(table));
  return tables.find(({ schema }) => schema === table.schema) ?? tables.find(({ schema }) => schema === null);
}

function scopeOf({ schema, name }: QualifiedName) {
  return {
    schemas: schema === null ? [] : [schema],
    includes: (each: QualifiedName) =>
      each.name.toLowerCase() === name.toLowerCase() && (each.schema === schema || each.schema === null),
  };
}

function strange(table: QualifiedName): VersionTableFault {
  return {
    code: 'TABLE_STRANGE',
    message: `${displayName(table)} has no column version_num: it is not a version table.`,
    hint: 'Name another table: `versionTable` in alembic.config.ts.',
    repair: null,
  };
}

function rowFaults(
  rows: readonly (string | null)[],
  versions: VersionTable,
  past: ReadonlyMap<string, PastRun>,
  { graph, isSound, forget }: ExamineOptions,
): readonly VersionTableFault[] {
  const given = rows.filter((row) => row !== null);
  const ids = [...new Set(given)];
  const known = ids.filter((id) => graph.has(id));
  const remove = (id: string): Repair => ({
    kind: 'rows',
    statements: [versions.statement({ kind: 'delete', id })],
  });
  const mendFiles = 'Mend the revision files first.';
  const nulls = rows.length - given.length;
  return [
    ...(nulls === 0
      ? []
      : [
          {
            code: 'ROW_NULL' as const,
            message: `${plural(nulls, 'row')} of the version table ${nulls === 1 ? 'is' : 'are'} NULL: no revision is meant by that.`,
            hint: 'Nothing is known to be lost with it.',
            repair: { kind: 'rows', statements: [versions.deleteNulls()] } as const,
          },
        ]),
    ...ids
      .filter((id) => given.filter((row) => row === id).length > 1)
      .map((id) => ({
        code: 'ROW_DUPLICATE' as const,
        id,
        message: `The version table holds ${id} ${given.filter((row) => row === id).length} times; the next run would stop there.`,
        hint: 'One of them is enough.',
        repair: {
          kind: 'rows',
          statements: [
            versions.statement({ kind: 'delete', id }),
            versions.statement({ kind: 'insert', id }),
          ],
        } as const,
      })),
    ...ids
      .filter((id) => !graph.has(id))
      .map((id) => ({
        code: 'ROW_UNKNOWN' as const,
        id,
        message: `The database is at revision ${id}, which no file has.${toldBy(past.get(id))}`,
        hint: isSound
          ? [
              'Get the missing file: another branch in git, or a newer version of this project, may have it.',
              'If it is gone for good, and what it did is undone or does not matter:',
              `  rev doctor --fix --forget ${shellWord(id)}`,
            ].join('\n')
          : `One of the faulty files may have it. ${mendFiles}`,
        repair: isSound && forget.includes(id) ? remove(id) : null,
      })),
    ...graph.normalizeRows(known).dropped.map((id) => ({
      code: 'ROW_OVERLAP' as const,
      id,
      message: `The version table holds ${id} although a later row stands on it: it says nothing.`,
      hint: isSound ? 'The next run removes it, too.' : mendFiles,
      repair: isSound ? remove(id) : null,
    })),
  ];
}

function toldBy(run: PastRun | undefined): string {
  if (!run) return '';
  return ` The journal knows it: "${run.message}", run at ${run.at} by ${run.username} on ${run.host}.`;
}

function tableFaults(table: Table, { dialect, graph }: ExamineOptions): readonly VersionTableFault[] {
  const column = table.columns.find(({ name }) => name === 'version_num');
  const name = displayName(table);
  const longest = graph.ids.reduce((most, id) => Math.max(most, id.length), 0);
  const limit = Number(/char\w*(?: varying)?\s*\((\d+)\)/i.exec(column?.type ?? '')?.[1] ?? Infinity);
  const isKey = (columns: readonly string[] | undefined) => columns?.join() === 'version_num';
  const faults: VersionTableFault[] = [];
  const add = (code: VersionTableFaultCode, message: string, hint: string, change: TableChange) =>
    faults.push({ code, message, hint, repair: { kind: 'table', change } });
  if (dialect.capabilities.lengths && limit < longest) {
    add(
      'COLUMN_SHORT',
      `${name}.version_num holds ${limit} characters, and the longest id has ${longest}.`,
      'A run would fail at that revision.',
      { kind: 'alterColumn', name: 'version_num', to: { type: 'varchar(255)' } },
    );
  }
  if (column?.nullable) {
    add('COLUMN_NULLABLE', `${name}.version_num may be NULL.`, 'Nothing keeps such rows out.', {
      kind: 'alterColumn',
      name: 'version_num',
      to: { nullable: false },
    });
  }
  const isUnique =
    isKey(table.primaryKey?.columns) ||
    table.uniques.some(({ columns }) => isKey(columns)) ||
    table.indexes.some(
      (index) => index.unique && index.where === null && isKey(index.keys.map((key) => key.column ?? '')),
    );
  if (!isUnique) {
    add(
      'TABLE_NO_KEY',
      `${name} has no primary key: nothing keeps a row from being there twice.`,
      'Tables that another tool has made, or a dump that lost its keys, look so.',
      {
        kind: 'addConstraint',
        constraint: table.primaryKey
          ? unique(`${table.name}_version_num_unique`, ['version_num'])
          : primaryKey(['version_num'], { name: `${table.name}_pkc` }),
      },
    );
  }
  return faults;
}

function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
