/** Defaults of columns: an expression as text, or a JS value as the literal that the column itself would store. */
import { type DefaultValue, type DialectName, expression, literal } from '../catalog/index.js';
import { RevError } from '../errors.js';
import { arrayLiteral, elementText } from './array-literal.js';
import { type DrizzleColumn, type DrizzleSql, isSql } from './drizzle-objects.js';
import { bytesText, withoutOuterParentheses } from './expressions.js';
import type { DrizzleLine } from './naming.js';
import { type ElementColumn, elementOf } from './postgres-types.js';

export interface DefaultContext {
  readonly dialect: DialectName;
  readonly line: DrizzleLine;
  /** The column as a person knows it, for errors: `posts.title`. */
  readonly label: string;
  /** The column's type text. */
  readonly type: string;
  readonly render: (sql: DrizzleSql) => string;
}

/**
 * The default that the database has. Not `hasDefault`: that is also true for `$default`, `$onUpdate` and keys, which
 * are drizzle's and not the database's. Throws REV_SCHEMA for a value that no literal can write.
 */
export function defaultOf(column: DrizzleColumn, context: DefaultContext): DefaultValue | null {
  const value = column.default;
  if (value === undefined || value === null) return null;
  if (isSql(value)) return expressionDefault(context.render(value), context);
  try {
    const stored =
      context.dialect === 'postgres' ? postgresValue(column, value, context) : sqliteValue(column, value);
    return isSql(stored) ? expressionDefault(context.render(stored), context) : literalOf(stored, context);
  } catch (cause) {
    if (cause instanceof RevError) throw cause;
    throw new RevError(
      'REV_SCHEMA',
      `The default of ${context.label} cannot be written as SQL: ${reason(cause)}`,
      {
        hint: 'Write it as sql`…` in the model.',
        cause,
      },
    );
  }
}

/**
 * An expression's text; `null` is no default, and a plain literal has the literal's form. SQLite tells a default
 * without its outer parentheses; PostgreSQL prints them, and needs them around `now() at time zone 'utc'`.
 */
function expressionDefault(text: string, context: DefaultContext): DefaultValue | null {
  const bare = withoutOuterParentheses(text);
  if (bare === '' || /^null$/i.test(bare)) return null;
  return plainLiteral(bare, context) ?? expression(context.dialect === 'postgres' ? text.trim() : bare);
}

/** `'draft'`, `0`, `true`, and a string that is cast to the column's own type: the same as the value itself. */
function plainLiteral(sql: string, context: DefaultContext): DefaultValue | null {
  if (/^(true|false)$/i.test(sql)) return booleanLiteral(/^t/i.test(sql), context.dialect);
  if (/^-?\d+(\.\d+)?$/.test(sql)) {
    const number = Number(sql);
    if (Number.isSafeInteger(number) && String(number) === sql) return literal(number);
    if (/^-?[1-9]\d*$/.test(sql)) return literal(BigInt(sql));
    return String(number) === sql ? literal(number) : null;
  }
  const quoted = /^'((?:[^']|'')*)'(?:\s*::\s*(.+))?$/.exec(sql);
  if (quoted?.[1] === undefined) return null;
  const cast = quoted[2];
  if (cast !== undefined && (context.dialect !== 'postgres' || !sameType(cast, context.type))) return null;
  return literal(quoted[1].replaceAll("''", "'"));
}

function sameType(a: string, b: string): boolean {
  const plain = (type: string) => type.toLowerCase().replace(/\s+/g, ' ').trim();
  return plain(a) === plain(b);
}

function booleanLiteral(value: boolean, dialect: DialectName): DefaultValue {
  // SQLite has no booleans: true is the integer 1.
  return literal(dialect === 'postgres' ? value : Number(value));
}

function literalOf(value: unknown, context: DefaultContext): DefaultValue | null {
  switch (typeof value) {
    case 'string':
    case 'bigint':
      return literal(value);
    case 'boolean':
      return booleanLiteral(value, context.dialect);
    case 'number':
      return numberLiteral(value, context.dialect);
    default:
      if (value === null || value === undefined) return null;
      if (value instanceof Uint8Array) return bytesLiteral(value, context.dialect);
      throw new TypeError(`a ${typeof value} has no literal.`);
  }
}

function numberLiteral(value: number, dialect: DialectName): DefaultValue | null {
  if (Number.isFinite(value)) return literal(value === 0 ? 0 : value);
  if (dialect === 'postgres') return literal(String(value));
  if (Number.isNaN(value)) return null;
  return expression(value > 0 ? '9e999' : '-9e999');
}

