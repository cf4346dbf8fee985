/**
 * What nobody should write, and somebody will: every answer is a result or a RevError that says what to do.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RevisionGraph, type RevisionNode } from '../../src/graph/graph.js';
import {
  hostileRevisions,
  hostileRows,
  hostileTarget,
  soundRevisions,
  targetFor,
} from '../graph/arbitrary.js';
import { closure, expectUsable, outcome, tipsOf, unlessRefused } from '../graph/model.js';
import { applyRows, graphOf, refusal } from '../graph/notation.js';

/** Revisions with targets and rows about them. */
function withQuestions(revisions: fc.Arbitrary<RevisionNode[]>) {
  return revisions.chain((nodes) => {
    const names = nodes.flatMap((node) => [node.id, ...node.labels]);
    const target = fc.oneof(targetFor(names), hostileTarget(names));
    return fc.record({
      revisions: fc.constant(nodes),
      texts: fc.array(target, { minLength: 2, maxLength: 4 }),
      rows: hostileRows(names),
    });
  });
}

/** Asks a graph everything that can be asked. Whatever plan there is can be run, and leaves rows that are tips. */
function ask(graph: RevisionGraph, texts: readonly string[], rows: readonly string[]): void {
  const [text = '', other = ''] = texts;
  const table = [...new Set(rows)];
  for (const plan of [
    unlessRefused(() => graph.planUpgrade(rows, text)),
    unlessRefused(() => graph.planDowngrade(rows, text)),
    unlessRefused(() => graph.planDowngrade(rows, other)),
    unlessRefused(() => graph.planStamp(rows, texts)),
    unlessRefused(() => graph.planStamp(rows, [text])),
    unlessRefused(() => graph.planStamp(rows, texts, { purge: true })),
  ]) {
    if (plan === undefined) continue;
    if (plan.steps.length > 0) expect(applyRows(table, plan)).toEqual([...plan.rows].sort());
    expect(graph.normalizeRows(plan.rows)).toEqual({ rows: plan.rows, dropped: [] });
  }
  unlessRefused(() => graph.planDowngrade(graph.realHeads(), text));
  unlessRefused(() => graph.planStamp(rows, []));
  unlessRefused(() => graph.resolve(text));
  unlessRefused(() => graph.history({ from: text, to: other }, rows));
  unlessRefused(() => graph.history({ from: text }, rows));
  unlessRefused(() => graph.history({ to: text }, rows));
  unlessRefused(() => graph.history({ from: 'current', to: text }, rows));
  unlessRefused(() => graph.planCreate({ head: text }));
  unlessRefused(() => graph.planCreate({ head: texts, splice: true }));
  unlessRefused(() => graph.planMerge(texts));
  unlessRefused(() => graph.planMerge(texts, { splice: true }));
  unlessRefused(() => graph.labelsOf(text));
  unlessRefused(() => graph.parentsOf(text));
  unlessRefused(() => graph.childrenOf(text));
  unlessRefused(() => graph.current(rows));
  unlessRefused(() => graph.normalizeRows(rows));
  expect(graph.has(text)).toBe(graph.get(text) !== undefined);
}

