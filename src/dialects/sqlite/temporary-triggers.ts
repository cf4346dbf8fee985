import { type Connection, rowsOf } from './connections/connection.js';

/** Triggers that only this connection has: they go with the table that they are on, and no catalog knows them. */
export function temporaryTriggers(database: Connection): ReadonlyMap<string, string> {
  const sql = "SELECT name, sql FROM sqlite_temp_master WHERE type = 'trigger' ORDER BY rowid";
  const triggers = rowsOf<{ name: string; sql: string }>(database, sql);
  return new Map(triggers.map((trigger) => [trigger.name, trigger.sql]));
}

/** Makes those again that are gone. SQLite keeps their text without the word TEMP. */
export function restoreTriggers(database: Connection, before: ReadonlyMap<string, string>): void {
  if (before.size === 0) return;
  const left = temporaryTriggers(database);
  for (const [name, sql] of before) {
    if (!left.has(name)) database.exec(sql.replace(/^CREATE TRIGGER/i, 'CREATE TEMP TRIGGER'));
  }
}
