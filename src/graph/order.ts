/**
 * The one order of all revisions: what a revision needs comes before it, and apart from that the older comes first.
 */

/** For each node, other nodes. */
export type Edges = readonly (readonly number[])[];

/** An order, or the circle that makes one impossible (each member needs the next). */
export type Order =
  | { readonly kind: 'order'; readonly order: readonly number[] }
  | { readonly kind: 'circle'; readonly members: readonly number[] };

const unseen = 0;
const open = 1;
const done = 2;

/**
 * Goes through the nodes 0, 1, 2, … and puts each after everything that it needs and that is not there yet.
 * So the order depends only on the nodes' own order, and lines stay together. O(nodes + edges), no recursion.
 */
export function topologicalOrder(needs: Edges): Order {
  const state = new Uint8Array(needs.length);
  const next = new Uint32Array(needs.length);
  const order: number[] = [];
  const path: number[] = [];
  for (let root = 0; root < needs.length; root++) {
    if (state[root] !== unseen) continue;
    path.push(root);
    state[root] = open;
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const turn = next[at] ?? 0;
      const need = needs[at]?.[turn];
      next[at] = turn + 1;
      if (need === undefined) {
        state[at] = done;
        order.push(at);
        path.pop();
      } else if (state[need] === open) {
        return { kind: 'circle', members: path.slice(path.indexOf(need)) };
      } else if (state[need] === unseen) {
        state[need] = open;
        path.push(need);
      }
    }
  }
  return { kind: 'order', order };
}
