import {
  nameKey,
  type Policy,
  type QualifiedName,
  sameData,
  sameName,
  type Table,
  type View,
} from '../catalog/index.js';
import type { DropPolicy, Operation } from '../operations/index.js';
import type { DiffRules } from './rules.js';
import type { TableFate } from './views.js';

/**
 * Row level security and its policies. A policy that reads what changes under it leaves before anything else happens
 * and comes back at the end; the others are altered where they are.
 */

export interface PolicyOperations {
  readonly first: readonly Operation[];
  readonly last: readonly Operation[];
}

export interface PolicyContext {
  /** What happens to tables, by the name that they have before. */
  readonly fates: ReadonlyMap<string, TableFate>;
  /** Views that are away meanwhile. */
  readonly away: readonly Pick<View, 'schema' | 'name'>[];
  readonly rules: DiffRules;
  /** The name that a table had before its rename. */
  oldName(table: QualifiedName): QualifiedName;
  /** The tables before the renames, where policies leave. */
  readonly standing: readonly Table[];
}

/** @param actual tables after any renames. */
export function diffPolicies(
  actual: readonly Table[],
  wanted: readonly Table[],
  context: PolicyContext,
): PolicyOperations {
  const first: Operation[] = [];
  const last: Operation[] = [];
  const key = ({ schema, name }: QualifiedName) => nameKey({ schema, name });
  const modelled = new Set(wanted.map((each) => key(storedName(each, context))));
  const found = new Map(actual.map((each) => [key(each), each]));
  for (const table of actual) {
    if (modelled.has(key(table))) continue;
    // It goes, and its policies with it; but those that read something else that goes may be in the way.
    const old = context.oldName(table);
    first.push(
      ...(table.policies ?? []).flatMap((was) =>
        stands(was, old, true, context) ? [drop(old, was, context)] : [],
      ),
    );
  }
  for (const model of wanted) {
    const name = storedName(model, context);
    const live = found.get(key(name));
    const { before, after } = tablePolicies(live, model, name, context);
    first.push(...before);
    last.push(...after);
  }
  return { first, last };
}

function tablePolicies(
  live: Table | undefined,
  model: Table,
  table: QualifiedName,
  context: PolicyContext,
): { readonly before: readonly Operation[]; readonly after: readonly Operation[] } {
  const { rules } = context;
  const before: Operation[] = [];
  const after: Operation[] = [];
  if (model.rowSecurity && !live?.rowSecurity) after.push({ kind: 'enableRowSecurity', table });
  if (!model.rowSecurity && live?.rowSecurity) after.push({ kind: 'disableRowSecurity', table });
  const policies = live?.policies ?? [];
  const models = (model.policies ?? []).map((each) => ({ ...each, name: rules.storedName(each.name) }));
  const old = context.oldName(table);
  const gone = policies.filter((each) => !models.some(({ name }) => name === each.name));
  const added = models.filter((each) => !policies.some(({ name }) => name === each.name));
  for (const was of policies) {
    const policy = models.find(({ name }) => name === was.name) ?? renamed(was, gone, added, rules);
    if (!policy) {
      before.push(drop(old, was, context));
      continue;
    }
    const same = samePolicy(was, policy, rules);
    if (stands(was, old, same, context)) {
      before.push({ ...drop(old, was, context), keep: true });
      after.push({ kind: 'createPolicy', table, policy, restore: true });
      continue;
    }
    if (was.name !== policy.name) {
      after.push({ kind: 'renamePolicy', table, from: was.name, to: policy.name });
    } else if (!same) {
      after.push({ kind: 'alterPolicy', table, policy, was });
    }
  }
  const kept = added.filter(
    (policy) => !policies.some((was) => gone.includes(was) && renamed(was, gone, added, rules) === policy),
  );
  after.push(...kept.map((policy): Operation => ({ kind: 'createPolicy', table, policy })));
  return { before, after };
}

/** The one that is new and says the same as one that is gone, where there is no other. */
function renamed(
  was: Policy,
  gone: readonly Policy[],
  added: readonly Policy[],
  rules: DiffRules,
): Policy | undefined {
  const alike = added.filter((each) => samePolicy(was, each, rules));
  const [only] = alike;
  if (!only || alike.length > 1) return undefined;
  return gone.filter((each) => samePolicy(each, only, rules)).length === 1 ? only : undefined;
}

export function samePolicy(actual: Policy, wanted: Policy, rules: DiffRules): boolean {
  const same = (a: string | null, b: string | null) =>
    a === null || b === null ? a === b : rules.equalQueries(a, b);
  return (
    actual.permissive === wanted.permissive &&
    actual.command === wanted.command &&
    sameData(actual.roles, wanted.roles.map(rules.storedName)) &&
    same(actual.using, wanted.using) &&
    same(actual.check, wanted.check)
  );
}

/**
 * Whether a policy stands in the way; a rename of its own table or columns it follows by itself. One that changes too
 * is made again: only its text before the renames is the server's own.
 */
function stands(policy: Policy, own: QualifiedName, same: boolean, context: PolicyContext): boolean {
  return (policy.uses ?? []).some((use) => {
    const name = context.oldName(use);
    if (context.away.some((view) => sameName(view, name))) return true;
    const fate = context.fates.get(nameKey(name));
    if (!fate) return false;
    if (fate.moves && !(same && sameName(name, own))) return true;
    return use.columns.some(
      (column) =>
        fate.dropped.has(column) || fate.retyped.has(column) || (!same && fate.revalued.has(column)),
    );
  });
}

/** In the words that the policy has before the renames: on the way back it comes when they are undone. */
function drop({ schema, name }: QualifiedName, was: Policy, { standing }: PolicyContext): DropPolicy {
  const table = { schema, name };
  const policies = standing.find((each) => sameName(each, table))?.policies ?? [];
  const before = policies.find((each) => each.name === was.name) ?? was;
  return { kind: 'dropPolicy', name: was.name, table, was: before };
}

function storedName({ schema, name }: QualifiedName, { rules }: PolicyContext): QualifiedName {
  return { schema, name: rules.storedName(name) };
}

/** A table that goes, without the policies that have left before it. */
export function withoutDropped(table: Table, operations: readonly Operation[]): Table {
  if (!table.policies) return table;
  const left = table.policies.filter(
    ({ name }) =>
      !operations.some(
        (each) => each.kind === 'dropPolicy' && each.name === name && sameName(each.table, table),
      ),
  );
  return { ...table, policies: left };
}

/** A table without what operations of their own make. */
export function bareTable(table: Table): Table {
  const { policies: _policies, rowSecurity: _rowSecurity, ...bare } = table;
  return { ...bare, indexes: [] };
}
