import { type Constraint, constraintsOf, displayName, sameData, type Table } from '../catalog/index.js';
import { RevError } from '../errors.js';
import type { ChangeFaces } from './change-faces.js';
import { renderConstraint } from './render-parts.js';

/** Changes to a table's constraints, inside an alterTable. */

export interface AddConstraint {
  readonly kind: 'addConstraint';
  readonly constraint: Constraint;
}

/** By name; an unnamed constraint (SQLite) is found by its structure, which `was` holds. */
export interface DropConstraint {
  readonly kind: 'dropConstraint';
  readonly name: string | null;
  readonly was?: Constraint;
}

export interface RenameConstraint {
  readonly kind: 'renameConstraint';
  readonly from: string;
  readonly to: string;
}

export const addConstraint: ChangeFaces<AddConstraint, DropConstraint> = {
  invert: ({ constraint }) => ({ kind: 'dropConstraint', name: constraint.name, was: constraint }),
  apply(change, table) {
    const { constraint } = change;
    if (constraint.name !== null && constraintsOf(table).some((each) => each.name === constraint.name)) {
      throw new RevError(
        'REV_OPERATION',
        `Constraint ${constraint.name} of ${displayName(table)} exists already.`,
      );
    }
    switch (constraint.kind) {
      case 'primaryKey':
        if (table.primaryKey) {
          throw new RevError('REV_OPERATION', `Table ${displayName(table)} has a primary key already.`);
        }
        return { ...table, primaryKey: constraint };
      case 'unique':
        return { ...table, uniques: [...table.uniques, constraint] };
      case 'check':
        return { ...table, checks: [...table.checks, constraint] };
      case 'foreignKey':
        return { ...table, foreignKeys: [...table.foreignKeys, constraint] };
    }
  },
  describe: ({ constraint }) => `add ${constraintLabel(constraint)}`,
  render: ({ constraint }, source) => `addConstraint(${renderConstraint(constraint, source)})`,
  losses: () => [],
};

export const dropConstraint: ChangeFaces<DropConstraint, AddConstraint> = {
  invert: ({ was }) => (was ? { kind: 'addConstraint', constraint: was } : null),
  apply(change, table) {
    const found = findConstraint(table, change);
    return {
      ...table,
      primaryKey: table.primaryKey === found ? null : table.primaryKey,
      uniques: table.uniques.filter((each) => each !== found),
      checks: table.checks.filter((each) => each !== found),
      foreignKeys: table.foreignKeys.filter((each) => each !== found),
    };
  },
  describe: ({ name, was }) => `drop ${was ? constraintLabel(was) : `constraint ${name ?? '(unnamed)'}`}`,
  render: ({ name, was }, source) =>
    `dropConstraint(${name === null && was ? renderConstraint(was, source) : source.string(name ?? '')})`,
  losses: () => [],
};

export const renameConstraint: ChangeFaces<RenameConstraint> = {
  invert: ({ from, to }) => ({ kind: 'renameConstraint', from: to, to: from }),
  apply(change, table) {
    const found = findConstraint(table, { kind: 'dropConstraint', name: change.from });
    const rename = <T extends Constraint>(each: T): T =>
      each === found ? { ...each, name: change.to } : each;
    return {
      ...table,
      primaryKey: table.primaryKey && rename(table.primaryKey),
      uniques: table.uniques.map(rename),
      checks: table.checks.map(rename),
      foreignKeys: table.foreignKeys.map(rename),
    };
  },
  describe: ({ from, to }) => `rename constraint ${from} to ${to}`,
  render: ({ from, to }, source) => `renameConstraint(${source.string(from)}, ${source.string(to)})`,
  losses: () => [],
};

/** The constraint that a drop names. Throws REV_OPERATION if the table has none such. */
export function findConstraint(table: Table, change: DropConstraint): Constraint {
  const found = constraintsOf(table).find((each) =>
    change.name !== null
      ? each.name === change.name
      : change.was !== undefined && sameStructure(each, change.was),
  );
  if (!found) {
    const what = change.name ?? (change.was ? constraintLabel(change.was) : 'constraint');
    throw new RevError('REV_OPERATION', `There is no constraint ${what} on ${displayName(table)}.`);
  }
  return found;
}

/** Equal in all but the name. */
export function sameStructure(a: Constraint, b: Constraint): boolean {
  const bare = (constraint: Constraint) => ({ ...constraint, name: null, derived: undefined });
  return sameData(bare(a), bare(b));
}

function constraintLabel(constraint: Constraint): string {
  const name = constraint.name === null ? '' : ` ${constraint.name}`;
  switch (constraint.kind) {
    case 'primaryKey':
      return `primary key${name} (${constraint.columns.join(', ')})`;
    case 'unique':
      return `unique${name} (${constraint.columns.join(', ')})`;
    case 'check':
      return constraint.name === null ? `check (${constraint.expression})` : `check${name}`;
    case 'foreignKey':
      return `foreign key${name} (${constraint.columns.join(', ')}) to ${displayName(constraint.references)}`;
  }
}
