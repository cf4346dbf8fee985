/**
 * Names in SQL text that are no column's and no table's, however they are spelled: those of functions, types, collations
 * and fields. No dialect is asked: what only one of them has, the other refuses.
 */

export interface NameToken {
  /** `word`: bare; `name`: in quotes; `string`, `symbol`; all else is passed over. */
  readonly kind: string;
  /** Of a name the name itself; `::` is one symbol. */
  readonly value: string;
}

/** Words that are part of a name of two words. */
const pairs: Readonly<Record<string, string>> = { precision: 'double', varying: 'character', zone: 'time' };

/** What may stand after the type `interval`. */
const fields = ['year', 'month', 'day', 'hour', 'minute', 'second', 'to'];

/** Where they stand. @param tokens without space and comments. */
export function otherNames(tokens: readonly NameToken[]): ReadonlySet<number> {
  const found = new Set<number>();
  const levels: { readonly isCast: boolean; isType: boolean }[] = [];
  for (const [at, token] of tokens.entries()) {
    const [before, after] = [tokens[at - 1], tokens[at + 1]];
    const level = levels.at(-1);
    if (isSymbol(token, '(')) {
      levels.push({ isCast: isWord(before, 'cast'), isType: level?.isType === true });
    } else if (isSymbol(token, ')')) {
      levels.pop();
    } else if (level?.isCast && isWord(token, 'as')) {
      level.isType = true;
    } else if (isName(token)) {
      const isCall = isSymbol(after, '(');
      const isTyped = token.kind === 'word' && after?.kind === 'string';
      if (level?.isType || isCall || isTyped || isField(tokens, at) || isPart(before, token, after))
        found.add(at);
      if (isSymbol(before, '::') || isWord(before, 'collate')) addQualified(tokens, at, found);
    }
  }
  return found;
}

/** A name with what stands before it and a dot; after `interval` its fields. */
function addQualified(tokens: readonly NameToken[], start: number, found: Set<number>): void {
  let at = start;
  found.add(at);
  while (isSymbol(tokens[at + 1], '.') && isName(tokens[at + 2])) {
    at += 2;
    found.add(at);
  }
  if (!isWord(tokens[at], 'interval')) return;
  while (isWord(tokens[at + 1], ...fields)) {
    at += 1;
    found.add(at);
  }
}

/** `extract(year from born)`. */
function isField(tokens: readonly NameToken[], at: number): boolean {
  return isSymbol(tokens[at - 1], '(') && isWord(tokens[at - 2], 'extract') && isWord(tokens[at + 1], 'from');
}

function isPart(before: NameToken | undefined, token: NameToken, after: NameToken | undefined): boolean {
  const first = token.kind === 'word' ? pairs[token.value.toLowerCase()] : undefined;
  return (first !== undefined && isWord(before, first)) || (isWord(token, 'time') && isWord(after, 'zone'));
}

function isName(token: NameToken | undefined): boolean {
  return token?.kind === 'word' || token?.kind === 'name';
}

function isWord(token: NameToken | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'word' && words.includes(token.value.toLowerCase());
}

function isSymbol(token: NameToken | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.value === symbol;
}