function bytesLiteral(value: Uint8Array, dialect: DialectName): DefaultValue {
  return dialect === 'postgres'
    ? literal(`\\x${Buffer.from(value).toString('hex')}`)
    : expression(bytesText(value, dialect));
}

// --- SQLite ---

function sqliteValue(column: DrizzleColumn, value: unknown): unknown {
  const stored = column.mapToDriverValue(value);
  if (isNumericAsText(column, value)) return value;
  if (stored instanceof Date) return stored.toISOString();
  return isPlainData(stored) ? JSON.stringify(stored) : stored;
}

// --- PostgreSQL ---

function postgresValue(column: DrizzleColumn, value: unknown, context: DefaultContext): unknown {
  const element = elementOf(column, context.line);
  if (element.depth === 0) return postgresScalar(element.column, mapScalar(element.column, value), value);
  // A string is an array literal that the user wrote.
  if (!Array.isArray(value)) return value;
  return arrayLiteral(mapElements(column, element, value, context.line), element.depth, (leaf) =>
    elementText(postgresScalar(element.column, leaf, leaf)),
  );
}

/** 1.x maps a whole array by its column; 0.45 would glue it together as well, so its elements are mapped one by one. */
function mapElements(
  column: DrizzleColumn,
  element: ElementColumn,
  value: readonly unknown[],
  line: DrizzleLine,
): readonly unknown[] {
  if (isJson(element.column)) return mapLeaves(value, element.depth, (leaf) => JSON.stringify(leaf));
  if (line === '1.x') return column.mapToDriverValue(value) as readonly unknown[];
  return mapLeaves(value, element.depth, (leaf) => mapScalar(element.column, leaf));
}

function mapLeaves(
  values: readonly unknown[],
  depth: number,
  map: (leaf: unknown) => unknown,
): readonly unknown[] {
  return values.map((value) => {
    if (value === null || value === undefined) return null;
    if (depth > 1 && Array.isArray(value)) return mapLeaves(value, depth - 1, map);
    return map(value);
  });
}

/** Dates are written by their type below, so that they read as PostgreSQL prints them. */
function mapScalar(column: DrizzleColumn, value: unknown): unknown {
  if (isJson(column)) return JSON.stringify(value);
  if (value instanceof Date && column.columnType !== 'PgCustomColumn') return value;
  return column.mapToDriverValue(value);
}

function postgresScalar(column: DrizzleColumn, mapped: unknown, value: unknown): unknown {
  if (isNumericAsText(column, value)) return value;
  if (mapped instanceof Date) return dateText(column, mapped);
  if (typeof mapped === 'string' && isTimestamp(column)) return timestampText(column, mapped);
  if (Array.isArray(mapped)) return arrayLiteral(mapped, Number.POSITIVE_INFINITY);
  return isPlainData(mapped) ? JSON.stringify(mapped) : mapped;
}

function isJson(column: DrizzleColumn): boolean {
  return column.columnType === 'PgJson' || column.columnType === 'PgJsonb';
}

function isTimestamp(column: DrizzleColumn): boolean {
  return column.columnType === 'PgTimestamp' || column.columnType === 'PgDate';
}

/** 1.x maps a date to ISO text inside of arrays; text of any other form is the user's own. */
function timestampText(column: DrizzleColumn, text: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) ? dateText(column, new Date(text)) : text;
}

/** As PostgreSQL prints it in UTC: `2020-01-02`, `2020-01-02 03:04:05.67`, `2020-01-02 03:04:05+00`. */
function dateText(column: DrizzleColumn, date: Date): string {
  const iso = date.toISOString();
  if (column.columnType === 'PgDate' || column.columnType === 'PgDateString')
    return iso.slice(0, iso.indexOf('T'));
  if (column.columnType === 'PgTimestamp' || column.columnType === 'PgTimestampString') {
    const time = iso.replace('T', ' ').replace(/\.?0*Z$/, '');
    return column.withTimezone ? `${time}+00` : time;
  }
  return iso;
}

/** numeric{mode: number | bigint} maps to text; the number itself means the same and reads better. */
function isNumericAsText(column: DrizzleColumn, value: unknown): boolean {
  return (typeof value === 'number' || typeof value === 'bigint') && column.columnType.includes('Numeric');
}

/** An object or array without a class of its own, which only JSON can mean. */
function isPlainData(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && !isSql(value);
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
