/**
 * stamp: the version rows of a database that is at the targets, without running anything.
 */
import { RevError } from '../errors.js';
import type { Dag } from './dag.js';
import { resolveName } from './names.js';
import { idOf, idsOf, membersOf, type NodeSet, reach, setOf, tips } from './reach.js';
import type { Plan, RowChange, Step } from './revision.js';
import { readRows } from './rows.js';
import { branchOf, parseTarget } from './targets.js';
import { lines, plain, quote } from './wording.js';

interface StampTargets {
  readonly revisions: readonly number[];
  /** What `base` and `branch@base` empty. */
  readonly emptied: NodeSet;
}

/**
 * Plans a stamp. What stands on a target is forgotten, what the target needs is taken as applied, the rest stays;
 * `branch@base` forgets the branch and what depends on it, but nothing that another branch needs;
 * `purge` forgets everything first, and so works whatever the rows say.
 * @throws RevError REV_ROWS, REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION, REV_MULTIPLE_HEADS, REV_TARGET, REV_USAGE
 */
export function planStamp(
  dag: Dag,
  rows: readonly string[],
  texts: readonly string[],
  options: { readonly purge?: boolean },
): Plan {
  if (texts.length === 0) {
    throw new RevError('REV_USAGE', 'stamp needs at least one target.', {
      hint: 'Name the revision that the database is at, as in `rev stamp head`.',
    });
  }
  const { revisions, emptied } = stampTargets(dag, texts);
  if (options.purge) return purged(dag, rows, revisions);

  const applied = readRows(dag, rows);
  const above = reach(dag.neededBy, revisions);
  const rest = membersOf(applied.members).filter((at) => emptied[at] === 0 && above[at] === 0);
  const after = reach(dag.needs, [...rest, ...revisions]);
  const now = tips(dag, after);
  const changes = difference(dag, applied.rows, now, revisions);
  const steps = changes.map((step, at) => {
    const clean = at === 0 ? applied.dropped.map((id): RowChange => ({ kind: 'delete', id })) : [];
    return { ...step, rows: [...clean, ...step.rows] };
  });
  const stated = reach(dag.needs, revisions);
  for (let at = 0; at < stated.length; at++) stated[at] ||= (above[at] ?? 0) | (emptied[at] ?? 0);
  return {
    steps,
    rows: idsOf(dag, now),
    dropped: applied.dropped,
    stated: idsOf(dag, membersOf(stated)),
  };
}

function stampTargets(dag: Dag, texts: readonly string[]): StampTargets {
  const revisions = new Set<number>();
  const emptied = setOf(dag, []);
  for (const text of texts) {
    const target = parseTarget(text);
    if (target.offset) throw relative(text);
    const branch = branchOf(dag, target);
    if (target.symbol !== 'base') {
      for (const at of resolveName(dag, target.symbol, branch, text, 'stamp')) revisions.add(at);
    } else if (branch) {
      const dependents = reach(dag.neededBy, [branch.node]);
      for (let at = 0; at < emptied.length; at++)
        emptied[at] ||= (branch.members[at] ?? 0) | (dependents[at] ?? 0);
    } else {
      emptied.fill(1);
    }
  }
  return { revisions: [...revisions], emptied };
}

function purged(dag: Dag, rows: readonly string[], revisions: readonly number[]): Plan {
  const now = tips(dag, setOf(dag, revisions));
  const deletes = [...new Set(rows)].map((id): RowChange => ({ kind: 'delete', id }));
  const steps = now.map((at, turn): Step => {
    const id = idOf(dag, at);
    const clean = turn === 0 ? deletes : [];
    return { kind: 'stamp', revision: id, rows: [...clean, { kind: 'insert', id }] };
  });
  if (steps.length === 0 && deletes.length > 0)
    steps.push({ kind: 'stamp', revision: 'base', rows: deletes });
  return { steps, rows: idsOf(dag, now), dropped: [], stated: 'all' };
}

/** One step for each target that gets a row; what concerns no target's own row comes with the first step. */
function difference(
  dag: Dag,
  before: readonly number[],
  after: readonly number[],
  targets: readonly number[],
): Step[] {
  const had = setOf(dag, before);
  const has = setOf(dag, after);
  const wanted = setOf(dag, targets);
  const gone = before.filter((at) => has[at] === 0);
  const come = after.filter((at) => had[at] === 0);
  if (gone.length === 0 && come.length === 0) return [];

  const surplus = Math.max(0, gone.length - come.length);
  const deletes = gone.slice(0, surplus).map((at): RowChange => ({ kind: 'delete', id: idOf(dag, at) }));
  const replaced = gone.slice(surplus).values();
  const place = (at: number): RowChange => {
    const from = replaced.next().value;
    const id = idOf(dag, at);
    return from === undefined ? { kind: 'insert', id } : { kind: 'update', from: idOf(dag, from), to: id };
  };
  const steps = come
    .filter((at) => wanted[at] === 1)
    .map((at): Step => ({ kind: 'stamp', revision: idOf(dag, at), rows: [place(at)] }));
  const beside = come.filter((at) => wanted[at] === 0).map(place);
  const [first, ...rest] = steps;
  if (first) return [{ ...first, rows: [...deletes, ...beside, ...first.rows] }, ...rest];
  const [named] = targets;
  const revision = named === undefined ? 'base' : idOf(dag, named);
  return [{ kind: 'stamp', revision, rows: [...deletes, ...beside] }];
}

function relative(text: string): RevError {
  return new RevError('REV_TARGET', `stamp takes no relative target: ${quote(text)}.`, {
    hint: `Name the revision itself; to run revisions up or down to it instead:\n${lines([`rev upgrade ${plain(text)}`, `rev downgrade ${plain(text)}`])}`,
    data: { target: text },
  });
}
