/**
 * Rows without a parent, and foreign keys that fit no parent, before and after a transaction: the rows themselves are
 * compared, so that one that was mended does not make room for another.
 */

import { RevError } from '../../errors.js';
import type { Row } from '../dialect.js';
import { type Connection, rowsOf } from './connections/connection.js';
import { faultsOfEach } from './foreign-key-mismatch.js';
import { quoteName } from './quote.js';
import { foldName } from './tokens.js';

/** Of one foreign key more rows than this are only counted. */
const mostRows = 10_000;

interface ForeignKey {
  /** The database that it is in: `main`, or an attached one. */
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly parent: string;
}

/** One foreign key, and how many rows of its table violate it. */
interface Violation extends ForeignKey {
  /** 0: the key itself fits no key of its parent, or there is no such parent. */
  readonly rows: number;
  readonly noParent?: true;
  /** Which rows they are. null: too many of them, or they have none. */
  readonly rowids: ReadonlySet<string> | null;
}

/** Of all databases that were looked at. */
export interface Violations {
  readonly byKey: ReadonlyMap<string, Violation>;
  /** Tables and views, by schema and name, with their first pages: another one tells of a copy. */
  readonly existing: ReadonlyMap<string, unknown>;
  /** Columns of the tables that have violations, by schema, table and name. */
  readonly columns: ReadonlySet<string>;
  /** Those of these tables of which a column holds the rowids. */
  readonly keyed: ReadonlySet<string>;
}

/** @param schemas those that have foreign keys. */
export function findViolations(database: Connection, schemas: readonly string[]): Violations {
  const byKey = new Map<string, Violation>();
  const existing = new Map<string, unknown>();
  const columns = new Set<string>();
  const keyed = new Set<string>();
  for (const schema of schemas) {
    const keys = readForeignKeys(database, schema);
    if (keys.length === 0) continue;
    const all = `
      SELECT name AS name, rootpage AS page FROM ${quoteName(schema)}.sqlite_schema WHERE type IN ('table', 'view')`;
    for (const { name, page } of rowsOf(database, all)) existing.set(nameOf(schema, String(name)), page);
    const violations = [
      ...violatingRows(database, schema, [...new Set(keys.map(({ table }) => table))]),
      ...keys
        .filter(({ parent }) => !existing.has(nameOf(schema, parent)))
        .map((key): Violation => ({ ...key, rows: 0, noParent: true, rowids: null })),
    ];
    for (const violation of violations) {
      let name = nameOf(keyName(violation), String(violation.rows === 0));
      // Two keys of the same columns may refer to different ones of the parent.
      while (byKey.has(name)) name += '+';
      byKey.set(name, violation);
    }
    const tables = [...new Set(violations.map(({ table }) => table))];
    for (const { table, name, isRowid } of columnsOf(database, schema, tables)) {
      columns.add(nameOf(schema, table, name));
      if (isRowid === 1) keyed.add(nameOf(schema, table));
    }
  }
  return { byKey, existing, columns, keyed };
}

/** @throws RevError REV_STATEMENT for those that were not there before; no row's values are in it. */
export function refuseNewViolations(before: Violations, after: Violations): void {
  const all = newViolations(before, after);
  // Where there is no parent, that no row has one goes without saying.
  const orphaned = new Set(all.filter(({ noParent }) => noParent).map(keyName));
  const violations = all.filter((violation) => violation.rows === 0 || !orphaned.has(keyName(violation)));
  if (violations.length === 0) return;
  const told = violations.map(({ schema, table, columns, parent, rows, noParent }) => ({
    table: schema === 'main' ? table : `${schema}.${table}`,
    columns: columns.join(', '),
    parent,
    rows,
    ...(noParent && { noParent }),
  }));
  const lines = told.map(({ table, columns, parent, rows, noParent }) => {
    if (noParent) return `${table} (${columns}) refers to table ${parent}, which does not exist`;
    if (rows === 0) return `${table} (${columns}) refers to columns of ${parent} that are no key of it`;
    return `${table} (${columns}): ${rows} row${rows === 1 ? '' : 's'} without a parent in ${parent}`;
  });
  throw new RevError('REV_STATEMENT', `Foreign keys are violated:\n  ${lines.join('\n  ')}`, {
    hint: violationHint(violations),
    data: { violations: told },
  });
}

