/**
 * Expressions as text: SQLite keeps them as they were written, so two spellings of one expression are compared by their
 * tokens, and a name inside one is changed by its tokens.
 */

import { type DefaultValue, type LiteralValue, otherNames } from '../../catalog/index.js';
import { quoteName, quoteSurely } from './quote.js';
import { afterParenthesis, foldName, isSymbol, isWord, type Token, textOf, tokenize } from './tokens.js';

/** Words that mean something else in quotes; for every other word the quotes change nothing. */
const constants = ['null', 'true', 'false', 'current_date', 'current_time', 'current_timestamp'];

/** Words that belong to an expression's grammar: they name a column only in quotes. */
const grammar = [
  ...['and', 'or', 'not', 'is', 'in', 'isnull', 'notnull', 'between', 'case', 'when', 'then', 'else', 'end'],
  ...[
    'collate',
    'escape',
    'exists',
    'select',
    'from',
    'where',
    'distinct',
    'as',
    'cast',
    'like',
    'glob',
    'null',
  ],
];

/** Whether two texts are one expression: space, comments, quotes, case, qualifiers and outer parentheses aside. */
export function sameExpression(a: string, b: string): boolean {
  return a === b || canonical(a) === canonical(b);
}

/** Whether two texts are one query: as with expressions, but what stands before a column says whose it is. */
export function sameQuery(a: string, b: string): boolean {
  const key = (sql: string) => withoutParentheses(tokenize(sql)).map(canonicalToken).join(' ');
  return a === b || key(a) === key(b);
}

/**
 * One spelling for all texts of one expression. Where it is used (checks, generated columns, index keys, predicates) an
 * expression can name only columns of its own table, so that a qualifier says nothing.
 */
export function canonical(sql: string): string {
  const tokens = withoutQualifiers(withoutParentheses(tokenize(sql)));
  return tokens.map(canonicalToken).join(' ');
}

function canonicalToken(token: Token): string {
  switch (token.kind) {
    case 'word':
      return isWord(token, ...constants) ? token.value.toUpperCase() : quoteName(foldName(token.value));
    case 'name':
      return quoteName(foldName(token.value));
    case 'string':
      return `'${token.value.replaceAll("'", "''")}'`;
    case 'blob':
    case 'number':
      return token.value.toLowerCase();
    case 'symbol':
      return token.value === '==' ? '=' : token.value === '<>' ? '!=' : token.value;
    case 'variable':
    case 'bad':
      return token.value;
  }
}

function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  let inner = tokens;
  while (inner.length > 2 && isSymbol(inner[0], '(') && afterParenthesis(inner, 0) === inner.length) {
    // `(a, b)` is a row value: its parentheses are no mere grouping.
    if (!isSymbol(inner.at(-1), ')') || hasOuterComma(inner)) break;
    inner = inner.slice(1, -1);
  }
  return inner;
}

function hasOuterComma(tokens: readonly Token[]): boolean {
  let depth = 0;
  return tokens.some((token) => {
    if (isSymbol(token, '(')) depth += 1;
    if (isSymbol(token, ')')) depth -= 1;
    return depth === 1 && isSymbol(token, ',');
  });
}

function withoutQualifiers(tokens: readonly Token[]): readonly Token[] {
  return tokens.filter(
    (token, at) => !isSymbol(token, '.') && !(isNameToken(token) && isSymbol(tokens[at + 1], '.')),
  );
}

function isNameToken(token: Token | undefined): boolean {
  return token?.kind === 'word' || token?.kind === 'name';
}

/** The text without parentheses around the whole, and without space and comments at its ends. */
export function bareExpression(sql: string): string {
  return textOf(sql, withoutParentheses(tokenize(sql)));
}

/** The text in parentheses, once. */
export function inParentheses(sql: string): string {
  const bare = bareExpression(sql);
  // A comment that runs to the end of its line must not swallow the parenthesis; bareExpression cut it off.
  return `(${bare})`;
}

/** Whether a name occurs in an expression, in any spelling. */
export function mentions(sql: string, name: string): boolean {
  const folded = foldName(name);
  return tokenize(sql).some((token) => isNameToken(token) && foldName(token.value) === folded);
}

/**
 * The names in an expression that may be those of columns, folded: not those of functions, types, collations, nor what
 * stands before a dot.
 */
export function columnNames(sql: string): ReadonlySet<string> {
  const tokens = tokenize(sql);
  const others = otherNames(tokens);
  const names = tokens.filter(
    (token, at) =>
      isNameToken(token) &&
      !others.has(at) &&
      !isSymbol(tokens[at + 1], '.') &&
      !isWord(token, ...grammar, ...constants, 'regexp', 'match'),
  );
  return new Set(names.map(({ value }) => foldName(value)));
}

/** Columns' names changed at once, so that two of them may be exchanged. Keys are folded names. */
export function renameNames(sql: string, names: ReadonlyMap<string, string>): string {
  const others = otherNames(tokenize(sql));
  return rewrite(sql, (token, _tokens, at) => {
    const isColumn = isNameToken(token) && !others.has(at) && !isWord(token, ...grammar);
    const to = isColumn ? names.get(foldName(token.value)) : undefined;
    return to === undefined ? undefined : quoteName(to);
  });
}

