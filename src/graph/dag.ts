/**
 * The revisions as numbers: node i needs only nodes below i, so that an ascending walk is an upgrade's order
 * and a descending walk is a downgrade's, and sets of revisions are byte arrays.
 */
import { checkNames, circle, type Links, linkRevision, throwFault } from './check.js';
import { type Edges, topologicalOrder } from './order.js';
import { withoutRedundant } from './redundant.js';
import type { RevisionNode } from './revision.js';

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
  const sorted = topologicalOrder(links.map(inOneList));
  if (sorted.kind === 'circle') throw circle(pick(byAge, sorted.members));

  const nodes = pick(byAge, sorted.order).map(freezeNode);
  const rank = new Uint32Array(nodes.length);
  for (const [at, old] of sorted.order.entries()) rank[old] = at;
  // Mostly every revision is younger than what it needs, and keeps its number.
  const isInOrder = rank.every((at, old) => at === old);
  const renumber = (list: readonly number[]) => (isInOrder ? list : list.map((old) => rank[old] ?? 0));
  const ordered = pick(links, sorted.order);
  const down = withoutRedundant(ordered.map((link) => renumber(link.down)));
  const up = reverse(down);
  // Most histories have no dependencies: then all that is needed are parents.
  const hasDependencies = ordered.some((link) => link.depends.length > 0);
  const needs = hasDependencies
    ? ordered.map((link, at) => [...(down[at] ?? []), ...renumber(link.depends)])
    : down;
  return {
    nodes,
    ids: new Map(nodes.map((node, at) => [node.id, at])),
    labels: new Map([...names.labels].map(([label, old]) => [label, rank[old] ?? 0])),
    down,
    up,
    needs,
    neededBy: hasDependencies ? reverse(needs) : up,
  };
}

/** What a revision needs, oldest first. */
function inOneList({ down, depends }: Links): readonly number[] {
  if (depends.length === 0 && down.length < 2) return down;
  return [...down, ...depends].sort((a, b) => a - b);
}

function sortByAge(revisions: readonly RevisionNode[]): RevisionNode[] {
  const dated = revisions.map((node) => ({ node, time: timeOf(node.created) }));
  dated.sort((a, b) => a.time - b.time || (a.node.id < b.node.id ? -1 : a.node.id > b.node.id ? 1 : 0));
  return dated.map((entry) => entry.node);
}

/** Milliseconds; 0 where there is no date, or none that can be read. The machine's time zone plays no part. */
function timeOf(created: string | undefined): number {
  if (created === undefined) return 0;
  const zoned = !created.endsWith('Z') && /T[\d:.]+$/.test(created) ? `${created}Z` : created;
  return Date.parse(zoned) || 0;
}

/** The caller may keep what it gave and change it; what is frozen through is taken as it is. */
function freezeNode(node: RevisionNode): RevisionNode {
  const { down, labels, depends } = node;
  const isFrozen = [node, down, labels, depends].every(Object.isFrozen) && labels.length < 2;
  if (isFrozen) return node;
  return Object.freeze({
    ...node,
    down: Object.freeze([...down]),
    labels: Object.freeze([...new Set(labels)]),
    depends: Object.freeze([...depends]),
  });
}

function pick<T>(list: readonly T[], order: readonly number[]): T[] {
  const picked: T[] = [];
  for (const at of order) {
    const item = list[at];
    if (item !== undefined) picked.push(item);
  }
  return picked;
}

function reverse(edges: Edges): number[][] {
  const back: number[][] = edges.map(() => []);
  for (const [at, targets] of edges.entries()) {
    for (const target of targets) back[target]?.push(at);
  }
  return back;
}
