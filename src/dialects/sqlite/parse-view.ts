/** What a stored CREATE VIEW text says. */

import { tidyQuery } from '../../catalog/index.js';
import { afterParenthesis, isName, isSymbol, isWord, tokenize } from './tokens.js';

export interface ParsedView {
  readonly query: string;
  /** Names for its columns, where there are any. */
  readonly names: readonly string[] | undefined;
}

/** `CREATE [TEMP] VIEW [IF NOT EXISTS] [schema.]name [(names)] AS query` */
export function parseView(sql: string): ParsedView {
  const tokens = tokenize(sql);
  let at = tokens.findIndex((token) => isWord(token, 'view')) + 1;
  if (isWord(tokens[at], 'if')) at += 3;
  at += isSymbol(tokens[at + 1], '.') ? 3 : 1;
  let names: readonly string[] | undefined;
  if (isSymbol(tokens[at], '(')) {
    const end = afterParenthesis(tokens, at);
    names = tokens
      .slice(at, end)
      .filter((token) => isName(token))
      .map(({ value }) => value);
    at = end;
  }
  return { query: tidyQuery(sql.slice(tokens[at]?.end ?? sql.length)), names };
}
