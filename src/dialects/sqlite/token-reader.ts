/** Steps over the tokens of one statement; the parsers of stored definitions stand on it. */

import { RevError } from '../../errors.js';
import { afterParenthesis, isName, isSymbol, isWord, type Token, textOf, tokenize } from './tokens.js';

/** A part of a text. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

export class TokenReader {
  readonly #sql: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(sql: string) {
    this.#sql = sql;
    this.#tokens = tokenize(sql);
  }

  /** The token to come. */
  protected get token(): Token | undefined {
    return this.#tokens[this.#at];
  }

  protected get at(): number {
    return this.#at;
  }

  protected peek(ahead: number): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  protected next(): Token {
    return this.#tokens[this.#at++] ?? this.fail();
  }

  /** The text from the token at `begin` up to the one to come. */
  protected slice(begin: number): string {
    return textOf(this.#sql, this.#tokens.slice(begin, this.#at));
  }

  /** Where that text stands. */
  protected place(begin: number): Place {
    const first = this.#tokens[begin];
    const last = this.#tokens[this.#at - 1];
    return first && last && begin < this.#at ? { start: first.start, end: last.end } : this.fail();
  }

  protected rest(): readonly Token[] {
    return this.#tokens.slice(this.#at);
  }

  protected text(tokens: readonly Token[]): string {
    return textOf(this.#sql, tokens);
  }

  protected words(...keywords: readonly string[]): void {
    for (const keyword of keywords) if (!this.tryWord(keyword)) this.fail();
  }

  protected tryWord(keyword: string): boolean {
    if (!isWord(this.token, keyword)) return false;
    this.#at += 1;
    return true;
  }

  protected oneOf<K extends string>(...keywords: readonly K[]): K {
    return keywords.find((keyword) => this.tryWord(keyword)) ?? this.fail();
  }

  protected symbol(symbol: string): void {
    if (!this.trySymbol(symbol)) this.fail();
  }

  protected trySymbol(symbol: string): boolean {
    if (!isSymbol(this.token, symbol)) return false;
    this.#at += 1;
    return true;
  }

  protected name(): string {
    const token = this.next();
    return isName(token) ? token.value : this.fail();
  }

  /** Over the parenthesis to come and all that it holds. */
  protected skipParentheses(): void {
    if (!isSymbol(this.token, '(')) this.fail();
    this.#at = afterParenthesis(this.#tokens, this.#at);
  }

  /** @throws RevError REV_UNSUPPORTED with the place. */
  protected fail(): never {
    const at = this.token?.start ?? this.#sql.length;
    const near = this.#sql.slice(at, at + 40).replace(/\s+/g, ' ');
    const what = this.#sql.slice(0, 60).replace(/\s+/g, ' ');
    throw new RevError('REV_UNSUPPORTED', `Cannot read the stored definition «${what}…» near «${near}».`, {
      hint: 'Leave the table out with `exclude` in alembic.config.ts, and please report its CREATE statement.',
      data: { sql: this.#sql },
    });
  }
}
