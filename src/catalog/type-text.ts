import type { QualifiedName } from './name.js';

/**
 * Renames inside SQL text as PostgreSQL prints it, where a name can only be that of a type, a schema or a sequence.
 * For catalogs in memory only; a database rewrites its own expressions.
 */

/** The name after each `::`. */
export function renameType(sql: string, from: QualifiedName, to: QualifiedName): string {
  const [before, after] = [printedName(from), printedName(to)];
  return outsideOfLiterals(sql, (code) => replaceWhole(code, `::${before}`, `::${after}`));
}

/** A literal that is cast to the enum: `'sad'::mood`. */
export function renameValue(sql: string, type: QualifiedName, from: string, to: string): string {
  const quoted = (value: string) => `'${value.replaceAll("'", "''")}'::${printedName(type)}`;
  return replaceWhole(sql, quoted(from), quoted(to));
}

/** The sequence of `nextval('seq'::regclass)`. */
export function renameRegclass(sql: string, from: QualifiedName, to: QualifiedName): string {
  const quoted = (name: QualifiedName) => `'${printedName(name).replaceAll("'", "''")}'::regclass`;
  return sql.replaceAll(quoted(from), quoted(to));
}

/** The schema before a dot, and before that of a sequence's name in a literal. */
export function renameSchemaPrefix(sql: string, from: string, to: string): string {
  const [before, after] = [`${printedPart(from)}.`, `${printedPart(to)}.`];
  return outsideOfLiterals(sql, (code) =>
    code.replace(/(?<![\w$."])(?:[a-z_][\w$]*|"(?:[^"]|"")*")\./g, (found) =>
      found === before ? after : found,
    ),
  ).replace(/'((?:[^']|'')*)'(?=::regclass)/g, (literal, name: string) =>
    name.startsWith(before) ? `'${after}${name.slice(before.length)}'` : literal,
  );
}

/**
 * The same in a query, where an alias may have the schema's name: then only before what is read of the schema, before
 * functions and types.
 */
export function renameSchemaInQuery(sql: string, from: string, to: string, read: readonly string[]): string {
  const before = printedPart(from);
  const parts = sql.split(/('(?:[^']|'')*')/);
  const bare = new RegExp(`(?<![\\w$."])${before.replace(/[$.*+?^{}()|[\]\\]/g, '\\$&')}(?![\\w$."])`);
  if (!parts.some((part) => !part.startsWith("'") && bare.test(part)))
    return renameSchemaPrefix(sql, from, to);
  return outsideOfLiterals(sql, (code) =>
    code.replace(
      /(::)?(?<![\w$."])([a-z_][\w$]*|"(?:[^"]|"")*")\.([a-z_][\w$]*|"(?:[^"]|"")*")(\()?/g,
      (found, cast: string | undefined, prefix: string, name: string, call: string | undefined) =>
        prefix === before && (cast || call || read.map(printedPart).includes(name))
          ? `${cast ?? ''}${printedPart(to)}.${name}${call ?? ''}`
          : found,
    ),
  );
}

function printedName({ schema, name }: QualifiedName): string {
  return schema === null ? printedPart(name) : `${printedPart(schema)}.${printedPart(name)}`;
}

function printedPart(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function outsideOfLiterals(sql: string, change: (code: string) => string): string {
  return sql.replace(/'(?:[^']|'')*'|(?:[^']+)/g, (part) => (part.startsWith("'") ? part : change(part)));
}

/** Not where the text goes on as a longer name. */
function replaceWhole(sql: string, from: string, to: string): string {
  let out = '';
  let at = 0;
  for (let found = sql.indexOf(from); found >= 0; found = sql.indexOf(from, at)) {
    const end = found + from.length;
    const whole = !/^[\w$."]/.test(sql.slice(end)) || from.endsWith('"');
    out += sql.slice(at, found) + (whole ? to : from);
    at = end;
  }
  return out + sql.slice(at);
}
