/** As much of TypeScript's lexical grammar as it takes to find the top level of a file without running it. */

export interface Token {
  readonly kind: 'word' | 'string' | 'template' | 'number' | 'regex' | 'mark' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Whether a line break stands before it. */
  readonly afterBreak: boolean;
}

const anyWord = /[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*/uy;
const number = /\.?\d[\w.]*/y;
const flags = /\w*/y;
const lineBreak = /[\n\r\u2028\u2029]/;
const nextLineBreak = /[\n\r\u2028\u2029]/g;
const odd = /\s/;
/** A `/` after one of these words begins a regular expression, after any other it divides. */
const operatorWords = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'delete',
  'void',
  'throw',
  'await',
  'yield',
  'else',
  'do',
]);

// Nearly all of a file is ASCII: what a character can be is looked up there, and only the rest is asked of a regular
// expression. Ten thousand files are read at the start of most commands.
const blank = 1;
const wordStart = 2;
const wordPart = 4;
const digit = 8;
const opens = 16;
const closes = 32;
const classes = new Uint8Array(128);
for (const character of '\t\n\v\f\r ') classes[character.charCodeAt(0)] = blank;
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$_')
  classes[character.charCodeAt(0)] = wordStart | wordPart;
for (const character of '#@') classes[character.charCodeAt(0)] = wordStart;
for (const character of '0123456789') classes[character.charCodeAt(0)] = wordPart | digit;
for (const character of '([{') classes[character.charCodeAt(0)] = opens;
for (const character of ')]}') classes[character.charCodeAt(0)] = closes;

const newline = 10;
const carriageReturn = 13;
const doubleQuote = 34;
const dollar = 36;
const singleQuote = 39;
const star = 42;
const dot = 46;
const slash = 47;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const backtick = 96;
const openBrace = 123;
const closeBrace = 125;

