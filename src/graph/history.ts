/**
 * history: the revisions of a range, newest first.
 */
import { RevError } from '../errors.js';
import type { Dag } from './dag.js';
import { type Branch, resolveName } from './names.js';
import { ends, idOf, idsOf, membersOf, reach, setOf } from './reach.js';
import { readRows } from './rows.js';
import { branchOf, parseTarget, resolveStart, type Target, walkDown, walkUp } from './targets.js';
import { quote } from './wording.js';

/** A range of history; both ends belong to it. */
export interface HistoryRange {
  /** Default `base`. `-N` counts down from every head, `current` is where the database is. */
  readonly from?: string;
  /** Default `heads`. `+N` counts up from the other end. */
  readonly to?: string;
}

interface Start {
  readonly revisions: readonly number[];
  /** Set for `branch@base`: only heads of that branch end the range. */
  readonly branch: Branch | undefined;
}

/**
 * The ids of a range, newest first.
 * @throws RevError REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION, REV_MULTIPLE_HEADS, REV_ROWS,
 *   REV_TARGET when the range goes nowhere
 */
export function listHistory(dag: Dag, range: HistoryRange, rows: readonly string[]): string[] {
  const from = rangeStart(dag, range.from ?? 'base', rows);
  const to = rangeEnd(dag, range.to, from, rows);
  const below = reach(dag.needs, to);
  if (from.revisions.length === 0) return newestFirst(dag, below);

  const isStart = setOf(dag, from.revisions);
  const left = reach(dag.needs, from.revisions);
  const inside = [dag.up, dag.neededBy]
    .map((edges) => reach(edges, from.revisions))
    .find((above) => to.some((at) => above[at] === 1));
  if (!inside) throw unrelated(dag, range, from.revisions, to);
  const shown = below.map((on, at) =>
    on === 1 && inside[at] === 1 && (isStart[at] === 1 || left[at] === 0) ? 1 : 0,
  );
  return newestFirst(dag, shown);
}

function newestFirst(dag: Dag, set: Uint8Array): string[] {
  return idsOf(dag, membersOf(set).reverse());
}

function rangeStart(dag: Dag, text: string, rows: readonly string[]): Start {
  if (text === 'current') return { revisions: readRows(dag, rows).rows, branch: undefined };
  const target = parseTarget(text);
  const branch = branchOf(dag, target);
  if (target.offset && target.symbol === '') {
    if (target.offset.sign === '+') throw nowhere(target, 'from');
    return { revisions: downFromHeads(dag, target, branch, target.offset.n), branch: undefined };
  }
  const revisions = walked(dag, target, branch);
  return { revisions, branch: revisions.length === 0 ? branch : undefined };
}

function rangeEnd(
  dag: Dag,
  text: string | undefined,
  from: Start,
  rows: readonly string[],
): readonly number[] {
  if (text === undefined || text === 'heads') {
    return from.branch ? headsOf(dag, from.branch) : ends(dag.neededBy);
  }
  if (text === 'current') return readRows(dag, rows).rows;
  const target = parseTarget(text);
  const branch = branchOf(dag, target);
  const to =
    target.symbol === '' && target.offset ? upFrom(dag, target, branch, from) : walked(dag, target, branch);
  return to.filter((at) => !from.branch || from.branch.members[at] === 1);
}

/** A name, or so many revisions up or down from it. */
function walked(dag: Dag, target: Target, branch: Branch | undefined): readonly number[] {
  if (!target.offset) return resolveName(dag, target.symbol, branch, target.text, 'history');
  const { sign, n } = target.offset;
  const start = resolveStart(dag, target, branch, 'history');
  const at = sign === '+' ? walkUp(dag, start, n, branch?.members, target) : walkDown(dag, start, n, target);
  return at === 'base' ? [] : [at];
}

function headsOf(dag: Dag, branch: Branch): number[] {
  return ends(dag.up).filter((at) => branch.members[at] === 1);
}

/** `-N`: N below each head; below everything where a line is shorter than that. */
function downFromHeads(dag: Dag, target: Target, branch: Branch | undefined, n: number): number[] {
  const heads = branch ? headsOf(dag, branch) : ends(dag.neededBy);
  const found = heads.map((head) => {
    let at: number | undefined = head;
    for (let taken = 0; taken < n && at !== undefined; taken++) {
      const parents: readonly number[] = dag.down[at] ?? [];
      at = parents.length > 1 ? asNode(walkDown(dag, at, 1, target)) : parents[0];
    }
    return at;
  });
  return found.includes(undefined) ? [] : [...new Set(found)].filter((at) => at !== undefined);
}

function asNode(position: number | 'base'): number | undefined {
  return position === 'base' ? undefined : position;
}

function upFrom(dag: Dag, target: Target, branch: Branch | undefined, from: Start): number[] {
  const [start, second] = from.revisions;
  if (target.offset?.sign !== '+' || second !== undefined) throw nowhere(target, 'to');
  const members = (branch ?? from.branch)?.members;
  const at = asNode(walkUp(dag, start ?? 'base', target.offset.n, members, target));
  return at === undefined ? [] : [at];
}

function nowhere(target: Target, end: 'from' | 'to'): RevError {
  const reason =
    end === 'from'
      ? 'a range cannot start above the heads'
      : target.offset?.sign === '-'
        ? 'only the start of a range counts down from the heads'
        : 'the range starts at several revisions';
  return new RevError('REV_TARGET', `${quote(target.text)} cannot be an end of this range: ${reason}.`, {
    hint: 'Ranges look like `-3:`, `ab12:`, `ab12:+2`, `label@base:` or `current:head`.',
    data: { target: target.text },
  });
}

function unrelated(dag: Dag, range: HistoryRange, from: readonly number[], to: readonly number[]): RevError {
  const start = range.from ?? 'base';
  const end = range.to ?? 'heads';
  const isAbove = setOf(dag, from);
  const turned = membersOf(reach(dag.neededBy, to)).some((at) => isAbove[at] === 1);
  return new RevError('REV_TARGET', `No line of revisions leads from ${quote(start)} to ${quote(end)}.`, {
    hint: turned
      ? 'The older end comes first: turn the range round.'
      : 'Name a revision and one of its descendants; `rev history` shows the lines.',
    data: { from: start, to: end, revisions: [...from, ...to].map((at) => idOf(dag, at)) },
  });
}
