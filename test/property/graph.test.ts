/**
 * What holds of every graph, whatever its shape.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RevError } from '../../src/errors.js';
import { type Plan, RevisionGraph, type RevisionNode } from '../../src/graph/graph.js';
import { hostileRevisions, soundRevisions, targetFor } from '../graph/arbitrary.js';
import { applyRows, showPlan } from '../graph/notation.js';

const runs = { numRuns: 1_000 };

/** A graph, with one of the states a database may be in: some revisions and all they need. */
const situation = soundRevisions.chain((revisions) => {
  const names = revisions.map((node) => node.id);
  return fc.record({
    revisions: fc.constant(revisions),
    chosen: fc.subarray(names),
    target: targetFor(names),
    targets: fc.array(targetFor(names), { minLength: 1, maxLength: 3 }),
    command: fc.constantFrom('upgrade', 'downgrade', 'stamp', 'purge'),
  });
});

function needsOf(revisions: readonly RevisionNode[]): Map<string, string[]> {
  return new Map(revisions.map((node) => [node.id, [...node.down, ...node.depends]]));
}

/** The naive model that the plans are held against. */
function closure(revisions: readonly RevisionNode[], chosen: readonly string[]): Set<string> {
  const needs = needsOf(revisions);
  const all = new Set(chosen);
  for (const id of all) for (const need of needs.get(id) ?? []) all.add(need);
  return all;
}

function tipsOf(revisions: readonly RevisionNode[], applied: ReadonlySet<string>): string[] {
  const needs = needsOf(revisions);
  const covered = new Set([...applied].flatMap((id) => needs.get(id) ?? []));
  return [...applied].filter((id) => !covered.has(id)).sort();
}

function planned(run: () => Plan): Plan | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof RevError && error.hint && error.message.length < 1_000) return undefined;
    throw error;
  }
}

