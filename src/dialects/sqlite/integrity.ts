/**
 * What a transaction with foreign keys off must not leave behind: rows without a parent, foreign keys, views and
 * triggers that no longer work. All is looked at before the work and after it, so that old faults of a database block
 * nothing.
 */

import { RevError } from '../../errors.js';
import type { Row } from '../dialect.js';
import { type BrokenTrigger, findBrokenTriggers, isApplicationsOwn } from './broken-triggers.js';
import { type Connection, columnOf, pragma, rowsOf } from './connections/connection.js';
import { faultsOfEach } from './foreign-key-mismatch.js';
import { quoteName } from './quote.js';
import { foldName } from './tokens.js';

/** One foreign key, and how many rows of its table violate it. */
interface Violation {
  readonly table: string;
  readonly columns: string;
  readonly parent: string;
  /** 0: the key itself fits no key of its parent, or there is no such parent. */
  readonly rows: number;
  readonly noParent?: true;
}

export interface Faults {
  readonly violations: ReadonlyMap<string, Violation>;
  /** Views that cannot be read, by name, with SQLite's message. */
  readonly views: ReadonlyMap<string, string>;
  /** Virtual tables that cannot be read, in the same way. */
  readonly virtualTables: ReadonlyMap<string, string>;
  /** By name. */
  readonly triggers: ReadonlyMap<string, BrokenTrigger>;
}

export function findFaults(database: Connection): Faults {
  // One walk through a long schema tells which of the others are worth theirs.
  const found = columnOf(
    database,
    `SELECT DISTINCT CASE type WHEN 'table' THEN CASE rootpage WHEN 0 THEN 'virtual' ELSE 'keys' END ELSE type END
     FROM sqlite_schema WHERE type <> 'index'
       AND (type <> 'table' OR rootpage = 0 OR instr(lower(sql), 'references') > 0)`,
  );
  return {
    violations: found.includes('keys') ? findViolations(database) : new Map(),
    views: found.includes('view') ? findBrokenViews(database) : new Map(),
    virtualTables: found.includes('virtual') ? findBrokenVirtualTables(database) : new Map(),
    triggers: found.includes('trigger') ? findBrokenTriggers(database) : new Map(),
  };
}

/**
 * Inside of a transaction: equal for as long as neither this connection nor another one has changed the database, even in
 * a later transaction. null: a server does not tell.
 */
export function stateOf(database: Connection): string | null {
  if (database.isServer) return null;
  const [changes] = columnOf(database, 'SELECT total_changes()');
  return [pragma(database, 'data_version'), pragma(database, 'schema_version'), changes].join();
}

/** @throws RevError REV_STATEMENT for faults that were not there before; no row's values are in it. */
export function refuseNewFaults(before: Faults, after: Faults): void {
  refuseViolations(newViolations(before.violations, after.violations));
  refuseBroken('views', before.views, after.views);
  refuseBroken('virtual tables', before.virtualTables, after.virtualTables);
  const triggers = [...after.triggers.values()].filter(({ name }) => !before.triggers.has(name));
  if (triggers.length > 0) {
    const lines = triggers.map(({ name, table, message }) => `${name} on ${table}: ${message}`);
    throw new RevError('REV_STATEMENT', `These triggers would no longer work:\n  ${lines.join('\n  ')}`, {
      hint: 'Drop the triggers in this revision, or make them anew before it ends.',
      data: { triggers: triggers.map(({ name }) => name) },
    });
  }
}

function refuseBroken(
  what: 'views' | 'virtual tables',
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): void {
  const broken = [...after].filter(([name]) => !before.has(name));
  if (broken.length === 0) return;
  const lines = broken.map(([name, message]) => `${name}: ${message}`);
  const names = broken.map(([name]) => name);
  throw new RevError('REV_STATEMENT', `These ${what} would no longer work:\n  ${lines.join('\n  ')}`, {
    hint: `Drop the ${what} in this revision, or make them anew before it ends.`,
    data: what === 'views' ? { views: names } : { virtualTables: names },
  });
}

function refuseViolations(all: readonly Violation[]): void {
  // Where there is no parent, that no row has one goes without saying.
  const orphaned = new Set(all.filter(({ noParent }) => noParent).map(keyName));
  const violations = all.filter((violation) => violation.rows === 0 || !orphaned.has(keyName(violation)));
  if (violations.length === 0) return;
  const lines = violations.map((violation) => {
    const { table, columns, parent, rows } = violation;
    if (violation.noParent) return `${table} (${columns}) refers to table ${parent}, which does not exist`;
    if (rows === 0) return `${table} (${columns}) refers to columns of ${parent} that are no key of it`;
    return `${table} (${columns}): ${rows} row${rows === 1 ? '' : 's'} without a parent in ${parent}`;
  });
  throw new RevError('REV_STATEMENT', `Foreign keys are violated:\n  ${lines.join('\n  ')}`, {
    hint: violationHint(violations),
    data: { violations },
  });
}

