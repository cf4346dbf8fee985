/**
 * All that is wrong with a history, where building the graph ends at the first: for `doctor`.
 */
import type { RevError } from '../errors.js';
import { checkNames, circle, linkRevision } from './check.js';
import { topologicalOrder } from './order.js';
import type { RevisionNode } from './revision.js';

export interface FoundFaults {
  /** In the order of the list: names first, then what they lead to, then circles. */
  readonly faults: readonly RevError[];
  /** The revisions without what is at fault: a graph can be built of them. */
  readonly sound: readonly RevisionNode[];
}

interface Needs {
  readonly down: Set<number>;
  readonly depends: Set<number>;
}

/** Finds every fault; one that hides behind another (a circle through a duplicate id) shows once that one is mended. */
export function findFaults(revisions: readonly RevisionNode[]): FoundFaults {
  const faults: RevError[] = [];
  const note = (fault: RevError) => faults.push(fault);
  const names = checkNames(revisions, note);
  const isKnown = (at: number) => names.ids.get(revisions[at]?.id ?? '') === at;
  const needs = revisions.map((node, at): Needs => {
    if (!isKnown(at)) return { down: new Set(), depends: new Set() };
    const { down, depends } = linkRevision(node, revisions, names, note);
    // A label may lead to a revision whose id is another's.
    return { down: new Set(down), depends: new Set(depends.filter(isKnown)) };
  });
  for (const members of breakCircles(needs)) note(circle(members.flatMap((at) => revisions[at] ?? [])));
  const idsOf = (set: ReadonlySet<number>) => [...set].map((at) => revisions[at]?.id ?? '');
  const sound = revisions.flatMap((node, at): RevisionNode[] => {
    const { down, depends } = needs[at] ?? {};
    if (!isKnown(at) || !down || !depends) return [];
    const labels = node.labels.filter((label) => names.labels.get(label) === at);
    return [{ ...node, labels, down: idsOf(down), depends: idsOf(depends) }];
  });
  return { faults, sound };
}

/** Takes one need out of each circle, until there is none; returns the circles. */
function breakCircles(needs: readonly Needs[]): readonly (readonly number[])[] {
  const circles: (readonly number[])[] = [];
  for (;;) {
    const sorted = topologicalOrder(needs.map(({ down, depends }) => [...down, ...depends]));
    if (sorted.kind === 'order') return circles;
    const { members } = sorted;
    circles.push(members);
    const [first] = members;
    const last = needs[members.at(-1) ?? -1];
    if (first === undefined || !last) return circles;
    last.down.delete(first);
    last.depends.delete(first);
  }
}
