import { RevError } from '../errors.js';

/** What a revision may give as a value: one rule, for values that are bound and for those that are written out. */

export type Scalar = null | boolean | number | bigint | string | Date | Uint8Array;

/** `list`: a list of the database, or JSON, as its place wants it. */
export type GivenValue =
  | { readonly kind: 'scalar'; readonly value: Scalar }
  | { readonly kind: 'list'; readonly value: readonly unknown[] }
  | { readonly kind: 'json'; readonly value: object };

/**
 * A value of a revision. What has its own toJSON (Temporal, Decimal, URL) is what that gives.
 * @throws RevError REV_OPERATION for what is no value: an expression of drizzle, a Map, a function, …
 */
export function givenValue(value: unknown): GivenValue {
  if (value === null || value === undefined) return { kind: 'scalar', value: null };
  if (typeof value === 'symbol' || typeof value === 'function')
    throw noValue(`A ${typeof value} is no value`);
  if (typeof value !== 'object') return { kind: 'scalar', value: value as Scalar };
  if (value instanceof Uint8Array || isDate(value)) return { kind: 'scalar', value };
  if (Array.isArray(value)) return { kind: 'list', value };
  const { toJSON } = value as { readonly toJSON?: unknown };
  const json: unknown = typeof toJSON === 'function' ? toJSON.call(value, '') : value;
  if (json !== value) return givenValue(json);
  assertJson(value);
  return { kind: 'json', value };
}

/** The text of an object or a list as JSON. Throws REV_OPERATION for what JSON would leave out or change in silence. */
export function jsonText(value: object): string {
  try {
    return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, next: unknown) {
      const before = this[key];
      if (typeof next === 'symbol' || typeof next === 'function')
        throw noValue(`A ${typeof next} is no JSON`);
      if (typeof next === 'bigint') throw noValue('A bigint is no JSON', 'Give it as text, or as a number.');
      if (typeof next === 'number' && !Number.isFinite(next)) throw noValue(`${next} is no JSON`);
      if (typeof before === 'object' && before !== null) isDate(before);
      if (typeof next === 'object' && next !== null && !Array.isArray(next)) assertJson(next);
      return next;
    });
  } catch (error) {
    if (error instanceof RevError) throw error;
    throw noValue(`A value is no JSON (${firstLine(error)})`);
  }
}

export function noValue(
  what: string,
  hint = 'A value is null, a boolean, a number, a bigint, a text, a Date, bytes (Buffer, Uint8Array), a list or a plain object. Make one of it first.',
): RevError {
  return new RevError('REV_OPERATION', `${what}.`, { hint });
}

/** Whether it is a Date; throws for one that is no time. */
function isDate(value: object): value is Date {
  if (!(value instanceof Date)) return false;
  if (Number.isNaN(value.getTime())) throw noValue('An invalid Date is no value');
  return true;
}

/** Throws for an object that is no plain one, and does not say by toJSON what it is. */
function assertJson(value: object): void {
  const { getSQL, queryChunks, toJSON } = value as {
    readonly [K in 'getSQL' | 'queryChunks' | 'toJSON']?: unknown;
  };
  if (typeof getSQL === 'function' || Array.isArray(queryChunks)) {
    throw noValue(
      'An expression of drizzle is no value',
      'Write the statement with it: op.execute(sql`insert …`), op.db.insert, or sql`…` in op.backfill.',
    );
  }
  if (typeof toJSON === 'function') return;
  const above = Object.getPrototypeOf(value);
  // Of a plain object, also one of another context.
  if (above === null || Object.getPrototypeOf(above) === null) return;
  throw noValue(`An object of ${value.constructor?.name || 'a class'} is no value`);
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}
