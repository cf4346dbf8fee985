/** The table in which drizzle's migrator writes down what it has run. It is only read. */

import { createHash } from 'node:crypto';
import { displayName, type QualifiedName } from '../catalog/index.js';
import type { KitHistory, KitMigration } from '../drizzle/kit/history.js';
import { RevError } from '../errors.js';
import type { Database } from './database.js';

export interface BookRow {
  readonly hash: string;
  /** In milliseconds. */
  readonly createdAt: number;
  /** drizzle 1.x. */
  readonly name: string | null;
}

/** The rows, oldest first. null: there is no such table. */
export async function readBooks(
  { dialect, driver }: Database,
  table: QualifiedName,
): Promise<readonly BookRow[] | null> {
  const schemas = dialect.capabilities.schemas;
  const name = schemas ? table : { ...table, schema: null };
  if (!(await dialect.hasTable(driver, name))) return null;
  const rows = await driver.query(`SELECT * FROM ${dialect.identifier(name)} ORDER BY id`);
  return rows.map((row) => ({
    hash: String(row.hash),
    createdAt: Number(row.created_at),
    name: row.name === null || row.name === undefined ? null : String(row.name),
  }));
}

export interface Applied {
  /** Names of migrations. */
  readonly names: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

/**
 * Which migrations the rows stand for: by name (1.x), by the file's hash, or else by date with a warning.
 * @throws RevError REV_IMPORT where no row fits, and where one is missing in the middle: version rows cannot say that
 */
export function appliedMigrations(
  history: KitHistory,
  rows: readonly BookRow[],
  table: QualifiedName,
): Applied {
  const names = new Set<string>();
  const warnings: string[] = [];
  const take = (row: BookRow, fits: (migration: KitMigration) => boolean): KitMigration | undefined => {
    const open = history.migrations.filter((each) => !names.has(each.name) && fits(each));
    // Files of the same content, such as empty ones, have the same hash.
    const found = open.find(({ when }) => when === row.createdAt) ?? open[0];
    if (found) names.add(found.name);
    return found;
  };
  const rest = rows.filter((row) => !take(row, (each) => row.name === each.name || hasHash(each, row.hash)));
  for (const row of rest) {
    const date = Number.isFinite(row.createdAt) ? new Date(row.createdAt).toISOString() : 'no date';
    // `drizzle-kit up` has cut the dates of 0.31 down to seconds.
    const found =
      take(row, ({ when }) => when === row.createdAt) ??
      take(row, ({ when }) => history.format === '1.x' && when === Math.floor(row.createdAt / 1000) * 1000);
    warnings.push(
      found
        ? `${found.name} is not as it was when it ran (its hash in ${displayName(table)} is ${row.hash.slice(0, 12)}…). It is taken as applied, because its date fits: ${date}.`
        : `A row of ${displayName(table)} fits no migration in ${history.folder}: ${row.name ?? `hash ${row.hash.slice(0, 12)}…`}, ${date}. It is passed over.`,
    );
  }
  if (names.size === 0) {
    throw new RevError(
      'REV_IMPORT',
      `No row of ${displayName(table)} fits a migration in ${history.folder}.`,
      {
        hint: 'Nothing was stamped. Is it another database, or another folder? Where you know what is applied: rev stamp REVISION',
        data: { rows: rows.length, folder: history.folder },
      },
    );
  }
  refuseGap(history, names, table);
  return { names, warnings };
}

function refuseGap(history: KitHistory, names: ReadonlySet<string>, table: QualifiedName): void {
  for (const { name, parents } of history.migrations) {
    const missing = names.has(name) ? parents.find((parent) => !names.has(parent)) : undefined;
    if (missing === undefined) continue;
    throw new RevError(
      'REV_IMPORT',
      `${name} is in ${displayName(table)}, and ${missing}, which comes before it, is not.`,
      {
        hint: [
          'drizzle passes over a migration that is older than the last one that ran. Nothing was stamped.',
          `Look whether the database has what ${missing} makes; if it has: rev stamp REVISION, with the revision of ${name}.`,
        ].join('\n'),
        data: { applied: name, missing },
      },
    );
  }
}

/** The hash is of the file's text; version control may have changed its line ends since. */
function hasHash({ sql }: KitMigration, hash: string): boolean {
  const unix = sql.replace(/\r\n/g, '\n');
  return [sql, unix, unix.replace(/\n/g, '\r\n')].some(
    (text) => createHash('sha256').update(text).digest('hex') === hash,
  );
}

/** The last ones of each branch. */
export function tipsOf(history: KitHistory, names: ReadonlySet<string>): readonly string[] {
  const below = new Set(history.migrations.flatMap(({ name, parents }) => (names.has(name) ? parents : [])));
  return history.migrations.flatMap(({ name }) => (names.has(name) && !below.has(name) ? [name] : []));
}
