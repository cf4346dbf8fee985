import { describe, expect, it } from 'vitest';
import { withoutOuterParentheses } from '../../src/drizzle/expressions.js';
import { type Line, lines, readPg, readSqlite, tableOf } from './lines.js';

/** The text of one check of a table with columns of many types. */
function pgCheck(line: Line, make: (t: ReturnType<typeof pgTable>) => unknown): string {
  const t = pgTable(line, (columns) => [line.pg.check('c', make(columns as never) as never)]);
  return tableOf(readPg(line, { t }).catalog).checks[0]?.expression ?? '';
}

function pgTable(line: Line, extra: (t: object) => never[] | unknown[] = () => []) {
  const { pg } = line;
  return pg.pgTable(
    't',
    {
      n: pg.integer(),
      s: pg.text(),
      big: pg.bigint({ mode: 'bigint' }),
      flag: pg.boolean(),
      at: pg.timestamp({ withTimezone: true }),
      doc: pg.jsonb(),
      tags: pg.text().array(),
      odd: pg.text('o"dd'),
    },
    (columns) => extra(columns) as never,
  );
}

describe.each(lines)('SQL of drizzle-orm $line as text', (line) => {
  const { pg, sqlite, orm } = line;
  const { sql } = orm;

  it('writes values as literals, never as parameters', () => {
    expect(pgCheck(line, (t) => orm.gte(t.n, 0))).toBe('"n" >= 0');
    expect(pgCheck(line, (t) => orm.eq(t.s, "it's"))).toBe(`"s" = 'it''s'`);
    expect(pgCheck(line, (t) => orm.ne(t.s, 'a\\b'))).toBe(`"s" <> 'a\\b'`);
    expect(pgCheck(line, (t) => orm.eq(t.flag, true))).toBe('"flag" = true');
    expect(pgCheck(line, (t) => orm.lt(t.big, 9223372036854775807n))).toBe('"big" < 9223372036854775807');
    expect(pgCheck(line, (t) => orm.gt(t.at, new Date('2020-01-02T03:04:05Z')))).toBe(
      `"at" > '2020-01-02T03:04:05.000Z'`,
    );
    expect(pgCheck(line, (t) => orm.ne(t.doc, { a: "it's" }))).toBe(`"doc" <> '{"a":"it''s"}'`);
    expect(pgCheck(line, (t) => orm.inArray(t.s, ['a', "b'c"]))).toBe(`"s" in ('a', 'b''c')`);
    expect(pgCheck(line, (t) => orm.between(t.n, -1, 5))).toBe('"n" between -1 and 5');
    expect(pgCheck(line, (t) => sql`${t.s} is distinct from ${null}`)).toBe('"s" is distinct from null');
    expect(pgCheck(line, (t) => sql`${t.n} < ${Number.POSITIVE_INFINITY}`)).toBe(`"n" < 'Infinity'`);
    expect(pgCheck(line, (t) => sql`${t.n} -${-1} > 0`)).toBe('"n" -(-1) > 0');
    expect(pgCheck(line, (t) => sql`${t.at} > ${new Date(0)}`)).toBe(`"at" > '1970-01-01T00:00:00.000Z'`);
  });

  it('writes arrays as their literals', () => {
    expect(pgCheck(line, (t) => orm.arrayContains(t.tags, ['a', 'b c']))).toBe(`"tags" @> '{a,"b c"}'`);
  });

  it('joins conditions without parentheses around the whole', () => {
    const both = pgCheck(line, (t) => orm.and(orm.gt(t.n, 0), orm.isNotNull(t.s)));
    const either = pgCheck(line, (t) => orm.or(orm.gt(t.n, 0), orm.not(orm.eq(t.s, 'x'))));
    // The lines place inner ones differently.
    expect(both.replace(/[()]/g, '')).toBe('"n" > 0 and "s" is not null');
    expect(either.replace(/[()]/g, '')).toBe(`"n" > 0 or not "s" = 'x'`);
    expect([both, either].some((text) => text.startsWith('(('))).toBe(false);
  });

  it('drops the qualifier of the own table only', () => {
    const other = pg.pgSchema('app').table('other', { id: pg.integer() });
    expect(pgCheck(line, (t) => sql`exists (select 1 from ${other} where ${other.id} = ${t.n})`)).toBe(
      'exists (select 1 from "app"."other" where "app"."other"."id" = "n")',
    );
    const own = pg
      .pgSchema('app')
      .table('own', { a: pg.integer(), b: pg.integer() }, (t) => [pg.check('c', sql`${t.a} < ${t.b}`)]);
    const twin = pg.pgTable('own', { a: pg.integer() }, (t) => [
      pg.check('c', sql`${t.a} <> (select ${own.a} from ${own})`),
    ]);
    const { catalog } = readPg(line, { own, twin });
    expect(catalog.tables.map((table) => table.checks[0]?.expression)).toEqual([
      '"a" <> (select "app"."own"."a" from "app"."own")',
      '"a" < "b"',
    ]);
  });

  it('quotes names, and leaves text that the user wrote alone', () => {
    expect(pgCheck(line, (t) => sql`${t.odd} <> ${sql.identifier('x"y')} and "t"."n" > 0`)).toBe(
      '"o""dd" <> "x""y" and "t"."n" > 0',
    );
    expect(pgCheck(line, () => sql.raw('n > 0'))).toBe('n > 0');
    expect(pgCheck(line, (t) => sql`${t.s} = ${sql.raw("'$1'")}`)).toBe(`"s" = '$1'`);
  });

  it('does not leave it to drizzle to inline values', () => {
    const inlined = sql`${new Date(0)} < ${5n}`.inlineParams();
    expect(pgCheck(line, () => inlined)).toBe(`'1970-01-01T00:00:00.000Z' < 5`);
    expect((inlined as unknown as { shouldInlineParams: boolean }).shouldInlineParams).toBe(true);
  });

  it('maps values by the column in SQLite too', () => {
    const t = sqlite.sqliteTable(
      't',
      {
        flag: sqlite.integer({ mode: 'boolean' }),
        at: sqlite.integer({ mode: 'timestamp' }),
        data: sqlite.blob({ mode: 'buffer' }),
        big: sqlite.numeric({ mode: 'bigint' }),
      },
      (t) => [
        sqlite.check('a', orm.eq(t.flag, true)),
        sqlite.check('b', orm.gt(t.at, new Date(5000))),
        sqlite.check('c', orm.ne(t.data, Buffer.from([255]))),
        sqlite.check('d', sql`${t.at} < ${Number.POSITIVE_INFINITY}`),
      ],
    );
    const { checks } = tableOf(readSqlite(line, { t }).catalog);
    expect(checks.map((check) => check.expression)).toEqual([
      '"flag" = 1',
      '"at" > 5',
      `"data" <> x'ff'`,
      '"at" < 9e999',
    ]);
  });

  it('has no placeholders', () => {
    expect(() => pgCheck(line, (t) => sql`${t.n} > ${sql.placeholder('limit')}`)).toThrow(
      expect.objectContaining({ code: 'REV_SCHEMA', message: expect.stringContaining('Placeholder') }),
    );
  });
});

describe('outer parentheses', () => {
  it.each([
    ['((a > 0))', 'a > 0'],
    [' ( a ) ', 'a'],
    ['(a) + (b)', '(a) + (b)'],
    [`(a <> ')')`, `a <> ')'`],
    [`(a <> '(') and (b)`, `(a <> '(') and (b)`],
    ['(")" > 0)', '")" > 0'],
    ['(a /* ) */ > 0)', 'a /* ) */ > 0'],
    ['($$)$$)', '$$)$$'],
    ['(a', '(a'],
    ['()', ''],
  ])('of %s are taken off: %s', (text, bare) => {
    expect(withoutOuterParentheses(text)).toBe(bare);
  });
});
