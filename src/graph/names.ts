/**
 * Names → revisions: ids, labels, their beginnings, `head`, `heads`, `base`, each with `branch@` before it.
 */
import { RevError } from '../errors.js';
import type { Dag } from './dag.js';
import { nearNames } from './near.js';
import { ends, idOf, lineage, type NodeSet } from './reach.js';
import { type Command, multipleHeads } from './refusals.js';
import { count, lines, plain, quote, sentence } from './wording.js';

/** A branch as the user named it, and the revisions on it. */
export interface Branch {
  readonly name: string;
  readonly node: number;
  readonly members: NodeSet;
}

/**
 * The revisions that an absolute name stands for, oldest first; none for `base`.
 * @param name what comes after `@`
 * @param text the whole target as the user typed it, for messages
 * @throws RevError REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION, REV_MULTIPLE_HEADS, REV_TARGET
 */
export function resolveName(
  dag: Dag,
  name: string,
  branch: Branch | undefined,
  text: string,
  command: Command,
): number[] {
  if (name === 'base') return [];
  if (name === 'heads' && branch === undefined) return ends(dag.neededBy);
  if (name === 'head' || name === 'heads') {
    const heads = ends(dag.up).filter((at) => branch === undefined || branch.members[at] === 1);
    if (name === 'head' && heads.length > 1) throw multipleHeads(dag, text, heads, command);
    return heads;
  }
  return [resolveOne(dag, name, branch, text)];
}

/**
 * The branch that `name@…` means: every ancestor and descendant, by parents, of the one revision so called.
 * @throws RevError REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION, REV_TARGET
 */
export function resolveBranch(dag: Dag, name: string, text: string): Branch {
  if (name === 'base' || name === 'head' || name === 'heads' || name === '') {
    throw new RevError('REV_TARGET', `In ${quote(text)} the part before '@' does not name a branch.`, {
      hint: 'Write a branch label or a revision id before it, as in `label@head`; see `rev branches`.',
      data: { target: text },
    });
  }
  const node = resolveOne(dag, name, undefined, text);
  return { name, node, members: lineage(dag, node) };
}

function resolveOne(dag: Dag, name: string, branch: Branch | undefined, text: string): number {
  const exact = dag.ids.get(name) ?? dag.labels.get(name);
  if (exact !== undefined) {
    if (branch && branch.members[exact] !== 1) throw notOnBranch(dag, exact, branch, text);
    return exact;
  }
  const matches = beginningWith(dag, name);
  const onBranch = branch ? matches.filter((match) => branch.members[match.node] === 1) : matches;
  const [only] = onBranch;
  if (only === undefined) {
    const [off] = matches;
    if (branch && off) throw notOnBranch(dag, off.node, branch, text);
    throw unknown(dag, name, text);
  }
  if (onBranch.some((match) => match.node !== only.node)) throw ambiguous(dag, name, onBranch, text);
  return only.node;
}

interface Match {
  readonly name: string;
  readonly node: number;
}

/** Ids and labels of more than three characters that begin with the text; any number of it but none. */
function beginningWith(dag: Dag, text: string): Match[] {
  if (text === '') return [];
  const matches: Match[] = [];
  for (const names of [dag.ids, dag.labels]) {
    for (const [name, node] of names) {
      if (name.length > 3 && name.startsWith(text)) matches.push({ name, node });
    }
  }
  return matches;
}

function unknown(dag: Dag, name: string, text: string): RevError {
  if (name === '') {
    return new RevError('REV_TARGET', `${quote(text)} does not name a revision.`, {
      hint: 'Name a revision id, a branch label, `head`, `heads`, `base`, or a relative target such as `+1`.',
      data: { target: text },
    });
  }
  if (name.includes('@')) {
    return new RevError('REV_TARGET', `${quote(text)} has more than one '@'.`, {
      hint: 'Write one branch and one revision, as in `label@head`.',
      data: { target: text },
    });
  }
  if (/[+-]\d/.test(name)) {
    return new RevError('REV_TARGET', `${quote(text)} is not a target: text follows the number.`, {
      hint: `End a relative target with its number, as in ${quote(name.replace(/([+-]\d+).*$/su, '$1'))}.`,
      data: { target: text },
    });
  }
  const near = nearNames(name, [...dag.ids.keys(), ...dag.labels.keys()]);
  const within = name === text ? '' : ` (in ${quote(text)})`;
  return new RevError('REV_UNKNOWN_REVISION', `There is no revision or branch ${quote(name)}${within}.`, {
    hint:
      near.length > 0
        ? `Did you mean ${sentence(near)}? \`rev history\` lists all revisions.`
        : `There ${dag.nodes.length === 1 ? 'is' : 'are'} ${count(dag.nodes.length, 'revision')}; \`rev history\` lists them.`,
    data: { target: text, name, near },
  });
}

function ambiguous(dag: Dag, name: string, matches: readonly Match[], text: string): RevError {
  const described = matches.map((match) => {
    const id = plain(idOf(dag, match.node));
    return match.name === idOf(dag, match.node) ? id : `${plain(match.name)} (a label of ${id})`;
  });
  const within = name === text ? '' : ` (in ${quote(text)})`;
  return new RevError(
    'REV_AMBIGUOUS_REVISION',
    `${count(matches.length, 'name')} begin with ${quote(name)}${within}.`,
    {
      hint: `Type more of the one you mean:\n${lines(described)}`,
      data: { target: text, name, candidates: matches.map((match) => match.name) },
    },
  );
}

function notOnBranch(dag: Dag, node: number, branch: Branch, text: string): RevError {
  const id = plain(idOf(dag, node));
  return new RevError(
    'REV_TARGET',
    `Revision ${quote(idOf(dag, node))} is not on branch ${quote(branch.name)} (in ${quote(text)}).`,
    {
      hint: `Write ${id} alone, or a revision of that branch: \`rev history -r ${plain(branch.name)}@base:\` lists them.`,
      data: { target: text, revision: idOf(dag, node), branch: branch.name },
    },
  );
}
