import { displayName, type QualifiedName } from '../catalog/index.js';
import type { Faces } from './faces.js';

/** What a comment is on: an object by its name, or a part of a table. */
export type CommentTarget =
  | {
      readonly on: 'table' | 'view' | 'materialized view' | 'index' | 'sequence' | 'type';
      readonly name: QualifiedName;
    }
  | { readonly on: 'schema'; readonly name: string }
  | {
      readonly on: 'column' | 'constraint' | 'policy' | 'trigger';
      readonly name: string;
      readonly table: QualifiedName;
    };

export interface Comment {
  readonly kind: 'comment';
  readonly target: CommentTarget;
  /** null: none. */
  readonly text: string | null;
  /** What it was, where that is known. */
  readonly was?: string | null;
}

export const comment: Faces<Comment> = {
  invert: ({ target, text, was }) =>
    was === undefined ? null : [{ kind: 'comment', target, text: was, was: text }],
  apply: (_operation, catalog) => catalog,
  describe: ({ target, text }) =>
    `${text === null ? 'remove the comment' : 'comment'} on ${commented(target)}`,
  render: ({ target, text, was }, source) =>
    source.statement('comment', [
      source.object(
        'table' in target
          ? { table: source.name(target.table), [target.on]: source.string(target.name) }
          : {
              [keys[target.on] ?? target.on]:
                typeof target.name === 'string' ? source.string(target.name) : source.name(target.name),
            },
      ),
      text === null ? 'null' : source.string(text),
      ...source.options({
        was: was === undefined ? undefined : was === null ? 'null' : source.string(was),
      }),
    ]),
  reduce: () => null,
  losses: () => [],
};

const keys: Readonly<Record<string, string>> = { 'materialized view': 'materializedView' };

export function commented(target: CommentTarget): string {
  const name = typeof target.name === 'string' ? target.name : displayName(target.name);
  return `${target.on} ${'table' in target ? `${displayName(target.table)}.` : ''}${name}`;
}
