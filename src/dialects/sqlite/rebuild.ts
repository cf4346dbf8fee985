/**
 * The way that SQLite's manual gives for all changes its ALTER TABLE cannot make (ALTER TABLE, "Making Other Kinds Of
 * Table Schema Changes"): a new table, the rows, the old table away, the new one in its place, indexes and triggers
 * again. It must run in a transaction that began with foreign keys off: dropping the old table would else delete the
 * rows of other tables that refer to it. The driver sees to that.
 */

import { type Catalog, type Column, sameData, type Table } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import type { TableChange } from '../../operations/index.js';
import type { Statement } from '../dialect.js';
import { createTableSql, defaultText, isRowid } from './definition.js';
import { neverTextBut } from './expression.js';
import { createIndexSql } from './index-sql.js';
import type { CopyRows, LookAway } from './live-statement.js';
import { portable } from './portable-table.js';
import { quoteInDatabase, quoteLiteral, quoteName } from './quote.js';
import { type ColumnSource, isNumberedAnew, planRebuild, type RebuildPlan } from './rebuild-plan.js';
import { rebuiltName } from './rebuilt-name.js';
import { foldName } from './tokens.js';

/**
 * The changes of one table as one rebuild, and renamed columns after it.
 * @param catalog what there is beside the table.
 */
export function rebuild(
  before: Table,
  changes: readonly TableChange[],
  catalog: Catalog,
): readonly Statement[] {
  const plan = planRebuild(before, changes);
  return [
    ...rebuildStatements(before, plan, rebuiltName(before.name, catalog)),
    ...renameStatements(before, plan),
  ].map((statement) => (typeof statement === 'string' ? { sql: statement } : statement));
}

function rebuildStatements(
  before: Table,
  plan: RebuildPlan,
  successor: string,
): readonly (string | CopyRows | LookAway)[] {
  const unchanged =
    sameData(before, plan.after) && [...plan.sources.values()].every(({ using, fill }) => !using && !fill);
  if (unchanged) return [];
  const schema = before.schema ?? 'main';
  const after = portable(before, plan.after);
  const name = quoteInDatabase(before);
  const successorName = quoteInDatabase({ ...before, name: successor });
  return [
    createTableSql(after, { schema, name: successor }),
    ...keepSequence(before, after, successor),
    copyRows(before, after, plan, successorName),
    // With it the rename leaves alone what refers to the table by its own name: views, triggers of other tables.
    { live: 'look away', sql: 'PRAGMA legacy_alter_table = ON', schema, table: before.name },
    `DROP TABLE ${name}`,
    `ALTER TABLE ${successorName} RENAME TO ${quoteName(before.name)}`,
    { live: 'look again', sql: 'PRAGMA legacy_alter_table = OFF', schema, table: before.name },
    ...after.indexes.map((index) => createIndexSql({ schema, name: before.name }, index)),
    ...(before.live?.triggers ?? []).map((trigger) => trigger.sql),
  ];
}

/** The highest number that AUTOINCREMENT ever gave, also where the row is gone: it must not be given again. */
function keepSequence(before: Table, after: Table, successor: string): readonly string[] {
  const counts = (table: Table) => table.columns.some((column) => column.identity?.kind === 'autoincrement');
  if (!counts(before) || !counts(after)) return [];
  const sequence = quoteInDatabase({ ...before, name: 'sqlite_sequence' });
  return [
    `INSERT INTO ${sequence} (name, seq) SELECT ${quoteLiteral(successor)}, seq FROM ${sequence} WHERE name = ${quoteLiteral(before.name)}`,
  ];
}

function copyRows(before: Table, after: Table, plan: RebuildPlan, to: string): CopyRows {
  const pairs = [...copyRowid(before, after, plan)];
  for (const column of after.columns) {
    const source = plan.sources.get(column.name) ?? {};
    const value = column.generated ? null : valueText(before, column, source);
    if (value === null) continue;
    // A text is no number: SQLite refuses the row.
    const isGuarded = isNumberedAnew(before, after, column, source);
    pairs.push([quoteName(column.name), isGuarded ? `coalesce(${value}, 'null')` : value]);
  }
  if (pairs.length === 0) {
    throw new RevError('REV_OPERATION', `No column of ${before.name} is left whose rows could be kept.`);
  }
  const from = quoteInDatabase(before);
  // OR ABORT: a constraint's own ON CONFLICT must not leave rows out.
  const sql = [
    `INSERT OR ABORT INTO ${to} (${pairs.map(([target]) => target).join(', ')})`,
    `SELECT ${pairs.map(([, value]) => value).join(', ')} FROM ${from}`,
  ].join('\n');
  const rowid = before.live?.withoutRowid ? null : (rowidName(before) ?? null);
  return { live: 'copy', sql, schema: before.schema ?? 'main', table: before.name, from, to, rowid };
}

/** What the rows get; null: what the column's default gives them. */
function valueText(table: Table, column: Column, { from, using, fill }: ColumnSource): string | null {
  const columns = table.columns.map(({ name }) => name);
  const value = using === undefined ? from && qualified(table, from) : `(${neverTextBut(using, columns)})`;
  if (value === undefined) {
    if (sameData(fill ?? null, column.default)) return null;
    return fill ? defaultText(fill) : 'NULL';
  }
  return fill && !column.nullable ? `coalesce(${value}, ${defaultText(fill)})` : value;
}

/** A shell of SQLite before 3.41 takes a name in quotes for text where the table lacks it, unless its table is named. */
function qualified({ name }: Table, column: string): string {
  return `${quoteName(name)}.${quoteName(column)}`;
}

/** Rowids that no column of the new table holds: full-text tables and applications may have kept them. */
function copyRowid(before: Table, after: Table, plan: RebuildPlan): readonly (readonly [string, string])[] {
  if (before.live?.withoutRowid || after.live?.withoutRowid) return [];
  const alias = after.columns.find((column) => isRowid(after, column));
  if (alias && plan.sources.get(alias.name)?.from !== undefined) return [];
  const from = rowidName(before);
  const to = alias ? quoteName(alias.name) : rowidName(after);
  return from === undefined || to === undefined ? [] : [[to, from]];
}

/** A name under which the rowid can be had: not one that a column took. */
function rowidName(table: Table): string | undefined {
  const taken = new Set(table.columns.map((column) => foldName(column.name)));
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name));
}

function renameStatements(before: Table, plan: RebuildPlan): readonly string[] {
  const table = quoteInDatabase(before);
  return plan.renames.map(
    ([from, to]) => `ALTER TABLE ${table} RENAME COLUMN ${quoteName(from)} TO ${quoteName(to)}`,
  );
}
