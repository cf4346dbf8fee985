import { RevError } from '../errors.js';
import type { Faces } from './faces.js';
import type { Source } from './source.js';

/**
 * An object that no catalog holds (a function, a trigger, a rule, …), with the SQL that makes it and the SQL that takes
 * it away: so each of the operations has its inverse.
 */
export interface RawObject {
  /** As SQL calls it: `function`, `trigger`. */
  readonly kind: string;
  /** With what tells it from others: `touch()`, `touched on posts`. */
  readonly name: string;
  readonly create: readonly string[];
  readonly drop: readonly string[];
  /** What puts it in the place of an earlier version. Absent: that one is dropped, and this one made. */
  readonly replace?: readonly string[];
}

export interface CreateObject {
  readonly kind: 'createObject';
  readonly object: RawObject;
}

export interface DropObject {
  readonly kind: 'dropObject';
  readonly object: RawObject;
}

export interface ReplaceObject {
  readonly kind: 'replaceObject';
  readonly object: RawObject;
  /** The version that is there. */
  readonly was: RawObject;
}

/** What runs, in order. */
export function statementsOf(operation: CreateObject | DropObject | ReplaceObject): readonly string[] {
  switch (operation.kind) {
    case 'createObject':
      return operation.object.create;
    case 'dropObject':
      return operation.object.drop;
    case 'replaceObject': {
      const { object, was } = operation;
      return object.replace ?? [...was.drop, ...object.create];
    }
  }
}

const nameOf = ({ kind, name }: RawObject) => `${kind} ${name}`;

export const createObject: Faces<CreateObject, DropObject> = {
  invert: ({ object }) => [{ kind: 'dropObject', object }],
  apply: (_operation, catalog) => catalog,
  describe: ({ object }) => `create ${nameOf(object)}`,
  render: ({ object }, source) => source.statement('createObject', [renderObject(object, source)]),
  reduce: () => null,
  losses: () => [],
};

export const dropObject: Faces<DropObject, CreateObject> = {
  invert: ({ object }) => [{ kind: 'createObject', object }],
  apply: (_operation, catalog) => catalog,
  describe: ({ object }) => `drop ${nameOf(object)}`,
  render: ({ object }, source) => source.statement('dropObject', [renderObject(object, source)]),
  reduce: () => null,
  losses: () => [],
};

export const replaceObject: Faces<ReplaceObject> = {
  invert: ({ object, was }) => [{ kind: 'replaceObject', object: was, was: object }],
  apply: (_operation, catalog) => catalog,
  describe: ({ object }) => `replace ${nameOf(object)}`,
  render: ({ object, was }, source) =>
    source.statement('replaceObject', [renderObject(object, source), renderObject(was, source)]),
  reduce: () => null,
  losses: () => [],
};

function renderObject({ kind, name, create, drop, replace }: RawObject, source: Source): string {
  const sql = (texts: readonly string[]) =>
    texts.length === 1 ? source.sql(texts[0] ?? '') : source.list(texts.map((text) => source.sql(text)));
  return source.object({
    kind: source.string(kind),
    name: source.string(name),
    create: sql(create),
    drop: sql(drop),
    replace: replace && sql(replace),
  });
}

/** Throws REV_OPERATION where an object says not enough. */
export function checkObject(object: RawObject): RawObject {
  const missing = (['kind', 'name'] as const).find((key) => object[key].trim() === '');
  const empty = (['create', 'drop'] as const).find((key) => object[key].every((text) => text.trim() === ''));
  if (!missing && !empty) return object;
  throw new RevError('REV_OPERATION', `An object lacks its ${missing ?? empty}: ${nameOf(object).trim()}.`, {
    hint: "{ kind: 'function', name: 'touch()', create: sql`create function …`, drop: sql`drop function touch()` }",
  });
}
