/**
 * Refusals that several commands share: each says which choice there is, and what to type for it.
 */
import { RevError } from '../errors.js';
import type { Dag } from './dag.js';
import { propagateLabels } from './labels.js';
import { idOf, idsOf } from './reach.js';
import { count, lines, plain, quote } from './wording.js';

/** The command that a target was given to; hints repeat it. */
export type Command = 'upgrade' | 'downgrade' | 'stamp' | 'create' | 'merge' | 'rebase' | 'history' | 'show';

/** A target that has to be one head fits several. */
export function multipleHeads(dag: Dag, text: string, heads: readonly number[], command: Command): RevError {
  const carried = propagateLabels(dag);
  const described = heads.map((head) => {
    const labels = carried[head] ?? [];
    const id = plain(idOf(dag, head));
    return labels.length === 0 ? id : `${id} (${labels.map(plain).join(', ')})`;
  });
  const first = heads[0] ?? 0;
  const own = (carried[first] ?? []).find((label) =>
    heads.every((head) => head === first || !carried[head]?.includes(label)),
  );
  const one = own === undefined ? plain(idOf(dag, first)) : `${plain(own)}@head`;
  const all = text.includes('@') ? `${plain(text.slice(0, text.indexOf('@')))}@heads` : 'heads';
  return new RevError(
    'REV_MULTIPLE_HEADS',
    `${quote(text)} could be any of ${count(heads.length, 'head')}.`,
    {
      hint: `The heads are:\n${lines(described)}\nSay which, or join them:\n${lines(choices(command, one, all))}`,
      data: { target: text, heads: idsOf(dag, heads) },
    },
  );
}

function choices(command: Command, one: string, all: string): string[] {
  const join = ['rev merge', 'rev rebase'];
  switch (command) {
    case 'upgrade':
    case 'stamp':
      return [`rev ${command} ${all}`, `rev ${command} ${one}`, ...join];
    case 'create':
      return [`rev create --head ${one} -m "…"`, ...join];
    case 'downgrade':
    case 'show':
      return [`rev ${command} ${one}`, ...join];
    case 'rebase':
      return [`rev rebase ${one}`, 'rev merge'];
    case 'merge':
      return ['rev merge heads'];
    case 'history':
      return ['rev history', `rev history -r :${one}`];
  }
}