describe('every plan', () => {
  it('leaves exactly the tips of what is applied, by statements that each hit a row', () => {
    fc.assert(
      fc.property(situation, ({ revisions, chosen, target, targets, command }) => {
        const graph = RevisionGraph.of(revisions);
        const applied = closure(revisions, chosen);
        const rows = tipsOf(revisions, applied);
        expect([...graph.normalizeRows(chosen).rows].sort()).toEqual(rows);
        const plan = planned(() => {
          if (command === 'upgrade') return graph.planUpgrade(rows, target);
          if (command === 'downgrade') return graph.planDowngrade(rows, target);
          return graph.planStamp(rows, targets, { purge: command === 'purge' });
        });
        if (!plan) return;
        for (const step of plan.steps) {
          if (step.kind === 'upgrade') applied.add(step.revision);
          if (step.kind === 'downgrade') applied.delete(step.revision);
        }
        const after = plan.steps.some((step) => step.kind === 'stamp')
          ? closure(revisions, plan.rows)
          : applied;
        expect([...plan.rows].sort()).toEqual(tipsOf(revisions, after));
        expect(applyRows(rows, plan)).toEqual([...plan.rows].sort());
      }),
      runs,
    );
  });

  it('keeps the applied set closed at every step', () => {
    fc.assert(
      fc.property(situation, ({ revisions, chosen, target, command }) => {
        const graph = RevisionGraph.of(revisions);
        const applied = closure(revisions, chosen);
        const rows = tipsOf(revisions, applied);
        const plan = planned(() =>
          command === 'upgrade' ? graph.planUpgrade(rows, target) : graph.planDowngrade(rows, target),
        );
        const needs = needsOf(revisions);
        for (const step of plan?.steps ?? []) {
          if (step.kind === 'upgrade') {
            expect(applied.has(step.revision)).toBe(false);
            for (const need of needs.get(step.revision) ?? []) expect(applied).toContain(need);
            applied.add(step.revision);
          } else {
            expect(applied.delete(step.revision)).toBe(true);
            for (const left of applied) expect(needs.get(left)).not.toContain(step.revision);
          }
        }
      }),
      runs,
    );
  });

  it('cleans rows that lie under others with its first step', () => {
    fc.assert(
      fc.property(situation, ({ revisions, chosen, target, command }) => {
        const graph = RevisionGraph.of(revisions);
        const plan = planned(() =>
          command === 'upgrade' ? graph.planUpgrade(chosen, target) : graph.planDowngrade(chosen, target),
        );
        if (!plan || plan.steps.length === 0) return;
        expect(applyRows(chosen, plan)).toEqual([...plan.rows].sort());
      }),
      runs,
    );
  });

  it('is the same whatever the order of the files and of the rows', () => {
    fc.assert(
      fc.property(situation, fc.infiniteStream(fc.nat()), ({ revisions, chosen, target, command }, keys) => {
        const shuffle = <T>(list: readonly T[]) =>
          list
            .map((item) => ({ item, key: keys.next().value ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item);
        const [one, two] = [revisions, shuffle(revisions)].map((list) => RevisionGraph.of(list));
        const plan = (graph: RevisionGraph | undefined, rows: readonly string[]) => {
          const made = planned(() => {
            if (!graph) throw new Error('no graph');
            return command === 'upgrade'
              ? graph.planUpgrade(rows, target)
              : graph.planDowngrade(rows, target);
          });
          return made && showPlan(made);
        };
        expect(two?.ids).toEqual(one?.ids);
        expect(plan(two, shuffle(chosen))).toEqual(plan(one, chosen));
      }),
      runs,
    );
  });
});

describe('up and down', () => {
  it('heads applies everything, once', () => {
    fc.assert(
      fc.property(situation, ({ revisions, chosen }) => {
        const graph = RevisionGraph.of(revisions);
        const plan = graph.planUpgrade(chosen, 'heads');
        expect([...closure(revisions, chosen), ...plan.steps.map((step) => step.revision)].sort()).toEqual(
          [...graph.ids].sort(),
        );
        expect(plan.rows).toEqual(graph.realHeads());
        expect(graph.planUpgrade(plan.rows, 'heads').steps).toEqual([]);
      }),
      runs,
    );
  });

  it('base takes everything down, in an order that an upgrade reversed could have', () => {
    fc.assert(
      fc.property(situation, ({ revisions, chosen }) => {
        const graph = RevisionGraph.of(revisions);
        const down = graph.planDowngrade(chosen, 'base');
        expect(down.rows).toEqual([]);
        const { rows } = graph.normalizeRows(chosen);
        const steps = new Set(down.steps.map((step) => step.revision));
        expect(down.steps.map((step) => step.revision).reverse()).toEqual(
          graph.ids.filter((id) => steps.has(id)),
        );
        expect([...steps].sort()).toEqual([...closure(revisions, rows)].sort());
      }),
      runs,
    );
  });

  it('a downgrade of just the steps of an upgrade brings the rows back', () => {
    fc.assert(
      fc.property(situation, ({ revisions, chosen, target }) => {
        const graph = RevisionGraph.of(revisions);
        const { rows } = graph.normalizeRows(chosen);
        const up = planned(() => graph.planUpgrade(rows, target));
        if (!up) return;
        let now = up.rows;
        for (const step of [...up.steps].reverse()) {
          const [parent] = graph.parentsOf(step.revision);
          const target = `${step.revision}@${parent ?? 'base'}`;
          const down = graph.planDowngrade(now, target);
          expect(down.steps.map(({ revision }) => revision)).toContain(step.revision);
          now = down.rows;
          if (down.steps.length > 1) return; // the target's lineage forks: more than this one step stands on it
        }
        expect(now).toEqual(rows);
      }),
      runs,
    );
  });

  it('stamp leaves the rows that upgrade leaves', () => {
    fc.assert(
      fc.property(situation, ({ revisions, target }) => {
        const graph = RevisionGraph.of(revisions);
        if (/[+-]\d+$/.test(target)) return;
        const up = planned(() => graph.planUpgrade([], target));
        const stamp = planned(() => graph.planStamp([], [target]));
        expect(stamp?.rows).toEqual(up?.rows);
      }),
      runs,
    );
  });
});

describe('whatever it is given', () => {
  it('the graph throws nothing but a RevError with a hint', () => {
    const hostile = hostileRevisions.chain((revisions) =>
      fc.record({
        revisions: fc.constant(revisions),
        text: fc.oneof(
          targetFor(revisions.map((node) => node.id)),
          fc.string({ unit: 'binary', maxLength: 8 }),
        ),
        other: targetFor(revisions.map((node) => node.id)),
        rows: fc.array(fc.constantFrom('a', 'b', 'aaaa', '', 'zz', '__proto__'), { maxLength: 2 }),
      }),
    );
    fc.assert(
      fc.property(hostile, ({ revisions, text, other, rows }) => {
        const quiet = (run: () => unknown) => {
          try {
            return run();
          } catch (error) {
            if (!(error instanceof RevError)) throw error;
            expect(error.hint).toBeTruthy();
            return undefined;
          }
        };
        const graph = quiet(() => RevisionGraph.of(revisions));
        if (!(graph instanceof RevisionGraph)) return;
        quiet(() => graph.resolve(text));
        quiet(() => graph.planUpgrade(rows, text));
        quiet(() => graph.planDowngrade(rows, text));
        quiet(() => graph.planDowngrade(graph.realHeads(), text));
        quiet(() => graph.planStamp(rows, [text, other]));
        quiet(() => graph.planStamp(rows, [text], { purge: true }));
        quiet(() => graph.history({ from: text, to: other }, rows));
        quiet(() => graph.history({ to: text }, rows));
        quiet(() => graph.planCreate({ head: [text, other], splice: true }));
        quiet(() => graph.planMerge([text, other]));
        quiet(() => graph.labelsOf(text));
        quiet(() => graph.current(rows));
      }),
      { numRuns: 5_000 },
    );
  });

  it('every history of a sound graph is newest first', () => {
    fc.assert(
      fc.property(situation, ({ revisions, target, chosen, targets }) => {
        const graph = RevisionGraph.of(revisions);
        const rank = new Map(graph.ids.map((id, at) => [id, at]));
        for (const range of [
          {},
          { from: target },
          { to: target },
          { from: target, to: targets[0] ?? 'heads' },
        ]) {
          planned(() => {
            const ranks = graph
              .history(range, graph.normalizeRows(chosen).rows)
              .map((id) => rank.get(id) ?? -1);
            expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
            return { steps: [], rows: [], dropped: [] };
          });
        }
      }),
      runs,
    );
  });
});

describe('ten thousand revisions', () => {
  const n = 10_000;
  const id = (at: number) => at.toString(16).padStart(12, '0');
  const node = (at: number, down: number[], depends: number[] = []): RevisionNode => ({
    id: id(at),
    down: down.filter((other) => other >= 0).map(id),
    labels: [],
    depends: depends.filter((other) => other >= 0).map(id),
  });
  const shapes: Record<string, (at: number) => RevisionNode> = {
    linear: (at) => node(at, [at - 1]),
    diamonds: (at) => (at % 3 === 0 ? node(at, [at - 2, at - 1]) : node(at, [at - (at % 3)])),
    'depends_on-heavy': (at) => node(at, [at - 10], [at - 11, at - 23, at - 37]),
    'merges of old bases': (at) => node(at, at % 2 ? [] : [at - 2, at - 1]),
    'the same ancestor named by all': (at) => node(at, at < 2 ? [at - 1] : [at - 1, 0]),
    'one fork': (at) => node(at, [at === 0 ? -1 : 0]),
  };

  it.each(Object.entries(shapes))(
    '%s: built and planned up, down and in history, without overflow',
    (_, make) => {
      const revisions = Array.from({ length: n }, (_, at) => make(at));
      const started = performance.now();
      const graph = RevisionGraph.of(revisions);
      const up = graph.planUpgrade([], 'heads');
      const down = graph.planDowngrade(up.rows, 'base');
      const shown = graph.history();
      const elapsed = performance.now() - started;
      expect([up.steps.length, down.steps.length, shown.length]).toEqual([n, n, n]);
      expect(down.rows).toEqual([]);
      expect(elapsed).toBeLessThan(2_000);
    },
  );
});
