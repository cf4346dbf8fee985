/**
 * Changes of one table: in place where SQLite's ALTER TABLE can do all of them, whatever rows the table has; else by
 * one rebuild. The choice looks at definitions alone, so that it is the same for an empty table and a full one.
 */

import {
  type Catalog,
  type Column,
  constraintsOf,
  displayName,
  findTable,
  makeCatalog,
  type QualifiedName,
  requireTable,
  type Table,
} from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import {
  type AddColumn,
  type AddConstraint,
  apply,
  type DropConstraint,
  sameStructure,
  type TableChange,
} from '../../operations/index.js';
import type { Statement } from '../dialect.js';
import { columnDefinition, constraintText } from './definition.js';
import { detailsOf, noDetails } from './details.js';
import { mentions, parseDefault } from './expression.js';
import { withoutConstraint } from './find-constraint.js';
import { quoteIdentifier, quoteName } from './quote.js';
import { rebuild } from './rebuild.js';

/**
 * @param before the catalog; may lack the table only where `changesInPlace`.
 * @throws RevError REV_OPERATION, REV_UNSUPPORTED.
 */
export function alterTable(
  name: QualifiedName,
  changes: readonly TableChange[],
  before: Catalog,
): readonly Statement[] {
  if (changesInPlace(changes)) return inPlace(name, changes, undefined) ?? [];
  const table = findTable(before, name);
  if (!table) {
    throw new RevError('REV_OPERATION', `There is no table ${displayName(name)}.`, {
      hint: 'Is the revision written for another state of the schema? Compare with `rev history` and the database.',
    });
  }
  const { rest, indexes } = withoutUniqueIndexes(table, changes);
  const kept = { ...table, indexes: table.indexes.filter((index) => !indexes.includes(index.name)) };
  refuseWhatDoesNotFit(kept, rest);
  const drops = indexes.map((index) => ({ sql: `DROP INDEX ${quoteIdentifier({ ...name, name: index })}` }));
  return [...drops, ...(inPlace(name, rest, kept) ?? rebuild(kept, rest, before))];
}

/** @throws RevError REV_OPERATION in the names that the revision uses; a rebuild knows the columns by others. */
function refuseWhatDoesNotFit(table: Table, changes: readonly TableChange[]): void {
  changes.reduce(after, table);
}

/** The table after one change, with foreign keys to itself. */
function after(table: Table, change: TableChange): Table {
  if (change.kind === 'dropConstraint') return withoutConstraint(table, change);
  const catalog = makeCatalog({ dialect: 'sqlite', tables: [table] });
  return requireTable(apply([{ kind: 'alterTable', table, changes: [change] }], catalog), table);
}

/** Whether SQLite can make these changes in place, whatever the table is. */
export function changesInPlace(changes: readonly TableChange[]): boolean {
  return inPlace({ schema: null, name: '' }, changes, undefined) !== null;
}

/** @returns null where one of the changes needs a rebuild, or needs the table to decide. */
function inPlace(
  name: QualifiedName,
  changes: readonly TableChange[],
  table: Table | undefined,
): readonly Statement[] | null {
  const alter = `ALTER TABLE ${quoteIdentifier(name)}`;
  const statements: Statement[] = [];
  const additions = changes.filter((change) => change.kind === 'addColumn');
  const attached = attachConstraints(changes, additions);
  let current = table;
  for (const change of changes) {
    switch (change.kind) {
      case 'renameColumn':
        statements.push({
          sql: `${alter} RENAME COLUMN ${quoteName(change.from)} TO ${quoteName(change.to)}`,
        });
        break;
      case 'addColumn': {
        const constraints = [...attached]
          .filter(([, column]) => column === change.column.name)
          .map(([each]) => each);
        if (!canAddColumn(change.column, constraints)) return null;
        const parts = [
          columnDefinition(change.column),
          ...constraints.map(({ constraint }) => inlineText(constraint)),
        ];
        statements.push({ sql: `${alter} ADD COLUMN ${parts.join(' ')}` });
        break;
      }
      case 'dropColumn':
        if (!current || !canDropColumn(current, change.name)) return null;
        statements.push({ sql: `${alter} DROP COLUMN ${quoteName(change.name)}` });
        break;
      case 'addConstraint':
        if (!attached.has(change)) return null;
        break;
      default:
        return null;
    }
    current = current && after(current, change);
  }
  return statements;
}

/**
 * Constraints that can stand in the definition of a column that is added with them: a foreign key of that column, a
 * check of it. Not where columns are renamed meanwhile.
 */
function attachConstraints(
  changes: readonly TableChange[],
  additions: readonly AddColumn[],
): ReadonlyMap<AddConstraint, string> {
  const attached = new Map<AddConstraint, string>();
  if (changes.some((change) => change.kind === 'renameColumn')) return attached;
  for (const change of changes) {
    if (change.kind !== 'addConstraint') continue;
    const { constraint } = change;
    const column = additions.findLast(({ column: { name } }) => {
      if (constraint.kind === 'check') return mentions(constraint.expression, name);
      return (
        constraint.kind === 'foreignKey' && constraint.columns.length === 1 && constraint.columns[0] === name
      );
    });
    if (column) attached.set(change, column.column.name);
  }
  return attached;
}

function inlineText(constraint: AddConstraint['constraint']): string {
  if (constraint.kind === 'check' || constraint.kind === 'foreignKey') return constraintText(constraint);
  throw new RevError('REV_INTERNAL', `A ${constraint.kind} cannot be added with its column.`);
}

/** SQLite's manual, ALTER TABLE ADD COLUMN: what it refuses, and what it refuses only once there are rows. */
function canAddColumn(column: Column, constraints: readonly AddConstraint[]): boolean {
  if (column.identity !== null) return false;
  if (column.generated) return !column.generated.stored && column.nullable;
  const value = column.default?.kind === 'expression' ? parseDefault(column.default.sql) : column.default;
  if (value?.kind === 'expression') return false;
  if (value === null) return column.nullable;
  return !constraints.some(({ constraint }) => constraint.kind === 'foreignKey');
}

/** SQLite's manual, ALTER TABLE DROP COLUMN: it refuses a column that anything else in the table refers to. */
function canDropColumn(table: Table, name: string): boolean {
  const details = table.live?.sql === undefined ? noDetails : detailsOf(table.live.sql);
  const goes = details.checksOf(name).map((check) => check.expression);
  const uses = (sql: string | null | undefined) => typeof sql === 'string' && mentions(sql, name);
  return !(
    table.primaryKey?.columns.includes(name) ||
    table.uniques.some((unique) => unique.columns.includes(name)) ||
    table.foreignKeys.some((key) => key.columns.includes(name) && !details.refersInline(name)) ||
    table.checks.some((check) => uses(check.expression) && !goes.includes(check.expression)) ||
    table.columns.some((column) => uses(column.generated?.expression)) ||
    table.indexes.some(
      (index) => uses(index.where) || index.keys.some((key) => key.column === name || uses(key.expression)),
    )
  );
}

/**
 * A unique constraint may be a unique index in this database: databases differ in how their unique columns came to be.
 * Such drops are taken out of the changes.
 */
function withoutUniqueIndexes(table: Table, changes: readonly TableChange[]) {
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