function violationHint(violations: readonly Violation[]): string {
  if (violations.some(({ rows }) => rows > 0)) return 'Correct the rows in this revision, before it ends.';
  return violations.some(({ noParent }) => noParent)
    ? 'Make the table in this revision, or drop the foreign key.'
    : 'Give the parent a primary key or a unique constraint of exactly these columns.';
}

function newViolations(before: Violations, after: Violations): readonly Violation[] {
  // By their table, if it is still there: only those of tables that are gone are candidates for a new table.
  const gone = new Map<string, Set<Violation>>();
  for (const [key, old] of before.byKey) {
    if (after.byKey.has(key)) continue;
    const table = tableIn(after, old);
    gone.set(table, (gone.get(table) ?? new Set()).add(old));
  }
  return [...after.byKey].flatMap(([key, violation]) => {
    const old =
      before.byKey.get(key) ?? takeRenamed(gone.get(tableIn(before, violation)), violation, before, after);
    if (!old) return [violation];
    const rows = rowsAdded(old, violation, before, after);
    return rows > 0 ? [{ ...violation, rows }] : [];
  });
}

/** Empty: its table is not there. */
function tableIn({ existing }: Violations, { schema, table }: Violation): string {
  const name = nameOf(schema, table);
  return existing.has(name) ? name : '';
}

/** Of the violations that are gone the one that may bear another name now, with the most of the rows. */
function takeRenamed(
  gone: Set<Violation> = new Set(),
  violation: Violation,
  before: Violations,
  after: Violations,
): Violation | undefined {
  let best: { readonly old: Violation; readonly rows: number } | undefined;
  for (const old of gone) {
    if (!isRenamed(old, violation, before, after)) continue;
    const rows = rowsAdded(old, violation, before, after);
    if (!best || rows < best.rows) best = { old, rows };
  }
  if (best) gone.delete(best.old);
  return best?.old;
}

/** Whether each name is the same or was renamed: the old one is gone, and the new one was not there. */
function isRenamed(old: Violation, now: Violation, before: Violations, after: Violations): boolean {
  const { schema } = now;
  if (old.schema !== schema || old.noParent !== now.noParent || (old.rows === 0) !== (now.rows === 0)) {
    return false;
  }
  const isTable = (from: string, to: string) =>
    foldName(from) === foldName(to) ||
    (!after.existing.has(nameOf(schema, from)) && !before.existing.has(nameOf(schema, to)));
  const isColumn = (from: string, to: string) =>
    foldName(from) === foldName(to) ||
    (!after.columns.has(nameOf(schema, now.table, from)) &&
      !before.columns.has(nameOf(schema, old.table, to)));
  return (
    isTable(old.table, now.table) &&
    // A parent that is not there was not renamed.
    (now.noParent ? foldName(old.parent) === foldName(now.parent) : isTable(old.parent, now.parent)) &&
    old.columns.length === now.columns.length &&
    old.columns.every((from, at) => isColumn(from, now.columns[at] ?? ''))
  );
}

function rowsAdded(old: Violation, now: Violation, before: Violations, after: Violations): number {
  const [was, is] = [nameOf(old.schema, old.table), nameOf(now.schema, now.table)];
  // Rowids that no column holds may be others in a copy that a revision has made.
  const isKept =
    before.existing.get(was) === after.existing.get(is) || (before.keyed.has(was) && after.keyed.has(is));
  const known = isKept ? old.rowids : null;
  if (known === null || now.rowids === null) return Math.max(0, now.rows - old.rows);
  return [...now.rowids].filter((rowid) => !known.has(rowid)).length;
}

function keyName({ schema, table, columns, parent }: ForeignKey): string {
  return nameOf(schema, table, parent, ...columns);
}

/** To SQLite names differ in more than their case. */
function nameOf(...names: readonly string[]): string {
  return JSON.stringify(names.map(foldName));
}

function readForeignKeys(database: Connection, schema: string): readonly ForeignKey[] {
  // One row: a foreign key. Without its schema a pragma would ask for a temporary table of the same name.
  const sql = `
    SELECT "table" AS "table", json_group_array("from") AS columns, parent AS parent
    FROM (SELECT s.name AS "table", k.id, k."from", k."table" AS parent
          FROM ${quoteName(schema)}.sqlite_schema AS s, pragma_foreign_key_list(s.name, ?) AS k
          WHERE s.type = 'table' AND instr(lower(s.sql), 'references') > 0 ORDER BY s.name, k.id, k.seq)
    GROUP BY "table", id, parent ORDER BY "table", id`;
  const rows = rowsOf<{ table: string; columns: string; parent: string } & Row>(database, sql, [schema]);
  return rows.map(({ table, columns, parent }) => ({ schema, table, columns: JSON.parse(columns), parent }));
}

