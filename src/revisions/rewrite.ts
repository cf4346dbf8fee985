/** Other parents for a revision, in the text of its file: nothing else of it changes, not by a byte. */

import { stringLiteral } from '../operations/index.js';
import { findRevises } from './docstring.js';
import { findDownRevision, type Span } from './header.js';

/**
 * The text with `to` for parents in place of `from`: in the literal of `downRevision`, and in the comment's line
 * `Revises: …` where it says just these. Quotes stay as they are.
 */
export function rewriteParents(text: string, from: readonly string[], to: readonly string[]): string {
  const edits: { readonly span: Span; readonly text: string }[] = [];
  const literal = findDownRevision(text);
  if (literal) edits.push({ span: literal, text: parentsLiteral(slice(text, literal), from, to) });
  const line = findRevises(text, names(from));
  if (line) edits.push({ span: line, text: names(to) });
  return edits
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((out, edit) => out.slice(0, edit.span.start) + edit.text + out.slice(edit.span.end), text);
}

const slice = (text: string, { start, end }: Span) => text.slice(start, end);
const names = (ids: readonly string[]) => ids.join(', ') || 'base';

/** In an array of as many parents only the items change, so that its layout and its comments stay. */
function parentsLiteral(old: string, from: readonly string[], to: readonly string[]): string {
  const quote = /['"`]/.exec(old)?.[0] ?? "'";
  const quoted = (id: string) => (/^[\w.]*$/.test(id) ? `${quote}${id}${quote}` : stringLiteral(id));
  if (old.startsWith('[') && from.length === to.length) {
    const changed = from.flatMap((id, at) => (id === to[at] ? [] : [{ id, to: to[at] ?? '' }]));
    const items = changed.map(({ id }) => old.split(quoted(id)).length - 1);
    if (items.every((count) => count === 1)) {
      return changed.reduce((literal, each) => literal.replace(quoted(each.id), () => quoted(each.to)), old);
    }
  }
  const [only] = to;
  if (only === undefined) return 'null';
  return to.length === 1 ? quoted(only) : `[${to.map(quoted).join(', ')}]`;
}
