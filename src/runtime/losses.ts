import { type Catalog, findColumn, findTable, type QualifiedName, type Table } from '../catalog/index.js';
import type { Dialect, Driver } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import { losses, type Operation, type TableChange } from '../operations/index.js';
import { type RecordOptions, recordOperations } from './record.js';
import type { RevisionSource } from './revision-source.js';

export interface LossOptions extends RecordOptions {
  readonly driver: Driver;
}

/** What a revision's downgrade would lose. */
export interface ForeseenLosses {
  readonly revision: string;
  readonly message: string;
  readonly losses: readonly string[];
}

/** Raw SQL that may lose rows or values. */
const destructive =
  /\b(?:drop\s+(?:table|schema|database|type|sequence)|truncate|delete\s+from|alter\s+table\b[^;]*\bdrop\s+(?!constraint\b|default\b|not\b|identity\b|expression\b))/i;

/**
 * What downgrades would lose, as far as it can be told: they are run without a database, and the tables and columns that
 * they remove are looked at. What holds nothing is no loss; what cannot be looked at is one.
 */
export async function foreseeLosses(
  revisions: readonly RevisionSource[],
  options: LossOptions,
): Promise<readonly ForeseenLosses[]> {
  const { dialect, driver } = options;
  let live: Catalog | undefined;
  const catalog = async () => {
    live ??= await dialect.inspect(driver, { includes: () => true });
    return live;
  };
  const found: ForeseenLosses[] = [];
  for (const source of revisions) {
    const { operations, isCut } = await recordOperations(source, options, 'downgrade');
    const lines: string[] = [];
    for (const operation of operations)
      lines.push(...(await lossesOf(operation, { dialect, driver, catalog })));
    if (isCut) lines.push('what else it does cannot be told without running it');
    if (lines.length > 0)
      found.push({ revision: source.id, message: source.message, losses: [...new Set(lines)] });
  }
  return found;
}

interface Looking {
  readonly dialect: Dialect;
  readonly driver: Driver;
  readonly catalog: () => Promise<Catalog>;
}

async function lossesOf(operation: Operation, looking: Looking): Promise<readonly string[]> {
  switch (operation.kind) {
    case 'execute': {
      const sql = operation.sql.texts.join('?').trim().replace(/\s+/g, ' ');
      return destructive.test(sql) ? [`what this removes: ${sql.slice(0, 100)}`] : [];
    }
    case 'dropTable': {
      const table = await liveTable(operation.name, looking);
      if (table && !(await holds(table, 'true', looking))) return [];
      return losses(operation);
    }
    case 'dropSequence':
      // One that has never given a number has no position to lose.
      return (await holds(operation.name, 'is_called', looking)) ? losses(operation) : [];
    case 'alterTable': {
      const table = await liveTable(operation.table, looking);
      if (table && !(await holds(table, 'true', looking))) return [];
      const lines: string[] = [];
      for (const change of operation.changes)
        lines.push(...(await changeLosses(operation, change, table, looking)));
      return lines;
    }
    default:
      return losses(operation);
  }
}

async function changeLosses(
  { table: named }: { readonly table: QualifiedName },
  change: TableChange,
  table: Table | undefined,
  looking: Looking,
): Promise<readonly string[]> {
  const isOfColumn = change.kind === 'dropColumn' || change.kind === 'alterColumn';
  const column = table && isOfColumn ? findColumn(table, change.name) : undefined;
  if (change.kind === 'dropColumn' && table && column) {
    const name = looking.dialect.identifier(column.name);
    if (column.generated || !(await holds(table, `${name} is not null`, looking))) return [];
  }
  // A file does not say what the column was; the database does.
  const told = change.kind === 'alterColumn' && column ? { ...change, was: column } : change;
  return losses({ kind: 'alterTable', table: named, changes: [told] } as Operation);
}

async function liveTable(name: QualifiedName, { catalog }: Looking): Promise<Table | undefined> {
  return findTable(await catalog(), name);
}

/** Whether there is such a row. Yes, if the database does not say. */
async function holds(
  table: QualifiedName,
  condition: string,
  { dialect, driver }: Looking,
): Promise<boolean> {
  try {
    const rows = await driver.rolledBack(() =>
      driver.values(
        `select 1 from ${dialect.identifier({ schema: table.schema, name: table.name })} where ${condition} limit 1`,
      ),
    );
    return rows.length > 0;
  } catch (error) {
    if (error instanceof RevError && error.code === 'REV_STATEMENT') return true;
    throw error;
  }
}

/** For a person: each revision with what its downgrade loses. */
export function lossLines(found: readonly ForeseenLosses[]): readonly string[] {
  return found.flatMap(({ revision, message, losses: lines }) => [
    `${revision}${message ? ` (${message})` : ''}`,
    ...lines.map((line) => `  ${line}`),
  ]);
}
