/**
 * A value as the packages bind it. Whole numbers are bound as integers, not as reals, so that a bound 5 and a
 * literal 5 are one value; other objects as quoteLiteral writes them.
 */
export function bindable(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}
