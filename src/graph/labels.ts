/**
 * Which labels a revision carries when it is shown. Names are resolved by declared labels alone.
 */
import type { Dag } from './dag.js';

/**
 * The labels of every node. A label goes to all descendants of its revision, and to its ancestors up to
 * (not including) the branch point before it; a merge point passes nothing upwards.
 *
 * So the revisions of a line without branch and merge points carry the same: they share one list.
 */
export function propagateLabels(dag: Dag): readonly (readonly string[])[] {
  const lines: Set<string>[] = [];
  const lineOf = new Uint32Array(dag.nodes.length);
  for (const [at, parents] of dag.down.entries()) {
    const [parent, second] = parents;
    const goesOn = parent !== undefined && second === undefined && dag.up[parent]?.length === 1;
    // A parent that the line does not go on from is the last of its own, so that one is complete.
    lineOf[at] = goesOn ? (lineOf[parent] ?? 0) : lines.push(union(parents, lineOf, lines)) - 1;
    for (const label of dag.nodes[at]?.labels ?? []) lines[lineOf[at] ?? 0]?.add(label);
  }
  const carried = lines.map((labels): readonly string[] => Object.freeze([...labels].sort()));
  return dag.nodes.map((_, at) => carried[lineOf[at] ?? 0] ?? []);
}

function union(parents: readonly number[], lineOf: Uint32Array, lines: readonly Set<string>[]): Set<string> {
  const all = new Set<string>();
  for (const parent of parents) for (const label of lines[lineOf[parent] ?? 0] ?? []) all.add(label);
  return all;
}
