/** Values and expressions inside a catalog. */

/** A JS value that a dialect can write as a literal. */
export type LiteralValue = string | number | bigint | boolean;

/**
 * A column's default. `literal`: the value itself, cast by the column's type; `expression`: SQL text of the dialect.
 * Inspectors give the literal form for plain literals, so that both sides meet in one spelling.
 */
export type DefaultValue =
  | { readonly kind: 'literal'; readonly value: LiteralValue }
  | { readonly kind: 'expression'; readonly sql: string };

export function literal(value: LiteralValue): DefaultValue {
  return Object.freeze({ kind: 'literal', value });
}

export function expression(sql: string): DefaultValue {
  return Object.freeze({ kind: 'expression', sql });
}

type Frozen = string | number | bigint | boolean | symbol | null | undefined | object;

/** Freezes plain data all the way down and returns it. */
export function deepFreeze<T extends Frozen>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member as Frozen);
  }
  return value;
}

/** Structural equality of plain data; an absent property equals an undefined one. */
export function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  return (
    Object.keys(left).every((key) => sameData(left[key], right[key])) &&
    Object.keys(right).every((key) => right[key] === undefined || Object.hasOwn(left, key))
  );
}
