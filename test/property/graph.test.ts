/**
 * What holds of every graph, whatever its shape.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Plan, RevisionGraph } from '../../src/graph/graph.js';
import {
  closure,
  dependents,
  needsOf,
  outcome,
  shuffled,
  situation,
  tipsOf,
  unlessRefused,
} from '../graph/model.js';
import { applyRows, showPlan } from '../graph/notation.js';

const runs = { numRuns: 1_000 };

describe('every plan', () => {
  it('leaves exactly the tips of what is applied, by statements that each hit a row', () => {
    fc.assert(
      fc.property(situation, ({ revisions, chosen, target, targets, command }) => {
        const graph = RevisionGraph.of(revisions);
        const applied = closure(revisions, chosen);
        const rows = tipsOf(revisions, applied);
        expect([...graph.normalizeRows(chosen).rows].sort()).toEqual(rows);
        const plan = unlessRefused(() => {
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
        const plan = unlessRefused(() =>
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
        const plan = unlessRefused(() =>
          command === 'upgrade' ? graph.planUpgrade(chosen, target) : graph.planDowngrade(chosen, target),
        );
        if (!plan || plan.steps.length === 0) return;
        expect(applyRows(chosen, plan)).toEqual([...plan.rows].sort());
      }),
      runs,
    );
  });
});

describe('the order of the files and of the rows', () => {
  it('plays no part in what is planned, listed or refused', () => {
    fc.assert(
      fc.property(situation, fc.infiniteStream(fc.nat()), (given, keys) => {
        const { revisions, chosen, target, targets } = given;
        const all = (order: typeof revisions, rows: readonly string[]) => {
          const graph = RevisionGraph.of(order);
          return {
            ids: graph.ids,
            heads: [graph.heads(), graph.realHeads()],
            bases: graph.bases(),
            points: [graph.branchPoints(), graph.mergePoints()],
            labels: graph.ids.map((id) => graph.labelsOf(id)),
            links: graph.ids.map((id) => [graph.parentsOf(id), graph.childrenOf(id)]),
            history: [
              graph.history(),
              outcome(() => graph.history({ from: target })),
              outcome(() => graph.history({ from: 'current', to: target }, rows)),
            ],
            upgrade: outcome(() => showPlan(graph.planUpgrade(rows, target))),
            downgrade: outcome(() => showPlan(graph.planDowngrade(rows, target))),
            stamp: outcome(() => showPlan(graph.planStamp(rows, targets))),
            purge: outcome(() => graph.planStamp(rows, targets, { purge: true }).rows),
            create: outcome(() => graph.planCreate({ head: target, splice: true })),
            merge: outcome(() => graph.planMerge()),
            current: graph.current(rows),
            rows: graph.normalizeRows(rows),
          };
        };
        expect(all(shuffled(revisions, keys), shuffled(chosen, keys))).toEqual(all(revisions, chosen));
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

  it('a downgrade of what an upgrade began with undoes all of it', () => {
    fc.assert(
      fc.property(situation, ({ revisions, chosen, target }) => {
        const graph = RevisionGraph.of(revisions);
        const before = closure(revisions, chosen);
        const rows = tipsOf(revisions, before);
        const up = unlessRefused(() => graph.planUpgrade(rows, target));
        if (!up) return;
        const applied = new Set([...before, ...up.steps.map((step) => step.revision)]);
        const needs = needsOf(revisions);
        let now = up.rows;
        for (const { revision } of up.steps) {
          if (!applied.has(revision) || !needs.get(revision)?.every((need) => before.has(need))) continue;
          const [parent = 'base'] = graph.parentsOf(revision);
          const down = graph.planDowngrade(now, `${revision}@${parent}`);
          const removed = down.steps.map((step) => step.revision);
          const expected = [...dependents(revisions, [revision])].filter((id) => applied.has(id));
          expect([...removed].sort()).toEqual(expected.sort());
          for (const id of removed) applied.delete(id);
          now = down.rows;
        }
        expect([...applied].sort()).toEqual([...before].sort());
        expect([...now].sort()).toEqual(rows);
      }),
      runs,
    );
  });

  it('upgrades to the rows that there were undo any downgrade', () => {
    fc.assert(
      fc.property(situation, ({ revisions, chosen, target }) => {
        const graph = RevisionGraph.of(revisions);
        const rows = tipsOf(revisions, closure(revisions, chosen));
        const down = unlessRefused(() => graph.planDowngrade(rows, target));
        if (!down) return;
        const ran: string[] = [];
        let now = down.rows;
        for (const row of rows) {
          const up = graph.planUpgrade(now, row);
          ran.push(...up.steps.map((step) => step.revision));
          now = up.rows;
        }
        expect([...now].sort()).toEqual(rows);
        expect(ran.sort()).toEqual(down.steps.map((step) => step.revision).sort());
      }),
      runs,
    );
  });

  it('all the way up and all the way down leave the same rows at the same places', () => {
    fc.assert(
      fc.property(situation, ({ revisions }) => {
        const graph = RevisionGraph.of(revisions);
        const up = graph.planUpgrade([], 'heads');
        const down = graph.planDowngrade(up.rows, 'base');
        const rowsAlong = (rows: readonly string[], { steps }: Plan) => [
          [...rows].sort(),
          ...steps.map((_, at) => applyRows(rows, { steps: steps.slice(0, at + 1), rows: [], dropped: [] })),
        ];
        expect(rowsAlong(up.rows, down).reverse()).toEqual(rowsAlong([], up));
      }),
      runs,
    );
  });
});

describe('stamp', () => {
  it('leaves the rows that upgrade leaves', () => {
    fc.assert(
      fc.property(situation, ({ revisions, target }) => {
        const graph = RevisionGraph.of(revisions);
        if (/[+-]\d+$/.test(target)) return;
        const up = unlessRefused(() => graph.planUpgrade([], target));
        const stamp = unlessRefused(() => graph.planStamp([], [target]));
        expect(stamp?.rows).toEqual(up?.rows);
      }),
      runs,
    );
  });

  it('takes what the targets need as applied, and forgets only what stands on one of them', () => {
    fc.assert(
      fc.property(situation, fc.boolean(), ({ revisions, chosen, targets }, purge) => {
        const graph = RevisionGraph.of(revisions);
        if (targets.some((target) => target.endsWith('base'))) return;
        const rows = tipsOf(revisions, closure(revisions, chosen));
        const plan = unlessRefused(() => graph.planStamp(rows, targets, { purge }));
        if (!plan) return;
        const named = targets.flatMap((target) => graph.resolve(target));
        const forgotten = dependents(revisions, named);
        const kept = purge ? [] : [...closure(revisions, rows)].filter((id) => !forgotten.has(id));
        const after = closure(revisions, [...kept, ...named]);
        expect([...plan.rows].sort()).toEqual(tipsOf(revisions, after));
      }),
      runs,
    );
  });

  it('changes nothing when it is repeated, and leaves rows that every command can use', () => {
    fc.assert(
      fc.property(situation, fc.boolean(), ({ revisions, chosen, targets }, purge) => {
        const graph = RevisionGraph.of(revisions);
        const plan = unlessRefused(() => graph.planStamp(chosen, targets, { purge }));
        if (!plan) return;
        expect(graph.normalizeRows(plan.rows)).toEqual({ rows: plan.rows, dropped: [] });
        expect(applyRows(chosen, plan)).toEqual([...(plan.steps.length > 0 ? plan.rows : chosen)].sort());
        expect(graph.planStamp(plan.rows, targets).steps).toEqual([]);
      }),
      runs,
    );
  });
});

describe('a history', () => {
  it('is newest first, and holds what it needs down to where it starts', () => {
    fc.assert(
      fc.property(situation, ({ revisions, target, chosen, targets }) => {
        const graph = RevisionGraph.of(revisions);
        const rank = new Map(graph.ids.map((id, at) => [id, at]));
        expect(graph.history()).toEqual([...graph.ids].reverse());
        for (const range of [{ from: target }, { to: target }, { from: target, to: targets[0] ?? 'heads' }]) {
          const shown = unlessRefused(() =>
            graph.history(range, tipsOf(revisions, closure(revisions, chosen))),
          );
          const ranks = shown?.map((id) => rank.get(id) ?? -1) ?? [];
          expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
          if (range.from === undefined && shown) expect(closure(revisions, shown)).toEqual(new Set(shown));
        }
      }),
      runs,
    );
  });
});
