import type { QualifiedName } from '../../catalog/index.js';
import { givenValue, jsonText } from '../../operations/index.js';
import { stored } from './bindable.js';

/** The only place where text of a user becomes SQL. */

/** A name, always quoted; without its schema where that is the default one. */
export function identifier(name: string | QualifiedName): string {
  if (typeof name === 'string') return `"${stored(name).replaceAll('"', '""')}"`;
  return name.schema === null ? identifier(name.name) : `${identifier(name.schema)}.${identifier(name.name)}`;
}

export function identifiers(names: readonly string[]): string {
  return names.map((name) => identifier(name)).join(', ');
}

/** A value as PostgreSQL reads it back; arrays and plain objects as JSON. */
export function literal(value: unknown): string {
  const given = givenValue(value);
  if (given.kind !== 'scalar') return text(jsonText(given.value));
  const scalar = given.value;
  if (scalar === null) return 'NULL';
  if (typeof scalar === 'string') return text(scalar);
  if (typeof scalar === 'number' && !Number.isFinite(scalar)) return text(String(scalar));
  if (scalar instanceof Date) return text(scalar.toISOString());
  if (scalar instanceof Uint8Array) return `'\\x${Buffer.from(scalar).toString('hex')}'`;
  return String(scalar);
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
  return `'${stored(value).replaceAll("'", "''")}'`;
}
