import {
  type Catalog,
  emptyCatalog,
  findColumn,
  findTable,
  type QualifiedName,
  type Table,
} from '../catalog/index.js';
import type { Dialect, Driver } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import { isRaw, losses, type Operation, type TableChange } from '../operations/index.js';
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
  const moved = new Moved();
  for (const source of revisions) {
    const { operations, isCut, asksDatabase } = await recordOperations(source, options, 'downgrade');
    if (asksDatabase) moved.all();
    const lines: string[] = [];
    for (const operation of operations) {
      lines.push(...(await lossesOf(operation, { dialect, driver, catalog, moved })));
      moved.by(operation);
    }
    if (isCut) lines.push('what else it does cannot be told without running it');
    if (lines.length > 0)
      found.push({ revision: source.id, message: source.message, losses: [...new Set(lines)] });
  }
  return found;
}

/** Tables that will not hold what they hold now, when their turn comes. */
class Moved {
  readonly #names = new Set<string>();
  #isAll = false;

  /** What was not understood may have put rows anywhere. */
  all(): void {
    this.#isAll = true;
  }

  by(operation: Operation): void {
    if (isRaw(operation)) this.#isAll = true;
    switch (operation.kind) {
      case 'insert':
      case 'backfill':
        this.#isAll = true;
        break;
      case 'renameTable':
        this.#names.add(nameKey(operation.from)).add(nameKey(operation.to));
        break;
      case 'createTable':
        this.#names.add(nameKey(operation.table));
        break;
      case 'alterTable':
        // A column may have got another one's name.
        if (operation.changes.some(({ kind }) => kind === 'renameColumn'))
          this.#names.add(nameKey(operation.table));
    }
  }

  has(name: QualifiedName): boolean {
    return this.#isAll || this.#names.has(nameKey(name));
  }
}

function nameKey({ schema, name }: QualifiedName): string {
  return JSON.stringify([schema, name]);
}

interface Looking {
  readonly moved: Moved;
  readonly dialect: Dialect;
  readonly driver: Driver;
  readonly catalog: () => Promise<Catalog>;
}

async function lossesOf(operation: Operation, looking: Looking): Promise<readonly string[]> {
  switch (operation.kind) {
    case 'execute': {
      return removals(operation.sql.texts.join('?'));
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
    case 'own':
    case 'createObject':
    case 'dropObject':
    case 'replaceObject': {
      const said = losses(operation);
      if (said.length > 0) return said;
      const { dialect } = looking;
      const texts = dialect.compile(operation, emptyCatalog(dialect.name), {}).map(({ sql }) => sql);
      return texts.flatMap((sql) => removals(sql));
    }
    default:
      return losses(operation);
  }
}

/** What raw SQL may remove, as far as its words tell. */
function removals(text: string): readonly string[] {
  const sql = text.trim().replace(/\s+/g, ' ');
  return destructive.test(sql) ? [`what this removes: ${sql.slice(0, 100)}`] : [];
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

/** The table as it is now. undefined: there is none, or it will be another one by then. */
async function liveTable(name: QualifiedName, { catalog, moved }: Looking): Promise<Table | undefined> {
  return moved.has(name) ? undefined : findTable(await catalog(), name);
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
