import type { Compiler } from '../dialect.js';

/**
 * In order: strings with backslashes (also where they go on in the next line), strings, names, comments up to the line's
 * end, dollar quotes, words (which may hold a dollar); a comment's begin; a placeholder. PostgreSQL's manual, "Lexical
 * Structure".
 */
const pieces =
  /[eE]'[^'\\]*(?:(?:\\[\s\S]|'(?:\s*\n\s*)?')[^'\\]*)*'|'[^']*'|"[^"]*"|--[^\n]*|(\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[\s\S]*?\1|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|(\/\*)|\$(\d+)/g;

/** `$1`, and nothing else: `?` is an operator. */
export const placeholdersIn: Compiler['placeholdersIn'] = (sql) => {
  const found: { start: number; end: number; position: number }[] = [];
  const pattern = new RegExp(pieces);
  for (let match = pattern.exec(sql); match; match = pattern.exec(sql)) {
    const [, , comment, position] = match;
    if (comment !== undefined) pattern.lastIndex = afterComment(sql, pattern.lastIndex);
    if (position !== undefined)
      found.push({ start: match.index, end: pattern.lastIndex, position: Number(position) });
  }
  return found;
};

/** Comments are inside of one another. */
function afterComment(sql: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 1;
  while (depth > 0) {
    const mark = marks.exec(sql);
    if (!mark) return sql.length;
    depth += mark[0] === '/*' ? 1 : -1;
  }
  return marks.lastIndex;
}
