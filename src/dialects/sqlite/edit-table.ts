/**
 * Changes in the text of a stored CREATE TABLE statement, for what is nothing but text: defaults, NOT NULL and
 * constraints that go (SQLite's manual, ALTER TABLE, "Making Other Kinds Of Table Schema Changes", the procedure
 * without a copy), and checks that every row meets. SQLite 3.53 can add these itself, but there a check that is
 * neither true nor false for a row fails. What does not stand exactly where it is expected is left to a rebuild.
 */

import {
  type Check,
  type Column,
  type DefaultValue,
  type ForeignKey,
  sameData,
  type Table,
} from '../../catalog/index.js';
import { applyChanges, type TableChange } from '../../operations/index.js';
import { constraintText, defaultText, isRowid } from './definition.js';
import { sameExpression, unqualified } from './expression.js';
import { withoutConstraint } from './find-constraint.js';
import {
  type ParsedCheck,
  type ParsedForeignKey,
  type ParsedTable,
  parsePlaces,
  parseTable,
} from './parse-table.js';
import type { Place } from './token-reader.js';
import { foldName, isSymbol, tokenize } from './tokens.js';

export interface TableEdit {
  /** The statement as it is stored, and as it is to be. */
  readonly from: string;
  readonly to: string;
  /** Columns with a new default. */
  readonly defaults: readonly { readonly column: string; readonly value: DefaultValue | null }[];
  /** The table after it. */
  readonly after: Table;
}

/** Whether the change is one of text alone, whatever the table is. */
export function isTextual(change: TableChange): boolean {
  if (change.kind === 'addConstraint') return change.constraint.kind === 'check';
  if (change.kind === 'dropConstraint')
    return change.was === undefined || change.was.kind === 'check' || change.was.kind === 'foreignKey';
  if (change.kind !== 'alterColumn' || change.using !== undefined) return false;
  const { nullable, default: value, ...others } = change.to;
  return Object.keys(others).length === 0 && nullable !== false && (nullable ?? value) !== undefined;
}

/** @returns null where a rebuild is needed. Nothing is stored here. */
export function editTable(before: Table, changes: readonly TableChange[]): TableEdit | null {
  const from = before.live?.sql;
  if (from === undefined || !changes.every(isTextual)) return null;
  const after = changes.reduce(
    (table, change) =>
      change.kind === 'dropConstraint' ? withoutConstraint(table, change) : applyChanges(table, [change]),
    before,
  );
  if (after.primaryKey !== before.primaryKey || after.uniques.length !== before.uniques.length) return null;
  const edits = findEdits(from, before, after);
  if (edits === null) return null;
  const to = replace(from, edits.replacements);
  return isAsExpected(parseTable(from), parseTable(to), after)
    ? { from, to, defaults: edits.defaults, after }
    : null;
}

interface Replacement extends Place {
  readonly text: string;
}

function findEdits(sql: string, before: Table, after: Table) {
  const { table, places } = parsePlaces(sql);
  const found: (Replacement | undefined)[] = [];
  const defaults: { column: string; value: DefaultValue | null }[] = [];
  const remove = (place: Place | undefined) => place && { ...place, text: '' };
  for (const [at, column] of after.columns.entries()) {
    const old = before.columns[at];
    const written = table.columns.find((each) => foldName(each.name) === foldName(column.name));
    if (old === undefined || written === undefined) return null;
    if (sameData(old, column)) continue;
    if (!isOrdinary(before, old)) return null;
    if (column.nullable && !old.nullable) found.push(remove(places.notNulls.get(written)));
    if (sameData(old.default, column.default)) continue;
    defaults.push({ column: column.name, value: column.default });
    const place = places.defaults.get(written);
    const text = column.default === null ? '' : `DEFAULT ${defaultText(column.default)}`;
    const end = places.parts.get(written)?.end;
    if (place) found.push({ ...place, text });
    else if (text !== '') found.push(end === undefined ? undefined : { start: end, end, text: ` ${text}` });
  }
  for (const check of before.checks.filter((each) => !after.checks.includes(each))) {
    const part = table.checks.find((each) => isCheck(each, check));
    found.push(part && remove(withComma(sql, places.parts.get(part), part.column !== null)));
  }
  for (const key of before.foreignKeys.filter((each) => !after.foreignKeys.includes(each))) {
    const part = table.foreignKeys.find((each) => isForeignKey(each, key));
    found.push(part && remove(withComma(sql, places.parts.get(part), part.inline)));
  }
  const lines = after.checks
    .filter((check) => !before.checks.includes(check))
    .map((check) => constraintText({ ...check, expression: unqualified(check.expression) }));
  if (lines.length > 0) {
    found.push({ start: places.end, end: places.end, text: lines.map((line) => `, ${line}`).join('') });
  }
  const replacements = found.filter((each) => each !== undefined);
  return replacements.length === found.length ? { replacements, defaults } : null;
}

