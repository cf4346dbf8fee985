import type { QualifiedName } from '../../catalog/index.js';
import { RevError } from '../../errors.js';

/** The only place where text of a user becomes SQL. */

/** A name, always quoted; without its schema where that is the default one. */
export function identifier(name: string | QualifiedName): string {
  if (typeof name === 'string') return `"${storable(name).replaceAll('"', '""')}"`;
  return name.schema === null ? identifier(name.name) : `${identifier(name.schema)}.${identifier(name.name)}`;
}

export function identifiers(names: readonly string[]): string {
  return names.map((name) => identifier(name)).join(', ');
}

/** A value as PostgreSQL reads it back; arrays and plain objects as JSON. */
export function literal(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : text(String(value));
    case 'undefined':
      return 'NULL';
    case 'object':
      if (value === null) return 'NULL';
      if (value instanceof Date) return dateLiteral(value);
      if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'`;
      return jsonLiteral(value);
    default:
      throw unwritable(`A value of type ${typeof value}`);
  }
}

/**
 * The same for a value in the place of a parameter: quoted, so that it takes the type of its place, where a bare number
 * is no JSON, and is rounded in silence by a column of integers.
 */
export function boundLiteral(value: unknown): string {
  const isScalar = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  return isScalar ? literal(String(value)) : literal(value);
}

/** With standard_conforming_strings, which every supported version has on, a backslash is only a backslash. */
function text(value: string): string {
  return `'${storable(value).replaceAll("'", "''")}'`;
}

function dateLiteral(value: Date): string {
  if (Number.isNaN(value.getTime())) throw unwritable('An invalid Date');
  return text(value.toISOString());
}

function jsonLiteral(value: object): string {
  try {
    return text(JSON.stringify(value));
  } catch (error) {
    throw unwritable(
      `A value that is no JSON (${error instanceof Error ? error.message : 'unknown reason'})`,
    );
  }
}

function storable(value: string): string {
  if (value.includes('\0')) throw unwritable('Text with a NUL character');
  return value;
}

function unwritable(what: string): RevError {
  return new RevError('REV_OPERATION', `${what} cannot be written as a PostgreSQL literal.`);
}
