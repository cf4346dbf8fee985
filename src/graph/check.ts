/**
 * What has to hold of each revision by itself, and of the names between them, before there can be a graph.
 */
import { RevError } from '../errors.js';
import type { RevisionNode } from './revision.js';
import { plain, quote, sentence } from './wording.js';

/** Words that mean something else wherever a revision may be named. */
export const reservedNames: ReadonlySet<string> = new Set(['base', 'head', 'heads', 'current']);

/** Revisions by position in the list that was checked; every name in it stands for exactly one revision. */
export interface Names {
  readonly ids: ReadonlyMap<string, number>;
  readonly labels: ReadonlyMap<string, number>;
}

/** Positions of a revision's parents and of what it depends on, in the order written, each once. */
export interface Links {
  readonly down: readonly number[];
  readonly depends: readonly number[];
}

/** Is told of each fault, and throws it or takes note of it; then what is at fault is left out. */
export type OnFault = (fault: RevError) => void;

/** The first fault ends it. */
export const throwFault: OnFault = (fault) => {
  throw fault;
};

/** Reads every id and label once. Faults: REV_NAME, REV_DUPLICATE_REVISION, REV_LABEL. */
export function checkNames(nodes: readonly RevisionNode[], onFault: OnFault): Names {
  const ids = new Map<string, number>();
  for (const [at, node] of nodes.entries()) {
    const before = nodes[ids.get(node.id) ?? -1];
    const fault = idFault(node) ?? (before && duplicateId(before, node));
    if (fault) onFault(fault);
    else ids.set(node.id, at);
  }
  const labels = new Map<string, number>();
  for (const [at, node] of nodes.entries()) {
    for (const label of node.labels) {
      const other = nodes[ids.get(label) ?? labels.get(label) ?? at];
      const isTaken = other !== node || ids.has(label);
      const fault = labelFault(label, node) ?? (isTaken ? takenLabel(label, node, other ?? node) : undefined);
      if (fault) onFault(fault);
      else labels.set(label, at);
    }
  }
  return { ids, labels };
}

/** Finds the revisions that one revision names. Faults: REV_MISSING_PARENT, REV_CYCLE when it names itself. */
export function linkRevision(
  node: RevisionNode,
  nodes: readonly RevisionNode[],
  names: Names,
  onFault: OnFault,
): Links {
  const self = names.ids.get(node.id);
  const down = new Set<number>();
  for (const parent of node.down) {
    const at = names.ids.get(parent);
    if (at === undefined) onFault(missingParent(node, parent, nodes[names.labels.get(parent) ?? -1]));
    else if (at === self) onFault(selfLoop(node, 'downRevision'));
    else down.add(at);
  }
  const depends = new Set<number>();
  for (const name of node.depends) {
    const at = names.ids.get(name) ?? names.labels.get(name);
    if (at === undefined) onFault(missingDependency(node, name));
    else if (at === self) onFault(selfLoop(node, 'dependsOn'));
    else depends.add(at);
  }
  return { down: [...down], depends: [...depends].filter((at) => !down.has(at)) };
}

/** `'ab12' (versions/ab12_x.ts)`: a revision as messages name it. */
export function named(node: RevisionNode): string {
  return node.source === undefined ? quote(node.id) : `${quote(node.id)} (${plain(node.source)})`;
}

function place(node: RevisionNode): string {
  return node.source === undefined ? `revision ${quote(node.id)}` : plain(node.source);
}

const misread = /[@+:\s\p{Cc}-]/u;

function idFault(node: RevisionNode): RevError | undefined {
  const { id, source } = node;
  if (id !== '' && !reservedNames.has(id) && !misread.test(id)) return undefined;
  const where = source === undefined ? '' : ` in ${plain(source)}`;
  const options = {
    hint: `Use letters and digits for the id, as \`rev create\` does${where === '' ? '' : `, and rename it${where}`}.`,
    data: { id, source },
  };
  if (id === '') return new RevError('REV_NAME', `A revision has an empty id${where}.`, options);
  if (reservedNames.has(id)) {
    return new RevError(
      'REV_NAME',
      `A revision cannot be called ${quote(id)}${where}: the word is reserved.`,
      options,
    );
  }
  const bad = sentence([...new Set([...id].filter((char) => misread.test(char)))].map(quote));
  return new RevError(
    'REV_NAME',
    `Revision ${named(node)} has ${bad} in its id, which a target could not name.`,
    options,
  );
}

