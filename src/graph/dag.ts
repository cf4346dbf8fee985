/**
 * The revisions as numbers: node i needs only nodes below i, so that an ascending walk is an upgrade's order
 * and a descending walk is a downgrade's, and sets of revisions are byte arrays.
 */
import { checkNames, circle, linkRevision, throwFault } from './check.js';
import { topologicalOrder } from './order.js';
import type { RevisionNode } from './revision.js';

/** For each node, other nodes. */
export type Edges = readonly (readonly number[])[];

export interface Dag {
  /** Oldest first: whatever a node needs comes before it. */
  readonly nodes: readonly RevisionNode[];
  readonly ids: ReadonlyMap<string, number>;
  /** Declared labels only. */
  readonly labels: ReadonlyMap<string, number>;
  /** Parents, without those that are ancestors of another parent. */
  readonly down: Edges;
  /** Children: the other way of `down`. */
  readonly up: Edges;
  /** Parents, then dependencies. */
  readonly needs: Edges;
  /** The other way of `needs`. */
  readonly neededBy: Edges;
}

/**
 * Builds the graph in O(revisions + edges); the order of the input plays no part in the result.
 * @throws RevError REV_NAME, REV_DUPLICATE_REVISION, REV_LABEL, REV_MISSING_PARENT, REV_CYCLE
 */
export function buildDag(revisions: readonly RevisionNode[]): Dag {
  const byAge = sortByAge(revisions);
  const names = checkNames(byAge, throwFault);
  const links = byAge.map((node) => linkRevision(node, byAge, names, throwFault));
  const sorted = topologicalOrder(links.map((link) => [...link.down, ...link.depends].sort((a, b) => a - b)));
  if (sorted.kind === 'circle') throw circle(pick(byAge, sorted.members));

  const nodes = pick(byAge, sorted.order).map(freezeNode);
  const rank = new Uint32Array(nodes.length);
  for (const [at, old] of sorted.order.entries()) rank[old] = at;
  const renumber = (list: readonly number[]) => list.map((old) => rank[old] ?? 0);
  const ordered = pick(links, sorted.order);
  const written = ordered.map((link) => renumber(link.down));
  const down = withoutRedundant(written);
  const needs = ordered.map((link, at) => [...(down[at] ?? []), ...renumber(link.depends)]);
  return {
    nodes,
    ids: new Map(nodes.map((node, at) => [node.id, at])),
    labels: new Map([...names.labels].map(([label, old]) => [label, rank[old] ?? 0])),
    down,
    up: reverse(down),
    needs,
    neededBy: reverse(needs),
  };
}

function sortByAge(revisions: readonly RevisionNode[]): RevisionNode[] {
  const dated = revisions.map((node) => ({ node, time: timeOf(node.created) }));
  dated.sort((a, b) => a.time - b.time || (a.node.id < b.node.id ? -1 : a.node.id > b.node.id ? 1 : 0));
  return dated.map((entry) => entry.node);
}

/** Milliseconds; 0 where there is no date, or none that can be read. The machine's time zone plays no part. */
function timeOf(created: string | undefined): number {
  if (created === undefined) return 0;
  const zoned = /T[\d:.]+$/.test(created) ? `${created}Z` : created;
  return Date.parse(zoned) || 0;
}

function freezeNode(node: RevisionNode): RevisionNode {
  return Object.freeze({
    ...node,
    down: Object.freeze([...node.down]),
    labels: Object.freeze([...new Set(node.labels)]),
    depends: Object.freeze([...node.depends]),
  });
}

function pick<T>(list: readonly T[], order: readonly number[]): T[] {
  return order.flatMap((at) => {
    const item = list[at];
    return item === undefined ? [] : [item];
  });
}

function reverse(edges: Edges): number[][] {
  const back: number[][] = edges.map(() => []);
  for (const [at, targets] of edges.entries()) {
    for (const target of targets) back[target]?.push(at);
  }
  return back;
}

/**
 * Leaves out parents that are ancestors of another parent of the same node: they say nothing.
 * A parent with no other child cannot be one, and the search never goes below the candidates' level
 * (their longest way to a base), so ordinary merges cost next to nothing.
 */
function withoutRedundant(down: Edges): Edges {
  const children = new Uint32Array(down.length);
  const level = new Uint32Array(down.length);
  for (const [at, parents] of down.entries()) {
    for (const parent of parents) {
      children[parent] = (children[parent] ?? 0) + 1;
      level[at] = Math.max(level[at] ?? 0, (level[parent] ?? 0) + 1);
    }
  }
  const seenBy = new Int32Array(down.length).fill(-1);
  return down.map((parents, at) => {
    if (parents.length < 2) return parents;
    const candidates = new Set(parents.filter((parent) => (children[parent] ?? 0) > 1));
    if (candidates.size === 0) return parents;
    let floor = down.length;
    for (const parent of candidates) floor = Math.min(floor, level[parent] ?? 0);
    const redundant = new Set<number>();
    const queue = parents.filter((parent) => (level[parent] ?? 0) > floor);
    for (const from of queue) {
      for (const parent of down[from] ?? []) {
        if (seenBy[parent] === at) continue;
        seenBy[parent] = at;
        if (candidates.has(parent)) redundant.add(parent);
        if ((level[parent] ?? 0) > floor) queue.push(parent);
      }
      if (redundant.size === candidates.size) break;
    }
    return redundant.size === 0 ? parents : parents.filter((parent) => !redundant.has(parent));
  });
}
