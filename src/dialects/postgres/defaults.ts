import {
  type Column,
  type DefaultValue,
  expression,
  type LiteralValue,
  literal,
} from '../../catalog/index.js';
import { expressionKey, withoutOuterParentheses } from './expressions.js';
import { literal as quoteLiteral } from './quote.js';
import { isCharacterType, parseType } from './types.js';

/**
 * Defaults in one form: a plain constant is a literal, everything else an expression. PostgreSQL prints constants with
 * casts (`'open'::text`, `'-1'::integer`), models hold JS values; both meet here.
 */

type ColumnType = Pick<Column, 'type'> & Partial<Pick<Column, 'enum'>>;

/** The default that PostgreSQL printed, or that somebody wrote as SQL. NULL is no default. */
export function defaultFromSql(sql: string, column: ColumnType): DefaultValue | null {
  const text = withoutOuterParentheses(sql);
  if (/^null(::[^()']*(\(\d+(,\s*\d+)?\))?[^()']*)?$/i.test(text)) return null;
  const plain = plainConstant(text, column);
  return plain === undefined ? expression(text) : canonicalLiteral(plain, column);
}

/** One spelling of a default as a model or an inspection gives it. */
export function canonicalDefault(value: DefaultValue | null, column: ColumnType): DefaultValue | null {
  if (value === null) return null;
  return value.kind === 'expression'
    ? defaultFromSql(value.sql, column)
    : canonicalLiteral(value.value, column);
}

/** Whether two defaults are one; 1.50 and 1.5 are. */
export function sameDefault(a: DefaultValue | null, b: DefaultValue | null, column: ColumnType): boolean {
  return defaultKey(canonicalDefault(a, column), column) === defaultKey(canonicalDefault(b, column), column);
}

/** Equal for equal defaults, once they are canonical. */
export function defaultKey(value: DefaultValue | null, column: ColumnType): string {
  if (value === null) return 'none';
  if (value.kind === 'expression') return `expression ${expressionKey(value.sql)}`;
  const { base, array } = parseType(column.type);
  const text = String(value.value);
  if (!array && isNumberType(base)) {
    return `number ${/^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text}`;
  }
  return `${typeof value.value} ${text}`;
}

/** As it stands after DEFAULT. */
export function defaultSql(value: DefaultValue): string {
  return value.kind === 'literal' ? quoteLiteral(value.value) : value.sql;
}

const numberText = /^[+-]?\d+(\.\d+)?$/;

function plainConstant(text: string, column: ColumnType): LiteralValue | undefined {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (numberText.test(text)) return numberOf(text, column);
  const wrapped = /^\((-?\d+(?:\.\d+)?)\)::([a-z ]+)$/.exec(text);
  if (wrapped?.[1] !== undefined && wrapped[2] !== undefined && castFits(wrapped[2], column))
    return wrapped[1];
  const quoted = /^'((?:[^']|'')*)'(?:::(.+))?$/s.exec(text);
  if (!quoted) return undefined;
  const value = (quoted[1] ?? '').replaceAll("''", "'");
  const cast = quoted[2];
  if (cast === undefined || castFits(cast, column)) return value;
  return undefined;
}

/** Whether the cast is only the column's type again (or another number type, for a number). */
function castFits(cast: string, column: ColumnType): boolean {
  // More than a type's name: a further cast or operator.
  if (/::|['+*/|<>=]/.test(cast.replace(/"(?:[^"]|"")*"/g, ''))) return false;
  const from = parseType(cast);
  const to = parseType(column.type);
  if (from.array !== to.array) return false;
  if (isNumberType(from.base) && isNumberType(to.base)) return true;
  if (isCharacterType(cast) && isCharacterType(column.type)) return true;
  const base = (name: string) => (name === '"bit"' ? 'bit' : name.replaceAll('"', ''));
  if (column.enum) return base(from.base).split('.').at(-1) === column.enum.name;
  return base(from.base) === base(to.base);
}

/** JS values that a type holds in one form: numbers as numbers where nothing is lost, text of text columns as text. */
function canonicalLiteral(value: LiteralValue, column: ColumnType): DefaultValue {
  const { base, array } = parseType(column.type);
  if (array) return literal(value);
  if (base === 'boolean') {
    const text = String(value).toLowerCase();
    if (/^(t|true|y|yes|on|1)$/.test(text)) return literal(true);
    if (/^(f|false|n|no|off|0)$/.test(text)) return literal(false);
  }
  if (isNumberType(base) && numberText.test(String(value).trim())) {
    return literal(numberOf(String(value).trim(), column));
  }
  if (isCharacterType(column.type)) return literal(String(value));
  return literal(value);
}

function numberOf(text: string, column: ColumnType): LiteralValue {
  const digits = text.replace(/^\+/, '');
  const number = Number(digits);
  if (String(number) === digits && (Number.isSafeInteger(number) || !Number.isInteger(number))) return number;
  if (/^-?\d+$/.test(digits) && /^(integer|smallint|bigint)$/.test(parseType(column.type).base)) {
    const whole = BigInt(digits);
    const safe = Number(whole);
    return Number.isSafeInteger(safe) ? safe + 0 : whole;
  }
  return digits;
}

function isNumberType(base: string): boolean {
  return /^(smallint|integer|bigint|numeric|real|double precision)$/.test(base);
}
