/**
 * rebase: other parents for a revision, so that two branches become a line.
 */
import { RevError } from '../errors.js';
import type { Dag } from './dag.js';
import { ends, idOf, idsOf, membersOf, reach } from './reach.js';
import type { Command } from './refusals.js';
import { resolveTarget } from './targets.js';
import { lines, plain, quote, sentence } from './wording.js';

/** Where a branch goes. */
export interface RebaseOptions {
  /** What it shall stand on; default: the only head that is not above it. `base`: nothing. */
  readonly onto?: string;
  /**
   * The parent to replace, of the named revision itself. Default: the whole branch moves, and what changes are the
   * parents of its oldest revision.
   */
  readonly parent?: string;
}

/** One change of one revision's parents. */
export interface Rebase {
  readonly revision: string;
  /** As they are written. */
  readonly from: readonly string[];
  /** The same as `from` where there is nothing to do. */
  readonly to: readonly string[];
  /** What the revision shall stand on; null: base. */
  readonly onto: string | null;
  /** The revision and everything that stands on it, oldest first. */
  readonly moved: readonly string[];
}

/**
 * Which revision gets which parents. Without a name: there is no telling whose branch is whose, and the refusal lists the
 * choices.
 * @throws RevError REV_USAGE, REV_TARGET (onto itself or its own descendant, not a parent), REV_MULTIPLE_HEADS,
 *   REV_UNKNOWN_REVISION, REV_AMBIGUOUS_REVISION
 */
export function planRebase(dag: Dag, name: string | undefined, options: RebaseOptions): Rebase {
  const named = name === undefined ? chooseNone(dag) : single(dag, name);
  if (named === 'base') {
    throw new RevError('REV_TARGET', 'Base is no revision: nothing can be moved.', { hint: 'rev heads' });
  }
  const onto = options.onto === undefined ? otherHead(dag, named) : single(dag, options.onto);
  const above = reach(dag.neededBy, [named]);
  if (onto !== 'base' && above[onto] === 1) throw ontoItself(dag, named, onto);
  const below = reach(dag.down, onto === 'base' ? [] : [onto]);
  const root = options.parent === undefined ? branchRoot(dag, named, onto, below) : named;
  // What is below the named revision may be needed up there by a dependency.
  const moved = reach(dag.neededBy, [root]);
  if (onto !== 'base' && moved[onto] === 1) throw ontoItself(dag, root, onto);
  const from = dag.nodes[root]?.down ?? [];
  const replaced =
    options.parent === undefined
      ? from.filter((id) => below[dag.ids.get(id) ?? -1] === 1)
      : [parentOf(dag, root, options.parent)];
  const target = onto === 'base' ? [] : [idOf(dag, onto)];
  const kept = from.flatMap((id) => (replaced.includes(id) ? target : [id]));
  return {
    revision: idOf(dag, root),
    from,
    to: [...new Set(from.length === 0 ? target : kept)],
    onto: target[0] ?? null,
    moved: idsOf(dag, membersOf(moved)),
  };
}

/** The commands that would put one of several heads onto another, for hints; none where each would be a circle. */
export function rebaseCommands(dag: Dag): readonly string[] {
  const heads = ends(dag.up);
  if (heads.length !== 2) return idsOf(dag, heads).map((head) => `rev rebase ${plain(head)} --onto REVISION`);
  return heads.flatMap((head, at) => {
    const onto = idOf(dag, heads[1 - at] as number);
    try {
      planRebase(dag, idOf(dag, head), { onto });
    } catch (error) {
      if (error instanceof RevError) return [];
      throw error;
    }
    return [`rev rebase ${plain(idOf(dag, head))}   (puts it onto ${plain(onto)})`];
  });
}

function single(dag: Dag, name: string): number | 'base' {
  const command: Command = 'rebase';
  const found = resolveTarget(dag, name, command);
  if (found.length > 1) {
    throw new RevError('REV_TARGET', `${quote(name)} is more than one revision.`, {
      hint: `Name one of them:\n${lines(idsOf(dag, found).map(plain))}`,
      data: { target: name, revisions: idsOf(dag, found) },
    });
  }
  return found[0] ?? 'base';
}