/** A column whose nulls and default are no business of the rowid, of a key or of a computation. */
function isOrdinary(table: Table, column: Column): boolean {
  return (
    column.generated === null &&
    column.identity === null &&
    !isRowid(table, column) &&
    table.primaryKey?.columns.includes(column.name) !== true
  );
}

/** A catalog has its constraints in another order than the text. */
function isCheck(part: ParsedCheck, { name, expression }: Check): boolean {
  return part.name === name && sameExpression(part.expression, expression);
}

function isForeignKey(part: ParsedForeignKey, key: ForeignKey): boolean {
  const fold = (names: readonly string[]) => names.map(foldName);
  const facets = ({ name, onDelete, onUpdate, match, deferrable }: ParsedForeignKey | ForeignKey) =>
    [name, onDelete, onUpdate, match, deferrable] as const;
  return (
    sameData(facets(part), facets(key)) &&
    foldName(part.table) === foldName(key.references.name) &&
    sameData(fold(part.columns), fold(key.columns)) &&
    (part.references === null || sameData(fold(part.references), fold(key.references.columns)))
  );
}

/** A constraint of the table goes with the comma before it; there is always a column before it. */
function withComma(sql: string, place: Place | undefined, inline: boolean): Place | undefined {
  if (place === undefined || inline) return place;
  const comma = tokenize(sql.slice(0, place.start)).at(-1);
  return isSymbol(comma, ',') ? { start: comma?.start ?? place.start, end: place.end } : place;
}

/** At one place what is inserted comes before what goes, in its own order. */
function replace(sql: string, replacements: readonly Replacement[]): string {
  let text = '';
  let at = 0;
  for (const { start, end, text: next } of [...replacements].sort(
    (a, b) => a.start - b.start || a.end - b.end,
  )) {
    text += sql.slice(at, start) + next;
    at = end;
  }
  return text + sql.slice(at);
}

/** What rows, keys and automatic indexes stand on is the same; what was to change has changed, and nothing else. */
function isAsExpected(old: ParsedTable, now: ParsedTable, after: Table): boolean {
  const stored = ({ columns, checks, foreignKeys, ...rest }: ParsedTable) => ({
    ...rest,
    columns: columns.map(({ default: _default, notNull: _notNull, ...column }) => column),
  });
  return (
    sameData(stored(old), stored(now)) &&
    now.checks.length === after.checks.length &&
    now.foreignKeys.length === after.foreignKeys.length &&
    after.checks.every((check) => now.checks.some((part) => isCheck(part, check))) &&
    after.foreignKeys.every((key) => now.foreignKeys.some((part) => isForeignKey(part, key))) &&
    after.columns.every((column, at) => {
      const written = now.columns[at];
      const previous = old.columns[at];
      if (column.nullable && previous?.notNull && written?.notNull && isOrdinary(after, column)) return false;
      return (
        (written?.default === null) === (column.default === null) || written?.default === previous?.default
      );
    })
  );
}
