import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Layout, type Line, RevisionGraph } from '../../src/graph/graph.js';
import { soundRevisions } from './arbitrary.js';
import { graphOf } from './notation.js';

/** `id@lane` for each row. */
function placesOf(layout: Layout): string {
  return layout.revisions.map(({ id, lane }) => `${id}@${lane}`).join(' ');
}

function layoutOf(text: string): Layout {
  const graph = graphOf(text);
  return graph.layout(graph.history());
}

describe('a layout', () => {
  it('keeps a line in one lane', () => {
    expect(placesOf(layoutOf('a; b<a; c<b'))).toBe('c@0 b@0 a@0');
  });

  it('puts what was merged right under its merge', () => {
    const layout = layoutOf('a; b1<a; b2<b1; c1<a; c2<c1; m<b2,c2');
    expect(placesOf(layout)).toBe('m@0 c2@1 c1@1 b2@0 b1@0 a@0');
    expect(layout.lines).toContainEqual({ from: 2, to: 5, lane: 1, joins: { below: 4, lane: 0 } });
  });

  it('puts what is depended on lower, without a line', () => {
    const layout = layoutOf('a1; a2<a1; n1; n2<n1 ~a2');
    expect(placesOf(layout)).toBe('n2@0 n1@0 a2@0 a1@0');
    expect(layout.lines).toHaveLength(2);
  });

  it('tells which parents are outside of the range', () => {
    const graph = graphOf('a; b<a; c<a; d<b,c; e<d');
    const { revisions, lines } = graph.layout(graph.history({ from: 'b' }));
    expect(revisions.map(({ id, outside }) => [id, ...outside])).toEqual([['e'], ['d', 'c'], ['b', 'a']]);
    expect(lines).toHaveLength(2);
  });

  it('needs no more lanes for a hundred branches from one revision than for two', () => {
    const children = Array.from({ length: 100 }, (_, at) => `b${at}<a`).join('; ');
    expect(layoutOf(`a; ${children}`).lanes).toBe(2);
  });

  it('of nothing is empty', () => {
    expect(layoutOf('')).toEqual({ revisions: [], lines: [], lanes: 0 });
  });
});

/** Where a line is: the lane at each row between its ends, over to the line that it joins and along that one. */
function laneAt(layout: Layout, line: Line, row: number): number {
  let lane = line.lane;
  for (let at: Line | undefined = line; at?.joins && at.joins.below < row; ) {
    const { joins, to }: Line = at;
    lane = joins.lane;
    const under = joins.below;
    at = layout.lines.find(
      (other) =>
        other.to === to &&
        other.lane === joins.lane &&
        other.from <= under &&
        (other.joins?.below ?? to) > under,
    );
  }
  return lane;
}

describe('whatever the graph, a layout', () => {
  it('places each revision once, and draws each parent as a line downwards that no other revision lies on', () => {
    fc.assert(
      fc.property(soundRevisions, fc.nat(), (revisions, cut) => {
        const graph = RevisionGraph.of(revisions);
        const all = graph.history();
        const ids = all.slice(0, Math.max(1, cut % (all.length + 1)));
        const layout = graph.layout(ids);
        expect(layout.revisions.map(({ id }) => id).sort()).toEqual([...ids].sort());
        expect(layout.revisions.map(({ row }) => row)).toEqual(ids.map((_, row) => row));

        const at = new Map(layout.revisions.map((placed) => [placed.id, placed]));
        const drawn = layout.lines.map(({ from, to }) => `${from} ${to}`).sort();
        const wanted = ids.flatMap((id) =>
          graph
            .parentsOf(id)
            .flatMap((parent) => (at.has(parent) ? [`${at.get(id)?.row} ${at.get(parent)?.row}`] : [])),
        );
        expect(drawn).toEqual(wanted.sort());

        for (const line of layout.lines) {
          expect(line.from).toBeLessThan(line.to);
          for (let row = line.from + 1; row < line.to; row++) {
            expect(laneAt(layout, line, row)).not.toBe(layout.revisions[row]?.lane);
          }
          expect(laneAt(layout, line, line.to)).toBe(layout.revisions[line.to]?.lane);
        }
        for (const { id, row } of layout.revisions) {
          for (const below of graph.dependenciesOf(id))
            expect(at.get(below)?.row ?? row + 1).toBeGreaterThan(row);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('never has lines to different parents in one lane', () => {
    fc.assert(
      fc.property(soundRevisions, (revisions) => {
        const graph = RevisionGraph.of(revisions);
        const layout = graph.layout(graph.history());
        for (const [row] of layout.revisions.entries()) {
          const parentOf = new Map<number, number>();
          for (const line of layout.lines.filter(({ from, to }) => from < row && row < to)) {
            const lane = laneAt(layout, line, row);
            expect(parentOf.get(lane) ?? line.to).toBe(line.to);
            parentOf.set(lane, line.to);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
