import { describe, expect, it } from 'vitest';
import { RevisionGraph, type RevisionNode } from '../../src/graph/graph.js';
import { graphOf, nodesOf, refusal, showPlan } from './notation.js';

const node = (id: string, rest: Partial<RevisionNode> = {}): RevisionNode => ({
  id,
  down: [],
  labels: [],
  depends: [],
  ...rest,
});

describe('a graph of revisions', () => {
  const graph = graphOf('a1; b1<a1; c1<a1; d1<b1,c1; n1 [netw] ~d1');

  it('knows its shape', () => {
    expect(graph.size).toBe(5);
    expect(graph.heads()).toEqual(['d1', 'n1']);
    expect(graph.realHeads()).toEqual(['n1']);
    expect(graph.bases()).toEqual(['a1', 'n1']);
    expect(graph.branchPoints()).toEqual(['a1']);
    expect(graph.mergePoints()).toEqual(['d1']);
    expect(graph.parentsOf('d1')).toEqual(['b1', 'c1']);
    expect(graph.childrenOf('a1')).toEqual(['b1', 'c1']);
    expect(graph.get('n1')?.labels).toEqual(['netw']);
    expect(graph.has('zz')).toBe(false);
    expect(graph.get('zz')).toBeUndefined();
  });

  it('of no revisions has nothing to do', () => {
    const empty = RevisionGraph.of([]);
    expect(empty.heads()).toEqual([]);
    expect(empty.resolve('head')).toEqual([]);
    expect(showPlan(empty.planUpgrade([], 'head'))).toBe('=>');
    expect(showPlan(empty.planDowngrade([], 'base'))).toBe('=>');
    expect(empty.history()).toEqual([]);
    expect(empty.planCreate()).toEqual([]);
  });

  it('refuses questions about a revision that is not there, and guesses which was meant', () => {
    const error = refusal(() => graphOf('abcd1111; abce3333<abcd1111').parentsOf('abcd1112'));
    expect(error.code).toBe('REV_UNKNOWN_REVISION');
    expect(error.hint).toContain('abcd1111');
  });
});

describe('order', () => {
  it('puts what is needed first, then goes by creation time, then by id', () => {
    const graph = RevisionGraph.of([
      node('z', { created: '2026-01-01T00:00:00Z' }),
      node('c', { down: ['late'], created: '2026-01-02T00:00:00Z' }),
      node('late', { created: '2026-02-01T00:00:00Z' }),
      node('b', { created: '2026-01-03T00:00:00Z' }),
      node('a', { created: '2026-01-03T00:00:00Z' }),
    ]);
    expect(graph.ids).toEqual(['z', 'late', 'c', 'a', 'b']);
  });

  it('takes a time without a zone as UTC, wherever it runs', () => {
    const graph = RevisionGraph.of([
      node('b', { created: '2026-01-01T00:00:00' }),
      node('a', { created: '2026-01-01T00:00:01Z' }),
    ]);
    expect(graph.ids).toEqual(['b', 'a']);
  });
});

describe('labels', () => {
  const labels = (text: string) => {
    const graph = graphOf(text);
    return Object.fromEntries(graph.ids.map((id) => [id, graph.labelsOf(id)]));
  };

  it('reach all descendants', () => {
    expect(labels('a1; b1<a1 [x]; b2<b1; c1<a1; m1<b2,c1; z1<m1')).toEqual({
      a1: [],
      b1: ['x'],
      b2: ['x'],
      c1: [],
      m1: ['x'],
      z1: ['x'],
    });
  });

  it('reach the ancestors up to the branch point, also where the line forks below', () => {
    expect(labels('a1; b1<a1; b2<b1 [x]; b3<b2; b4<b2; c1<a1')).toEqual({
      a1: [],
      b1: ['x'],
      b2: ['x'],
      b3: ['x'],
      b4: ['x'],
      c1: [],
    });
  });
});

