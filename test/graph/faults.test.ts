import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RevisionGraph } from '../../src/graph/graph.js';
import { hostileRevisions } from './arbitrary.js';
import { nodesOf } from './notation.js';

/** Every fault of a history, and the graph that is left. */

function inspected(text: string): { faults: string[]; left: string } {
  const nodes = nodesOf(text).map((node, at) => ({ ...node, source: `${node.id}.${at}.ts` }));
  const { faults, graph } = RevisionGraph.inspect(nodes);
  const left = graph.ids.map((id) => `${id}<${graph.parentsOf(id).join(',')}`).join(' ');
  return { faults: faults.map(({ code, message }) => `${code}: ${message}`), left };
}

describe('inspect', () => {
  it('finds nothing in a sound history', () => {
    expect(inspected('a1; b1<a1 [x]; c1<a1 ~b1')).toEqual({ faults: [], left: 'a1< b1<a1 c1<a1' });
  });

  it('finds every missing parent and dependency, and names the files', () => {
    expect(inspected('a1<zz; b1<a1,yy; c1<b1 ~xx')).toEqual({
      faults: [
        "REV_MISSING_PARENT: Revision 'a1' (a1.0.ts) revises 'zz', which does not exist.",
        "REV_MISSING_PARENT: Revision 'b1' (b1.1.ts) revises 'yy', which does not exist.",
        "REV_MISSING_PARENT: Revision 'c1' (c1.2.ts) depends on 'xx', which does not exist.",
      ],
      left: 'a1< b1<a1 c1<b1',
    });
  });

  it('finds duplicate ids and labels, and names both', () => {
    expect(inspected('a1 [x]; a1; b1<a1 [x]; c1<b1 [a1]')).toEqual({
      faults: [
        "REV_DUPLICATE_REVISION: Revision 'a1' is there twice: a1.0.ts and a1.1.ts.",
        "REV_LABEL: Branch label 'x' of revision 'b1' (b1.2.ts) is already used by revision 'a1' (a1.0.ts).",
        "REV_LABEL: Branch label 'a1' of revision 'c1' (c1.3.ts) is the id of revision 'a1' (a1.0.ts).",
      ],
      left: 'a1< b1<a1 c1<b1',
    });
  });

  it('finds every circle', () => {
    const { faults } = inspected('a1<c1; b1<a1; c1<b1; d1<e1; e1<d1; f1<f1; g1<a1 ~h1; h1<g1');
    expect(faults.map((each) => each.replace(/in a circle: /, ''))).toEqual([
      "REV_CYCLE: Revision 'f1' (f1.5.ts) names itself in downRevision.",
      'REV_CYCLE: Revisions need each other a1 → c1 → b1 → a1.',
      'REV_CYCLE: Revisions need each other d1 → e1 → d1.',
      'REV_CYCLE: Revisions need each other g1 → h1 → g1.',
    ]);
  });

  it('goes on after names that are none', () => {
    const { faults, left } = inspected('head; b-1; c1 [base]; d1<c1');
    expect(faults.map((each) => each.split(':', 1)[0])).toEqual(['REV_NAME', 'REV_NAME', 'REV_LABEL']);
    expect(left).toBe('c1< d1<c1');
  });

  it('never throws, and finds a fault just where there is no graph', () => {
    fc.assert(
      fc.property(hostileRevisions, (revisions) => {
        const { faults, graph } = RevisionGraph.inspect(revisions);
        for (const fault of faults) expect(fault.hint).toBeTruthy();
        expect(faults.length > 0).toBe(isRefused(() => RevisionGraph.of(revisions)));
        if (faults.length === 0) expect(graph.ids).toEqual(RevisionGraph.of(revisions).ids);
      }),
      { numRuns: 2_000 },
    );
  });
});

function isRefused(build: () => unknown): boolean {
  try {
    build();
    return false;
  } catch {
    return true;
  }
}
