import { RevError } from '../errors.js';

/** Names of objects as a database stores them. */

export type DialectName = 'postgres' | 'sqlite';

/**
 * A name and its schema. `schema: null` is the connection's default schema (PostgreSQL: current_schema();
 * SQLite: main), so that a model which says nothing and a database that says "public" have one spelling.
 */
export interface QualifiedName {
  readonly schema: string | null;
  readonly name: string;
}

/** A key for maps; distinct names never share one. */
export function nameKey(name: QualifiedName): string {
  return name.schema === null ? name.name : `${name.schema}\u0000${name.name}`;
}

/** As a person reads it: `posts`, `app.posts`. Not SQL. */
export function displayName(name: QualifiedName): string {
  return name.schema === null ? name.name : `${name.schema}.${name.name}`;
}

/**
 * `posts` and `app.posts`, or the object itself, as revision files may write it.
 * @throws RevError REV_OPERATION for what is no name
 */
export function parseName(name: string | QualifiedName): QualifiedName {
  const dot = typeof name === 'string' ? name.indexOf('.') : -1;
  const parts =
    typeof name !== 'string'
      ? name
      : { schema: dot < 0 ? null : name.slice(0, dot), name: name.slice(dot + 1) };
  const fault = faultOfName(parts);
  if (fault === null) return { schema: parts.schema ?? null, name: parts.name };
  throw new RevError('REV_OPERATION', fault, { hint: "A name is 'posts', 'app.posts' or { schema, name }." });
}

function faultOfName(parts: Partial<QualifiedName> | null | undefined): string | null {
  if (parts === undefined || parts === null) return 'A name is missing.';
  if (typeof parts !== 'object') return `A ${typeof parts} is no name.`;
  if (typeof parts.name !== 'string') return `An object without a name stands in the place of a name.`;
  return parts.name === '' || parts.schema === '' ? 'A name is empty.' : null;
}

export function sameName(a: QualifiedName, b: QualifiedName): boolean {
  return a.name === b.name && a.schema === b.schema;
}

/** Orders by schema (the default one first), then name; by code unit, never by locale. */
export function compareNames(a: QualifiedName, b: QualifiedName): number {
  return compareText(a.schema ?? '', b.schema ?? '') || compareText(a.name, b.name);
}

/** Locale-free order: the same bytes on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