describe('nothing but a RevError with a code and a next step comes', () => {
  it('from revisions of any kind', () => {
    fc.assert(
      fc.property(withQuestions(hostileRevisions), ({ revisions, texts, rows }) => {
        const graph = unlessRefused(() => RevisionGraph.of(revisions));
        if (graph) ask(graph, texts, rows);
      }),
      { numRuns: 5_000 },
    );
  });

  it('from a sound graph, whatever it is asked', () => {
    fc.assert(
      fc.property(withQuestions(soundRevisions), ({ revisions, texts, rows }) => {
        ask(RevisionGraph.of(revisions), texts, rows);
      }),
      { numRuns: 3_000 },
    );
  });

  it('from ids and labels with any character that is allowed', () => {
    const text = fc.oneof(
      fc.constantFrom(
        '__proto__',
        'constructor',
        'hasOwnProperty',
        '.',
        ',',
        '*',
        '^',
        '~',
        'ünï',
        '🦊',
        "'",
        '"',
        '`',
        '$(',
      ),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
      fc.constant('x'.repeat(5_000)),
    );
    const line = fc.uniqueArray(text, { minLength: 1, maxLength: 6 }).map((names) =>
      names.map((name, at): RevisionNode => {
        const before = at === 0 ? [] : [names[at - 1] ?? ''];
        return { id: name, down: before, labels: at % 2 ? [] : [`${name}!`], depends: [] };
      }),
    );
    fc.assert(
      fc.property(withQuestions(line), ({ revisions, texts, rows }) => {
        const graph = unlessRefused(() => RevisionGraph.of(revisions));
        if (!graph) return;
        ask(graph, texts, rows);
        for (const { id, labels } of revisions) {
          for (const name of [id, ...labels]) expect(graph.resolve(name)).toEqual([id]);
          expect(graph.planUpgrade([], id).rows).toEqual([id]);
          expect(graph.planStamp([], [id]).rows).toEqual([id]);
          expect(graph.planDowngrade(graph.realHeads(), id).rows).toEqual([id]);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a number without end', () => {
  const graph = graphOf('a; b; c; d<c; e<c');
  const endless = '9'.repeat(400);
  it.each([`+${endless}`, `-${endless}`, `d-${endless}`, `c+${endless}`, `c@+${endless}`, `d@-${endless}`])(
    'is refused as any that is too large: %s',
    (target) => {
      for (const rows of [[], ['a'], ['d'], ['a', 'b'], ['a', 'd', 'e']]) {
        outcome(() => graph.planUpgrade(rows, target));
        outcome(() => graph.planDowngrade(rows, target));
        outcome(() => graph.history({ from: target }, rows));
        outcome(() => graph.history({ from: 'c', to: target }, rows));
      }
    },
  );
});

describe('rows that lie under others, or are there twice', () => {
  it('mean the same as their tips', () => {
    fc.assert(
      fc.property(
        withQuestions(soundRevisions),
        fc.infiniteStream(fc.nat()),
        ({ revisions, texts }, keys) => {
          const graph = RevisionGraph.of(revisions);
          const rows = revisions.filter(() => (keys.next().value ?? 0) % 3 === 0).map((node) => node.id);
          const tips = tipsOf(revisions, closure(revisions, rows));
          expect([...graph.normalizeRows([...rows, ...rows]).rows].sort()).toEqual(tips);
          expect(graph.current([...rows, ...rows])).toEqual(graph.current(tips));
          for (const target of texts) {
            const [messy, clean] = [[...rows, ...rows], tips].map((each) =>
              unlessRefused(() => graph.planUpgrade(each, target)),
            );
            expect(messy?.rows).toEqual(clean?.rows);
            expect(messy?.steps.map((step) => step.revision)).toEqual(
              clean?.steps.map((step) => step.revision),
            );
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('one fault in a sound graph is named for what it is', () => {
  const atLeastTwo = soundRevisions
    .filter((revisions) => revisions.length > 1)
    .chain((revisions) =>
      fc.record({
        revisions: fc.constant(revisions.map((node) => ({ ...node, source: `revisions/${node.id}.ts` }))),
        at: fc.nat(revisions.length - 1),
        other: fc.nat(revisions.length - 1),
        field: fc.constantFrom('down', 'depends'),
      }),
    );
  const change = (revisions: readonly RevisionNode[], at: number, part: Partial<RevisionNode>) =>
    revisions.map((node, turn) => (turn === at ? { ...node, ...part } : node));
  const idAt = (revisions: readonly RevisionNode[], at: number) => revisions[at]?.id ?? '';

  it('a circle, of parents or dependencies, with its members', () => {
    fc.assert(
      fc.property(atLeastTwo, ({ revisions, at, other, field }) => {
        const [top, bottom] = [idAt(revisions, at), idAt(revisions, other)];
        if (!closure(revisions, [top]).has(bottom)) return;
        const node = revisions[other];
        const wrong = change(revisions, other, { [field]: [...(node?.[field as 'down'] ?? []), top] });
        const error = refusal(() => RevisionGraph.of(wrong));
        expectUsable(error);
        expect(error.code).toBe('REV_CYCLE');
        expect(error.data.cycle).toContain(bottom);
        for (const id of error.data.cycle as string[]) {
          const rest = wrong.filter((each) => each.id !== id && closure(wrong, [each.id]).has(id));
          expect(rest.length > 0 || top === bottom).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('an absent parent or dependency, with the file that names it', () => {
    fc.assert(
      fc.property(atLeastTwo, ({ revisions, at, field }) => {
        const node = revisions[at];
        const wrong = change(revisions, at, { [field]: [...(node?.[field as 'down'] ?? []), 'absent'] });
        const error = expectUsable(refusal(() => RevisionGraph.of(wrong)));
        expect(error.code).toBe('REV_MISSING_PARENT');
        expect(error.message).toContain('absent');
        expect(error.message).toContain(node?.source);
      }),
      { numRuns: 300 },
    );
  });

  it('an id that is there twice, with both files', () => {
    fc.assert(
      fc.property(atLeastTwo, ({ revisions, at }) => {
        const copy = { ...revisions[at], source: 'revisions/copy.ts' } as RevisionNode;
        const error = expectUsable(refusal(() => RevisionGraph.of([...revisions, copy])));
        expect(error.code).toBe('REV_DUPLICATE_REVISION');
        expect(error.message).toContain(revisions[at]?.source);
        expect(error.message).toContain('revisions/copy.ts');
      }),
      { numRuns: 300 },
    );
  });

  it('a label that is an id or another label', () => {
    fc.assert(
      fc.property(atLeastTwo, ({ revisions, at, other }) => {
        const [label = idAt(revisions, other)] = at === other ? [] : (revisions[other]?.labels ?? []);
        const wrong = change(revisions, at, { labels: [label] });
        expect(expectUsable(refusal(() => RevisionGraph.of(wrong))).code).toBe('REV_LABEL');
      }),
      { numRuns: 300 },
    );
  });
});
