import { views } from './everything-views.js';
import type { Line } from './lines.js';

/**
 * Models that use all that drizzle's PostgreSQL core can say in both lines (but for roles), but for what drizzle-kit itself has wrong:
 * 0.31 fails on a bigint's default, on a quote in a JSON default and on a custom type in capitals, 1.x doubles backslashes.
 * `changed`: the same application later, with much of it different.
 */
export function everything(line: Line, changed = false): Record<string, unknown> {
  const { orm, pg } = line;
  const { sql } = orm;
  const app = pg.pgSchema('App Space');
  const mood = pg.pgEnum(
    'mood',
    changed ? ['sad', "it's ok", 'happy', 'new one'] : ['sad', "it's ok", 'happy'],
  );
  const state = app.enum('State', ['open', 'closed']);
  const counter = pg.pgSequence('counter', {
    startWith: 100,
    increment: changed ? 10 : 5,
    minValue: 10,
    maxValue: 5000,
    cache: 7,
    cycle: true,
  });
  const inApp = app.sequence('app_counter', { startWith: 3 });
  const custom = pg.customType<{ data: string }>({ dataType: () => 'varchar(33)' });

  const types = pg.pgTable('types', {
    id: pg.serial('id').primaryKey(),
    small: pg.smallint('small').default(3),
    big: pg.bigint('big', { mode: 'number' }).default(9007199254740991),
    bigger: pg.bigint('bigger', { mode: 'bigint' }),
    smallSerial: pg.smallserial('small_serial'),
    bigSerial: pg.bigserial('big_serial', { mode: 'number' }),
    flag: pg.boolean('flag').notNull().default(false),
    plain: pg.text('plain').default('it\'s "quoted"\n'),
    choice: pg.text('choice', { enum: ['a', 'b'] }).default('a'),
    short: pg.varchar('short', { length: changed ? 80 : 40 }).default(''),
    any: pg.varchar('any'),
    fixed: pg.char('fixed', { length: 4 }).default('ab'),
    letter: pg.char('letter'),
    amount: pg.numeric('amount', { precision: 10, scale: 2 }).default('1.50'),
    whole: pg.numeric('whole', { precision: 10 }),
    unbounded: pg.numeric('unbounded').default('0'),
    single: pg.real('single').default(1.5),
    double: pg.doublePrecision('double').default(-0.25),
    json: pg.json('json').default({ a: [1, 'x'] }),
    jsonb: pg.jsonb('jsonb').default([]),
    uuid: pg.uuid('uuid').defaultRandom(),
    date: pg.date('date').defaultNow(),
    dateFixed: pg.date('date_fixed').default('2024-02-29'),
    time: pg.time('time', { precision: 3, withTimezone: true }).default('10:00:00+00'),
    clock: pg.time('clock').defaultNow(),
    at: pg.timestamp('at', { precision: 3 }).default(new Date(0)),
    atZone: pg.timestamp('at_zone', { withTimezone: true, mode: 'string' }).defaultNow(),
    atText: pg.timestamp('at_text', { mode: 'string' }).default('2024-01-01 00:00:00'),
    interval: pg.interval('interval', { fields: 'day to second', precision: 3 }),
    span: pg.interval('span').default('1 day'),
    point: pg.point('point'),
    line: pg.line('line', { mode: 'abc' }),
    inet: pg.inet('inet').default('127.0.0.1'),
    cidr: pg.cidr('cidr'),
    mac: pg.macaddr('mac'),
    mac8: pg.macaddr8('mac8'),
    bits: pg.bit('bits', { dimensions: 5 }).default('10101'),
    custom: custom('custom').default('x'),
    mood: mood('mood').default('happy'),
    state: state('state').notNull().default('open'),
    numbers: pg.integer('numbers').array().default([1, 2]),
    words: pg.text('words').array().notNull().default([]),
    moods: mood('moods').array(),
    made: pg.integer('made').generatedAlwaysAs(sql`small * 2`),
    computed: pg.timestamp('computed').default(sql`(now() AT TIME ZONE 'utc')`),
    ...(changed ? { added: pg.text('added').default('later') } : { removed: pg.text('removed') }),
  });

  const people = pg.pgTable(
    'people',
    {
      id: pg
        .integer('id')
        .primaryKey()
        .generatedAlwaysAsIdentity({ startWith: 10, increment: changed ? 3 : 2 }),
      code: pg.bigint('code', { mode: 'number' }).generatedByDefaultAsIdentity(),
      email: pg.text('email').notNull().unique(),
      nick: pg.text('nick').unique('nick_once', { nulls: 'not distinct' }),
      bossId: pg.integer('boss_id').references((): never => people.id as never, { onDelete: 'set null' }),
      active: pg.boolean('active').default(true),
      born: pg.date('born'),
      number: pg.integer('number').default(sql`nextval('counter')`),
    },
    (t) => [
      pg.index('people_lower').on(sql`lower(${t.email})`),
      pg
        .index('people_active')
        .on(t.active)
        .where(changed ? sql`${t.active} is not true` : sql`${t.active}`),
      pg.index('people_order').on(t.born.desc().nullsLast(), t.email.asc().nullsFirst()),
      pg.index('people_hash').using('hash', t.email),
      pg.uniqueIndex('people_both').on(t.email, t.nick),
      pg.index('people_pattern').on(t.email.op('text_pattern_ops')).with({ fillfactor: 70 }),
      pg.check('adult', changed ? sql`${t.born} < now()` : sql`${t.born} < '2020-01-01'`),
      pg.check('listed', sql`${t.nick} in ('a', 'b') or ${t.nick} is null`),
    ],
  );

  const groups = app.table(
    'groups',
    { org: pg.integer('org'), name: pg.varchar('name', { length: 20 }), kind: state('kind') },
    (t) => [pg.primaryKey({ columns: [t.org, t.name] }), pg.unique('one_kind').on(t.org, t.kind)],
  );

  const members = pg.pgTable(
    'members',
    {
      personId: pg
        .integer('person_id')
        .references(() => people.id, { onDelete: changed ? 'restrict' : 'cascade', onUpdate: 'cascade' }),
      org: pg.integer('org'),
      name: pg.varchar('name', { length: 20 }),
      since: pg.timestamp('since').notNull().defaultNow(),
    },
    (t) => [
      pg.primaryKey({ name: 'members_key', columns: [t.personId, t.org] }),
      pg
        .foreignKey({
          name: 'members_group',
          columns: [t.org, t.name],
          foreignColumns: [groups.org, groups.name],
        })
        .onDelete('set default'),
    ],
  );

  return { app, mood, state, counter, inApp, types, people, groups, members, ...views(line, changed) };
}