/**
 * The oldest revision of the branch that ends in `at`: it stands on what is below the new place already, or on nothing.
 */
function branchRoot(dag: Dag, at: number, onto: number | 'base', below: Uint8Array): number {
  const own = membersOf(reach(dag.down, [at])).filter((each) => below[each] === 0);
  const forks = own.filter((each) => dag.down[each]?.some((parent) => below[parent] === 1));
  const roots = forks.length > 0 ? forks : own.filter((each) => (dag.down[each] ?? []).length === 0);
  const [only] = roots;
  if (only !== undefined && roots.length === 1) return only;
  const place = onto === 'base' ? 'base' : plain(idOf(dag, onto));
  throw new RevError(
    'REV_TARGET',
    `The branch of ${quote(idOf(dag, at))} begins at ${sentence(idsOf(dag, roots))}: it cannot be moved in one piece.`,
    {
      hint: [
        'Move one of them, or say which parent to replace:',
        lines([
          ...roots.map((root) => `rev rebase ${plain(idOf(dag, root))} --onto ${place}`),
          `rev rebase ${plain(idOf(dag, at))} --parent PARENT --onto ${place}`,
        ]),
      ].join('\n'),
      data: { revision: idOf(dag, at), roots: idsOf(dag, roots) },
    },
  );
}

function parentOf(dag: Dag, at: number, name: string): string {
  const parents = dag.nodes[at]?.down ?? [];
  const parent = single(dag, name);
  const id = parent === 'base' ? undefined : idOf(dag, parent);
  if (id !== undefined && parents.includes(id)) return id;
  throw new RevError('REV_TARGET', `${quote(name)} is no parent of revision ${quote(idOf(dag, at))}.`, {
    hint:
      parents.length === 0
        ? 'It has none: leave out --parent.'
        : `Its parents are:\n${lines(parents.map(plain))}`,
    data: { revision: idOf(dag, at), parents },
  });
}

function otherHead(dag: Dag, at: number): number {
  const above = reach(dag.neededBy, [at]);
  const others = ends(dag.up).filter((head) => above[head] === 0);
  const [only] = others;
  if (only !== undefined && others.length === 1) return only;
  const id = plain(idOf(dag, at));
  throw others.length === 0
    ? new RevError('REV_USAGE', `There is no other head that ${quote(id)} could be put onto.`, {
        hint: `Say where it shall go:\n  rev rebase ${id} --onto REVISION`,
        data: { revision: id },
      })
    : new RevError(
        'REV_MULTIPLE_HEADS',
        `Revision ${quote(id)} could go onto any of ${others.length} heads.`,
        {
          hint: `Say which:\n${lines(idsOf(dag, others).map((head) => `rev rebase ${id} --onto ${plain(head)}`))}`,
          data: { revision: id, heads: idsOf(dag, others) },
        },
      );
}

function chooseNone(dag: Dag): never {
  const heads = idsOf(dag, ends(dag.up)).map(plain);
  if (heads.length < 2) {
    throw new RevError('REV_USAGE', 'There is nothing to rebase: `rev heads` shows one head at most.', {
      hint: 'To change the parent of a revision all the same:\n  rev rebase REVISION --onto REVISION',
      data: { heads },
    });
  }
  throw new RevError(
    'REV_USAGE',
    'Which branch goes on top? Name your own: the one that nobody else has yet.',
    {
      hint: lines(rebaseCommands(dag)) || 'Each would be a circle, because of `dependsOn`: rev merge',
      data: { heads },
    },
  );
}

function ontoItself(dag: Dag, at: number, onto: number): RevError {
  const id = plain(idOf(dag, at));
  const place = plain(idOf(dag, onto));
  if (at === onto) {
    return new RevError('REV_TARGET', `Revision ${quote(id)} cannot be put onto itself.`, {
      hint: 'Name another revision after --onto; `rev heads` shows the heads.',
      data: { revision: id },
    });
  }
  return new RevError(
    'REV_TARGET',
    `Revision ${quote(place)} stands on ${quote(id)}: this would be a circle.`,
    {
      hint: `Name a revision that does not stand on ${id}; \`rev history -r ${id}:\` lists those that do.`,
      data: { revision: id, onto: place },
    },
  );
}
