/** Row level security: policies of a table's own, and those linked to it. */
import { compareText, type Policy, type PolicyCommand, type Table } from '../catalog/index.js';
import { RevError } from '../errors.js';
import type { DrizzlePolicy, PolicyRole } from './drizzle-objects.js';
import type { TableContext } from './table-context.js';

const commands: readonly string[] = ['all', 'select', 'insert', 'update', 'delete'];

/** A table with policies has row level security, as drizzle means it. */
export function readRowSecurity(
  context: TableContext,
  linked: readonly DrizzlePolicy[],
): Pick<Table, 'policies' | 'rowSecurity'> {
  const policies = [...new Set([...(context.config.policies ?? []), ...linked])];
  if (policies.length === 0) return context.config.enableRLS ? { rowSecurity: true } : {};
  const seen = new Set<string>();
  for (const { name } of policies) {
    if (seen.has(name)) {
      throw new RevError('REV_SCHEMA', `The table ${context.label()} has two policies named ${name}.`, {
        hint: 'Give one of them another name.',
      });
    }
    seen.add(name);
  }
  return { rowSecurity: true, policies: policies.map((policy) => readPolicy(policy, context)) };
}

function readPolicy(policy: DrizzlePolicy, context: TableContext): Policy {
  const command = policy.for ?? 'all';
  if (!commands.includes(command)) {
    throw new RevError('REV_SCHEMA', `The policy ${policy.name} of ${context.label()} is for "${command}".`, {
      hint: `Write one of ${commands.join(', ')}.`,
    });
  }
  return {
    kind: 'policy',
    name: policy.name,
    permissive: policy.as !== 'restrictive',
    command: command as PolicyCommand,
    roles: rolesOf(policy.to),
    using: policy.using ? context.condition(policy.using) : null,
    check: policy.withCheck ? context.condition(policy.withCheck) : null,
  };
}

function rolesOf(to: DrizzlePolicy['to']): readonly string[] {
  const list: readonly PolicyRole[] = to === undefined ? [] : Array.isArray(to) ? to : [to as PolicyRole];
  const names = list.map((role) => (typeof role === 'string' ? role : role.name));
  // With `public` the others say nothing, and PostgreSQL drops them with a notice.
  if (names.length === 0 || names.includes('public')) return ['public'];
  return [...new Set(names)].sort(compareText);
}
