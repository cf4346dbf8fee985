/** A unique constraint that is a unique index in this database. */

import { constraintsOf, type Table } from '../../catalog/index.js';
import { type DropConstraint, sameStructure, type TableChange } from '../../operations/index.js';

/**
 * Databases differ in how their unique columns came to be. Drops of unique constraints that are indexes here are taken out
 * of the changes.
 */
export function withoutUniqueIndexes(table: Table, changes: readonly TableChange[]) {
  const indexes: string[] = [];
  const rest = changes.filter((change) => {
    const index = change.kind === 'dropConstraint' ? uniqueIndexOf(table, change) : undefined;
    if (index !== undefined) indexes.push(index);
    return index === undefined;
  });
  return { rest, indexes };
}

function uniqueIndexOf(table: Table, change: DropConstraint): string | undefined {
  const { name, was } = change;
  const constraints = constraintsOf(table);
  const isConstraint = constraints.some((each) =>
    name !== null ? each.name === name : was !== undefined && sameStructure(each, was),
  );
  if (isConstraint || (was !== undefined && was.kind !== 'unique')) return undefined;
  return table.indexes.find((index) => {
    if (!index.unique || index.where !== null) return false;
    if (name !== null && index.name === name) return true;
    const columns = index.keys.map((key) => key.column);
    return (
      was !== undefined &&
      columns.length === was.columns.length &&
      was.columns.every((each, at) => each === columns[at])
    );
  })?.name;
}
