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

/** @returns what they were. */
export function setPragmas(
  database: Connection,
  pragmas: Readonly<Record<string, number>>,
): Record<string, number> {
  const before: Record<string, number> = {};
  for (const [name, value] of Object.entries(pragmas)) {
    const old = pragma(database, name);
    // Some builds of SQLite do not know the old ones.
    if (Number.isNaN(old)) continue;
    before[name] = old;
    database.exec(`PRAGMA ${name} = ${value}`);
  }
  return before;
}
