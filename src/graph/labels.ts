/**
 * Which labels a revision carries when it is shown. Names are resolved by declared labels alone.
 */
import type { Dag } from './dag.js';

/**
 * The labels of every node. A label goes to all descendants of its revision, and to its ancestors up to
 * (not including) the branch point before it; a merge point passes nothing upwards.
 */
export function propagateLabels(dag: Dag): readonly (readonly string[])[] {
  const carried: (readonly string[])[] = dag.nodes.map((node) => node.labels);
  for (let at = dag.nodes.length - 1; at >= 0; at--) {
    const [parent, second] = dag.down[at] ?? [];
    if (parent === undefined || second !== undefined || dag.up[parent]?.length !== 1) continue;
    // Only labels that were declared at this node or came up to it: those from above come in the second pass.
    carried[parent] = union(carried[parent] ?? [], carried[at] ?? []);
  }
  for (const [at, parents] of dag.down.entries()) {
    for (const parent of parents) carried[at] = union(carried[at] ?? [], carried[parent] ?? []);
  }
  return carried;
}

/** Keeps the list that it was given where nothing is added, so that a long line shares one list. */
function union(mine: readonly string[], theirs: readonly string[]): readonly string[] {
  if (mine === theirs || theirs.length === 0) return mine;
  if (mine.length === 0) return theirs;
  const all = new Set([...mine, ...theirs]);
  return all.size === mine.length ? mine : [...all].sort();
}
