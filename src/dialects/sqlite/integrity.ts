/**
 * What a transaction with foreign keys off must not leave behind: rows without a parent, and views that no longer work.
 * Both are looked at before the work and after it, so that old faults of a database block nothing.
 */

import type { Database } from 'better-sqlite3';
import { RevError } from '../../errors.js';
import { quoteLiteral, quoteName } from './quote.js';

/** One foreign key, and how many rows of its table violate it. */
interface Violation {
  readonly table: string;
  readonly columns: string;
  readonly parent: string;
  /** 0: the key itself fits no key of its parent. */
  readonly rows: number;
}

export interface Faults {
  readonly violations: ReadonlyMap<string, Violation>;
  /** Views that cannot be read, by name, with SQLite's message. */
  readonly views: ReadonlyMap<string, string>;
}

export function findFaults(database: Database): Faults {
  return { violations: findViolations(database), views: findBrokenViews(database) };
}

/** @throws RevError REV_STATEMENT for faults that were not there before; no row's values are in it. */
export function refuseNewFaults(before: Faults, after: Faults): void {
  const violations = newViolations(before.violations, after.violations);
  if (violations.length > 0) {
    const lines = violations.map(({ table, columns, parent, rows }) =>
      rows === 0
        ? `${table} (${columns}) refers to columns of ${parent} that are no key of it`
        : `${table} (${columns}): ${rows} row${rows === 1 ? '' : 's'} without a parent in ${parent}`,
    );
    throw new RevError('REV_STATEMENT', `Foreign keys are violated:\n  ${lines.join('\n  ')}`, {
      hint: violations.some(({ rows }) => rows > 0)
        ? 'Nothing was changed. Correct the rows in this revision, before it ends.'
        : 'Nothing was changed. Give the parent a primary key or a unique constraint of exactly these columns.',
      data: { violations },
    });
  }
  const views = [...after.views].filter(([name]) => !before.views.has(name));
  if (views.length > 0) {
    const lines = views.map(([name, message]) => `${name}: ${message}`);
    throw new RevError('REV_STATEMENT', `These views would no longer work:\n  ${lines.join('\n  ')}`, {
      hint: 'Nothing was changed. Drop the views in this revision, or make them anew before it ends.',
      data: { views: views.map(([name]) => name) },
    });
  }
}

function newViolations(
  before: ReadonlyMap<string, Violation>,
  after: ReadonlyMap<string, Violation>,
): readonly Violation[] {
  // Rows that violated a key of another name may do so still: the table or its columns were renamed.
  const gone = [...before].filter(([key]) => !after.has(key)).map(([, violation]) => violation.rows);
  return [...after].flatMap(([key, violation]) => {
    const old = before.get(key);
    if (old) return violation.rows > old.rows ? [{ ...violation, rows: violation.rows - old.rows }] : [];
    const renamed = gone.indexOf(violation.rows);
    if (renamed < 0) return [violation];
    gone.splice(renamed, 1);
    return [];
  });
}

function findViolations(database: Database): ReadonlyMap<string, Violation> {
  // One row: a table with foreign keys. No table has any: nothing is scanned.
  const tables = database
    .prepare(
      `SELECT DISTINCT s.name FROM sqlite_schema AS s, pragma_foreign_key_list(s.name) WHERE s.type = 'table' ORDER BY 1`,
    )
    .pluck()
    .all() as string[];
  const found = new Map<string, Violation>();
  for (const table of tables) {
    for (const violation of violationsOf(database, table)) {
      const { columns, parent, rows } = violation;
      found.set(JSON.stringify([table, columns, parent, rows === 0]), violation);
    }
  }
  return found;
}

function violationsOf(database: Database, table: string): readonly Violation[] {
  // One row: a foreign key of the table, its columns, and how many rows violate it.
  const sql = `
    SELECT k.columns, k.parent, count(*) AS rows
    FROM pragma_foreign_key_check(${quoteLiteral(table)}) AS c
    JOIN (SELECT id, "table" AS parent, group_concat("from", ', ') AS columns
          FROM (SELECT * FROM pragma_foreign_key_list(${quoteLiteral(table)}) ORDER BY id, seq)
          GROUP BY id) AS k ON k.id = c.fkid
    GROUP BY k.id`;
  try {
    const rows = database.prepare(sql).all() as Omit<Violation, 'table'>[];
    return rows.map((row) => ({ table, ...row }));
  } catch (thrown) {
    const mismatch = /foreign key mismatch - "(.*)" referencing "(.*)"/s.exec(
      thrown instanceof Error ? thrown.message : '',
    );
    if (!mismatch) throw thrown;
    return mismatchesOf(database, table, mismatch[2] ?? '');
  }
}

function mismatchesOf(database: Database, table: string, parent: string): readonly Violation[] {
  const keys = database
    .prepare(
      `SELECT group_concat("from", ', ') AS columns FROM pragma_foreign_key_list(?)
       WHERE "table" = ? COLLATE NOCASE GROUP BY id`,
    )
    .all(table, parent) as { columns: string }[];
  return keys.map(({ columns }) => ({ table, columns, parent, rows: 0 }));
}

function findBrokenViews(database: Database): ReadonlyMap<string, string> {
  const names = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name`)
    .pluck()
    .all() as string[];
  const broken = new Map<string, string>();
  for (const name of names) {
    try {
      // Preparing resolves every name; nothing runs.
      database.prepare(`SELECT * FROM ${quoteName(name)}`);
    } catch (thrown) {
      broken.set(name, thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  return broken;
}
