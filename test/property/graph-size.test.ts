/**
 * Long histories. Work is counted, not timed: how often the graph's lists are looked at, at one size and at twice that.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildDag, type Dag } from '../../src/graph/dag.js';
import { RevisionGraph, type RevisionNode } from '../../src/graph/graph.js';
import { listHistory } from '../../src/graph/history.js';
import { propagateLabels } from '../../src/graph/labels.js';
import { topologicalOrder } from '../../src/graph/order.js';
import { planDowngrade } from '../../src/graph/plan-downgrade.js';
import { planStamp } from '../../src/graph/plan-stamp.js';
import { planUpgrade } from '../../src/graph/plan-upgrade.js';
import { withoutRedundant } from '../../src/graph/redundant.js';

const id = (at: number) => at.toString(16).padStart(12, '0');

function node(at: number, down: number[], depends: number[] = [], labels: string[] = []): RevisionNode {
  const known = (list: number[]) => list.filter((other) => other >= 0).map(id);
  return { id: id(at), down: known(down), labels, depends: known(depends) };
}

const shapes: Record<string, (at: number) => RevisionNode> = {
  linear: (at) => node(at, [at - 1]),
  diamonds: (at) => (at % 3 === 0 ? node(at, [at - 2, at - 1]) : node(at, [at - (at % 3)])),
  'a dependency for each': (at) => node(at, [at - 2], [at - 1]),
  'several dependencies for each': (at) => node(at, [at - 10], [at - 11, at - 23, at - 37]),
  'merges of new bases': (at) => node(at, at % 2 ? [] : [at - 2, at - 1]),
  'the same ancestor named by all': (at) => node(at, at < 2 ? [at - 1] : [at - 1, 0]),
  'parent and grandparent named by all': (at) => node(at, [at - 1, at - 2]),
  'one fork': (at) => node(at, [at === 0 ? -1 : 0]),
  'one merge of all': (at) =>
    node(at, at % 1_000 === 999 ? Array.from({ length: 999 }, (_, n) => at - n - 1) : []),
  'a label for each': (at) => node(at, [at - 1], [], [`label_${at}`]),
};

const make = (shape: (at: number) => RevisionNode, n: number) =>
  Array.from({ length: n }, (_, at) => shape(at));

/** A list that counts how often one of its items is looked at. */
function counted<T>(list: readonly T[], count: () => void): readonly T[] {
  return new Proxy(list, {
    get(target, key, receiver) {
      if (typeof key === 'string' && key >= '0' && key < ':') count();
      return Reflect.get(target, key, receiver);
    },
  });
}

/** How often `work` looks at items of the graph's lists. */
function lookups(dag: Dag, work: (dag: Dag) => void): number {
  let count = 0;
  const each = <T>(list: readonly T[]) => counted(list, () => count++);
  const edges = (lists: readonly (readonly number[])[]) => each(lists.map(each));
  work({
    ...dag,
    nodes: each(dag.nodes),
    down: edges(dag.down),
    up: edges(dag.up),
    needs: edges(dag.needs),
    neededBy: edges(dag.neededBy),
  });
  return count;
}

const works: Record<string, (dag: Dag) => void> = {
  'the order of all': (dag) => topologicalOrder(dag.needs),
  'parents without redundant ones': (dag) => withoutRedundant(dag.down),
  'labels of all': (dag) => propagateLabels(dag),
  'an upgrade of all': (dag) => planUpgrade(dag, [], 'heads'),
  'a downgrade of all': (dag) => planDowngrade(dag, topsOf(dag), 'base'),
  'a downgrade by one': (dag) => planDowngrade(dag, [topsOf(dag)[0] ?? ''], `${topsOf(dag)[0]}-1`),
  'a stamp': (dag) => planStamp(dag, topsOf(dag), [id(0)], {}),
  'a history': (dag) => listHistory(dag, {}, []),
  'a range': (dag) => listHistory(dag, { from: id(0), to: topsOf(dag)[0] ?? '' }, []),
};

/** The rows of a database that is up to date. */
function topsOf(dag: Dag): string[] {
  return dag.nodes.flatMap((each, at) => (dag.neededBy[at]?.length === 0 ? [each.id] : []));
}

