/** What SQLite calls equal. */

import type { Column, DefaultValue, LiteralValue } from '../../catalog/index.js';
import type { DiffRules } from '../dialect.js';
import { canonical, parseDefault, sameExpression, sameQuery } from './expression.js';
import { tokenize } from './tokens.js';

export const rules: DiffRules = {
  storedName: (name) => name,
  equalTypes,
  equalDefaults,
  equalExpressions: sameExpression,
  equalQueries: sameQuery,
  canReplaceView: () => false,
  uniqueIndexIsConstraint: true,
  constraintNamesMatter: false,
  canAlterGenerated: true,
  looseForeignKeys: true,
  nullsTakeDefault: true,
  conversion: () => null,
};

/** Types are words and numbers; case and space say nothing. */
export function equalTypes(actual: string, wanted: string): boolean {
  return actual === wanted || canonicalType(actual) === canonicalType(wanted);
}

function canonicalType(type: string): string {
  return tokenize(type)
    .map((token) => token.value.toLowerCase())
    .join(' ');
}

/** Whether both store the same value in the column. */
export function equalDefaults(
  actual: DefaultValue | null,
  wanted: DefaultValue | null,
  column: Pick<Column, 'type'>,
): boolean {
  const a = plain(actual);
  const b = plain(wanted);
  if (a === null || b === null) return a === b;
  if (a.kind === 'literal' && b.kind === 'literal')
    return stored(a.value, column.type) === stored(b.value, column.type);
  if (a.kind === 'expression' && b.kind === 'expression') return canonical(a.sql) === canonical(b.sql);
  return false;
}

function plain(value: DefaultValue | null): DefaultValue | null {
  return value?.kind === 'expression' ? parseDefault(value.sql) : value;
}

/** The value as a column of that type stores it, as text that tells values apart (SQLite's manual, "Datatypes"). */
function stored(value: LiteralValue, type: string): string {
  const plainValue = typeof value === 'boolean' ? Number(value) : value;
  const affinity = affinityOf(type);
  if (typeof plainValue !== 'string') {
    return affinity === 'text' ? `'${plainValue}'` : String(plainValue);
  }
  const isNumber = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(plainValue);
  return affinity === 'numeric' && isNumber ? String(Number(plainValue)) : `'${plainValue}'`;
}

/** SQLite's manual, "Determination Of Column Affinity"; integer, real and numeric all turn a number's text into a number. */
function affinityOf(type: string): 'text' | 'blob' | 'numeric' {
  const upper = type.toUpperCase();
  if (upper.includes('INT')) return 'numeric';
  if (/CHAR|CLOB|TEXT/.test(upper)) return 'text';
  return upper === '' || upper.includes('BLOB') || upper === 'ANY' ? 'blob' : 'numeric';
}