function violatingRows(
  database: Connection,
  schema: string,
  tables: readonly string[],
): readonly Violation[] {
  const mismatch = (thrown: unknown) =>
    /foreign key mismatch - "(.*)" referencing "(.*)"/s.exec(thrown instanceof Error ? thrown.message : '');
  try {
    return violatingRowsOf(database, schema, tables);
  } catch (thrown) {
    if (!mismatch(thrown)) throw thrown;
  }
  // One of them fits no key of its parent: each table by itself.
  return tables.flatMap((table): readonly Violation[] => {
    try {
      return violatingRowsOf(database, schema, [table]);
    } catch (thrown) {
      const found = mismatch(thrown);
      if (!found) throw thrown;
      const faults = faultsOfEach(database, schema, table, found[2] ?? '');
      return faults.map((fault) => ({ schema, table, ...fault, rowids: null }));
    }
  });
}

function violatingRowsOf(
  database: Connection,
  schema: string,
  tables: readonly string[],
): readonly Violation[] {
  // One row: a foreign key, its columns, and how many rows of its table violate it.
  const sql = `
    SELECT t.name AS "table", c.fkid AS id,
           (SELECT json_group_array("from")
            FROM (SELECT "from" FROM pragma_foreign_key_list(t.name, ?) WHERE id = c.fkid ORDER BY seq)) AS columns,
           c.parent AS parent, count(*) AS rows
    FROM (SELECT value AS name FROM json_each(?)) AS t, pragma_foreign_key_check(t.name, ?) AS c
    GROUP BY t.name, c.fkid, c.parent`;
  const found = rowsOf<{ table: string; id: number; columns: string; parent: string; rows: number } & Row>(
    database,
    sql,
    [schema, JSON.stringify(tables), schema],
  );
  const few = found.filter(({ rows }) => rows <= mostRows);
  const rowids = readRowids(
    database,
    schema,
    few.map(({ table, id }) => [table, id]),
  );
  return found.map((key) => ({
    schema,
    table: key.table,
    columns: JSON.parse(key.columns),
    parent: key.parent,
    rows: key.rows,
    rowids: rowids[few.indexOf(key)] ?? null,
  }));
}

/** For each foreign key those of its violating rows. null: the table has none. */
function readRowids(
  database: Connection,
  schema: string,
  keys: readonly (readonly [table: string, id: number])[],
): readonly (ReadonlySet<string> | null)[] {
  if (keys.length === 0) return [];
  // One row: a row without a parent. As text: a number would lose digits of a large one.
  const sql = `
    SELECT k.key AS at, CAST(c.rowid AS TEXT) AS row
    FROM json_each(?) AS k, pragma_foreign_key_check(json_extract(k.value, '$[0]'), ?) AS c
    WHERE c.fkid = json_extract(k.value, '$[1]')`;
  const found = keys.map((): Set<string> | null => new Set());
  const rows = rowsOf<{ at: number; row: string | null } & Row>(database, sql, [
    JSON.stringify(keys),
    schema,
  ]);
  for (const { at, row } of rows) {
    if (row === null) found[at] = null;
    else found[at]?.add(row);
  }
  return found;
}

interface ColumnRow extends Row {
  readonly table: string;
  readonly name: string;
  /** 1: it holds the rowid. */
  readonly isRowid: number;
}

function columnsOf(database: Connection, schema: string, tables: readonly string[]): readonly ColumnRow[] {
  if (tables.length === 0) return [];
  // One row: a column. Of a key of several columns one is the second.
  const sql = `
    SELECT t.value AS "table", c.name AS name,
           c.pk = 1 AND upper(c.type) = 'INTEGER' AND max(c.pk) OVER (PARTITION BY t.value) = 1 AS "isRowid"
    FROM json_each(?) AS t, pragma_table_xinfo(t.value, ?) AS c`;
  return rowsOf<ColumnRow>(database, sql, [JSON.stringify(tables), schema]);
}
