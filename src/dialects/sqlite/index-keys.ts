/** Keys of indexes: SQL text as keys, and stored CREATE INDEX texts. */

import type { IndexKey } from '../../catalog/index.js';
import { bareExpression } from './expression.js';
import { TokenReader } from './token-reader.js';
import { collationName, foldName, isName, isSymbol, isWord, type Token, textOf, tokenize } from './tokens.js';

export interface ParsedIndex {
  readonly keys: readonly IndexKey[];
  readonly where: string | null;
}

/**
 * @param columns the table's columns, in their own spelling.
 * @throws RevError REV_UNSUPPORTED for a text that is no CREATE INDEX statement.
 */
export function parseIndex(sql: string, columns: readonly string[]): ParsedIndex {
  return new IndexParser(sql).parse(columns);
}

class IndexParser extends TokenReader {
  parse(columns: readonly string[]): ParsedIndex {
    this.words('create');
    this.tryWord('unique');
    this.words('index');
    if (this.tryWord('if')) this.words('not', 'exists');
    this.name();
    if (this.trySymbol('.')) this.name();
    this.words('on');
    this.name();
    const begin = this.at;
    this.skipParentheses();
    const keys = parseKeys(this.slice(begin).slice(1, -1), columns);
    const where = this.tryWord('where') ? this.rest().filter((token) => !isSymbol(token, ';')) : [];
    return { keys, where: where.length === 0 ? null : bareExpression(this.text(where)) };
  }
}

function parseKeys(list: string, columns: readonly string[]): IndexKey[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokenize(list)) {
    if (isSymbol(token, '(')) depth += 1;
    if (isSymbol(token, ')')) depth -= 1;
    if (depth === 0 && isSymbol(token, ',')) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.map((part) => parseKey(textOf(list, part), columns));
}

/**
 * One key as CREATE INDEX takes it: `name`, `lower(name)`, `name COLLATE NOCASE DESC`. A plain name of a column becomes
 * that column, whatever its quotes or qualifier.
 */
export function parseKey(sql: string, columns: readonly string[]): IndexKey {
  let tokens = tokenize(sql);
  let order: IndexKey['order'] = 'asc';
  let collation: string | undefined;
  // NULLS FIRST and LAST are no part of SQLite's indexes, but of texts that were written for others, too.
  if (isWord(tokens.at(-2), 'nulls')) tokens = tokens.slice(0, -2);
  if (isWord(tokens.at(-1), 'asc', 'desc')) {
    if (isWord(tokens.at(-1), 'desc')) order = 'desc';
    tokens = tokens.slice(0, -1);
  }
  if (isWord(tokens.at(-2), 'collate') && isName(tokens.at(-1))) {
    collation = collationName(tokens.at(-1)?.value ?? '');
    tokens = tokens.slice(0, -2);
  }
  const bare = bareExpression(textOf(sql, tokens));
  const rest = { order, nulls: null, ...(collation === undefined ? {} : { collation }) };
  const column = columnOf(tokenize(bare), columns);
  return column === undefined ? { expression: bare, ...rest } : { column, ...rest };
}

function columnOf(tokens: readonly Token[], columns: readonly string[]): string | undefined {
  const last = tokens.at(-1);
  const plain = tokens.every((token, at) => (at % 2 === 0 ? isName(token) : isSymbol(token, '.')));
  if (!plain || last === undefined || tokens.length % 2 === 0) return undefined;
  const folded = foldName(last.value);
  return columns.find((column) => foldName(column) === folded);
}
