import { RevError } from '../errors.js';

/** Strings, quoted names, comments and dollar quotes, in which a placeholder is none; and the placeholders. */
const pieces =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(\$[A-Za-z_]*\$)[\s\S]*?\1|\$(\d+)|\?/g;

/**
 * SQL with its bound values written as literals, for a script. Placeholders are `$1` or `?`.
 * Throws REV_OFFLINE where there are fewer values than placeholders.
 */
export function inlineParams(
  sql: string,
  params: readonly unknown[],
  literal: (value: unknown) => string,
): string {
  if (params.length === 0) return sql;
  let next = 0;
  return sql.replace(pieces, (piece: string, _quote: string | undefined, position: string | undefined) => {
    if (piece !== '?' && position === undefined) return piece;
    const at = position === undefined ? next++ : Number(position) - 1;
    if (at >= params.length) throw new RevError('REV_OFFLINE', `A value is missing for ${piece} in: ${sql}`);
    return literal(params[at]);
  });
}
