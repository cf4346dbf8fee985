import { givenValue, jsonText, noValue } from '../../operations/index.js';

/**
 * A value as the packages send it: a list is one of the database or JSON, as the parameter's type says; other objects are
 * JSON whatever the type. A Date is its ISO text: a package would declare it a timestamptz, and the server would write
 * it in the session's time zone into a timestamp.
 * @throws RevError REV_OPERATION for what is no value
 */
export function bindable(value: unknown): unknown {
  const given = givenValue(value);
  if (given.kind === 'json') return stored(jsonText(given.value));
  if (given.kind === 'list') return list(given.value, []);
  if (given.value instanceof Date) return given.value.toISOString();
  return typeof given.value === 'string' ? stored(given.value) : given.value;
}

const withoutNul = 'Take it out; bytes belong into a bytea column.';

/** The protocol ends the text of a statement with one: the server would hang up. */
export function refuseNul(statement: string): void {
  if (statement.includes('\0'))
    throw noValue('A statement of PostgreSQL cannot hold a NUL character', withoutNul);
}

/** PostgreSQL has no text with a NUL character. */
export function stored(text: string): string {
  if (text.includes('\0')) {
    throw noValue('PostgreSQL has no text with a NUL character', withoutNul);
  }
  return text;
}

/** Its objects stay what they are: the whole may be JSON. */
function list(values: readonly unknown[], around: readonly unknown[]): unknown[] {
  if (around.includes(values)) throw noValue('A list that holds itself is no value');
  return values.map((each) => {
    const given = givenValue(each);
    if (given.kind === 'list') return list(given.value, [...around, values]);
    const one = bindable(each);
    return given.kind === 'json' ? given.value : one;
  });
}
