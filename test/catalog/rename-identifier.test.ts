import { describe, expect, it } from 'vitest';
import { renameIdentifier } from '../../src/catalog/index.js';

/** A column or table that is renamed inside of SQL text: other names that are spelled alike stay. */

describe('what is called like the column and is none', () => {
  it.each([
    // Functions.
    ['date', `date(at) > date ("date") and n <> 'date'`, `date(at) > date ("day") and n <> 'date'`],
    ['date', 'length(date) > 0 and "date"(at) is null', 'length(day) > 0 and "date"(at) is null'],
    ['date', 'pg_catalog.date(date)', 'pg_catalog.date(day)'],
    // Types.
    ['text', "cast(code as text) || text <> ''", "cast(code as text) || day <> ''"],
    ['text', 'cast(lower(text) /* as */ AS text) is text', 'cast(lower(day) /* as */ AS text) is day'],
    ['int', 'cast(a as unsigned big int) > int', 'cast(a as unsigned big int) > day'],
    [
      'int',
      'cast(cast(int as int) as varying int (3)) + int',
      'cast(cast(day as int) as varying int (3)) + day',
    ],
    [
      'text',
      "(code)::text <> ''::text and text ~ a::app.text[]",
      "(code)::text <> ''::text and day ~ a::app.text[]",
    ],
    ['text', 'text::text', 'day::text'],
    ['precision', 'a::double precision > precision', 'a::double precision > day'],
    ['time', 'time > a::timestamp(3) without time zone', 'day > a::timestamp(3) without time zone'],
    ['zone', "(a at time zone zone) > '1'", "(a at time zone day) > '1'"],
    ['date', "date > date '2020-01-01'", "day > date '2020-01-01'"],
    ['hour', 'a::interval day to hour > hour', 'a::interval day to hour > day'],
    ['x', "x <> x'00'", "day <> x'00'"],
    ['e', "e <> E'a'", "day <> E'a'"],
    // Fields, collations.
    ['year', 'extract(year from born) > year', 'extract(year from born) > day'],
    ['nocase', 'a = nocase collate nocase', 'a = day collate nocase'],
    ['C', 'a > "C" collate pg_catalog."C"', 'a > "day" collate pg_catalog."C"'],
  ])('%s: %s', (from, sql, renamed) => {
    expect(renameIdentifier(sql, from, 'day')).toBe(renamed);
  });
});

it.each([
  ['a in (1, 2) and not (a > b)', 'z in (1, 2) and not (z > b)'],
  ['case when a then (a) else -a end', 'case when z then (z) else -z end'],
  ['coalesce(a, (a), t.a) between a and (a)', 'coalesce(z, (z), t.z) between z and (z)'],
  ['a = any (array[a, b])', 'z = any (array[z, b])'],
  ['[a] + `a` + "a" > 1e5', '"z" + "z" + "z" > 1e5'],
  ["a <> $$a$$ and a <> 'a' -- a", "z <> $$a$$ and z <> 'a' -- a"],
])('the column itself: %s', (sql, renamed) => {
  expect(renameIdentifier(sql, 'a', 'z')).toBe(renamed);
});

it('a table in a query', () => {
  const query = `select date.id, date(at) as d, 'date' as s from date join "date" b on b.id = date.id`;
  expect(renameIdentifier(query, 'date', 'days')).toBe(
    `select days.id, date(at) as d, 'date' as s from days join "days" b on b.id = days.id`,
  );
});
