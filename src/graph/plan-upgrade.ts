/**
 * upgrade: what the target needs and is not applied yet, oldest first.
 */
import { RevError } from '../errors.js';
import type { Dag } from './dag.js';
import { type Branch, resolveName } from './names.js';
import { idOf, idsOf, membersOf, reach, tips } from './reach.js';
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
import { count, lines, plain, quote } from './wording.js';

/**
 * Plans an upgrade. A target at or below the rows gives a plan without steps.
 * @throws RevError REV_ROWS, REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION, REV_MULTIPLE_HEADS, REV_TARGET
 */
export function planUpgrade(dag: Dag, rows: readonly string[], text: string): Plan {
  const applied = readRows(dag, rows);
  const wanted = reach(dag.needs, upgradeTargets(dag, applied, parseTarget(text)));
  const ledger = new RowLedger(dag, applied);
  const steps = membersOf(wanted)
    .filter((at) => applied.members[at] === 0)
    .map((at): Step => ({ kind: 'upgrade', revision: idOf(dag, at), rows: ledger.up(at) }));
  return { steps, rows: ledger.ids(), dropped: applied.dropped };
}

function upgradeTargets(dag: Dag, applied: Applied, target: Target): readonly number[] {
  const branch = branchOf(dag, target);
  if (!target.offset) return resolveName(dag, target.symbol, branch, target.text, 'upgrade');
  const { sign, n } = target.offset;
  if (target.symbol === '') {
    if (sign === '-') throw downwards(target);
    const start = upgradeStart(dag, applied, branch, target);
    return asTargets(walkUp(dag, start, n, branch?.members, target));
  }
  const start = resolveStart(dag, target, branch, 'upgrade');
  if (sign === '+') return asTargets(walkUp(dag, start, n, branch?.members, target));
  const below = walkDown(dag, start, n, target);
  if (below === 'base' && start !== 'base') throw nothingThere(target);
  return asTargets(below);
}

function asTargets(position: Position): number[] {
  return position === 'base' ? [] : [position];
}

/** Where `+N` starts: the row, or with `branch@` the row on that branch, or what is applied of it without a row. */
function upgradeStart(dag: Dag, applied: Applied, branch: Branch | undefined, target: Target): Position {
  const onBranch = (at: number) => branch === undefined || branch.members[at] === 1;
  const rows = applied.rows.filter(onBranch);
  const starts =
    rows.length > 0 || !branch
      ? rows
      : tips(
          dag,
          applied.members.map((on, at) => (onBranch(at) ? on : 0)),
        );
  if (starts.length > 1) throw severalStarts(dag, target, starts);
  return starts[0] ?? 'base';
}

function severalStarts(dag: Dag, target: Target, starts: readonly number[]): RevError {
  const offset = `+${target.offset?.n ?? 1}`;
  return new RevError(
    'REV_TARGET',
    `${quote(target.text)} is ambiguous: the database is at ${count(starts.length, 'revision')}${target.branch === undefined ? '' : ' of that branch'}.`,
    {
      hint: `Say from which:\n${lines(idsOf(dag, starts).map((id) => `rev upgrade ${plain(id)}${offset}`))}`,
      data: { target: target.text, rows: idsOf(dag, starts) },
    },
  );
}

function downwards(target: Target): RevError {
  return new RevError(
    'REV_TARGET',
    `${quote(target.text)} goes down from where the database is, which an upgrade cannot.`,
    {
      hint: `\`rev downgrade ${plain(target.text)}\` takes revisions down.`,
      data: { target: target.text },
    },
  );
}

function nothingThere(target: Target): RevError {
  return new RevError('REV_TARGET', `${quote(target.text)} goes too far: it ends below the first revision.`, {
    hint: 'Name a smaller number; `rev history` shows the revisions.',
    data: { target: target.text },
  });
}
