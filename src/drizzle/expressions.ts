/**
 * SQL of the models as text: values written as literals, the own table's qualifier dropped, all other names quoted.
 * The expression renders itself (`toQuery`) with functions given here, so any copy of drizzle-orm will do. drizzle's
 * own `inlineParams` is not used: 0.45 throws on bigint and writes a Date as `Thu Jan 02 2020 …`.
 */
import type { DialectName } from '../catalog/index.js';
import { RevError } from '../errors.js';
import { arrayLiteral } from './array-literal.js';
import {
  type DrizzleNamed,
  type DrizzleSql,
  type DrizzleTable,
  entityKinds,
  tableName,
  tableSchema,
} from './drizzle-objects.js';

// Characters that no SQL text holds: the place of a value, and the start of a name that drizzle quoted.
const valueMark = '\u0001';
const nameMark = '\u0002';

export interface RenderOptions {
  readonly dialect: DialectName;
  readonly columnName: (column: DrizzleNamed) => string;
  /** Its columns are written without a qualifier; those of other tables keep theirs. */
  readonly table?: DrizzleTable;
}

/** The text of an expression. Throws REV_SCHEMA for a placeholder or a value that has no literal. */
export function renderSql(expression: DrizzleSql, options: RenderOptions): string {
  const sql = typeof expression.toQuery === 'function' ? expression : expression.getSQL();
  const values: unknown[] = [];
  const config = {
    escapeName: (name: string) => `${nameMark}${quoteName(name)}`,
    escapeParam: (_position: number, value: unknown) => {
      values.push(value);
      return valueMark;
    },
    escapeString: quoteString,
    casing: { getColumnCasing: options.columnName },
  };
  const text = withoutInlining(sql, () => sql.toQuery(config).sql);
  return fillIn(dropOwnQualifier(text, options.table), values, options.dialect).trim();
}

function dropOwnQualifier(text: string, table: DrizzleTable | undefined): string {
  if (!table) return text.replaceAll(nameMark, '');
  const schema = tableSchema(table);
  const own = `${nameMark}${quoteName(tableName(table))}.${nameMark}`;
  const qualified = schema === null ? own : `${nameMark}${quoteName(schema)}.${own}`;
  // A table of the same name in another schema is another table.
  return text
    .replaceAll(qualified, (match, offset: number) => (text[offset - 1] === '.' ? match : ''))
    .replaceAll(nameMark, '');
}

function fillIn(text: string, values: readonly unknown[], dialect: DialectName): string {
  return text.split(valueMark).reduce((before, after, position) => {
    const value = literalText(values[position - 1], dialect);
    // `a -${-1}` must not become a comment.
    return `${before}${value.startsWith('-') && before.endsWith('-') ? `(${value})` : value}${after}`;
  });
}

/** Someone's `.inlineParams()` would bypass our literals; it is lifted for the time of the rendering. */
function withoutInlining<T>(sql: object, render: () => T): T {
  const inlined: { shouldInlineParams: boolean }[] = [];
  const visit = (chunk: unknown): void => {
    if (Array.isArray(chunk)) chunk.forEach(visit);
    if (typeof chunk !== 'object' || chunk === null || !('queryChunks' in chunk)) return;
    const holder = chunk as { queryChunks: unknown; shouldInlineParams?: boolean };
    if (holder.shouldInlineParams) inlined.push(holder as { shouldInlineParams: boolean });
    visit(holder.queryChunks);
  };
  visit(sql);
  for (const each of inlined) each.shouldInlineParams = false;
  try {
    return render();
  } finally {
    for (const each of inlined) each.shouldInlineParams = true;
  }
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function quoteString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A value inside of an expression, already mapped by its column. Backslashes stay as they are. */
function literalText(value: unknown, dialect: DialectName): string {
  if (value === null || value === undefined) return 'null';
  switch (typeof value) {
    case 'string':
      return quoteString(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      if (Number.isFinite(value)) return String(value);
      return dialect === 'postgres' ? quoteString(String(value)) : infinity(value);
    case 'object':
      return objectText(value, dialect);
    default:
      throw unwritable(`a ${typeof value}`);
  }
}

function objectText(value: object, dialect: DialectName): string {
  if (value instanceof Date) return quoteString(value.toISOString());
  if (value instanceof Uint8Array) return bytesText(value, dialect);
  const kind = entityKinds(value)[0];
  if (kind !== undefined) throw unwritable(`a ${kind}`);
  if (Array.isArray(value) && dialect === 'postgres') return quoteString(arrayLiteral(value, Infinity));
  return quoteString(JSON.stringify(value));
}

export function bytesText(value: Uint8Array, dialect: DialectName): string {
  const hex = Buffer.from(value).toString('hex');
  return dialect === 'postgres' ? `'\\x${hex}'` : `x'${hex}'`;
}

/** SQLite has no word for infinity, and NaN is stored as NULL. */
function infinity(value: number): string {
  if (Number.isNaN(value)) return 'null';
  return value > 0 ? '9e999' : '-9e999';
}

function unwritable(what: string): RevError {
  return new RevError('REV_SCHEMA', `An expression in the schema holds ${what}, which has no literal.`, {
    hint: 'Write the value as text inside sql`…`; a schema has no placeholders or parameters.',
  });
}

/** Removes parentheses that enclose the whole text: `((a > 0))` is `a > 0`. Strings, names and comments are seen. */
export function withoutOuterParentheses(text: string): string {
  let inner = text.trim();
  while (inner.startsWith('(') && closingParenthesis(inner) === inner.length - 1) {
    inner = inner.slice(1, -1).trim();
  }
  return inner;
}

function closingParenthesis(text: string): number {
  const tokens =
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|[()]/g;
  let depth = 0;
  for (const token of text.matchAll(tokens)) {
    if (token[0] === '(') depth += 1;
    if (token[0] === ')') depth -= 1;
    if (token[0] === ')' && depth === 0) return token.index;
  }
  return -1;
}
