/**
 * Graphs, rows and plans in a line of text, so that a test shows its story.
 *
 * A graph: `a1; b1<a1 [x]; m1<b1,c1 ~n1` (id<parents [labels] ~depends_on).
 * A plan: `+c1{I c1} +d1{D b1 U c1→d1} => d1` (+ upgrade, - downgrade, = stamp, {row changes}, => rows after).
 */
import { RevError } from '../../src/errors.js';
import { type Plan, RevisionGraph, type RevisionNode, type RowChange } from '../../src/graph/graph.js';

export function nodesOf(text: string): RevisionNode[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^([^\s<]+)(?:<(\S+))?(?:\s+\[(.*?)\])?(?:\s+~(\S+))?$/.exec(part);
      if (!match) throw new Error(`cannot read ${part}`);
      const [, id = '', down, labels, depends] = match;
      const list = (names: string | undefined) =>
        names === undefined || names === '.' ? [] : names.split(',').map((name) => name.trim());
      return { id, down: list(down), labels: list(labels), depends: list(depends) };
    });
}

export function graphOf(text: string): RevisionGraph {
  return RevisionGraph.of(nodesOf(text));
}

export function showPlan(plan: Plan): string {
  const signs = { upgrade: '+', downgrade: '-', stamp: '=' } as const;
  const steps = plan.steps.map(
    (step) => `${signs[step.kind]}${step.revision}{${step.rows.map(showChange).join(' ')}}`,
  );
  return [...steps, '=>', plan.rows.join(',')].join(' ').trim();
}

function showChange(change: RowChange): string {
  switch (change.kind) {
    case 'insert':
      return `I ${change.id}`;
    case 'delete':
      return `D ${change.id}`;
    case 'update':
      return `U ${change.from}→${change.to}`;
  }
}

/** Makes the changes of a plan to rows as a database would, and fails where a statement would hit nothing. */
export function applyRows(rows: readonly string[], plan: Plan): string[] {
  const table = new Set(rows);
  const remove = (id: string) => {
    if (!table.delete(id)) throw new Error(`no row ${id} in ${[...table].join(', ')}`);
  };
  const add = (id: string) => {
    if (table.has(id)) throw new Error(`row ${id} is there already`);
    table.add(id);
  };
  for (const change of plan.steps.flatMap((step) => step.rows)) {
    if (change.kind === 'insert') add(change.id);
    if (change.kind === 'delete') remove(change.id);
    if (change.kind === 'update') {
      remove(change.from);
      add(change.to);
    }
  }
  return [...table].sort();
}

/** The RevError that something throws; anything else that happens fails the test. */
export function refusal(run: () => unknown): RevError {
  try {
    run();
  } catch (error) {
    if (error instanceof RevError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}
