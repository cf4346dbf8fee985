import type { SQL } from 'drizzle-orm';
import { RevError } from '../errors.js';

/**
 * drizzle's `sql` objects as text. They are read by their own `toQuery`, so that any copy and version of drizzle-orm
 * will do and none is loaded here.
 */

/** SQL with values apart: `texts` has one element more than `values`. */
export interface SqlParts {
  readonly texts: readonly string[];
  readonly values: readonly unknown[];
}

/** An expression as a revision file may write it: drizzle's `sql`, or its text. */
export type SqlInput = SQL | string;

// A character that no SQL text holds marks the place of a value.
const mark = '\u0001';

/** Takes drizzle SQL (or plain text, which has no values) apart. Throws REV_OPERATION for anything else. */
export function sqlParts(input: SqlInput): SqlParts {
  if (typeof input === 'string') return { texts: [input], values: [] };
  if (typeof input !== 'object' || input === null || typeof input.toQuery !== 'function') {
    throw new RevError('REV_OPERATION', `Expected sql\`…\` or text, got ${typeof input}.`);
  }
  const values: unknown[] = [];
  const query = input.toQuery({
    escapeName: (name: string) => `"${name.replaceAll('"', '""')}"`,
    escapeParam: (_position: number, value: unknown) => {
      values.push(value);
      return mark;
    },
    escapeString: (text: string) => `'${text.replaceAll("'", "''")}'`,
    casing: { getColumnCasing: (column: { name: string }) => column.name },
  } as unknown as Parameters<SQL['toQuery']>[0]);
  return { texts: query.sql.split(mark), values };
}

/** The text of an expression with its values written as literals: for checks, defaults, predicates and the like. */
export function sqlText(input: SqlInput): string {
  const { texts, values } = sqlParts(input);
  return texts.reduce((text, next, position) => text + literalText(values[position - 1]) + next);
}

/** A value as a literal that PostgreSQL and SQLite both read. */
export function literalText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (value instanceof Date) return `'${value.toISOString()}'`;
  throw new RevError(
    'REV_OPERATION',
    `A value of type ${typeof value} cannot be written into an SQL expression.`,
    {
      hint: 'Write it as text inside sql`…` with the cast that it needs.',
    },
  );
}
