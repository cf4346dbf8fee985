import { nameKey } from '../catalog/index.js';
import type { Operation } from '../operations/index.js';
import type { TableDiff } from './compare-tables.js';
import type { DiffRules } from './rules.js';

/**
 * Constraints and indexes that follow a rename may take a name that another of them has until its own turn comes (two
 * tables that exchange their names): that one steps aside first.
 */
export function stepAside(
  diffs: readonly TableDiff[],
  rules: DiffRules,
): { readonly first: readonly Operation[]; readonly diffs: readonly TableDiff[] } {
  const key = ({ table }: TableDiff, name: string) => nameKey({ schema: table.schema, name });
  const renames = diffs.flatMap((each) => renamesOf(each).map((rename) => ({ each, rename })));
  const wanted = new Set(renames.map(({ each, rename }) => key(each, rename.to)));
  const inTheWay = renames.filter(({ each, rename }) => wanted.has(key(each, rename.from)));
  if (inTheWay.length === 0) return { first: [], diffs };
  const aside = new Map(
    inTheWay.map(({ each, rename }) => [key(each, rename.from), rules.storedName(`rev_swap_${rename.from}`)]),
  );
  const first = inTheWay.map(({ each: { table }, rename: { from, index } }): Operation => {
    const to = aside.get(nameKey({ schema: table.schema, name: from })) ?? from;
    return index
      ? { kind: 'renameIndex', table, from, to }
      : { kind: 'alterTable', table, changes: [{ kind: 'renameConstraint', from, to }] };
  });
  return {
    first,
    diffs: diffs.map((each) => {
      const now = (name: string) => aside.get(key(each, name)) ?? name;
      return {
        ...each,
        changes: each.changes.map((change) =>
          change.kind === 'renameConstraint' ? { ...change, from: now(change.from) } : change,
        ),
        renamedIndexes: each.renamedIndexes.map(({ from, to }) => ({ from: now(from), to })),
      };
    }),
  };
}

function renamesOf({ changes, renamedIndexes }: TableDiff) {
  return [
    ...changes.flatMap((change) =>
      change.kind === 'renameConstraint' ? [{ from: change.from, to: change.to, index: false }] : [],
    ),
    ...renamedIndexes.map((rename) => ({ ...rename, index: true })),
  ];
}
