/** drizzle-kit's migrations as data, whichever line of it wrote them. */

import type { DialectName } from '../../catalog/index.js';
import { RevError } from '../../errors.js';

export interface KitMigration {
  /** As drizzle-kit calls it: a tag of its journal (0.31), or a folder's name (1.x). */
  readonly name: string;
  /** The name without its number or date, as words. */
  readonly message: string;
  /** An absolute path. */
  readonly file: string;
  readonly sql: string;
  /** In milliseconds; drizzle's migrator writes it down as `created_at`. */
  readonly when: number;
  /** Names of the migrations that this one follows; several for a merge. */
  readonly parents: readonly string[];
  /** What the schema is afterwards, in drizzle-kit's own words. null: the file is not there. */
  readonly snapshot: Snapshot | null;
}

/** A JSON object that only drizzle-kit understands as a whole. */
export type Snapshot = Readonly<Record<string, unknown>>;

export interface KitHistory {
  readonly folder: string;
  readonly format: '0.31' | '1.x';
  readonly dialect: DialectName;
  /** A migration comes after those that it follows. */
  readonly migrations: readonly KitMigration[];
}

const dialects: Readonly<Record<string, DialectName>> = {
  postgresql: 'postgres',
  postgres: 'postgres',
  pg: 'postgres',
  sqlite: 'sqlite',
  turso: 'sqlite',
};

/** The dialect by drizzle-kit's name for it. @throws RevError REV_IMPORT for one that rev does not have */
export function dialectOf(name: unknown, file: string): DialectName {
  const dialect = dialects[String(name)];
  if (dialect) return dialect;
  throw new RevError('REV_IMPORT', `${file} is of a ${String(name)} project.`, {
    hint: 'rev knows PostgreSQL and SQLite.',
    data: { file, dialect: String(name) },
  });
}

/** `0003_add_users`, `20260102030405_add_users`, `1767321845_add_users`, `_add_users` → `add users`. */
export function messageOf(name: string): string {
  const words = name.replace(/^\d*_/, '').replace(/_+/g, ' ').trim();
  return words === '' ? name : words;
}
