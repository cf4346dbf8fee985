import { describe, expect, it } from 'vitest';
import { RevError } from '../../src/errors.js';
import { columnsOf, lines, newPg, readPg } from './lines.js';

const literal = (value: unknown) => ({ kind: 'literal', value });
const expression = (text: string) => ({ kind: 'expression', sql: text });

describe.each(lines)('PostgreSQL defaults of drizzle-orm $line', (line) => {
  const { pg, orm } = line;
  const { sql } = orm;

  function defaults(models: Record<string, unknown>): Record<string, unknown> {
    const columns = Object.values(columnsOf(readPg(line, models).catalog));
    return Object.fromEntries(columns.map((column) => [column.name, column.default]));
  }

  it('are literals for plain values', () => {
    const t = pg.pgTable('t', {
      text: pg.text().default('it\'s a \\ "back"slash'),
      empty: pg.text().default(''),
      number: pg.integer().default(-1),
      zero: pg.integer().default(0),
      minusZero: pg.real().default(-0),
      float: pg.doublePrecision().default(1.5),
      yes: pg.boolean().default(true),
      no: pg.boolean().default(false),
      big53: pg.bigint({ mode: 'number' }).default(9007199254740991),
      big64: pg.bigint({ mode: 'bigint' }).default(9223372036854775807n),
      numeric: pg.numeric().default('1.50'),
      numericNumber: pg.numeric({ mode: 'number' }).default(0.25),
      numericBig: pg.numeric({ mode: 'bigint' }).default(10n ** 20n),
      infinite: pg.doublePrecision().default(Number.POSITIVE_INFINITY),
      uuid: pg.uuid().default('00000000-0000-0000-0000-000000000000'),
      time: pg.time().default('12:00'),
      interval: pg.interval().default('1 day 2 hours'),
      mood: pg.pgEnum('mood', ['ok', 'sad'])().default('ok'),
    });
    expect(defaults({ t })).toEqual({
      text: literal('it\'s a \\ "back"slash'),
      empty: literal(''),
      number: literal(-1),
      zero: literal(0),
      minusZero: literal(0),
      float: literal(1.5),
      yes: literal(true),
      no: literal(false),
      big53: literal(9007199254740991),
      big64: literal(9223372036854775807n),
      numeric: literal('1.50'),
      numericNumber: literal(0.25),
      numericBig: literal(10n ** 20n),
      infinite: literal('Infinity'),
      uuid: literal('00000000-0000-0000-0000-000000000000'),
      time: literal('12:00'),
      interval: literal('1 day 2 hours'),
      mood: literal('ok'),
    });
  });

  it('are dates as PostgreSQL prints them in UTC', () => {
    const at = new Date('2020-01-02T03:04:05.670Z');
    const t = pg.pgTable('t', {
      date: pg.date({ mode: 'date' }).default(at),
      dateText: pg.date().default('2020-01-02'),
      timestamp: pg.timestamp().default(at),
      timestamptz: pg.timestamp({ withTimezone: true }).default(at),
      whole: pg.timestamp({ withTimezone: true }).default(new Date('2020-01-02T03:00:00Z')),
      text: pg.timestamp({ mode: 'string' }).default('2020-01-02 03:04'),
    });
    expect(defaults({ t })).toEqual({
      date: literal('2020-01-02'),
      dateText: literal('2020-01-02'),
      timestamp: literal('2020-01-02 03:04:05.67'),
      timestamptz: literal('2020-01-02 03:04:05.67+00'),
      whole: literal('2020-01-02 03:00:00+00'),
      text: literal('2020-01-02 03:04'),
    });
  });

  it('are JSON text for JSON columns, also where the value is a string', () => {
    const t = pg.pgTable('t', {
      object: pg.jsonb().default({ a: "it's", b: [1, null] }),
      list: pg.json().default([]),
      string: pg.jsonb().default('str'),
      number: pg.jsonb().default(5),
      flag: pg.jsonb().default(false),
    });
    expect(defaults({ t })).toEqual({
      object: literal(`{"a":"it's","b":[1,null]}`),
      list: literal('[]'),
      string: literal('"str"'),
      number: literal('5'),
      flag: literal('false'),
    });
  });

  it('are array literals as PostgreSQL prints them', () => {
    const mood = pg.pgEnum('mood', ['ok', 'sad']);
    const t = pg.pgTable('t', {
      integers: pg.integer().array().default([1, 2, 3]),
      none: pg.text().array().default([]),
      texts: pg.text().array().default(['plain', 'a b', 'q"q', 'b\\s', 'x,y', '', 'NULL', '{}', "it's"]),
      flags: pg.boolean().array().default([true, false]),
      moods: mood().array().default(['ok', 'sad']),
      bigs: pg.bigint({ mode: 'bigint' }).array().default([1n, 9223372036854775807n]),
      documents: pg
        .jsonb()
        .array()
        .default([{ a: 'b "c"' }, [1, 2], 'text']),
      days: pg
        .date({ mode: 'date' })
        .array()
        .default([new Date('2020-01-02T00:00:00Z')]),
      times: pg
        .timestamp({ withTimezone: true })
        .array()
        .default([new Date('2020-01-02T03:04:05Z')]),
      points: pg
        .point()
        .array()
        .default([[1, 2]]),
      raw: pg.text().array().default(sql`'{}'::text[]`),
      made: pg.text().array().default(sql`ARRAY[]::text[]`),
    });
    expect(defaults({ t, mood })).toEqual({
      integers: literal('{1,2,3}'),
      none: literal('{}'),
      texts: literal('{plain,"a b","q\\"q","b\\\\s","x,y","","NULL","{}",it\'s}'),
      flags: literal('{t,f}'),
      moods: literal('{ok,sad}'),
      bigs: literal('{1,9223372036854775807}'),
      documents: literal('{"{\\"a\\":\\"b \\\\\\"c\\\\\\"\\"}","[1,2]","\\"text\\""}'),
      days: literal('{2020-01-02}'),
      times: literal('{"2020-01-02 03:04:05+00"}'),
      points: literal('{"(1,2)"}'),
      raw: literal('{}'),
      made: expression('ARRAY[]::text[]'),
    });
  });

  it('keep the levels of nested arrays', () => {
    const t =
      line.line === '1.x'
        ? newPg.pgTable('t', {
            a: newPg
              .integer()
              .array('[][]')
              .default([
                [1, 2],
                [3, 4],
              ]),
          })
        : pg.pgTable('t', {
            a: pg
              .integer()
              .array()
              .array()
              .default([
                [1, 2],
                [3, 4],
              ]),
          });
    expect(defaults({ t })).toEqual({ a: literal('{{1,2},{3,4}}') });
  });

  it('are the text forms of points, lines, vectors and bytes', () => {
    const bytea = pg.customType<{ data: Buffer }>({ dataType: () => 'bytea' });
    const t = pg.pgTable('t', {
      tuple: pg.point().default([1, 2.5]),
      xy: pg.point({ mode: 'xy' }).default({ x: 1, y: -2 }),
      line: pg.line().default([1, 2, 3]),
      abc: pg.line({ mode: 'abc' }).default({ a: 1, b: 2, c: 3 }),
      vector: pg.vector({ dimensions: 3 }).default([1, 2, 3]),
      bits: pg.bit({ dimensions: 3 }).default('101'),
      bytes: bytea().default(Buffer.from([0, 255])),
    });
    expect(defaults({ t })).toEqual({
      tuple: literal('(1,2.5)'),
      xy: literal('(1,-2)'),
      line: literal('{1,2,3}'),
      abc: literal('{1,2,3}'),
      vector: literal('[1,2,3]'),
      bits: literal('101'),
      bytes: literal('\\x00ff'),
    });
  });

  it('go through the mapping of a custom type', () => {
    const upper = pg.customType<{ data: string }>({
      dataType: () => 'text',
      toDriver: (value) => value.toUpperCase(),
    });
    const money = pg.customType<{ data: { cents: number } }>({
      dataType: () => 'money',
      toDriver: (value) => sql`${value.cents}::money`,
    });
    const document = pg.customType<{ data: object }>({ dataType: () => 'jsonb' });
    const t = pg.pgTable('t', {
      upper: upper().default('abc'),
      money: money().default({ cents: 5 }),
      document: document().default({ a: 1 }),
    });
    expect(defaults({ t })).toEqual({
      upper: literal('ABC'),
      money: expression('5::money'),
      document: literal('{"a":1}'),
    });
  });

  it('are SQL for SQL, and literals for SQL that is one', () => {
    const t = pg.pgTable('t', {
      now: pg.timestamp().defaultNow(),
      word: pg.timestamp().default(sql`CURRENT_TIMESTAMP`),
      utc: pg.timestamp().default(sql`(now() at time zone 'utc')`),
      random: pg.uuid().defaultRandom(),
      value: pg.text().default(sql`upper(${"it's"})`),
      day: pg.timestamp().default(sql`now() + ${'1 day'}::interval`),
      quoted: pg.text().default(sql`'it''s'`),
      number: pg.integer().default(sql`42`),
      huge: pg.bigint({ mode: 'bigint' }).default(sql`9223372036854775807`),
      scaled: pg.numeric().default(sql`1.50`),
      flag: pg.boolean().default(sql`TRUE`),
      document: pg.jsonb().default(sql`'{}'::jsonb`),
      otherCast: pg.jsonb().default(sql`'{}'::json`),
      concat: pg.text().default(sql`'a' || 'b'`),
    });
    expect(defaults({ t })).toEqual({
      now: expression('now()'),
      word: expression('CURRENT_TIMESTAMP'),
      utc: expression("(now() at time zone 'utc')"),
      random: expression('gen_random_uuid()'),
      value: expression("upper('it''s')"),
      day: expression("now() + '1 day'::interval"),
      quoted: literal("it's"),
      number: literal(42),
      huge: literal(9223372036854775807n),
      scaled: expression('1.50'),
      flag: literal(true),
      document: literal('{}'),
      otherCast: expression("'{}'::json"),
      concat: expression("'a' || 'b'"),
    });
  });

  it('are none where only drizzle has them, and for null', () => {
    const t = pg.pgTable('t', {
      run: pg.text().$default(() => 'x'),
      runFn: pg.text().$defaultFn(() => 'x'),
      update: pg.text().$onUpdate(() => 'x'),
      none: pg.text(),
      sqlNull: pg.text().default(sql`null`),
      sqlNullParentheses: pg.text().default(sql`(NULL)`),
    });
    expect(Object.values(defaults({ t }))).toEqual([null, null, null, null, null, null]);
  });

  it('that cannot be written are refused by the name of the column', () => {
    const broken = pg.customType<{ data: string }>({
      dataType: () => 'text',
      toDriver: () => {
        throw new Error('no key');
      },
    });
    const t = pg.pgSchema('app').table('t', { secret: broken().default('x') });
    expect(() => readPg(line, { t })).toThrow(
      expect.objectContaining({
        code: 'REV_SCHEMA',
        message: 'The default of app.t.secret cannot be written as SQL: no key',
      }),
    );
    expect(() => readPg(line, { t })).toThrow(RevError);
  });
});
