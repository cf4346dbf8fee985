import { givenValue, jsonText, noValue } from '../../operations/index.js';

/**
 * A value as the packages bind it, and as a literal says it. Whole numbers are bound as integers, not as reals, so that
 * a bound 5 and a literal 5 are one value. A Date is its ISO text; lists and objects are JSON.
 * @throws RevError REV_OPERATION for what is no value, or none that SQLite holds
 */
export function bindable(value: unknown): null | number | bigint | string | Uint8Array {
  const given = givenValue(value);
  if (given.kind !== 'scalar') return jsonText(given.value);
  const scalar = given.value;
  if (typeof scalar === 'boolean') return scalar ? 1n : 0n;
  if (typeof scalar === 'number') return numberOf(scalar);
  if (typeof scalar === 'bigint') return integer(scalar);
  return scalar instanceof Date ? scalar.toISOString() : scalar;
}

function numberOf(value: number): number | bigint {
  // It would be stored as null.
  if (Number.isNaN(value)) throw noValue('NaN is no value in SQLite', 'Give null, or a number.');
  return Number.isSafeInteger(value) ? BigInt(value) : value;
}

function integer(value: bigint): bigint {
  // A driver refuses it, and a literal would become a real number.
  if (BigInt.asIntN(64, value) !== value) {
    throw noValue('A bigint of more than 64 bits is no value in SQLite', 'Give it as text.');
  }
  return value;
}
