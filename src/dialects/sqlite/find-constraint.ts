/** Nameless constraints are found by what they say, however it is spelled in this database. */

import { type Constraint, constraintsOf, sameData, type Table } from '../../catalog/index.js';
import { type DropConstraint, findConstraint } from '../../operations/index.js';
import { sameExpression } from './expression.js';

/**
 * The table without the constraint. One that has a name is found by it.
 * @throws RevError REV_OPERATION if there is no such constraint.
 */
export function withoutConstraint(table: Table, change: DropConstraint): Table {
  const found = findNameless(table, change) ?? findConstraint(table, change);
  return {
    ...table,
    primaryKey: table.primaryKey === found ? null : table.primaryKey,
    uniques: table.uniques.filter((each) => each !== found),
    checks: table.checks.filter((each) => each !== found),
    foreignKeys: table.foreignKeys.filter((each) => each !== found),
  };
}

/** The constraint without a name that was meant, if the table has it. */
export function findNameless(table: Table, { name, was }: DropConstraint): Constraint | undefined {
  if (name !== null || was === undefined) return undefined;
  const alike = constraintsOf(table).filter((each) => means(each, was));
  return alike.find((each) => each.name === null) ?? alike[0];
}

/** Whether a live constraint is the one that was meant: what the other does not say is no difference. */
function means(live: Constraint, meant: Constraint): boolean {
  if (live.kind === 'check')
    return meant.kind === 'check' && sameExpression(live.expression, meant.expression);
  const said = Object.keys(meant).filter(
    (key) => key !== 'name' && key !== 'derived' && meant[key as keyof Constraint] !== undefined,
  );
  const facets = (constraint: Constraint) => said.map((key) => constraint[key as keyof Constraint]);
  return sameData(facets(live), facets(meant));
}
