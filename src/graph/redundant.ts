/**
 * Parents that are ancestors of another parent of the same node say nothing; hand-written files have them.
 */
import type { Edges } from './order.js';

const width = 32;

/**
 * The edges without those to a node that another target of the same node leads to. Nodes lead to lower nodes only.
 *
 * Only a parent with another child can be one. There are few of those in most histories; they are followed upwards 32 at a
 * time, as bits, in one pass from the oldest of them to the last node that names one.
 */
export function withoutRedundant(down: Edges): Edges {
  const lastNamed = candidates(down);
  if (lastNamed.size === 0) return down;
  const kept = [...down];
  const bits = new Int32Array(down.length);
  const below = new Int32Array(down.length);
  const ordered = [...lastNamed.keys()].sort((a, b) => a - b);
  for (let from = 0; from < ordered.length; from += width) {
    const batch = ordered.slice(from, from + width);
    const start = batch[0] ?? 0;
    const end = batch.reduce((last, node) => Math.max(last, lastNamed.get(node) ?? 0), 0);
    for (const [turn, node] of batch.entries()) bits[node] = 1 << turn;
    for (let at = start; at <= end; at++) {
      let named = 0;
      let under = 0;
      for (const parent of down[at] ?? []) {
        if (parent < start) continue;
        named |= bits[parent] ?? 0;
        under |= below[parent] ?? 0;
      }
      below[at] = named | under;
      const redundant = named & under;
      if (redundant !== 0) {
        kept[at] = (kept[at] ?? []).filter((parent) => ((bits[parent] ?? 0) & redundant) === 0);
      }
    }
    for (const node of batch) bits[node] = 0;
  }
  return kept;
}

/** The parents that may be redundant somewhere, each with the last node for which it may be. */
function candidates(down: Edges): Map<number, number> {
  const children = new Uint32Array(down.length);
  for (const parents of down) for (const parent of parents) children[parent] = (children[parent] ?? 0) + 1;
  const lastNamed = new Map<number, number>();
  for (const [at, parents] of down.entries()) {
    if (parents.length < 2) continue;
    for (const parent of parents) if ((children[parent] ?? 0) > 1) lastNamed.set(parent, at);
  }
  return lastNamed;
}