/** Without tables before the columns: SQLite has none in generated columns and indexes. */
export function unqualified(sql: string): string {
  return rewrite(sql, (token, tokens, at) =>
    isSymbol(token, '.') || (isNameToken(token) && isSymbol(tokens[at + 1], '.')) ? '' : undefined,
  );
}

/**
 * An expression for a table of another name: without the table's name before its columns, and with 'text' where old
 * versions of SQLite let "text" stand for it.
 */
export function portableExpression(sql: string, columns: readonly string[]): string {
  const known = new Set([...columns.map(foldName), 'rowid', 'oid', '_rowid_']);
  const bare = unqualified(sql);
  return rewrite(bare, (token, tokens, at) =>
    isQuotedName(bare, tokens, at) && !known.has(foldName(token.value))
      ? `'${token.value.replaceAll("'", "''")}'`
      : undefined,
  );
}

/** Names in quotes that SQLite never takes for text: with columns that are gone, any version refuses the expression. */
export function neverText(sql: string, names: readonly string[]): string {
  const folded = new Set(names.map(foldName));
  return inSureQuotes(sql, (name) => folded.has(name));
}

/** The same with all names but those of these columns: where they are mistyped, any version refuses the expression. */
export function neverTextBut(sql: string, columns: readonly string[]): string {
  const known = new Set(columns.map(foldName));
  return inSureQuotes(sql, (name) => !known.has(name));
}

function inSureQuotes(sql: string, isMeant: (folded: string) => boolean): string {
  return rewrite(sql, (token, tokens, at) =>
    isQuotedName(sql, tokens, at) && isMeant(foldName(token.value)) ? quoteSurely(token.value) : undefined,
  );
}

/** Whether the name stands there in the quotes that SQLite takes for those of text where there is no such column. */
export function saysInQuotes(sql: string, name: string): boolean {
  const tokens = tokenize(sql);
  return tokens.some(
    (token, at) => isQuotedName(sql, tokens, at) && foldName(token.value) === foldName(name),
  );
}

function isQuotedName(sql: string, tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  return (
    token?.kind === 'name' &&
    sql[token.start] === '"' &&
    !isSymbol(tokens[at + 1], '(') &&
    !isSymbol(tokens[at + 1], '.') &&
    !isSymbol(tokens[at - 1], '.') &&
    !isWord(tokens[at - 1], 'collate')
  );
}

function rewrite(
  sql: string,
  change: (token: Token, tokens: readonly Token[], at: number) => string | undefined,
): string {
  const tokens = tokenize(sql);
  let text = '';
  let end = 0;
  tokens.forEach((token, at) => {
    const written = change(token, tokens, at) ?? sql.slice(token.start, token.end);
    text += sql.slice(end, token.start) + written;
    end = token.end;
  });
  return text + sql.slice(end);
}

/**
 * The text after DEFAULT as a catalog has it: a plain literal as a value, `null` as no default, all else as an
 * expression without outer parentheses.
 */
export function parseDefault(sql: string): DefaultValue | null {
  const bare = bareExpression(sql);
  const tokens = tokenize(bare);
  const [first, second] = tokens;
  if (first === undefined || (tokens.length === 1 && isWord(first, 'null'))) return null;
  if (tokens.length === 1) {
    const value = literalOf(first);
    if (value !== undefined) return { kind: 'literal', value };
  }
  if (tokens.length === 2 && second?.kind === 'number' && (isSymbol(first, '-') || isSymbol(first, '+'))) {
    const value = numberOf(second.value);
    return { kind: 'literal', value: isSymbol(first, '-') ? negative(value) : value };
  }
  const text = textWithNul(bare);
  return text === null ? { kind: 'expression', sql: bare } : { kind: 'literal', value: text };
}

/** The text of what quoteLiteral writes for one that has a NUL character. */
function textWithNul(sql: string): string | null {
  const hex = /^CAST\(X'([0-9a-f]*)' AS TEXT\)$/i.exec(sql)?.[1];
  const text = hex === undefined ? '' : Buffer.from(hex, 'hex').toString();
  return text.includes('\0') && Buffer.from(text).toString('hex') === hex?.toLowerCase() ? text : null;
}

function negative(value: number | bigint): number | bigint {
  return value === 0 ? 0 : -value;
}

function literalOf(token: Token): LiteralValue | undefined {
  switch (token.kind) {
    case 'string':
      return token.value;
    case 'name':
      // DEFAULT "x" is the text x: a default can name no column.
      return token.value;
    case 'number':
      return numberOf(token.value);
    case 'word':
      if (isWord(token, 'true', 'false')) return isWord(token, 'true');
      return isWord(token, ...constants) ? undefined : token.value;
    default:
      return undefined;
  }
}

function numberOf(text: string): number | bigint {
  const digits = text.replaceAll('_', '');
  if (/[.eE]/.test(digits) && !/^0x/i.test(digits)) return Number(digits);
  const whole = BigInt(/^0x/i.test(digits) ? digits : digits.replace(/^0+(?=\d)/, ''));
  return whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : whole;
}
