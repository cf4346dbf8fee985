/**
 * Triggers that cannot run any more. SQLite resolves the names in a trigger only when a statement fires it: to compile
 * such a statement, without running it, tells whether the trigger works.
 */

import type { Row } from '../dialect.js';
import { type Connection, columnOf, rowsOf } from './connections/connection.js';
import { quoteName } from './quote.js';
import { withSavepoint } from './savepoint.js';
import { foldName, isSymbol, isWord, tokenize } from './tokens.js';

export interface BrokenTrigger {
  readonly name: string;
  /** The table or view that it belongs to. */
  readonly table: string;
  /** SQLite's own. */
  readonly message: string;
}

interface Trigger {
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** By the trigger's name. */
export function findBrokenTriggers(database: Connection): ReadonlyMap<string, BrokenTrigger> {
  const broken = new Map<string, BrokenTrigger>();
  for (const triggers of readTriggers(database)) {
    const failures = triggers.length === 1 ? failing(database, triggers) : failingAlone(database, triggers);
    for (const [{ name, table }, message] of failures) {
      if (!isApplicationsOwn(message)) broken.set(name, { name, table, message });
    }
  }
  return broken;
}

/** The triggers of each table and view; without those of a virtual table's own tables, which are no one's to write. */
function readTriggers(database: Connection): readonly (readonly Trigger[])[] {
  const select = `SELECT name AS name, tbl_name AS "table", sql AS sql FROM main.sqlite_schema WHERE type = 'trigger'`;
  const triggers = rowsOf<Trigger & Row>(database, `${select} ORDER BY name`);
  if (triggers.length === 0) return [];
  const hidden = `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('virtual', 'shadow')`;
  const excluded = new Set(columnOf(database, hidden).map((name) => foldName(String(name))));
  const byTable = new Map<string, Trigger[]>();
  for (const trigger of triggers) {
    const table = foldName(trigger.table);
    if (!excluded.has(table)) byTable.set(table, [...(byTable.get(table) ?? []), trigger]);
  }
  return [...byTable.values()];
}

/** Those whose statement does not compile, with the message; another trigger of the table may be to blame. */
function failing(
  database: Connection,
  triggers: readonly Trigger[],
): readonly (readonly [Trigger, string])[] {
  const firing: { readonly trigger: Trigger; readonly sql: string }[] = [];
  const failures: (readonly [Trigger, string])[] = [];
  for (const trigger of triggers) {
    const message = failureOf(database, () => {
      const sql = firingStatement(database, trigger);
      if (sql !== null) firing.push({ trigger, sql });
    });
    if (message !== null) failures.push([trigger, message]);
  }
  const errors = database.check(firing.map(({ sql }) => sql));
  for (const [at, { trigger }] of firing.entries()) {
    if (errors[at]) failures.push([trigger, errors[at].message]);
  }
  return failures;
}

/** The same with each trigger as the only one of its table. Where all is well, nothing is changed to find that out. */
function failingAlone(
  database: Connection,
  triggers: readonly Trigger[],
): readonly (readonly [Trigger, string])[] {
  const suspects = failing(database, triggers);
  if (suspects.length === 0) return [];
  const drop = ({ name }: Trigger) => database.exec(`DROP TRIGGER main.${quoteName(name)}`);
  const work = () => {
    triggers.forEach(drop);
    return suspects.flatMap(([trigger]) => {
      // SQLite keeps the text without a schema. A temporary table of the same name would get the trigger.
      const sql = trigger.sql.replace(/^CREATE TRIGGER /, 'CREATE TRIGGER main.');
      const message = failureOf(database, () => database.exec(sql));
      if (message !== null) return [[trigger, message] as const];
      const failed = failing(database, [trigger]);
      drop(trigger);
      return failed;
    });
  };
  return withSavepoint(database, 'rev_triggers', work, () => false);
}

function failureOf(database: Connection, work: () => void): string | null {
  const isInside = database.inTransaction;
  try {
    work();
    return null;
  } catch (thrown) {
    // A full disk says nothing of the trigger.
    if (isInside && !database.inTransaction) throw thrown;
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** A statement that fires the trigger. null: there is none. */
function firingStatement(database: Connection, { table, sql }: Trigger): string | null {
  const { event, columns } = parseTrigger(sql);
  const target = `main.${quoteName(table)}`;
  if (event === 'insert') return `INSERT INTO ${target} DEFAULT VALUES`;
  if (event === 'delete') return `DELETE FROM ${target}`;
  if (event !== 'update') return null;
  const xinfo = `SELECT name AS name, hidden AS hidden FROM pragma_table_xinfo(?, 'main')`;
  const all = rowsOf<{ readonly name: string; readonly hidden: number }>(database, xinfo, [table]);
  // No statement may set a generated column.
  const generated = new Set(all.filter(({ hidden }) => hidden !== 0).map(({ name }) => foldName(name)));
  const free = (columns ?? all.map(({ name }) => name)).filter((name) => !generated.has(foldName(name)));
  const set = (columns ? free : free.slice(0, 1)).map((name) => `${quoteName(name)} = NULL`);
  return set.length > 0 ? `UPDATE ${target} SET ${set.join(', ')}` : null;
}

/** SQLite keeps the text as `CREATE TRIGGER name [BEFORE|AFTER|INSTEAD OF] event [OF columns] ON …`. */
function parseTrigger(sql: string): { readonly event?: string; readonly columns?: readonly string[] } {
  const tokens = tokenize(sql);
  const at = tokens.findIndex((token, place) => place > 2 && isWord(token, 'insert', 'update', 'delete'));
  const event = tokens[at]?.value.toLowerCase();
  if (event === undefined) return {};
  if (!isWord(tokens[at + 1], 'of')) return { event };
  const columns: string[] = [];
  let place = at + 2;
  do {
    columns.push(tokens[place]?.value ?? '');
    place += 2;
  } while (isSymbol(tokens[place - 1], ','));
  return { event, columns };
}

/** What the application gives to its connections, and this one has not. */
export function isApplicationsOwn(message: string): boolean {
  return /^(?:no such (?:function|collation sequence|module)|unknown function)\b/.test(message);
}
