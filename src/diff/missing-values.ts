import { type Column, nameKey } from '../catalog/index.js';
import { type AlterTable, invert, isNothing, type Operation, type TableChange } from '../operations/index.js';
import type { DiffRules } from './rules.js';

/** What a revision does, both ways, with the places where a person must fill in rows. */
export interface RevisionSteps {
  readonly upgrade: readonly Operation[];
  /** null: an operation has no inverse. */
  readonly downgrade: readonly Operation[] | null;
}

/**
 * The operations of a diff as a revision holds them. A column that becomes NOT NULL, and that nothing fills by itself,
 * takes three steps: it is there and nullable; a marked place to fill it; NOT NULL.
 */
export function revisionSteps(operations: readonly Operation[], rules: DiffRules): RevisionSteps {
  const back = invert(operations);
  return {
    upgrade: withMarkedPlaces(operations, rules).filter(doesSomething),
    downgrade: back && withMarkedPlaces(back, rules).filter(doesSomething),
  };
}

function doesSomething(operation: Operation): boolean {
  return operation.kind !== 'execute' || !isNothing(operation);
}

/** The same operations, with the place marked before each column that becomes NOT NULL while rows may have no value. */
export function withMarkedPlaces(operations: readonly Operation[], rules: DiffRules): readonly Operation[] {
  const enums = new Set<string>();
  const separated = operations.flatMap((each) => {
    if (each.kind !== 'alterTable') return [each];
    const columns = columnsToFill(each, rules);
    for (const column of [...columns.added, ...columns.tightened]) {
      if (column.enum) enums.add(nameKey(column.enum));
    }
    return separate(each, columns);
  });
  // A value that is new may be what the rows get, and one that is only added cannot be used before the commit.
  return separated.map((each) =>
    each.kind === 'alterEnum' && enums.has(nameKey(each.name)) ? { ...each, remake: true as const } : each,
  );
}

interface ColumnsToFill {
  readonly added: readonly Column[];
  readonly tightened: readonly Column[];
}

function columnsToFill({ changes }: AlterTable, rules: DiffRules): ColumnsToFill {
  return {
    added: changes.flatMap((change) =>
      change.kind === 'addColumn' && isEmpty(change.column, rules) ? [change.column] : [],
    ),
    tightened: changes.flatMap((change) => {
      const column = change.kind === 'alterColumn' ? tightenedColumn(change, rules) : null;
      return column ? [column] : [];
    }),
  };
}

function separate(operation: AlterTable, { added, tightened }: ColumnsToFill): readonly Operation[] {
  const { table, changes } = operation;
  const columns = [...added, ...tightened];
  if (columns.length === 0) return [operation];
  const names = new Set(added.map(({ name }) => name));
  // A name that is only set free by an earlier change cannot be taken before it.
  const start = changes.findLastIndex(
    (change) =>
      (change.kind === 'dropColumn' && names.has(change.name)) ||
      (change.kind === 'renameColumn' && (names.has(change.from) || names.has(change.to))),
  );
  const first = [
    ...changes.slice(0, start + 1).filter((change) => !isAdded(change, names)),
    ...added.map((column): TableChange => ({ kind: 'addColumn', column: { ...column, nullable: true } })),
  ];
  const rest = changes
    .filter((change, at) => at > start || isAdded(change, names))
    .map(
      (change): TableChange =>
        change.kind === 'addColumn' && names.has(change.column.name)
          ? {
              kind: 'alterColumn',
              name: change.column.name,
              to: { nullable: false },
              was: { ...change.column, nullable: true },
            }
          : change,
    );
  return [
    ...(first.length > 0 ? [{ ...operation, changes: first }] : []),
    {
      kind: 'missingValues',
      table,
      columns: columns.map(({ name, default: value }) => ({ name, default: value })),
    },
    { ...operation, changes: rest },
  ];
}

function isAdded(change: TableChange, names: ReadonlySet<string>): boolean {
  return change.kind === 'addColumn' && names.has(change.column.name);
}

/** NOT NULL, and nothing that gives the rows that are there a value. */
function isEmpty(column: Column, rules: DiffRules): boolean {
  return (
    !column.nullable &&
    column.default === null &&
    column.generated === null &&
    column.identity === null &&
    rules.numbersRows?.(column.type) !== true
  );
}

/** The column as it will be, where rows that are null stand in the way. */
function tightenedColumn(
  { to, was }: Extract<TableChange, { kind: 'alterColumn' }>,
  rules: DiffRules,
): Column | null {
  if (!was || to.nullable !== false || !was.nullable) return null;
  const column = { ...was, ...to };
  const fills =
    (column.default !== null && rules.nullsTakeDefault === true) ||
    column.generated !== null ||
    was.generated !== null;
  return fills ? null : column;
}
