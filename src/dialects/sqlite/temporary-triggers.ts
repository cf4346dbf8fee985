import { displayName } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import { type Connection, columnOf, rowsOf } from './connections/connection.js';
import type { ReplaceView } from './live-statement.js';
import { foldName } from './tokens.js';

/** Triggers that only this connection has: they go with the table or view that they are on, and no catalog knows them. */
export function temporaryTriggers(database: Connection): ReadonlyMap<string, string> {
  const sql = "SELECT name, sql FROM sqlite_temp_master WHERE type = 'trigger' ORDER BY rowid";
  const triggers = rowsOf<{ name: string; sql: string }>(database, sql);
  return new Map(triggers.map((trigger) => [trigger.name, trigger.sql]));
}

/** The same before a view leaves to come again. Throws REV_UNSUPPORTED where they would name one that is no longer there. */
export function triggersOfReplaced(
  database: Connection,
  { view, isRenamed }: ReplaceView,
): ReadonlyMap<string, string> {
  // There are none on a server.
  if (database.isServer) return new Map();
  const on = columnOf(database, "SELECT tbl_name FROM sqlite_temp_master WHERE type = 'trigger'").map(String);
  if (isRenamed && on.some((name) => foldName(name) === foldName(view.name))) {
    throw new RevError(
      'REV_UNSUPPORTED',
      `View ${displayName(view)} has temporary triggers on the connection that was handed in, which name it.`,
      { hint: 'Drop them before the run, and make them again after it.' },
    );
  }
  return temporaryTriggers(database);
}

/** Makes those again that are gone. SQLite keeps their text without the word TEMP. */
export function restoreTriggers(database: Connection, before: ReadonlyMap<string, string>): void {
  if (before.size === 0) return;
  const left = temporaryTriggers(database);
  for (const [name, sql] of before) {
    if (!left.has(name)) database.exec(sql.replace(/^CREATE TRIGGER/i, 'CREATE TEMP TRIGGER'));
  }
}
