import { describe, expect, it } from 'vitest';
import { columnOf, columnsOf, lines, newPg, readPg, tableOf } from './lines.js';

describe.each(lines)('PostgreSQL columns of drizzle-orm $line', (line) => {
  const { pg, orm } = line;
  const { sql } = orm;
  const modern = line.line === '1.x';

  it('have the type that the model says', () => {
    const mood = pg.pgEnum('mood', ['sad', 'ok']);
    const odd = pg.pgSchema('app').enum('State', { on: 'on', off: 'off' });
    const word = pg.pgEnum('order', ['asc', 'desc']);
    const shout = pg.customType<{ data: string }>({ dataType: () => 'VARCHAR(33)' });
    const t = pg.pgTable('t', {
      integer: pg.integer(),
      smallint: pg.smallint(),
      bigint53: pg.bigint({ mode: 'number' }),
      bigint64: pg.bigint({ mode: 'bigint' }),
      boolean: pg.boolean(),
      text: pg.text({ enum: ['a', 'b'] }),
      json: pg.json(),
      jsonb: pg.jsonb(),
      uuid: pg.uuid(),
      inet: pg.inet(),
      cidr: pg.cidr(),
      macaddr: pg.macaddr(),
      macaddr8: pg.macaddr8(),
      real: pg.real(),
      double: pg.doublePrecision(),
      date: pg.date(),
      dateDate: pg.date({ mode: 'date' }),
      varchar: pg.varchar(),
      varchar255: pg.varchar({ length: 255 }),
      char: pg.char(),
      char10: pg.char({ length: 10 }),
      numeric: pg.numeric(),
      numeric10: pg.numeric({ precision: 10 }),
      numeric10_2: pg.numeric({ precision: 10, scale: 2, mode: 'number' }),
      decimal: pg.decimal({ precision: 8, scale: 3 }),
      time: pg.time(),
      time3tz: pg.time({ precision: 3, withTimezone: true }),
      timestamp: pg.timestamp(),
      timestamp3: pg.timestamp({ precision: 3 }),
      timestamp3tz: pg.timestamp({ precision: 3, withTimezone: true }),
      timestampString: pg.timestamp({ precision: 3, mode: 'string' }),
      interval: pg.interval(),
      intervalFields: pg.interval({ fields: 'day to second', precision: 3 }),
      point: pg.point(),
      pointXy: pg.point({ mode: 'xy' }),
      line: pg.line(),
      lineAbc: pg.line({ mode: 'abc' }),
      bit: pg.bit({ dimensions: 5 }),
      vector: pg.vector({ dimensions: 3 }),
      halfvec: pg.halfvec({ dimensions: 3 }),
      sparsevec: pg.sparsevec({ dimensions: 3 }),
      mood: mood(),
      odd: odd(),
      word: word(),
      custom: shout(),
      array: pg.integer().array(),
      enumArray: mood().array(),
      oddArray: odd().array(),
      varcharArray: pg.varchar({ length: 5 }).array(),
      customArray: shout().array(),
    });
    const columns = columnsOf(readPg(line, { t, mood, odd, word }).catalog);

    const types = Object.fromEntries(Object.values(columns).map((column) => [column.name, column.type]));
    expect(types).toEqual({
      integer: 'integer',
      smallint: 'smallint',
      bigint53: 'bigint',
      bigint64: 'bigint',
      boolean: 'boolean',
      text: 'text',
      json: 'json',
      jsonb: 'jsonb',
      uuid: 'uuid',
      inet: 'inet',
      cidr: 'cidr',
      macaddr: 'macaddr',
      macaddr8: 'macaddr8',
      real: 'real',
      double: 'double precision',
      date: 'date',
      dateDate: 'date',
      varchar: 'varchar',
      varchar255: 'varchar(255)',
      char: 'char',
      char10: 'char(10)',
      numeric: 'numeric',
      numeric10: 'numeric(10)',
      numeric10_2: 'numeric(10,2)',
      decimal: 'numeric(8,3)',
      time: 'time',
      time3tz: 'time(3) with time zone',
      timestamp: 'timestamp',
      timestamp3: 'timestamp(3)',
      timestamp3tz: 'timestamp(3) with time zone',
      timestampString: 'timestamp(3)',
      interval: 'interval',
      intervalFields: 'interval day to second(3)',
      point: 'point',
      pointXy: 'point',
      line: 'line',
      lineAbc: 'line',
      bit: 'bit(5)',
      vector: 'vector(3)',
      halfvec: 'halfvec(3)',
      sparsevec: 'sparsevec(3)',
      mood: 'mood',
      odd: 'app."State"',
      word: '"order"',
      custom: 'VARCHAR(33)',
      array: 'integer[]',
      enumArray: 'mood[]',
      oddArray: 'app."State"[]',
      varcharArray: 'varchar(5)[]',
      customArray: 'VARCHAR(33)[]',
    });
    expect(columns.enumArray?.enum).toEqual({ schema: null, name: 'mood' });
    expect(columns.oddArray?.enum).toEqual({ schema: 'app', name: 'State' });
    expect(columns.text?.enum).toBeUndefined();
  });

  it('are arrays of one spelling, whatever their levels and sizes', () => {
    const nested = modern
      ? newPg.pgTable('t', { a: newPg.integer().array('[][]') })
      : pg.pgTable('t', { a: pg.integer().array().array(3) });
    expect(columnOf(readPg(line, { nested }).catalog, 'a').type).toBe('integer[]');
  });

  it('keep the words of a custom type, but for its collation', () => {
    const custom = (type: string) => pg.customType<{ data: string }>({ dataType: () => type })();
    const t = pg.pgTable('t', {
      precise: custom('timestamptz(3)'),
      spaced: custom('numeric (10, 2)'),
      short: custom('int4'),
      identity: custom('integer generated always as identity'),
      folded: custom('text collate "de-x-icu"'),
    });
    const columns = columnsOf(readPg(line, { t }).catalog);
    expect(columns.precise?.type).toBe('timestamptz(3)');
    expect(columns.spaced?.type).toBe('numeric (10, 2)');
    expect(columns.short?.type).toBe('int4');
    expect(columns.identity?.type).toBe('integer generated always as identity');
    expect(columns.folded).toMatchObject({ type: 'text', collation: 'de-x-icu' });
  });

  it('are serial with no default, and never null', () => {
    const t = pg.pgTable('t', {
      small: pg.smallserial(),
      normal: pg.serial(),
      big53: pg.bigserial({ mode: 'number' }),
      // 0.45 forgets notNull for this one.
      big64: pg.bigserial({ mode: 'bigint' }),
    });
    const columns = Object.values(columnsOf(readPg(line, { t }).catalog));
    expect(columns.map((column) => column.type)).toEqual(['smallserial', 'serial', 'bigserial', 'bigserial']);
    for (const column of columns)
      expect(column).toMatchObject({ nullable: false, default: null, identity: null });
  });

  it('are not null where a primary key holds them, also one of the table', () => {
    const t = pg.pgTable(
      't',
      { a: pg.integer(), b: pg.integer(), c: pg.integer(), d: pg.integer().notNull() },
      (table) => [pg.primaryKey({ columns: [table.b, table.a] })],
    );
    const columns = columnsOf(readPg(line, { t }).catalog);
    expect(Object.values(columns).map((column) => column.nullable)).toEqual([false, false, true, false]);
  });

  it('have identities with their options as text', () => {
    const t = pg.pgTable('t', {
      plain: pg.integer().generatedAlwaysAsIdentity(),
      usual: pg.bigint({ mode: 'number' }).generatedByDefaultAsIdentity({ name: 't_usual_seq' }),
      odd: pg.bigint({ mode: 'bigint' }).generatedByDefaultAsIdentity({
        name: 'numbers',
        startWith: 1000,
        increment: '-5',
        minValue: '-9223372036854775808',
        maxValue: 1000,
        cache: 20,
        cycle: true,
      }),
    });
    const columns = columnsOf(readPg(line, { t }).catalog);
    expect(columns.plain).toMatchObject({
      type: 'integer',
      nullable: false,
      default: null,
      identity: { kind: 'always', options: {} },
    });
    expect(columns.usual?.identity).toEqual({ kind: 'byDefault', options: {} });
    expect(columns.odd?.identity).toEqual({
      kind: 'byDefault',
      options: {
        start: '1000',
        increment: '-5',
        minValue: '-9223372036854775808',
        maxValue: '1000',
        cache: '20',
        cycle: true,
      },
      sequenceName: 'numbers',
    });
  });

  it('are generated from SQL, a function that gives SQL, or SQL as text', () => {
    const t = pg.pgTable('t', {
      title: pg.text(),
      direct: pg.text().generatedAlwaysAs(sql`(upper(title))`),
      lazy: pg.text().generatedAlwaysAs((): ReturnType<typeof sql> => sql`lower(${t.title}) || ${'-'}`),
      text: pg.text().generatedAlwaysAs('md5(title)'),
      number: pg.integer().generatedAlwaysAs(42),
    });
    const columns = columnsOf(readPg(line, { t }).catalog);
    expect(columns.direct?.generated).toEqual({ expression: 'upper(title)', stored: true });
    expect(columns.lazy?.generated).toEqual({ expression: `lower("title") || '-'`, stored: true });
    expect(columns.text?.generated).toEqual({ expression: 'md5(title)', stored: true });
    expect(columns.number?.generated).toEqual({ expression: '42', stored: true });
    expect(columns.direct?.default).toBeNull();
  });

  it('come in the order of the model, frozen', () => {
    const t = pg.pgTable('t', { z: pg.integer(), a: pg.integer(), m: pg.integer() });
    const table = tableOf(readPg(line, { t }).catalog);
    expect(table.columns.map((column) => column.name)).toEqual(['z', 'a', 'm']);
    expect(Object.isFrozen(table.columns)).toBe(true);
  });
});

describe('what only 1.x has', () => {
  const line = lines[1];
  if (!line) throw new Error('no 1.x');

  it('is read as well: bytea, bigint as string, geometry with its srid', () => {
    const t = newPg.pgTable('t', {
      data: newPg.bytea().default(Buffer.from('ab')),
      big: newPg.bigint({ mode: 'string' }).default('12345678901234567890'),
      place: newPg.geometry({ type: 'point', mode: 'xy', srid: 4326 }),
    });
    const columns = columnsOf(readPg(line, { t }).catalog);
    expect(columns.data).toMatchObject({ type: 'bytea', default: { kind: 'literal', value: '\\x6162' } });
    expect(columns.big).toMatchObject({ type: 'bigint', default: { value: '12345678901234567890' } });
    expect(columns.place?.type).toBe('geometry(point,4326)');
  });
});
