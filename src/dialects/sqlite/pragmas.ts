import { type Connection, pragma } from './connections/connection.js';
import { busyTimeout } from './when-free.js';

/** What a connection that was handed in may have otherwise. */
export const pragmasOfRunner = {
  // Without it runners that start together come to a standstill, on a connection that is opened with no timeout.
  busy_timeout: busyTimeout,
  // Rows are read by the names of their columns.
  full_column_names: 0,
  short_column_names: 1,
} as const;

/** What a revision may set on it: not what a file keeps, nor what cannot be read (`case_sensitive_like`). */
export const pragmasKept = [
  'foreign_keys',
  'ignore_check_constraints',
  'recursive_triggers',
  'defer_foreign_keys',
  'legacy_alter_table',
  'writable_schema',
  'query_only',
  'read_uncommitted',
  'reverse_unordered_selects',
  'trusted_schema',
  'synchronous',
] as const;

/** Without those that this build of SQLite does not know. */
export function readPragmas(
  database: Connection,
  names: readonly string[],
): Readonly<Record<string, number>> {
  const known = names.map((name) => [name, pragma(database, name)] as const);
  return Object.fromEntries(known.filter(([, value]) => !Number.isNaN(value)));
}

export function setPragmas(database: Connection, pragmas: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(pragmas)) database.exec(`PRAGMA ${name} = ${value}`);
}
