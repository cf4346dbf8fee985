import { displayName, emptyCatalog, type QualifiedName, sameData } from '../catalog/index.js';
import type { Dialect, Driver, Statement } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import type { RowChange } from '../graph/graph.js';
import { column, type Operation, primaryKey } from '../operations/index.js';

/**
 * The heads that a database is at, one row each: the table that Alembic writes (`version_num`), so that a database can
 * change hands. An existing table with a shorter column is used as it is.
 */
export class VersionTable {
  readonly #dialect: Dialect;
  /** As the configuration has it. */
  readonly name: QualifiedName;
  readonly #place: QualifiedName;
  /** It was there once: whoever drops it during a run makes the run fail, and not begin anew. */
  #isThere = false;

  /** @param schema where it is if its name does not say that; null: wherever the session finds it */
  constructor(dialect: Dialect, name: QualifiedName, schema: string | null = null) {
    this.#dialect = dialect;
    this.name = name;
    this.#place = { schema: name.schema ?? schema, name: name.name };
  }

  /** Throws REV_CONFIG where it is not where it would be made, and visible elsewhere. */
  async exists(driver: Driver): Promise<boolean> {
    if (this.#place.schema === null) await this.#dialect.currentSchema(driver, this.name);
    return this.#dialect.hasTable(driver, this.#place);
  }

  /** The statements that make it. */
  create(): readonly Statement[] {
    const operation: Operation = {
      kind: 'createTable',
      table: {
        kind: 'table',
        ...this.#place,
        columns: [column('version_num', 'varchar(255)', { nullable: false })],
        primaryKey: primaryKey(['version_num'], { name: `${this.name.name}_pkc` }),
        uniques: [],
        checks: [],
        foreignKeys: [],
        indexes: [],
      },
    };
    return this.#dialect.compile(operation, emptyCatalog(this.#dialect.name), {});
  }

  /** The rows, sorted; none where the table does not exist. Throws REV_ROWS for one that is NULL. */
  async read(driver: Driver): Promise<readonly string[]> {
    this.#isThere ||= await this.exists(driver);
    if (!this.#isThere) return [];
    const rows = await this.readAll(driver);
    const ids = rows.filter((row) => row !== null);
    if (ids.length === rows.length) return ids.sort();
    throw new RevError('REV_ROWS', `${displayName(this.name)} holds a row that is NULL.`, {
      hint: 'rev doctor --fix',
    });
  }

  /** The rows as they are, of a table that exists. */
  async readAll(driver: Driver): Promise<readonly (string | null)[]> {
    // The cast takes the blanks off a char(n), and the name is the same whatever case the column was made in.
    const rows = await driver.query<{ version_num: string | null }>(
      `SELECT CAST(version_num AS text) AS version_num FROM ${this.#table}`,
    );
    return rows.map((row) => row.version_num);
  }

  deleteNulls(): Statement {
    return { sql: `DELETE FROM ${this.#table} WHERE version_num IS NULL` };
  }

  /** Takes all rows away. */
  clear(): Statement {
    return { sql: `DELETE FROM ${this.#table}` };
  }

  /** An expression that is true if the table holds exactly these rows. */
  holds(rows: readonly string[]): string {
    const count = `(SELECT count(*) FROM ${this.#table}) = ${rows.length}`;
    if (rows.length === 0) return count;
    const ids = rows.map((id) => this.#dialect.literal(id)).join(', ');
    const found = `SELECT count(DISTINCT version_num) FROM ${this.#table} WHERE version_num IN (${ids})`;
    return `${count} AND (${found}) = ${rows.length}`;
  }

  /** One change of a row as a statement with its values written out. */
  statement(change: RowChange): Statement {
    const literal = (id: string) => this.#dialect.literal(id);
    switch (change.kind) {
      case 'insert':
        return { sql: `INSERT INTO ${this.#table} (version_num) VALUES (${literal(change.id)})` };
      case 'delete':
        return { sql: `DELETE FROM ${this.#table} WHERE version_num = ${literal(change.id)}` };
      case 'update':
        return {
          sql: `UPDATE ${this.#table} SET version_num = ${literal(change.to)} WHERE version_num = ${literal(change.from)}`,
        };
    }
  }

  /** Applies the changes; each must hit one row. Throws REV_ROWS where the table is not as it was read. */
  async write(driver: Driver, changes: readonly RowChange[]): Promise<void> {
    const counts = await Promise.all(changes.map((change) => driver.run(this.statement(change))));
    for (const [at, change] of changes.entries()) {
      const count = counts[at];
      if (count !== 1) {
        const id = change.kind === 'update' ? change.from : change.id;
        throw new RevError(
          'REV_ROWS',
          `Expected one row ${id} in ${displayName(this.name)}, found ${count}.`,
          {
            hint: 'rev doctor\nsays what is wrong with the version table, if nothing else is writing to it right now.',
          },
        );
      }
    }
  }

  get #table(): string {
    return this.#dialect.identifier(this.#place);
  }
}

/** The rows once the changes are made, sorted as `read` gives them. */
export function rowsAfter(rows: readonly string[], changes: readonly RowChange[]): readonly string[] {
  const after = new Set(rows);
  for (const change of changes) {
    if (change.kind !== 'insert') after.delete(change.kind === 'update' ? change.from : change.id);
    if (change.kind !== 'delete') after.add(change.kind === 'update' ? change.to : change.id);
  }
  return [...after].sort();
}

/** The rows as they were before the changes, sorted. */
export function rowsBefore(rows: readonly string[], changes: readonly RowChange[]): readonly string[] {
  const before = new Set(rows);
  for (const change of changes.toReversed()) {
    if (change.kind !== 'delete') before.delete(change.kind === 'insert' ? change.id : change.to);
    if (change.kind !== 'insert') before.add(change.kind === 'delete' ? change.id : change.from);
  }
  return [...before].sort();
}

/** The rows were not those that the plan was made for. */
export class RowsMoved extends Error {}

/** Throws RowsMoved where another runner, or anybody else, has changed the rows. */
export async function assertRows(
  table: VersionTable,
  driver: Driver,
  expected: readonly string[],
): Promise<void> {
  if (!sameData(await table.read(driver), expected)) throw new RowsMoved();
}
