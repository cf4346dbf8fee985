import { parseName, type QualifiedName } from '../catalog/index.js';
import { RevError } from '../errors.js';
import {
  type CommentTarget,
  checkObject,
  type RawObject,
  type SqlInput,
  sqlText,
} from '../operations/index.js';

type Name = string | QualifiedName;

/** An object of any kind with its SQL, as a revision file says it. */
export interface ObjectInput {
  /** As SQL calls it: `function`, `trigger`, `rule`, … */
  readonly kind: string;
  /** With what tells it from others: `touch()`, `touched on posts`. */
  readonly name: string;
  readonly create: SqlInput | readonly SqlInput[];
  readonly drop: SqlInput | readonly SqlInput[];
  /** What puts it in the place of an earlier version. Default: that one is dropped, and this one made. */
  readonly replace?: SqlInput | readonly SqlInput[];
}

/** Throws REV_OPERATION where it says not enough. */
export function objectOf({ kind, name, create, drop, replace }: ObjectInput): RawObject {
  const texts = (input: SqlInput | readonly SqlInput[]) => [input].flat().map((each) => sqlText(each));
  return checkObject({
    kind,
    name,
    create: texts(create),
    drop: texts(drop),
    ...(replace === undefined ? {} : { replace: texts(replace) }),
  });
}

/** What a comment is on. */
export type CommentInput =
  | { readonly table: Name }
  | { readonly table: Name; readonly column: string }
  | { readonly table: Name; readonly constraint: string }
  | { readonly table: Name; readonly policy: string }
  | { readonly table: Name; readonly trigger: string }
  | { readonly view: Name }
  | { readonly materializedView: Name }
  | { readonly index: Name }
  | { readonly sequence: Name }
  | { readonly type: Name }
  | { readonly schema: string };

const parts = ['column', 'constraint', 'policy', 'trigger'] as const;
const wholes = {
  table: 'table',
  view: 'view',
  materializedView: 'materialized view',
  index: 'index',
  sequence: 'sequence',
  type: 'type',
} as const;

/** Throws REV_OPERATION for anything else. */
export function commentTarget(input: CommentInput): CommentTarget {
  const given = input as Readonly<Record<string, Name | undefined>>;
  const part = parts.find((each) => given[each] !== undefined);
  if (part && given.table !== undefined)
    return { on: part, name: String(given[part]), table: parseName(given.table) };
  if (typeof given.schema === 'string') return { on: 'schema', name: given.schema };
  for (const [key, on] of Object.entries(wholes)) {
    const name = given[key];
    if (name !== undefined) return { on, name: parseName(name) };
  }
  throw new RevError('REV_OPERATION', 'op.comment does not say what the comment is on.', {
    hint: "op.comment({ table: 'posts', column: 'title' }, 'What readers see first')",
  });
}
