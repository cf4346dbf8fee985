import type { RevisionNode } from '../../src/graph/graph.js';

/** A revision as a team would have written it. */
export interface WrittenRevision extends RevisionNode {
  readonly message: string;
}

const subjects = [
  'add users',
  'index orders by customer and date',
  'drop legacy_sessions',
  'rename invoices.total to amount_cents and backfill it from the old decimal column',
  'audit log',
  'make emails unique regardless of case, which needs the duplicates of 2024 merged first',
  'tags',
  'split addresses from customers so that an order keeps the address that it was sent to, with a copy for each order that is open on the day of the run',
  'enum for order status',
  'naïve soft delete 🗑️ for 顧客',
];

/**
 * The history of a team: a main line, branches beside it that are merged again (two of them at once for one merge), a
 * second base with a label of its own that depends on the main line, and a branch that is still open. The same every time.
 */
export function teamHistory(size: number, merges: number): readonly WrittenRevision[] {
  const random = randomFrom(7);
  const revisions: WrittenRevision[] = [];
  const add = (down: readonly string[], parts: Partial<WrittenRevision> = {}): string => {
    const at = revisions.length;
    const id =
      (((at + 1) * 2654435761) % 2 ** 32).toString(16).padStart(8, '0') + at.toString(16).padStart(4, '0');
    const created = new Date(Date.UTC(2025, 0, 1) + at * 36e5 * 7).toISOString();
    const message = subjects[Math.floor(random() * subjects.length)] ?? '';
    revisions.push({ id, down, labels: [], depends: [], created, message, ...parts });
    return id;
  };
  let main = add([], { message: 'organizations, users and teams' });
  let branches: string[] = [];
  let analytics = add([], { labels: ['analytics'], message: 'events', depends: [main] });
  let merged = 0;
  while (revisions.length < size - 1) {
    const due = Math.floor((revisions.length / (size - 8)) * merges);
    const turn = random();
    if (merged < due && branches.length > 0) {
      const count = merged % 5 === 3 ? 2 : 1;
      const joined = branches.slice(0, count);
      branches = branches.slice(count);
      main = add([main, ...joined], { message: `merge ${joined.join(' and ')}` });
      merged++;
    } else if (branches.length < 2 || (turn < 0.04 && branches.length < 4)) {
      const name = ['billing', 'search', 'api-keys', 'teams', 'reports'][revisions.length % 5];
      const label = `${name}_${revisions.length}`;
      branches.push(add([main], turn < 0.5 ? { labels: [label] } : {}));
    } else if (turn < 0.45) {
      main = add([main]);
    } else if (turn < 0.5) {
      analytics = add([analytics], turn < 0.47 ? { depends: [main] } : {});
    } else {
      const at = Math.floor(random() * branches.length);
      branches[at] = add([branches[at] ?? main]);
    }
  }
  add([main]);
  return revisions;
}

/** Numbers between 0 and 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The text of a revision's file, with something to run. */
export function fileOf({ id, down, labels, depends, created, message }: WrittenRevision): string {
  const literal = (list: readonly string[]) =>
    list.length === 0 ? 'null' : JSON.stringify(list.length === 1 ? list[0] : list);
  const table = `t_${id}`;
  return `/**
 * ${message}
 *
 * Revision: ${id}
 * Revises:  ${down.join(', ') || 'base'}
 * Created:  ${created}
 */
import { column, primaryKey } from 'drizzle-alembic';

export const revision = ${JSON.stringify(id)};
export const downRevision = ${literal(down)};
export const branchLabels = ${literal(labels)};
export const dependsOn = ${literal(depends)};

export async function upgrade(op) {${
    down.length > 1
      ? ''
      : `
  await op.createTable('${table}', [column('id', 'integer', { nullable: false }), column('name', 'text'), primaryKey(['id'])]);
  await op.createIndex('${table}_name', '${table}', ['name']);
`
  }}

export async function downgrade(op) {${down.length > 1 ? '' : `\n  await op.dropTable('${table}');\n`}}
`;
}
