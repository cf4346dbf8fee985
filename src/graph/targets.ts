/**
 * Targets as they are typed, `[branch@][symbol][±N]`, and walks of N revisions along a branch.
 */
import { RevError } from '../errors.js';
import type { Dag } from './dag.js';
import { type Branch, resolveBranch, resolveName } from './names.js';
import { ends, idOf, idsOf, type NodeSet } from './reach.js';
import { type Command, multipleHeads } from './refusals.js';
import { count, lines, plain, quote } from './wording.js';

/** A target, taken apart but not looked up. */
export interface Target {
  /** As the user typed it. */
  readonly text: string;
  readonly branch: string | undefined;
  /** What comes after `branch@` and before the number; empty in `+1`. */
  readonly symbol: string;
  readonly offset: { readonly sign: '+' | '-'; readonly n: number } | undefined;
}

/** A revision, or below all of them. */
export type Position = number | 'base';

/** Takes a target apart; anything at all is taken, the lookup refuses what makes no sense. */
export function parseTarget(text: string): Target {
  const at = text.indexOf('@');
  const branch = at < 0 ? undefined : text.slice(0, at);
  const rest = text.slice(at + 1);
  const match = /^(.*?)([+-])(\d+)$/su.exec(rest);
  if (!match) return { text, branch, symbol: rest, offset: undefined };
  return {
    text,
    branch,
    symbol: match[1] ?? '',
    offset: {
      sign: match[2] === '-' ? '-' : '+',
      n: Math.min(Number(match[3]), Number.MAX_SAFE_INTEGER),
    },
  };
}

/** Whether a target counts from where a database is: `+1`, `branch@-2`, but not `1f9a-1`. */
export function countsFromRows(text: string): boolean {
  const { symbol, offset } = parseTarget(text);
  return offset !== undefined && symbol === '';
}

/** The branch of a target, if it names one. */
export function branchOf(dag: Dag, target: Target): Branch | undefined {
  return target.branch === undefined ? undefined : resolveBranch(dag, target.branch, target.text);
}

/**
 * The revisions of an absolute target, oldest first; none for `base`.
 * @throws RevError REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION, REV_MULTIPLE_HEADS, REV_TARGET
 */
export function resolveTarget(dag: Dag, text: string, command: Command): number[] {
  const target = parseTarget(text);
  if (target.offset) {
    throw new RevError(
      'REV_TARGET',
      `${quote(text)} is a relative target; a revision's name is needed here.`,
      {
        hint: 'Name the revision itself; `rev history` shows the ids.',
        data: { target: text },
      },
    );
  }
  return resolveName(dag, target.symbol, branchOf(dag, target), text, command);
}

/**
 * Where `symbol+N` and `symbol-N` start from: one revision, or base.
 * @throws RevError REV_MULTIPLE_HEADS when the symbol stands for several
 */
export function resolveStart(
  dag: Dag,
  target: Target,
  branch: Branch | undefined,
  command: Command,
): Position {
  const found = resolveName(dag, target.symbol, branch, target.text, command);
  if (found.length > 1) throw multipleHeads(dag, target.text, found, command);
  return found[0] ?? 'base';
}

/**
 * N revisions up from a position, along a branch if there is one.
 * @throws RevError REV_TARGET when there are fewer, REV_AMBIGUOUS_REVISION when the line forks on the way
 */
export function walkUp(
  dag: Dag,
  start: Position,
  n: number,
  members: NodeSet | undefined,
  target: Target,
): Position {
  let at = start;
  for (let taken = 0; taken < n; taken++) {
    const above = at === 'base' ? ends(dag.down) : (dag.up[at] ?? []);
    const choices = members ? above.filter((child) => members[child] === 1) : above;
    const [next] = choices;
    if (next === undefined) throw tooFar(dag, target, start, taken, 'above');
    if (choices.length > 1) throw fork(dag, target, at, choices, 'up');
    at = next;
  }
  return at;
}

/**
 * N revisions down from a position; one below a base is `base`.
 * @throws RevError REV_TARGET when there are fewer, REV_AMBIGUOUS_REVISION when a merge is met on the way
 */
export function walkDown(dag: Dag, start: Position, n: number, target: Target): Position {
  let at = start;
  for (let taken = 0; taken < n; taken++) {
    if (at === 'base') throw tooFar(dag, target, start, taken, 'below');
    const below: readonly number[] = dag.down[at] ?? [];
    if (below.length > 1) throw fork(dag, target, at, below, 'down');
    at = below[0] ?? 'base';
  }
  return at;
}

function tooFar(dag: Dag, target: Target, start: Position, taken: number, side: 'above' | 'below'): RevError {
  const from = start === 'base' ? 'base' : `revision ${quote(idOf(dag, start))}`;
  const steps = count(taken, side === 'below' ? 'step' : 'revision');
  const there = taken === 0 ? 'is nothing' : taken === 1 ? `is ${steps}` : `are ${steps}`;
  const end =
    side === 'above'
      ? `\`${target.branch === undefined ? 'heads' : `${plain(target.branch)}@head`}\``
      : '`base`';
  return new RevError('REV_TARGET', `${quote(target.text)} goes too far: there ${there} ${side} ${from}.`, {
    hint: `To go all the way, name ${end}; \`rev history\` shows the revisions.`,
    data: { target: target.text, from: start === 'base' ? 'base' : idOf(dag, start), available: taken },
  });
}

function fork(
  dag: Dag,
  target: Target,
  at: Position,
  choices: readonly number[],
  way: 'up' | 'down',
): RevError {
  const where = at === 'base' ? 'base' : `revision ${quote(idOf(dag, at))}`;
  const offset = target.offset ? `${target.offset.sign}${target.offset.n}` : '';
  const narrow =
    way === 'up'
      ? `, or say along which branch, as in \`${plain(idOf(dag, choices[0] ?? 0))}@${plain(target.symbol)}${offset}\``
      : '';
  return new RevError(
    'REV_AMBIGUOUS_REVISION',
    `${quote(target.text)} is ambiguous: ${count(choices.length, 'way')} lead ${way} from ${where}.`,
    {
      hint: `Name the revision you want${narrow}:\n${lines(idsOf(dag, choices).map(plain))}`,
      data: { target: target.text, candidates: idsOf(dag, choices) },
    },
  );
}