describe('revisions that cannot be a graph', () => {
  const build = (...nodes: RevisionNode[]) => refusal(() => RevisionGraph.of(nodes));

  it('the same id twice: both files are named', () => {
    const error = build(node('a1', { source: 'one.ts' }), node('a1', { source: 'two.ts' }));
    expect(error.code).toBe('REV_DUPLICATE_REVISION');
    expect(error.message).toBe("Revision 'a1' is there twice: one.ts and two.ts.");
  });

  it('an absent parent: the file that refers to it is named', () => {
    const error = build(node('b1', { down: ['zz'], source: 'b1_add.ts' }));
    expect(error.code).toBe('REV_MISSING_PARENT');
    expect(error.message).toBe("Revision 'b1' (b1_add.ts) revises 'zz', which does not exist.");
    expect(error.hint).toContain('b1_add.ts');
  });

  it('an absent dependency', () => {
    expect(build(node('b1', { depends: ['zz'] })).code).toBe('REV_MISSING_PARENT');
  });

  it('a label as a parent: the id is suggested', () => {
    const error = build(node('a1', { labels: ['x'] }), node('b1', { down: ['x'] }));
    expect(error.code).toBe('REV_MISSING_PARENT');
    expect(error.hint).toContain("write 'a1'");
  });

  it.each([
    ['a1<b1; b1<a1', 'a1 → b1 → a1'],
    ['a1; b1<a1; c1<d1; d1<c1', 'c1 → d1 → c1'],
    ['a1 ~b1; b1<. ~a1', 'a1 → b1 → a1'],
    ['a1; b1<a1,c1; c1<b1; d1<a1', 'b1 → c1 → b1'],
  ])('a circle, %s, is shown', (text, shown) => {
    const error = refusal(() => graphOf(text));
    expect(error.code).toBe('REV_CYCLE');
    expect(error.message).toContain(shown);
  });

  it('a revision that names itself', () => {
    expect(build(node('a1', { down: ['a1'] })).code).toBe('REV_CYCLE');
    expect(build(node('a1', { depends: ['a1'] })).code).toBe('REV_CYCLE');
    expect(build(node('a1', { labels: ['x'], depends: ['x'] })).code).toBe('REV_CYCLE');
  });

  it.each(['', 'a@b', 'a-b', 'a+b', 'a:b', 'a b', 'a\nb', 'head', 'heads', 'base', 'current'])(
    'an id %j',
    (id) => {
      const error = build(node(id, { source: 'x.ts' }));
      expect(error.code).toBe('REV_NAME');
      expect(error.message).toContain('x.ts');
      expect(error.hint).toBeTruthy();
    },
  );

  it.each(['', 'x@y', 'x+1', 'x-1', 'x:y', 'head', 'base', '-x'])('a label %j', (label) => {
    expect(build(node('a1', { labels: [label] })).code).toBe('REV_LABEL');
  });

  it('a label that is used already, or is an id', () => {
    expect(refusal(() => graphOf('a1; b1<a1 [x]; c1<a1 [x]')).message).toBe(
      "Branch label 'x' of revision 'c1' is already used by revision 'b1'.",
    );
    expect(refusal(() => graphOf('a1; b1<a1 [a1]')).message).toBe(
      "Branch label 'a1' of revision 'b1' is the id of revision 'a1'.",
    );
    expect(refusal(() => graphOf('a1 [a1]')).code).toBe('REV_LABEL');
  });

  it('a circle of thousands stays readable', () => {
    const n = 20_000;
    const nodes = Array.from({ length: n }, (_, at) => node(`n${at}`, { down: [`n${(at + 1) % n}`] }));
    const error = refusal(() => RevisionGraph.of(nodes));
    expect(error.code).toBe('REV_CYCLE');
    expect(error.message.length).toBeLessThan(300);
    expect(error.hint?.length).toBeLessThan(600);
  });
});

describe('what is harmless', () => {
  it('naming an ancestor of another parent changes nothing', () => {
    const graph = graphOf('a1; b1<a1; c1<b1,a1');
    expect(graph.parentsOf('c1')).toEqual(['b1']);
    expect(graph.mergePoints()).toEqual([]);
    expect(graph.branchPoints()).toEqual([]);
    expect(showPlan(graph.planDowngrade(['c1'], '-2'))).toBe('-c1{U c1→b1} -b1{U b1→a1} => a1');
  });

  it('finds such parents below long lines, and only those', () => {
    const graph = graphOf('a; b<a; c<b; d<c; e<a; f<d,e,a,b; g<f,a; h<e,f,g');
    expect(graph.parentsOf('f')).toEqual(['d', 'e']);
    expect(graph.parentsOf('g')).toEqual(['f']);
    expect(graph.parentsOf('h')).toEqual(['g']);
  });

  it('the same parent, label or dependency twice, and a parent as a dependency', () => {
    const graph = RevisionGraph.of([
      ...nodesOf('a1'),
      node('b1', { down: ['a1', 'a1'], labels: ['x', 'x'], depends: ['a1', 'a1'] }),
    ]);
    expect(graph.parentsOf('b1')).toEqual(['a1']);
    expect(graph.labelsOf('b1')).toEqual(['x']);
    expect(showPlan(graph.planUpgrade(['a1'], 'head'))).toBe('+b1{U a1→b1} => b1');
  });

  it('an id that is a property of every object', () => {
    const graph = graphOf('__proto__; constructor<__proto__');
    expect(showPlan(graph.planUpgrade([], 'head'))).toBe(
      '+__proto__{I __proto__} +constructor{U __proto__→constructor} => constructor',
    );
  });

  it('changing the list afterwards', () => {
    const down = ['a1'];
    const list = [node('a1'), node('b1', { down })];
    const graph = RevisionGraph.of(list);
    down.push('zz');
    list.pop();
    expect(graph.get('b1')?.down).toEqual(['a1']);
  });
});
