/**
 * Sets of revisions, as one byte per node, and what can be reached from them. Every function is O(nodes + edges).
 */
import type { Dag } from './dag.js';
import type { Edges } from './order.js';

/** 1 where the node is in the set. */
export type NodeSet = Uint8Array;

/** The set of the given nodes. */
export function setOf(dag: Dag, members: Iterable<number>): NodeSet {
  const set = new Uint8Array(dag.nodes.length);
  for (const at of members) set[at] = 1;
  return set;
}

/** The members of a set, oldest first. */
export function membersOf(set: NodeSet): number[] {
  const members: number[] = [];
  for (let at = 0; at < set.length; at++) if (set[at] === 1) members.push(at);
  return members;
}

/** The given nodes and everything that the edges lead to from them. */
export function reach(edges: Edges, from: Iterable<number>): NodeSet {
  const set = new Uint8Array(edges.length);
  const queue: number[] = [];
  const visit = (at: number) => {
    if (set[at] === 1) return;
    set[at] = 1;
    queue.push(at);
  };
  for (const at of from) visit(at);
  for (const at of queue) for (const next of edges[at] ?? []) visit(next);
  return set;
}

/** A revision with its ancestors and descendants, by parents only: everything on a branch that goes through it. */
export function lineage(dag: Dag, of: number): NodeSet {
  const set = reach(dag.down, [of]);
  for (const [at, above] of reach(dag.up, [of]).entries()) if (above === 1) set[at] = 1;
  return set;
}

/** The members that no other member stands on, directly or through others, oldest first. */
export function tips(dag: Dag, members: NodeSet): number[] {
  const covered = new Uint8Array(members.length);
  const found: number[] = [];
  for (let at = members.length - 1; at >= 0; at--) {
    if (members[at] === 1 && covered[at] === 0) found.push(at);
    if (members[at] === 0 && covered[at] === 0) continue;
    for (const need of dag.needs[at] ?? []) covered[need] = 1;
  }
  return found.reverse();
}

/** The members that have no child in the set, by parents only, oldest first. */
export function branchTips(dag: Dag, members: NodeSet): number[] {
  return membersOf(members).filter((at) => !dag.up[at]?.some((child) => members[child] === 1));
}

/** Nodes that the edges lead nowhere from, oldest first. */
export function ends(edges: Edges): number[] {
  const found: number[] = [];
  for (const [at, targets] of edges.entries()) if (targets.length === 0) found.push(at);
  return found;
}

/** The ids of nodes. */
export function idsOf(dag: Dag, nodes: readonly number[]): string[] {
  return nodes.map((at) => idOf(dag, at));
}

/** The id of a node. */
export function idOf(dag: Dag, at: number): string {
  return dag.nodes[at]?.id ?? '';
}
