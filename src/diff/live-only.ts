import { displayName, nameKey, type QualifiedName, type Table, type Uncompared } from '../catalog/index.js';
import { type Operation, sqlParts } from '../operations/index.js';
import type { TableDiff } from './compare-tables.js';
import { currentName } from './rename-targets.js';

/**
 * What no model can say, and goes along with a column or a table that is dropped. With a column, a line of its own takes
 * it away, so that nothing goes in silence; either way the way back makes it again.
 */
export interface TakenAlong {
  /** They come first of all, in the names that are live. */
  readonly operations: readonly Operation[];
  /** One line for each object, for a person. */
  readonly lines: readonly string[];
  /** What cannot just go with a column: a person must say what becomes of it. */
  readonly blocked: readonly Blocked[];
}

export interface Blocked {
  readonly object: Uncompared;
  readonly table: QualifiedName;
  readonly column: string;
}

export function takenAlong(
  uncompared: readonly Uncompared[],
  dropped: readonly Table[],
  diffs: readonly TableDiff[],
  renames: readonly Operation[],
): TakenAlong {
  const goneTables = new Set(dropped.map(nameKey));
  const ofTables = new Map(diffs.map((each) => [nameKey(each.table), each]));
  const goneColumns = new Map(diffs.map((each) => [nameKey(each.table), droppedColumns(each)]));
  const operations: Operation[] = [];
  const lines: string[] = [];
  const blocked: Blocked[] = [];
  const restore = (sql: Uncompared['sql'], first: string) => {
    if (sql) operations.push({ kind: 'execute', sql: sqlParts(first), was: sqlParts(sql.create) });
  };
  for (const object of uncompared) {
    if (!object.table) continue;
    const table = currentName(object.table, renames);
    const column = object.columns?.find((name) => goneColumns.get(nameKey(table))?.has(name));
    if (goneTables.has(nameKey(table))) {
      restore(object.sql, '');
      if (!object.sql)
        lines.push(`${describeUncompared(object)} goes with its table, and downgrade does not bring it back`);
    } else if (column !== undefined && object.outlives) {
      blocked.push({ object, table, column });
    } else if (column !== undefined) {
      restore(object.sql, object.kind === 'comment' ? '' : (object.sql?.drop ?? ''));
      if (object.kind !== 'comment')
        lines.push(`${describeUncompared(object)} goes with column ${displayName(table)}.${column}`);
    } else if (goesWithIndex(object, ofTables.get(nameKey(table)))) {
      const instead =
        object.kind === 'replica identity'
          ? `: where ${displayName(table)} is replicated, choose another one (alter table … replica identity …)`
          : '';
      lines.push(
        `${describeUncompared(object)} goes with the index, and downgrade does not bring it back${instead}`,
      );
    }
  }
  return { operations, lines, blocked };
}

/** Whether it is about an index, or that of a constraint, that goes or is no longer fit for it. */
function goesWithIndex({ kind, name: { name } }: Uncompared, diff: TableDiff | undefined): boolean {
  if (!diff || (kind !== 'replica identity' && kind !== 'clustered index')) return false;
  const { droppedIndexes, addedIndexes, changes, nullable } = diff;
  const constraint = changes.flatMap((change) =>
    change.kind === 'addConstraint' && change.constraint.name === name ? [change.constraint] : [],
  )[0];
  const isDropped =
    droppedIndexes.some((each) => each.name === name) ||
    changes.some((change) => change.kind === 'dropConstraint' && change.name === name);
  if (!isDropped) return false;
  const index = addedIndexes.find((each) => each.name === name);
  if (kind === 'clustered index')
    return index ? index.where !== null || !/^(btree|gist)$/.test(index.method) : !constraint;
  const filled = (columns: readonly (string | undefined)[]) =>
    columns.every((column) => column !== undefined && !nullable.has(column));
  if (index) return !index.unique || index.where !== null || !filled(index.keys.map(({ column }) => column));
  if (constraint?.kind === 'primaryKey') return false;
  return !(
    constraint?.kind === 'unique' &&
    (constraint.deferrable ?? 'not deferrable') === 'not deferrable' &&
    filled(constraint.columns)
  );
}

/** Those that do not come back under their name. */
function droppedColumns({ changes }: TableDiff): ReadonlySet<string> {
  const added = new Set(
    changes.flatMap((change) => (change.kind === 'addColumn' ? [change.column.name] : [])),
  );
  return new Set(
    changes.flatMap((change) =>
      change.kind === 'dropColumn' && !added.has(change.name) ? [change.name] : [],
    ),
  );
}

/** One line for an object that is not compared. */
export function describeUncompared({ kind, name, table }: Uncompared): string {
  return `${kind} ${displayName(name)}${table ? ` on ${displayName(table)}` : ''}`;
}
