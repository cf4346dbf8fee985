import { type NameToken, otherNames } from './other-names.js';

/** Words that stand for a name only in quotes. */
const reserved = new Set(
  'all and any array as asc between case cast check collate column constraint create cross default desc distinct else end except exists false for foreign from full group having in inner intersect into is isnull join left like limit not notnull null on or order outer primary references right select table then to true union unique using when where with'.split(
    ' ',
  ),
);

/** Words that PostgreSQL takes for a name only in quotes, besides those. */
const quotedWords = new Set(
  'analyse analyze asymmetric authorization binary both collation concurrently cross current_catalog current_date current_role current_schema current_time current_timestamp current_user deferrable do fetch freeze grant ilike initially isnull lateral leading localtime localtimestamp natural notnull offset only overlaps placing returning session_user similar some symmetric system_user tablesample trailing user variadic verbose window'.split(
    ' ',
  ),
);

/**
 * Replaces the name of a column or a table in SQL text: bare or quoted, outside of string literals and comments, and not
 * where it is that of something else. For catalogs in memory only; a database rewrites its own expressions.
 */
export function renameIdentifier(sql: string, from: string, to: string): string {
  const quoted = `"${to.replaceAll('"', '""')}"`;
  const isPlain = /^[a-z_][a-z0-9_]*$/.test(to) && !reserved.has(to) && !quotedWords.has(to);
  const isBare = /^[a-z_][a-z0-9_$]*$/i.test(from);
  const pieces = piecesOf(sql);
  const tokens = pieces.filter(({ kind }) => kind !== 'space');
  const others = otherNames(tokens);
  const renamed = new Map<Piece, string>();
  for (const [at, token] of tokens.entries()) {
    if (others.has(at)) continue;
    if (token.kind === 'name' && token.value === from) renamed.set(token, quoted);
    const word = token.kind === 'word' ? token.value.toLowerCase() : '';
    if (isBare && word === from.toLowerCase() && !reserved.has(word))
      renamed.set(token, isPlain ? to : quoted);
  }
  return pieces.map((piece) => renamed.get(piece) ?? piece.text).join('');
}

interface Piece extends NameToken {
  readonly text: string;
}

// Brackets are quotes on SQLite. On PostgreSQL they stand directly after what they belong to.
const pattern =
  /(?<space>\s+|--[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\3\$)|(?<name>"(?:[^"]|"")*"|`[^`]*`|(?<![\p{L}\p{N}_$\])"])\[[^\]]*\])|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<number>\d[\w.]*)|(?<symbol>::|[\s\S])/gu;

/** All of the text, by the rules of both dialects. */
function piecesOf(sql: string): readonly Piece[] {
  return [...sql.matchAll(pattern)].map(({ 0: text, groups = {} }) => {
    const kind = Object.keys(groups).find((each) => groups[each] !== undefined) ?? 'symbol';
    return { kind, text, value: kind === 'name' ? text.slice(1, -1).replaceAll('""', '"') : text };
  });
}