/** Reads tokens one by one. A text that ends inside a token gives that token as a `mark`, then goes on: nothing throws. */
export class Tokens {
  readonly #text: string;
  #position = 0;
  #depth = 0;
  // The token that was read last, and where the blank before it began.
  #kind: Token['kind'] = 'end';
  #gap = 0;
  #start = 0;
  #end = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith('#!')) this.#position = text.search(/\n|$/);
  }

  /** The line, from 1, of a position. */
  lineAt(position: number): number {
    return this.#text.slice(0, position).split(/\r\n|[\n\r\u2028\u2029]/).length;
  }

  /** The end of the last token. */
  get position(): number {
    return this.#position;
  }

  next(): Token {
    this.#advance();
    const start = this.#start;
    return {
      kind: this.#kind,
      text: this.#text.slice(start, this.#end),
      start,
      end: this.#end,
      afterBreak: this.#gap < start && lineBreak.test(this.#text.slice(this.#gap, start)),
    };
  }

  peek(): Token {
    const position = this.#position;
    const kind = this.#kind;
    const gap = this.#gap;
    const start = this.#start;
    const end = this.#end;
    const token = this.next();
    this.#position = position;
    this.#kind = kind;
    this.#gap = gap;
    this.#start = start;
    this.#end = end;
    return token;
  }

  /** Goes past the next `export` that stands outside of all brackets. False: there is none. */
  nextExport(): boolean {
    for (;;) {
      const afterDot = this.#isMark(dot);
      this.#advance();
      if (this.#kind === 'end') return false;
      if (this.#kind === 'mark') {
        const type = classes[this.#text.charCodeAt(this.#start)] ?? 0;
        if ((type & opens) !== 0) this.#depth += 1;
        else if ((type & closes) !== 0) this.#depth -= 1;
      } else if (
        this.#depth === 0 &&
        !afterDot &&
        this.#end - this.#start === 6 &&
        this.#text.startsWith('export', this.#start)
      ) {
        return true;
      }
    }
  }

  #isMark(code: number): boolean {
    return (
      this.#kind === 'mark' && this.#text.charCodeAt(this.#start) === code && this.#end === this.#start + 1
    );
  }

  #advance(): void {
    const gap = this.#position;
    this.#skipBlank();
    const start = this.#position;
    this.#kind = this.#text.charCodeAt(start) === backtick ? this.#readTemplate() : this.#readKind();
    this.#gap = gap;
    this.#start = start;
    this.#end = this.#position;
  }

  /** Blanks and comments. A comment that never ends is none. */
  #skipBlank(): void {
    const text = this.#text;
    for (;;) {
      const code = text.charCodeAt(this.#position);
      if (code === slash) {
        const second = text.charCodeAt(this.#position + 1);
        if (second === slash) {
          nextLineBreak.lastIndex = this.#position;
          this.#position = nextLineBreak.test(text) ? nextLineBreak.lastIndex - 1 : text.length;
        } else if (second === star) {
          const end = text.indexOf('*/', this.#position + 2);
          if (end < 0) return;
          this.#position = end + 2;
        } else {
          return;
        }
      } else if (code < 128 ? (classes[code] ?? 0) & blank : odd.test(text.charAt(this.#position))) {
        this.#position += 1;
      } else {
        return;
      }
    }
  }

  #readKind(): Token['kind'] {
    const code = this.#text.charCodeAt(this.#position);
    if (Number.isNaN(code)) return 'end';
    if ((code === singleQuote || code === doubleQuote) && this.#takeString(code)) return 'string';
    if (this.#takeWord(code)) return 'word';
    const type = classes[code] ?? 0;
    if (((type & digit) !== 0 || code === dot) && this.#take(number)) return 'number';
    if (code === slash && this.#regexMayBegin() && this.#takeRegex()) return 'regex';
    this.#position += 1;
    return 'mark';
  }

  /** A string in quotes. Without its end on the same line it is none. */
  #takeString(quote: number): boolean {
    const text = this.#text;
    for (let at = this.#position + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        this.#position = at + 1;
        return true;
      }
      if (code === newline || code === carriageReturn) return false;
      if (code !== backslash) continue;
      at += 1;
      if (text.charCodeAt(at) === carriageReturn && text.charCodeAt(at + 1) === newline) at += 1;
    }
    return false;
  }

  #takeWord(first: number): boolean {
    if (first >= 128) return this.#take(anyWord);
    if (((classes[first] ?? 0) & wordStart) === 0) return false;
    const text = this.#text;
    let at = this.#position + 1;
    let code = text.charCodeAt(at);
    while (code < 128 && ((classes[code] ?? 0) & wordPart) !== 0) {
      at += 1;
      code = text.charCodeAt(at);
    }
    if (code >= 128) return this.#take(anyWord);
    this.#position = at;
    return true;
  }

  /** A template with all that it holds: code in `${}`, and templates in that. No recursion, however deep it goes. */
  #readTemplate(): Token['kind'] {
    // For each substitution that is open, how many braces are.
    const braces: number[] = [];
    let inText = true;
    this.#position += 1;
    for (;;) {
      if (inText) {
        const end = this.#skipTemplateText();
        if (end === 'nothing') return 'mark';
        if (end === 'template' && braces.length === 0) return 'template';
        if (end === 'substitution') braces.push(1);
        // What a regular expression may follow: the end of a template, or a brace.
        this.#kind = end === 'template' ? 'template' : 'mark';
        this.#start = this.#position - 1;
        inText = false;
      } else {
        this.#skipBlank();
        const start = this.#position;
        const code = this.#text.charCodeAt(start);
        this.#kind = code === backtick ? 'template' : this.#readKind();
        this.#start = start;
        if (this.#kind === 'end') return 'mark';
        if (code === backtick) this.#position += 1;
        if (code === openBrace) braces.push((braces.pop() ?? 0) + 1);
        if (code === closeBrace) braces.push((braces.pop() ?? 0) - 1);
        inText = code === backtick || braces.at(-1) === 0;
        if (braces.at(-1) === 0) braces.pop();
      }
      this.#end = this.#position;
    }
  }

  #skipTemplateText(): 'template' | 'substitution' | 'nothing' {
    const text = this.#text;
    for (let at = this.#position; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === backslash) {
        at += 1;
      } else if (code === backtick) {
        this.#position = at + 1;
        return 'template';
      } else if (code === dollar && text.charCodeAt(at + 1) === openBrace) {
        this.#position = at + 2;
        return 'substitution';
      }
    }
    this.#position = text.length;
    return 'nothing';
  }

  /** A regular expression. Without its end on the same line it is none. */
  #takeRegex(): boolean {
    const text = this.#text;
    let inClass = false;
    for (let at = this.#position + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === newline || code === carriageReturn) return false;
      if (code === backslash) at += 1;
      else if (code === openBracket) inClass = true;
      else if (code === closeBracket) inClass = false;
      else if (code === slash && !inClass) {
        flags.lastIndex = at + 1;
        flags.test(text);
        this.#position = flags.lastIndex;
        return true;
      }
    }
    return false;
  }

  #regexMayBegin(): boolean {
    if (this.#kind === 'end') return true;
    if (this.#kind === 'word') return operatorWords.has(this.#text.slice(this.#start, this.#end));
    return this.#kind === 'mark' && ((classes[this.#text.charCodeAt(this.#start)] ?? 0) & closes) === 0;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#position;
    if (!pattern.test(this.#text)) return false;
    this.#position = pattern.lastIndex;
    return true;
  }
}
