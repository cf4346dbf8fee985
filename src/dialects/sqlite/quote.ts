/** The one place where names and values become SQL text. */

import type { QualifiedName } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import { bindable } from './bindable.js';

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name as SQL which stands for no text: `sqlite3` and others take one in double quotes for text where there is no such column. */
export function quoteSurely(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A name as SQL; with its schema (an attached database) where it has one. */
export function quoteIdentifier(name: string | QualifiedName): string {
  if (typeof name === 'string') return quoteName(name);
  return name.schema === null ? quoteName(name.name) : `${quoteName(name.schema)}.${quoteName(name.name)}`;
}

/** A name with its database, the main one where it says none: a temporary table may bear the same name. */
export function quoteInDatabase({ schema, name }: QualifiedName): string {
  return quoteIdentifier({ schema: schema ?? 'main', name });
}

export function quoteNames(names: readonly string[]): string {
  return names.map(quoteName).join(', ');
}

/**
 * A value as an SQL literal. A Date is its ISO text, bytes are a blob, another object is its JSON text.
 * @throws RevError REV_OPERATION for what SQLite cannot hold.
 */
export function quoteLiteral(value: unknown): string {
  if (typeof value === 'boolean') return String(value);
  const bound = bindable(value);
  if (bound === null) return 'NULL';
  if (bound instanceof Uint8Array) return `X'${Buffer.from(bound).toString('hex')}'`;
  if (typeof bound !== 'string') {
    if (typeof bound === 'number' && !Number.isFinite(bound)) return bound > 0 ? '9e999' : '-9e999';
    return String(bound);
  }
  // SQL text ends at a NUL character.
  if (bound.includes('\0')) return `CAST(X'${Buffer.from(bound).toString('hex')}' AS TEXT)`;
  return `'${bound.replaceAll("'", "''")}'`;
}

/**
 * SQLite's own quote() tells an integer from its text, and loses no digit. But it ends a text at a zero character, and what
 * is not UTF-8 a driver would change: such a text is its bytes. The plus takes the affinity of the CAST away, so that it
 * is compared as any literal is. What is read back must be nothing but a literal.
 */
export const keys = {
  text: (expression: string) =>
    `CASE WHEN typeof(${expression}) = 'text' AND (${expression} GLOB '*[^ -~]*' OR instr(${expression}, char(0)) > 0)` +
    ` THEN '+CAST(X''' || hex(CAST(${expression} AS BLOB)) || ''' AS TEXT)' ELSE quote(${expression}) END`,
  literal(text: string): string {
    // As older versions of SQLite call it.
    if (/^-?Inf$/i.test(text)) return text.replace(/Inf/i, '9.0e+999');
    const number = /^-?(?:\d[\d.]*(?:e[+-]?\d+)?|9\.0e\+999)$/i;
    const isLiteral =
      number.test(text) || /^(?:X?'(?:[^']|'')*'|\+CAST\(X'[\dA-F]*' AS TEXT\))$/is.test(text);
    if (isLiteral) return text;
    throw new RevError(
      'REV_OPERATION',
      `The journal holds a checkpoint that is no value: ${text.slice(0, 60)}`,
    );
  },
};
