import type { Catalog, QualifiedName } from '../catalog/index.js';
import { RevError } from '../errors.js';
import { apply, type Operation } from '../operations/index.js';
import {
  currentName,
  findTarget,
  pathOf,
  type RenameKind,
  renameOperation,
  renameSteps,
  type Target,
  targetKey,
  targetsOf,
} from './rename-targets.js';
import type { DiffRules } from './rules.js';

/** Renames are never guessed: they are said, or they are asked for (rename-candidates.ts). */

export interface RenameOptions {
  /**
   * `users=people`, `users.fullname=users.full_name`, `mood.sad=mood.unhappy`; a schema may stand before:
   * `app.users=app.people`.
   */
  readonly said?: readonly string[];
  /** The same, standing in a configuration: those that the database has gone through already say nothing. */
  readonly standing?: readonly string[];
  /** Names that are dropped and no rename, or `all`. */
  readonly denied?: readonly string[] | 'all';
}

/** Said renames as operations. Throws REV_USAGE for one that names what is not there. */
export function resolveRenames(
  actual: Catalog,
  wanted: Catalog,
  rules: DiffRules,
  { said = [], standing = [] }: RenameOptions,
): readonly Operation[] {
  const due = standing.map(parseRename).filter((each) => isDue(actual, each));
  let open: readonly ParsedRename[] = [...due, ...said.map(parseRename)];
  const operations: Operation[] = [];
  for (const kinds of renameSteps) {
    const now = apply(operations, actual);
    const found = open.map((each) => findRename(each, kinds, { actual, now, wanted, operations, rules }));
    const renames = found.flatMap((each) => each ?? []);
    open = open.filter((_each, at) => found[at] === null);
    operations.push(...inOrder(renames, kinds, now, rules));
  }
  const [lost] = open;
  if (lost) throw cannotBe(lost, actual, wanted);
  return operations;
}

/** The schemas that said renames leave behind, where the models only know the new name. */
export function renamedSchemas(
  { said = [], standing = [] }: RenameOptions,
  wanted: readonly string[],
): readonly { readonly from: string; readonly to: string }[] {
  return [...standing, ...said]
    .map(parseRename)
    .filter(({ from, to }) => wanted.includes(to) && !wanted.includes(from));
}

interface ParsedRename {
  readonly text: string;
  readonly from: string;
  readonly to: string;
}

interface Rename {
  readonly text: string;
  readonly from: Target;
  readonly to: Target;
}

const usage =
  'Write --rename old=new for a table, enum, sequence, schema or index; --rename table.old=table.new for a column or constraint; --rename enum.old=enum.new for a value.';

function parseRename(text: string): ParsedRename {
  const parts = text.split('=');
  const [from, to] = parts;
  if (parts.length !== 2 || !from || !to) {
    throw new RevError('REV_USAGE', `Cannot read the rename "${text}".`, { hint: usage });
  }
  return { text, from: from.trim(), to: to.trim() };
}

const allKinds = renameSteps.flat();

/** A standing rename says nothing once the new name is there, whatever has the old one by then. */
function isDue(actual: Catalog, rename: ParsedRename): boolean {
  const has = (path: string) => allKinds.some((kind) => findTarget(actual, kind, path));
  return has(rename.from) && !has(rename.to);
}

interface Place {
  readonly actual: Catalog;
  /** The live catalog after `operations`. */
  readonly now: Catalog;
  readonly wanted: Catalog;
  readonly operations: readonly Operation[];
  readonly rules: DiffRules;
}

/** The rename as one of these kinds; null: it is none of them. */
function findRename(
  { text, from, to }: ParsedRename,
  kinds: readonly RenameKind[],
  { actual, now, wanted, operations, rules }: Place,
): Rename | null {
  for (const kind of kinds) {
    const old = inCurrentNames(findTarget(actual, kind, from), operations) ?? findTarget(now, kind, from);
    if (!old) continue;
    // The new side may be written with what it is part of, or as the name alone.
    const target =
      findTarget(wanted, kind, to) ??
      (old.owner ? findTarget(wanted, kind, pathOf({ ...old, name: to })) : undefined);
    // A view and a materialized view are no names of one thing.
    if (target && target.materialized !== old.materialized) continue;
    if (target && kind === 'view' && target.schema !== old.schema) throw staysInSchema(text);
    if (target) return { text, from: old, to: { ...target, name: rules.storedName(target.name) } };
  }
  return null;
}

/** Said here, since the upgrade that would find it out comes later: no dialect moves a view. */
function staysInSchema(text: string): RevError {
  return new RevError('REV_USAGE', `The rename ${text} cannot be: a view stays in its schema.`, {
    hint: 'Leave it out: the view is dropped in the one schema and made in the other.',
  });
}

function inCurrentNames(target: Target | undefined, operations: readonly Operation[]): Target | undefined {
  if (!target || target.kind === 'schema') return target;
  if (target.owner) return { ...target, owner: currentName(target.owner, operations) };
  const name: QualifiedName = currentName(target, operations);
  return { ...target, ...name };
}

/** Each when its new name is free; names that are exchanged go by way of a third one. */
function inOrder(
  renames: readonly Rename[],
  kinds: readonly RenameKind[],
  now: Catalog,
  rules: DiffRules,
): readonly Operation[] {
  const taken = new Set(kinds.flatMap((kind) => targetsOf(now, kind)).map(targetKey));
  const open = new Map(renames.map((each) => [targetKey(each.from), each]));
  const operations: Operation[] = [];
  const rename = (from: Target, to: Target) => {
    operations.push(renameOperation(from, to));
    taken.delete(targetKey(from));
    taken.add(targetKey(to));
  };
  for (const { text, to } of renames) {
    if (taken.has(targetKey(to)) && !open.has(targetKey(to))) {
      throw new RevError(
        'REV_USAGE',
        `The rename ${text} cannot be: ${pathOf(to)} is in the database already.`,
        {
          hint: 'Rename that one too (--rename may be repeated), or drop it in a revision before this one.',
        },
      );
    }
  }
  while (open.size > 0) {
    const [key, next] =
      [...open].find(([, { to }]) => !taken.has(targetKey(to))) ??
      (open.entries().next().value as [string, Rename]);
    open.delete(key);
    if (taken.has(targetKey(next.to))) {
      const between = { ...next.from, name: rules.storedName(`rev_swap_${next.from.name}`) };
      rename(next.from, between);
      open.set(targetKey(between), { ...next, from: between });
    } else {
      rename(next.from, next.to);
    }
  }
  return operations;
}

function cannotBe({ text, from, to }: ParsedRename, actual: Catalog, wanted: Catalog): RevError {
  const isLive = allKinds.some((kind) => findTarget(actual, kind, from));
  const isWanted = allKinds.some((kind) => findTarget(wanted, kind, to));
  const reason = !isLive
    ? `${from} is not in the database`
    : isWanted
      ? `${from} and ${to} are not of one kind`
      : `${to} is not in the models`;
  return new RevError('REV_USAGE', `The rename ${text} cannot be: ${reason}.`, { hint: usage });
}
