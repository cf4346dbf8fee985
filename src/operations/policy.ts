import {
  absent,
  type Catalog,
  displayName,
  type Policy,
  type QualifiedName,
  requireTable,
  updateTable,
} from '../catalog/index.js';
import { RevError } from '../errors.js';
import type { Faces } from './faces.js';
import type { Source } from './source.js';

export interface CreatePolicy {
  readonly kind: 'createPolicy';
  readonly table: QualifiedName;
  readonly policy: Policy;
  /** Give back what a dropPolicy of this name with `keep` has remembered. */
  readonly restore?: true;
}

export interface DropPolicy {
  readonly kind: 'dropPolicy';
  readonly name: string;
  readonly table: QualifiedName;
  /** Remember its comment for a createPolicy to come. */
  readonly keep?: true;
  readonly was?: Policy;
}

/** The policy as it is to be, whole; the dialect finds the way. */
export interface AlterPolicy {
  readonly kind: 'alterPolicy';
  readonly table: QualifiedName;
  readonly policy: Policy;
  readonly was?: Policy;
}

export interface RenamePolicy {
  readonly kind: 'renamePolicy';
  readonly table: QualifiedName;
  readonly from: string;
  readonly to: string;
}

export const createPolicy: Faces<CreatePolicy, DropPolicy> = {
  invert: ({ table, policy, restore }) => [
    {
      kind: 'dropPolicy',
      name: policy.name,
      table,
      ...(restore ? { keep: true } : {}),
      was: policy,
    },
  ],
  apply: ({ table, policy }, catalog) =>
    updatePolicies(catalog, table, (policies) => {
      if (policies.some(({ name }) => name === policy.name)) {
        throw new RevError('REV_OPERATION', `Policy ${policy.name} of ${displayName(table)} exists already.`);
      }
      return [...policies, policy];
    }),
  describe: ({ table, policy }) => `create policy ${policy.name} on ${displayName(table)}`,
  render: ({ table, policy, restore }, source) =>
    renderPolicy('createPolicy', table, policy, source, restore),
  reduce: (operation, next) =>
    next.kind === 'dropPolicy' && isOf(next as DropPolicy, operation.table, operation.policy.name)
      ? []
      : null,
  losses: () => [],
};

export const dropPolicy: Faces<DropPolicy, CreatePolicy> = {
  invert: ({ table, keep, was }) =>
    was ? [{ kind: 'createPolicy', table, policy: was, ...(keep ? { restore: true } : {}) }] : null,
  apply: ({ table, name }, catalog) =>
    updatePolicies(catalog, table, (policies) => {
      requirePolicy(policies, table, name);
      return policies.filter((policy) => policy.name !== name);
    }),
  describe: ({ table, name }) => `drop policy ${name} on ${displayName(table)}`,
  render: ({ table, name, keep }, source) =>
    source.statement('dropPolicy', [
      source.string(name),
      source.name(table),
      ...source.options({ keep: keep ? 'true' : undefined }),
    ]),
  reduce: () => null,
  losses: () => [],
};

export const alterPolicy: Faces<AlterPolicy> = {
  invert: ({ table, policy, was }) =>
    was ? [{ kind: 'alterPolicy', table, policy: was, was: policy }] : null,
  apply: ({ table, policy }, catalog) =>
    updatePolicies(catalog, table, (policies) => {
      requirePolicy(policies, table, policy.name);
      return policies.map((each) => (each.name === policy.name ? policy : each));
    }),
  describe: ({ table, policy }) => `alter policy ${policy.name} on ${displayName(table)}`,
  render: ({ table, policy }, source) => renderPolicy('alterPolicy', table, policy, source),
  reduce: (operation, next) => {
    const later = next as AlterPolicy;
    return next.kind === 'alterPolicy' &&
      isOf(later.policy, operation.table, operation.policy.name, later.table)
      ? [{ ...operation, policy: later.policy }]
      : null;
  },
  losses: () => [],
};

export const renamePolicy: Faces<RenamePolicy> = {
  invert: ({ table, from, to }) => [{ kind: 'renamePolicy', table, from: to, to: from }],
  apply: ({ table, from, to }, catalog) =>
    updatePolicies(catalog, table, (policies) => {
      requirePolicy(policies, table, from);
      return policies.map((each) => (each.name === from ? { ...each, name: to } : each));
    }),
  describe: ({ table, from, to }) => `rename policy ${from} to ${to} on ${displayName(table)}`,
  render: ({ table, from, to }, source) =>
    source.statement('renamePolicy', [source.name(table), source.string(from), source.string(to)]),
  reduce: () => null,
  losses: () => [],
};

function renderPolicy(
  method: string,
  table: QualifiedName,
  policy: Policy,
  source: Source,
  restore?: true,
): string {
  const { permissive, command, roles, using, check } = policy;
  return source.statement(method, [
    source.string(policy.name),
    source.name(table),
    ...source.options({
      as: permissive ? undefined : source.string('restrictive'),
      for: command === 'all' ? undefined : source.string(command),
      to: roles.length === 1 && roles[0] === 'public' ? undefined : source.strings(roles),
      using: using === null ? undefined : source.sql(using),
      withCheck: check === null ? undefined : source.sql(check),
      restore: restore ? 'true' : undefined,
    }),
  ]);
}

function isOf(
  drop: { readonly name: string; readonly table?: QualifiedName },
  table: QualifiedName,
  name: string,
  of: QualifiedName | undefined = drop.table,
): boolean {
  return drop.name === name && of?.name === table.name && of.schema === table.schema;
}

function updatePolicies(
  catalog: Catalog,
  name: QualifiedName,
  change: (policies: readonly Policy[]) => readonly Policy[],
): Catalog {
  const policies = change(requireTable(catalog, name).policies ?? []);
  return updateTable(catalog, name, ({ policies: _before, ...table }) =>
    policies.length === 0 ? table : { ...table, policies },
  );
}

function requirePolicy(policies: readonly Policy[], table: QualifiedName, name: string): void {
  if (!policies.some((policy) => policy.name === name)) {
    throw absent('policy', { schema: null, name: `${name} on ${displayName(table)}` });
  }
}