function labelFault(label: string, node: RevisionNode): RevError | undefined {
  const options = {
    hint: `Choose another label in ${place(node)}: letters, digits, '_', '.' and '-'.`,
    data: { label, id: node.id, source: node.source },
  };
  if (label === '')
    return new RevError('REV_LABEL', `Revision ${named(node)} has an empty branch label.`, options);
  if (reservedNames.has(label)) {
    return new RevError(
      'REV_LABEL',
      `Branch label ${quote(label)} of revision ${named(node)} is a reserved word.`,
      options,
    );
  }
  if (!/[@+:\s\p{Cc}]|-\d+$|^-/u.test(label)) return undefined;
  return new RevError(
    'REV_LABEL',
    `Branch label ${quote(label)} of revision ${named(node)} could be read as something else in a target.`,
    options,
  );
}

function duplicateId(first: RevisionNode, second: RevisionNode): RevError {
  const sources = [first, second].map((node) => node.source).filter((source) => source !== undefined);
  const where = sources.length === 2 ? `: ${sources.map(plain).join(' and ')}` : '';
  return new RevError('REV_DUPLICATE_REVISION', `Revision ${quote(first.id)} is there twice${where}.`, {
    hint: 'Delete one of them, or give it an id of its own (and name that id where it is revised).',
    data: { id: first.id, sources },
  });
}

function takenLabel(label: string, node: RevisionNode, other: RevisionNode): RevError {
  const taken =
    label === other.id
      ? `is the id of revision ${named(other)}`
      : `is already used by revision ${named(other)}`;
  return new RevError('REV_LABEL', `Branch label ${quote(label)} of revision ${named(node)} ${taken}.`, {
    hint: `Choose another label in ${place(node)}, or remove it from ${place(other)}.`,
    data: { label, id: node.id, other: other.id },
  });
}

function missingParent(node: RevisionNode, parent: string, labelled: RevisionNode | undefined): RevError {
  const hint = labelled
    ? `${quote(parent)} is a branch label; a parent is named by its id: write ${quote(labelled.id)} in ${place(node)}.`
    : `Restore its file (a merge in git may have lost it), or correct downRevision in ${place(node)}.`;
  return new RevError(
    'REV_MISSING_PARENT',
    `Revision ${named(node)} revises ${quote(parent)}, which does not exist.`,
    {
      hint,
      data: { id: node.id, missing: parent, source: node.source },
    },
  );
}

function missingDependency(node: RevisionNode, name: string): RevError {
  return new RevError(
    'REV_MISSING_PARENT',
    `Revision ${named(node)} depends on ${quote(name)}, which does not exist.`,
    {
      hint: `Restore its file, or correct dependsOn in ${place(node)}: a full id or a branch label.`,
      data: { id: node.id, missing: name, source: node.source },
    },
  );
}

function selfLoop(node: RevisionNode, field: 'downRevision' | 'dependsOn'): RevError {
  return new RevError('REV_CYCLE', `Revision ${named(node)} names itself in ${field}.`, {
    hint: `Correct ${field} in ${place(node)}.`,
    data: { cycle: [node.id] },
  });
}

/** A circle of revisions, each of which needs the next and the last the first. */
export function circle(cycle: readonly RevisionNode[]): RevError {
  const ids = cycle.map((node) => node.id);
  const shown = ids.length > 8 ? [...ids.slice(0, 7), `… ${ids.length - 7} more …`] : ids;
  const byParents = cycle.every((node, at) => node.down.includes(ids[(at + 1) % ids.length] ?? ''));
  const field = byParents ? 'downRevision' : 'downRevision or dependsOn';
  return new RevError(
    'REV_CYCLE',
    `Revisions need each other in a circle: ${[...shown, ids[0] ?? ''].map(plain).join(' → ')}.`,
    {
      hint: `Break it by correcting ${field} in one of: ${sentence(cycle.map(place))}.`,
      data: { cycle: ids },
    },
  );
}
