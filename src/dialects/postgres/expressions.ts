/** Expressions as text, for where PostgreSQL itself cannot be asked: equal keys mean the same, others say nothing. */

const token =
  /(?<gap>\s+|--[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>[eE]?'(?:[^']|'')*'|\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)|"(?<quoted>(?:[^"]|"")*)"|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<number>\d[\d.]*(?:e[+-]?\d+)?)|(?<sign>::|[<>=!~@#%^&|`?+*/-]+|.)/giu;

/** The tokens without blanks, comments, needless quotes, and outer parentheses; words in lower case. */
export function expressionKey(sql: string): string {
  const parts: string[] = [];
  for (const { groups = {} } of withoutOuterParentheses(sql).matchAll(token)) {
    if (groups.gap !== undefined) continue;
    if (groups.quoted !== undefined) {
      parts.push(/^[a-z_][a-z0-9_]*$/.test(groups.quoted) ? groups.quoted : `"${groups.quoted}"`);
    } else if (groups.word !== undefined) {
      parts.push(groups.word.toLowerCase());
    } else {
      parts.push(groups.text ?? groups.number ?? groups.sign ?? '');
    }
  }
  return parts.join(' ');
}

/** Takes the table's own name off its columns: `"posts"."id"`, `app.posts.id` → `"id"`, `id`. */
export function withoutTable(sql: string, schema: string | null, table: string): string {
  // Most expressions name no table at all.
  if (!sql.includes('.')) return sql;
  const name = (each: string) =>
    `(?:"${escapeRegExp(each.replaceAll('"', '""'))}"${/^[a-z_][a-z0-9_$]*$/.test(each) ? `|\\b${escapeRegExp(each)}` : ''})`;
  const prefix = new RegExp(
    `'(?:[^']|'')*'|(?<own>${schema === null ? '' : `(?:${name(schema)}\\s*\\.\\s*)?`}${name(table)}\\s*\\.\\s*)(?=["\\p{L}_])|"(?:[^"]|"")*"(?:\\s*\\.\\s*"(?:[^"]|"")*")*`,
    'gu',
  );
  return sql.replace(prefix, (...match) => {
    const groups = match.at(-1) as { own?: string };
    return groups.own === undefined ? (match[0] as string) : '';
  });
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** `((a > 0))` → `a > 0`; parentheses that do not enclose the whole stay. */
export function withoutOuterParentheses(sql: string): string {
  let text = sql.trim();
  while (text.startsWith('(') && enclosesAll(text)) text = text.slice(1, -1).trim();
  return text;
}

function enclosesAll(text: string): boolean {
  let depth = 0;
  const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|[()]/g;
  for (const match of text.matchAll(token)) {
    if (match[0] === '(') depth += 1;
    if (match[0] === ')') depth -= 1;
    if (depth === 0 && (match[0] === ')' || match[0] === '(')) return match.index === text.length - 1;
  }
  return false;
}

/** As it may stand before a closing parenthesis or a semicolon: a comment at its end must not swallow that. */
export function closedExpression(sql: string): string {
  return /--[^\n]*$/.test(sql) ? `${sql}\n` : sql;
}