describe('work grows as revisions and edges do', () => {
  const sizes = [2_000, 4_000];
  for (const [shape, of] of Object.entries(shapes)) {
    it.each(Object.entries(works))(`${shape}: %s`, (_, work) => {
      const [small = 0, large = 0] = sizes.map((n) => {
        const revisions = make(of, n);
        const count = lookups(buildDag(revisions), (dag) => {
          try {
            work(dag);
          } catch {
            // A refusal (a merge in the way of `-1`) costs something too.
          }
        });
        const edges = revisions.reduce((sum, each) => sum + each.down.length + each.depends.length, 0);
        return count / (n + edges);
      });
      expect(small).toBeGreaterThan(0);
      expect(large).toBeLessThan(25);
      expect(large).toBeLessThan(small * 1.2 + 1);
    });
  }

  it('is a small part of the square even where every merge needs a far look', () => {
    // A new base, with a leaf beside, is merged at every third step: it could be an ancestor of all that came before.
    const n = 3_000;
    const dag = buildDag(
      make((at) => node(at, at % 3 === 0 ? [at - 3, at - 1] : at % 3 === 1 ? [] : [at - 1]), n),
    );
    const wide = buildDag(
      make((at) => node(at, at % 3 === 2 ? [at - 3, at - 2] : at % 3 === 1 ? [at - 1] : []), n),
    );
    for (const each of [dag, wide]) {
      expect(lookups(each, (counting) => withoutRedundant(counting.down))).toBeLessThan((n * n) / 8);
    }
  });
});

describe('fifty thousand revisions', () => {
  const n = 50_000;

  it.each(Object.entries(shapes))('%s: built, planned up and down and listed, without overflow', (_, of) => {
    const revisions = make(of, n);
    const graph = RevisionGraph.of(revisions);
    const up = graph.planUpgrade([], 'heads');
    const down = graph.planDowngrade(up.rows, 'base');
    expect([up.steps.length, down.steps.length, graph.history().length]).toEqual([n, n, n]);
    expect([up.rows, down.rows]).toEqual([graph.realHeads(), []]);
    expect(graph.planStamp([], ['heads']).rows).toEqual(up.rows);
    expect(graph.planStamp(up.rows, [id(0)]).rows).toContain(id(0));
    expect(graph.normalizeRows(revisions.map((each) => each.id)).rows).toEqual(up.rows);
    expect(graph.labelsOf(id(n - 1)).length).toBe(revisions[0]?.labels.length === 0 ? 0 : n);
  });

  it('are refused as shortly as three', () => {
    const circle = make((at) => node(at, [at === 0 ? n - 1 : at - 1]), n);
    const absent = make((at) => node(at, [at - 1]), n).slice(1);
    const bases = make((at) => node(at, []), n);
    for (const work of [
      () => RevisionGraph.of(circle),
      () => RevisionGraph.of(absent),
      () => RevisionGraph.of([...absent, ...absent]),
      () => RevisionGraph.of(bases).planUpgrade([], 'head'),
      () => RevisionGraph.of(bases).planUpgrade([], '+1'),
      () =>
        RevisionGraph.of(bases).planDowngrade(
          bases.map((each) => each.id),
          '-1',
        ),
      () =>
        RevisionGraph.of(bases).planUpgrade(
          bases.map((each) => `${each.id}_gone`),
          'heads',
        ),
      () => RevisionGraph.of(bases).planCreate({ head: ['heads', id(7)] }),
      () => RevisionGraph.of(bases).resolve('0000'),
      () => RevisionGraph.of(bases).resolve('00000000ffffe'),
    ]) {
      expect(work).toThrow(expect.objectContaining({ name: 'RevError', hint: expect.any(String) }));
      try {
        work();
      } catch (error) {
        const { message, hint } = error as { message: string; hint: string };
        expect(message.length + hint.length).toBeLessThan(2_000);
      }
    }
  });
});

describe('redundant parents', () => {
  it('are those that another parent leads to, as a search from each finds them', () => {
    const graph = fc.array(fc.uniqueArray(fc.nat(), { maxLength: 4 }), { maxLength: 90 });
    fc.assert(
      fc.property(graph, (seeds) => {
        const down = seeds.map((seed, at) => (at === 0 ? [] : [...new Set(seed.map((n) => n % at))]));
        const below = (at: number): Set<number> => {
          const all = new Set(down[at]);
          for (const each of all) for (const next of down[each] ?? []) all.add(next);
          return all;
        };
        const expected = down.map((parents) =>
          parents.filter((parent) => !parents.some((other) => below(other).has(parent))),
        );
        expect(withoutRedundant(down)).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});
