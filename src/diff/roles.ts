import { type Role, sameData } from '../catalog/index.js';
import type { Operation } from '../operations/index.js';
import type { DiffRules } from './rules.js';

/** Roles come before all that may name them, and go after it. */
export function diffRoles(
  actual: readonly Role[],
  wanted: readonly Role[],
  rules: DiffRules,
): { readonly first: readonly Operation[]; readonly last: readonly Operation[] } {
  const models = wanted.map((role) => ({ ...role, name: rules.storedName(role.name) }));
  const first = models.flatMap((role): Operation[] => {
    const found = actual.find(({ name }) => name === role.name);
    if (!found) return [{ kind: 'createRole', role }];
    const { fixed: _fixed, ...was } = found;
    return sameData(was, role) ? [] : [{ kind: 'alterRole', role, was }];
  });
  const last = actual
    .filter((was) => !was.fixed && !models.some(({ name }) => name === was.name))
    .map((was): Operation => ({ kind: 'dropRole', name: was.name, was }));
  return { first, last };
}