function violationHint(violations: readonly Violation[]): string {
  if (violations.some(({ rows }) => rows > 0)) return 'Correct the rows in this revision, before it ends.';
  return violations.some(({ noParent }) => noParent)
    ? 'Make the table in this revision, or drop the foreign key.'
    : 'Give the parent a primary key or a unique constraint of exactly these columns.';
}

function keyName({ table, columns, parent }: Violation): string {
  return JSON.stringify([table, columns, parent]);
}

function newViolations(
  before: ReadonlyMap<string, Violation>,
  after: ReadonlyMap<string, Violation>,
): readonly Violation[] {
  // Rows that violated a key of another name may do so still: the table or its columns were renamed.
  const gone = [...before].filter(([key]) => !after.has(key)).map(([, violation]) => violation);
  return [...after].flatMap(([key, violation]) => {
    const old = before.get(key);
    if (old) return violation.rows > old.rows ? [{ ...violation, rows: violation.rows - old.rows }] : [];
    const renamed = gone.findIndex(
      ({ rows, noParent }) => rows === violation.rows && noParent === violation.noParent,
    );
    if (renamed < 0) return [violation];
    gone.splice(renamed, 1);
    return [];
  });
}

interface ForeignKey {
  readonly table: string;
  readonly columns: string;
  readonly parent: string;
}

function findViolations(database: Connection): ReadonlyMap<string, Violation> {
  const keys = readForeignKeys(database);
  if (keys.length === 0) return new Map();
  const existing = new Set(
    columnOf(database, `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')`).map((name) =>
      foldName(String(name)),
    ),
  );
  const violations = [
    ...violatingRows(database, [...new Set(keys.map(({ table }) => table))]),
    ...keys
      .filter(({ parent }) => !existing.has(foldName(parent)))
      .map((key): Violation => ({ ...key, rows: 0, noParent: true })),
  ];
  return new Map(
    violations.map((violation) => [JSON.stringify([keyName(violation), violation.rows === 0]), violation]),
  );
}

function readForeignKeys(database: Connection): readonly ForeignKey[] {
  // One row: a foreign key.
  const sql = `
    SELECT "table", group_concat("from", ', ') AS columns, parent
    FROM (SELECT s.name AS "table", k.id, k."from", k."table" AS parent
          FROM sqlite_schema AS s, pragma_foreign_key_list(s.name) AS k
          WHERE s.type = 'table' AND instr(lower(s.sql), 'references') > 0 ORDER BY s.name, k.id, k.seq)
    GROUP BY "table", id, parent ORDER BY "table", id`;
  return rowsOf<ForeignKey & Row>(database, sql);
}

function violatingRows(database: Connection, tables: readonly string[]): readonly Violation[] {
  // One row: a foreign key, its columns, and how many rows of its table violate it.
  const sql = `
    SELECT t.name AS "table",
           (SELECT group_concat("from", ', ')
            FROM (SELECT "from" FROM pragma_foreign_key_list(t.name) WHERE id = c.fkid ORDER BY seq)) AS columns,
           c.parent, count(*) AS rows
    FROM (SELECT value AS name FROM json_each(?)) AS t, pragma_foreign_key_check(t.name) AS c
    GROUP BY t.name, c.fkid, c.parent`;
  const read = (among: readonly string[]) => rowsOf<Violation & Row>(database, sql, [JSON.stringify(among)]);
  const mismatch = (thrown: unknown) =>
    /foreign key mismatch - "(.*)" referencing "(.*)"/s.exec(thrown instanceof Error ? thrown.message : '');
  try {
    return read(tables);
  } catch (thrown) {
    if (!mismatch(thrown)) throw thrown;
  }
  // One of them fits no key of its parent: each table by itself.
  return tables.flatMap((table): readonly Violation[] => {
    try {
      return read([table]);
    } catch (thrown) {
      const found = mismatch(thrown);
      if (!found) throw thrown;
      return faultsOfEach(database, table, found[2] ?? '').map((fault) => ({ table, ...fault }));
    }
  });
}

function findBrokenViews(database: Connection): ReadonlyMap<string, string> {
  const names = columnOf(database, `SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name`);
  const errors = database.check(names.map((name) => `SELECT * FROM ${quoteName(String(name))}`));
  return new Map(
    names.flatMap((name, at) => (errors[at] ? [[String(name), errors[at].message] as const] : [])),
  );
}

/** Such as a full-text index whose `content` is a table that has another name now: SQLite itself does not notice. */
function findBrokenVirtualTables(database: Connection): ReadonlyMap<string, string> {
  const virtual = `SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage = 0 ORDER BY name`;
  const broken = new Map<string, string>();
  for (const name of columnOf(database, virtual).map(String)) {
    try {
      // To prepare is not enough: the module looks for its table when it is read. A row is read, and not kept.
      rowsOf(database, `SELECT 1 FROM (SELECT * FROM main.${quoteName(name)} LIMIT 1)`);
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      if (!isApplicationsOwn(message)) broken.set(name, message);
    }
  }
  return broken;
}
