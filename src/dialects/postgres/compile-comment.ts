import type { Comment, CommentTarget } from '../../operations/index.js';
import { identifier, literal } from './quote.js';

export function comment({ target, text }: Comment): readonly string[] {
  return [`COMMENT ON ${commentedSql(target)} IS ${literal(text)}`];
}

function commentedSql(target: CommentTarget): string {
  const on = target.on.toUpperCase();
  if (!('table' in target)) return `${on} ${identifier(target.name)}`;
  if (target.on === 'column') return `${on} ${identifier(target.table)}.${identifier(target.name)}`;
  return `${on} ${identifier(target.name)} ON ${identifier(target.table)}`;
}
