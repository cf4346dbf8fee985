import { type Catalog, findColumn, findTable } from '../../catalog/index.js';
import type { Backfill, SqlParts } from '../../operations/index.js';
import { updateRows } from '../backfill-statements.js';
import type { Statement } from '../dialect.js';
import { columnValue } from './compile-insert.js';
import { identifier } from './quote.js';

/** A backfill in a script: one UPDATE. */

/** Whether the types of the columns matter: a list is an array or JSON. */
export function setsLists({ set }: Backfill): boolean {
  return set.some(({ value }) => listOf(value) !== null);
}

/** @param before where it knows the table, lists are written as the columns want them; else as JSON. */
export function backfill(operation: Backfill, before: Catalog): readonly Statement[] {
  const table = findTable(before, operation.table);
  const set = operation.set.map(({ column, value }) => {
    const list = listOf(value);
    if (list === null) return { column, value };
    const text = columnValue(list, table && findColumn(table, column));
    return { column, value: { texts: [text], values: [] } };
  });
  return [updateRows({ ...operation, set }, null, { identifier, placeholder: (position) => `$${position}` })];
}

/** The value, if it is a list and nothing else. */
function listOf({ texts, values }: SqlParts): readonly unknown[] | null {
  const [value] = values;
  return texts.every((text) => text === '') && values.length === 1 && Array.isArray(value) ? value : null;
}
