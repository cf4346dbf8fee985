/**
 * Where a new revision goes: the parents of `create` and of `merge`.
 */
import { RevError } from '../errors.js';
import type { Dag } from './dag.js';
import { resolveName } from './names.js';
import { ends, idOf, idsOf, reach } from './reach.js';
import { branchOf, parseTarget } from './targets.js';
import { plain, quote, sentence } from './wording.js';

/** Where to put a new revision. */
export interface CreateOptions {
  /** What it revises, default `head`. Several make it a merge, `base` makes it a new base. */
  readonly head?: string | readonly string[];
  /** Allows parents that are not heads: the new revision begins a branch. */
  readonly splice?: boolean;
}

/** Where to put a merge. */
export interface MergeOptions {
  /** Allows parents that are not heads. */
  readonly splice?: boolean;
}

/**
 * The parents of a new revision, in the order in which they were named.
 * @throws RevError REV_MULTIPLE_HEADS, REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION,
 *   REV_TARGET when a parent is no head, REV_USAGE when one is named twice
 */
export function planCreate(dag: Dag, options: CreateOptions): string[] {
  const { head = 'head', splice = false } = options;
  const texts = typeof head === 'string' ? [head] : head;
  const parents = texts.flatMap((text) => parentsNamed(dag, text, 'create'));
  const named = new Set<number>();
  const twice = parents.find((at) => named.size === named.add(at).size);
  if (twice !== undefined) {
    throw new RevError('REV_USAGE', `Revision ${quote(idOf(dag, twice))} is named twice as a parent.`, {
      hint: 'Name each parent once.',
      data: { revision: idOf(dag, twice) },
    });
  }
  if (parents.length > 0 && texts.some((text) => parseTarget(text).symbol === 'base')) {
    throw new RevError('REV_USAGE', 'A revision is either a base or revises others, not both.', {
      hint: 'Leave out `base`, or name nothing else.',
    });
  }
  checkParents(dag, parents, splice, 'create');
  return idsOf(dag, parents);
}

/**
 * The parents of a merge revision, each once, in the order in which they were named.
 * @throws RevError REV_USAGE when fewer than two are left, REV_TARGET when one is no head or an ancestor of another,
 *   REV_MULTIPLE_HEADS, REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION
 */
export function planMerge(dag: Dag, texts: readonly string[], options: MergeOptions): string[] {
  const parents = [...new Set(texts.flatMap((text) => parentsNamed(dag, text, 'merge')))];
  if (parents.length < 2) {
    const [only] = parents;
    const found = only === undefined ? 'none was named' : `there is only ${quote(idOf(dag, only))}`;
    throw new RevError('REV_USAGE', `A merge joins at least two revisions; ${found}.`, {
      hint:
        ends(dag.up).length < 2
          ? 'There is nothing to merge: `rev heads` shows one head at most.'
          : 'rev merge heads',
      data: { revisions: idsOf(dag, parents) },
    });
  }
  checkParents(dag, parents, options.splice ?? false, 'merge');
  return idsOf(dag, parents);
}

/** `heads` means all heads here, also those that something depends on: afterwards there shall be one. */
function parentsNamed(dag: Dag, text: string, command: 'create' | 'merge'): number[] {
  const target = parseTarget(text);
  if (target.offset) {
    throw new RevError('REV_TARGET', `A parent cannot be given by a relative target: ${quote(text)}.`, {
      hint: 'Name the revision itself; `rev history` shows the ids.',
      data: { target: text },
    });
  }
  if (text === 'heads') return ends(dag.up);
  return resolveName(dag, target.symbol, branchOf(dag, target), text, command);
}

function checkParents(
  dag: Dag,
  parents: readonly number[],
  splice: boolean,
  command: 'create' | 'merge',
): void {
  const below = reach(
    dag.down,
    parents.flatMap((at) => dag.down[at] ?? []),
  );
  const older = parents.find((at) => below[at] === 1);
  if (older !== undefined) throw ancestor(dag, older, parents);
  const inner = splice ? undefined : parents.find((at) => (dag.up[at] ?? []).length > 0);
  if (inner === undefined) return;
  const id = idOf(dag, inner);
  const hint =
    command === 'create'
      ? `To begin a branch there:\n  rev create --splice --head ${plain(id)} -m "…"`
      : `Merge the heads above it instead: ${sentence(idsOf(dag, headsAbove(dag, inner)))}.`;
  throw new RevError(
    'REV_TARGET',
    `Revision ${quote(id)} is not a head: ${sentence(childIds(dag, inner))} already ${childIds(dag, inner).length === 1 ? 'revises' : 'revise'} it.`,
    {
      hint,
      data: { revision: id, heads: idsOf(dag, headsAbove(dag, inner)) },
    },
  );
}

function childIds(dag: Dag, at: number): string[] {
  return idsOf(dag, dag.up[at] ?? []);
}

function headsAbove(dag: Dag, at: number): number[] {
  const above = reach(dag.up, [at]);
  return ends(dag.up).filter((head) => above[head] === 1);
}

function ancestor(dag: Dag, at: number, parents: readonly number[]): RevError {
  const above = reach(dag.up, [at]);
  const descendant = parents.find((other) => other !== at && above[other] === 1) ?? at;
  return new RevError(
    'REV_TARGET',
    `Revision ${quote(idOf(dag, at))} is an ancestor of ${quote(idOf(dag, descendant))}: there is nothing to merge between them.`,
    {
      hint: `Leave out ${plain(idOf(dag, at))}.`,
      data: { revision: idOf(dag, at), descendant: idOf(dag, descendant) },
    },
  );
}
