/** As much of TypeScript's lexical grammar as it takes to find the top level of a file without running it. */

export interface Token {
  readonly kind: 'word' | 'string' | 'template' | 'number' | 'regex' | 'mark' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Whether a line break stands before it. */
  readonly afterBreak: boolean;
}

const blank = /(?:\s+|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/)+/y;
const word = /[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*/uy;
const string = /'(?:[^'\\\n\r]|\\(?:\r\n|[\s\S]))*'|"(?:[^"\\\n\r]|\\(?:\r\n|[\s\S]))*"/y;
const number = /\.?\d[\w.]*/y;
const regex = /\/(?:[^/\\[\n\r]|\\.|\[(?:[^\]\\\n\r]|\\.)*\])+\/\w*/y;
const breaks = /[\n\r\u2028\u2029]/;
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

/** Reads tokens one by one. A text that ends inside a token gives that token as a `mark`, then goes on: nothing throws. */
export class Tokens {
  readonly #text: string;
  #position = 0;
  #last: Token | undefined;

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
    const gap = this.#take(blank);
    const start = this.#position;
    const kind = this.#readKind();
    const text = this.#text.slice(start, this.#position);
    const token = {
      kind,
      text,
      start,
      end: this.#position,
      afterBreak: gap !== undefined && breaks.test(gap),
    };
    this.#last = token;
    return token;
  }

  peek(): Token {
    const position = this.#position;
    const last = this.#last;
    const token = this.next();
    this.#position = position;
    this.#last = last;
    return token;
  }

  #readKind(): Token['kind'] {
    const character = this.#text[this.#position];
    if (character === undefined) return 'end';
    if (character === '`') return this.#readTemplate();
    if ((character === "'" || character === '"') && this.#take(string) !== undefined) return 'string';
    if (this.#take(word) !== undefined) return 'word';
    if (this.#take(number) !== undefined) return 'number';
    if (character === '/' && this.#regexMayBegin() && this.#take(regex) !== undefined) return 'regex';
    this.#position += 1;
    return 'mark';
  }

  #readTemplate(): Token['kind'] {
    this.#position += 1;
    for (;;) {
      const character = this.#text[this.#position];
      this.#position += 1;
      if (character === undefined || character === '`') {
        this.#position = Math.min(this.#position, this.#text.length);
        return character === undefined ? 'mark' : 'template';
      }
      if (character === '\\') this.#position += 1;
      else if (character === '$' && this.#text[this.#position] === '{') this.#skipSubstitution();
    }
  }

  #skipSubstitution(): void {
    this.#position += 1;
    for (let depth = 1; depth > 0; ) {
      const token = this.next();
      if (token.kind === 'end') return;
      if (token.text === '{') depth += 1;
      if (token.text === '}') depth -= 1;
    }
  }

  #regexMayBegin(): boolean {
    const last = this.#last;
    if (last === undefined) return true;
    if (last.kind === 'word') return operatorWords.has(last.text);
    return last.kind === 'mark' && last.text !== ')' && last.text !== ']' && last.text !== '}';
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text)?.[0];
    if (match !== undefined) this.#position += match.length;
    return match;
  }
}
