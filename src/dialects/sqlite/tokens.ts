/**
 * SQLite's own lexical rules (its manual, "SQL As Understood By SQLite", and tokenize.c): every way of quoting a name,
 * comments, strings, blobs, numbers. Everything that reads SQL text here reads these tokens.
 */

export interface Token {
  /** `word`: a bare name or keyword; `name`: a quoted name; `bad`: a quote that is never closed. */
  readonly kind: 'word' | 'name' | 'string' | 'blob' | 'number' | 'variable' | 'symbol' | 'bad';
  /** The text without quotes, with doubled quotes undone; for `word`, `number` and `symbol` the text itself. */
  readonly value: string;
  /** Where the token's own text begins and ends in the SQL. */
  readonly start: number;
  readonly end: number;
}

// In order: space and comments, blob, word, number, variable, symbols of several characters, any other character.
const pattern =
  /([\s\uFEFF]+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|([xX]'[0-9a-fA-F]*')|([A-Za-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*)|(0[xX][0-9a-fA-F][0-9a-fA-F_]*|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)|(\?\d*|[:@#$][\w$\u0080-\uFFFF]+)|(->>|->|\|\||<<|>>|<=|>=|<>|==|!=)|([\s\S])/y;

const closing: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' };

/** The tokens of a text, without space and comments. It never throws: what is no SQL becomes a `bad` token. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const quote = closing[sql.charAt(at)];
    if (quote !== undefined) {
      const token = quoted(sql, at, quote);
      tokens.push(token);
      at = token.end;
      continue;
    }
    pattern.lastIndex = at;
    const match = pattern.exec(sql);
    if (!match) break;
    const [text, space, blob, word, number, variable] = match;
    const end = at + text.length;
    if (space === undefined) {
      const kind =
        blob !== undefined
          ? 'blob'
          : word !== undefined
            ? 'word'
            : number !== undefined
              ? 'number'
              : variable !== undefined
                ? 'variable'
                : 'symbol';
      tokens.push({ kind, value: text, start: at, end });
    }
    at = end;
  }
  return tokens;
}

function quoted(sql: string, start: number, close: string): Token {
  let value = '';
  let at = start + 1;
  for (;;) {
    const found = sql.indexOf(close, at);
    if (found < 0) return { kind: 'bad', value: sql.slice(start), start, end: sql.length };
    value += sql.slice(at, found);
    // A doubled quote is the quote itself; a bracket has no such rule.
    if (close === ']' || sql[found + 1] !== close) {
      return { kind: close === "'" ? 'string' : 'name', value, start, end: found + 1 };
    }
    value += close;
    at = found + 2;
  }
}

/** Whether the token is that keyword, bare and in any case. */
export function isWord(token: Token | undefined, ...keywords: readonly string[]): boolean {
  return token?.kind === 'word' && keywords.includes(token.value.toLowerCase());
}

export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.value === symbol;
}

/** Whether the token can be a name: bare or in any quotes; SQLite takes a string for one, too. */
export function isName(token: Token | undefined): token is Token {
  return token !== undefined && (token.kind === 'word' || token.kind === 'name' || token.kind === 'string');
}

/** Names are compared as SQLite does: ASCII letters without case. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** A collation's name; SQLite's own ones in its manual's spelling. */
export function collationName(name: string): string {
  return /^(?:binary|nocase|rtrim)$/i.test(name) ? name.toUpperCase() : name;
}

/** The index just after the parenthesis that closes the one at `open`; the number of tokens if nothing closes it. */
export function afterParenthesis(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if (isSymbol(tokens[at], '(')) depth += 1;
    if (isSymbol(tokens[at], ')')) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return tokens.length;
}

/** The text from the first of these tokens to the last, as it was written. */
export function textOf(sql: string, tokens: readonly Token[]): string {
  const first = tokens[0];
  const last = tokens.at(-1);
  return first && last ? sql.slice(first.start, last.end) : '';
}
