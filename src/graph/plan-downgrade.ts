/**
 * downgrade: everything that stands on the target's children, newest first.
 */
import { RevError } from '../errors.js';
import type { Dag } from './dag.js';
import { branchTips, ends, idOf, idsOf, lineage, membersOf, type NodeSet, reach } from './reach.js';
import type { Plan, Step } from './revision.js';
import { type Applied, RowLedger, readRows } from './rows.js';
import {
  branchOf,
  type Position,
  parseTarget,
  resolveStart,
  type Target,
  walkDown,
  walkUp,
} from './targets.js';
import { count, lines, plain, quote, sentence } from './wording.js';

interface Destination {
  readonly position: Position;
  /** Of the position's children, only those in here are taken down, with all that stands on them. */
  readonly members: NodeSet | undefined;
}

/**
 * Plans a downgrade. With a branch, only that branch's side of a fork is taken down.
 * @throws RevError REV_ROWS, REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION, REV_MULTIPLE_HEADS,
 *   REV_TARGET when the target is not applied, or `-N` could start from several rows
 */
export function planDowngrade(dag: Dag, rows: readonly string[], text: string): Plan {
  const applied = readRows(dag, rows);
  const target = parseTarget(text);
  const { position, members } = destination(dag, applied, target);
  const above = position === 'base' ? ends(dag.down) : (dag.up[position] ?? []);
  const roots = members ? above.filter((at) => members[at] === 1) : above;
  const removed = reach(dag.neededBy, roots);
  const order = membersOf(removed)
    .filter((at) => applied.members[at] === 1)
    .reverse();
  if (order.length === 0 && position !== 'base' && !applied.given.includes(position)) {
    throw notBelow(dag, applied, position, target);
  }
  const ledger = new RowLedger(dag, applied);
  const steps = order.map(
    (at): Step => ({ kind: 'downgrade', revision: idOf(dag, at), rows: ledger.down(at) }),
  );
  return { steps, rows: ledger.ids(), dropped: applied.dropped };
}

function destination(dag: Dag, applied: Applied, target: Target): Destination {
  const branch = branchOf(dag, target);
  const members = branch?.members;
  if (!target.offset) return { position: resolveStart(dag, target, branch, 'downgrade'), members };
  const { sign, n } = target.offset;
  if (target.symbol !== '') {
    const start = resolveStart(dag, target, branch, 'downgrade');
    const position = sign === '+' ? walkUp(dag, start, n, members, target) : walkDown(dag, start, n, target);
    return { position, members };
  }
  if (sign === '+') throw upwards(target);
  const start = downgradeStart(dag, applied, members, target);
  return { position: walkDown(dag, start, n, target), members: lineage(dag, start) };
}

/** Where `-N` starts: the row, or with `branch@` the row on that branch, or the top of what is applied of it. */
function downgradeStart(dag: Dag, applied: Applied, members: NodeSet | undefined, target: Target): number {
  const onBranch = (at: number) => members === undefined || members[at] === 1;
  const rows = applied.rows.filter(onBranch);
  const starts = rows.length > 0 ? rows : branchTips(dag, applied.members).filter(onBranch);
  const [only] = starts;
  if (only === undefined) throw nothingApplied(target);
  if (starts.length > 1) throw severalStarts(dag, target, starts);
  return only;
}

function upwards(target: Target): RevError {
  return new RevError(
    'REV_TARGET',
    `${quote(target.text)} goes up from where the database is, which a downgrade cannot.`,
    {
      hint: `\`rev upgrade ${plain(target.text)}\` applies revisions.`,
      data: { target: target.text },
    },
  );
}

function nothingApplied(target: Target): RevError {
  const what = target.branch === undefined ? 'No revision' : `No revision of branch ${quote(target.branch)}`;
  return new RevError(
    'REV_TARGET',
    `${what} is applied, so ${quote(target.text)} has nothing to take down.`,
    {
      hint: '`rev current` shows what the database is at.',
      data: { target: target.text },
    },
  );
}

function severalStarts(dag: Dag, target: Target, starts: readonly number[]): RevError {
  const n = target.offset?.n ?? 1;
  return new RevError(
    'REV_TARGET',
    `${quote(target.text)} is ambiguous: the database is at ${count(starts.length, 'revision')}${target.branch === undefined ? '' : ' of that branch'}.`,
    {
      hint: `Say from which:\n${lines(idsOf(dag, starts).map((id) => `rev downgrade ${plain(id)}@-${n}`))}`,
      data: { target: target.text, rows: idsOf(dag, starts) },
    },
  );
}

function notBelow(dag: Dag, applied: Applied, at: number, target: Target): RevError {
  const id = idOf(dag, at);
  const name = id === target.text ? quote(id) : `${quote(target.text)} (revision ${quote(id)})`;
  const data = { target: target.text, revision: id, rows: idsOf(dag, applied.rows) };
  if (applied.members[at] === 0) {
    const where =
      applied.rows.length === 0 ? 'nothing is applied' : `the database is at ${sentence(data.rows)}`;
    return new RevError('REV_TARGET', `Cannot downgrade to ${name}: it is not applied; ${where}.`, {
      hint: `\`rev upgrade ${plain(id)}\` applies it.`,
      data,
    });
  }
  const standing = (dag.neededBy[at] ?? []).filter((other) => applied.members[other] === 1);
  return new RevError(
    'REV_TARGET',
    `Nothing to downgrade above ${name}: it is the top of its branch, and applied because ${sentence(idsOf(dag, standing))} ${standing.length === 1 ? 'depends' : 'depend'} on it.`,
    {
      hint: `To take that down:\n${lines(standing.map((other) => `rev downgrade ${belowOf(dag, other)}`))}`,
      data,
    },
  );
}

function belowOf(dag: Dag, at: number): string {
  const [parent, second] = dag.down[at] ?? [];
  const id = plain(idOf(dag, at));
  if (parent === undefined) return `${id}@base`;
  return second === undefined ? `${id}@${plain(idOf(dag, parent))}` : plain(idOf(dag, parent));
}
