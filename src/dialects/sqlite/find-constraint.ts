/** Nameless constraints are found by what they say, however it is spelled in this database. */

import { type Constraint, constraintsOf, sameData, type Table } from '../../catalog/index.js';
import type { DropConstraint } from '../../operations/index.js';
import { sameExpression } from './expression.js';

/** The same drop, with the constraint as the table has it. A constraint that has a name is found by it. */
export function resolveDrop(change: DropConstraint, table: Table): DropConstraint {
  const { was } = change;
  if (change.name !== null || was === undefined) return change;
  const alike = constraintsOf(table).filter((each) => means(each, was));
  const found = alike.find((each) => each.name === null) ?? alike[0];
  return found ? { ...change, name: found.name, was: found } : change;
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
