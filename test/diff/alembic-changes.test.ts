import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  doublePrecision,
  index,
  integer,
  json,
  jsonb,
  numeric,
  type PgColumnBuilderBase,
  pgEnum,
  pgTable,
  real,
  text,
  timestamp,
  varchar,
} from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { type Case, c, id, t } from '../support/postgres-changes.js';
import { expectScenario, type Models, type Scenario } from '../support/postgres-scenarios.js';

/**
 * Every change of which we know what Alembic does with it on PostgreSQL (it misses or breaks many): 48, some of them in
 * several forms; 1 to 38 are of tables and columns, the others in alembic-keys.test.ts. With rows; upgrade, nothing more to do, downgrade restores the catalogue, upgrade again.
 */

/** A column becomes another; of a row, the value that it was becomes another. */
const becomes = (
  from: PgColumnBuilderBase,
  value: string,
  to: PgColumnBuilderBase,
  then = value,
): Scenario => ({
  before: c(from),
  given: `insert into t values (1, ${value})`,
  after: c(to),
  finds: [`select c = ${then} as same from t`, [{ same: true }]],
});
const ab = () => ({ a: text('a'), b: integer('b') });

const mood = (...values: [string, ...string[]]) => pgEnum('mood', values);
const withMood = (type: ReturnType<typeof mood>): Models => ({ type, ...t({ c: type('c') }) });
const moodRow = { given: "insert into t values (1, 'ok')", survives: 'select id, c::text from t' };
const collated = (collation: string) =>
  customType<{ data: string }>({ dataType: () => `text COLLATE "${collation}"` });

const changes: readonly Case[] = [
  ['1. a table is added', { before: t(ab()), after: { ...t(ab()), u: pgTable('u', { id: id() }) } }],
  [
    '2. a table is removed',
    {
      before: { ...t(ab()), u: pgTable('u', { id: id(), a: text('a') }, (u) => [index('i').on(u.a)]) },
      after: t(ab()),
    },
  ],
  [
    '3. a column is added',
    { before: t({}), given: 'insert into t values (1)', after: t(ab()), survives: 'select id from t' },
  ],
  [
    '4. a column is removed',
    {
      before: t(ab()),
      given: "insert into t values (1, 'x', 1)",
      after: t({ a: text('a') }),
      survives: 'select id, a from t',
    },
  ],
  [
    '5. a table is renamed',
    {
      before: { t: pgTable('t', { id: id() }) },
      given: 'insert into t values (1)',
      after: { u: pgTable('u', { id: id() }) },
      renames: ['t=u'],
      finds: ['select * from u', [{ id: 1 }]],
    },
  ],
  [
    '6. a column is renamed',
    {
      before: c(text('c')),
      given: "insert into t values (1, 'x')",
      after: t({ d: text('d') }),
      renames: ['t.c=t.d'],
      finds: ['select d from t', [{ d: 'x' }]],
    },
  ],
  [
    '7. only the order of columns changes: nothing to do',
    {
      before: t({ a: text('a'), b: text('b') }),
      after: { ...t({ b: text('b'), a: text('a') }), u: pgTable('u', { id: id() }) },
    },
  ],
  [
    '8. a column’s letter case changes',
    {
      before: c(text('c')),
      given: "insert into t values (1, 'x')",
      after: t({ c: text('C') }),
      renames: ['t.c=t.C'],
      finds: ['select "C" from t', [{ C: 'x' }]],
    },
  ],
  ['9. a column becomes nullable', { ...becomes(text('c').notNull(), "'x'", text('c')) }],
  ['9. a column becomes NOT NULL', { ...becomes(text('c'), "'x'", text('c').notNull()) }],
  ['10. integer becomes bigint', becomes(integer('c'), '7', bigint('c', { mode: 'number' }))],
  [
    '11. varchar(50) becomes varchar(100)',
    becomes(varchar('c', { length: 50 }), "'x'", varchar('c', { length: 100 })),
  ],
  ['12. varchar(50) becomes text', becomes(varchar('c', { length: 50 }), "'x'", text('c'))],
  [
    '13. numeric(10,2) becomes numeric(12,2)',
    becomes(numeric('c', { precision: 10, scale: 2 }), '1.25', numeric('c', { precision: 12, scale: 2 })),
  ],
  [
    '13. numeric(10,2) becomes numeric(10,3)',
    becomes(numeric('c', { precision: 10, scale: 2 }), '1.25', numeric('c', { precision: 10, scale: 3 })),
  ],
  ['14. json becomes jsonb', { ...becomes(json('c'), `'{"a":1}'`, jsonb('c')) }],
  ['15. integer[] becomes text[]', becomes(integer('c').array(), "'{1,2}'", text('c').array())],
  [
    '16. timestamp becomes timestamptz',
    becomes(timestamp('c'), "'2020-01-02 03:04:05'", timestamp('c', { withTimezone: true })),
  ],
  ['17. varchar(50) becomes varchar', becomes(varchar('c', { length: 50 }), "'x'", varchar('c'))],
  [
    '18. numeric(10,2) becomes numeric',
    becomes(numeric('c', { precision: 10, scale: 2 }), '1.25', numeric('c')),
  ],
  ['19. integer becomes integer[]', becomes(integer('c'), '7', integer('c').array(), "'{7}'")],
  ['20. the collation changes', becomes(collated('C')('c'), "'x'", collated('POSIX')('c'))],
  ['21. real becomes double precision', becomes(real('c'), '1.5', doublePrecision('c'))],
  [
    '22. an enum value is added',
    { before: withMood(mood('sad', 'ok')), ...moodRow, after: withMood(mood('sad', 'ok', 'glad')) },
  ],
  [
    '23. an enum value is removed',
    { before: withMood(mood('sad', 'ok')), ...moodRow, after: withMood(mood('ok')) },
  ],
  [
    '24. enum values are reordered',
    { before: withMood(mood('sad', 'ok')), ...moodRow, after: withMood(mood('ok', 'sad')) },
  ],
  [
    '25. an enum is renamed',
    {
      before: withMood(mood('sad', 'ok')),
      ...moodRow,
      after: withMood(pgEnum('feeling', ['sad', 'ok']) as never),
      renames: ['mood=feeling'],
    },
  ],
  [
    '26. varchar becomes an enum',
    { before: c(varchar('c')), ...moodRow, after: withMood(mood('sad', 'ok')) },
  ],
  [
    '27. an enum column is added to a table',
    {
      before: t({}),
      given: 'insert into t values (1)',
      after: withMood(mood('sad', 'ok')),
      survives: 'select id from t',
    },
  ],
  [
    '28. an enum column is dropped, and the enum with it',
    {
      before: withMood(mood('sad', 'ok')),
      given: "insert into t values (1, 'ok')",
      after: t({}),
      survives: 'select id from t',
    },
  ],
  ['29. a default is added', becomes(text('c'), "'x'", text('c').default('y'))],
  ['30. a default is changed', becomes(text('c').default('y'), "'x'", text('c').default(sql`upper('z')`))],
  ['31. a default is dropped', becomes(text('c').default('y'), "'x'", text('c'))],
  [
    '32. the same default, with a quote: nothing to do beside another change',
    {
      before: c(text('c').default("it's")),
      after: t({ c: text('c').default("it's"), d: boolean('d').default(false) }),
    },
  ],
  [
    '33. identity is added',
    {
      before: c(integer('c').notNull()),
      given: 'insert into t values (1, 7)',
      after: c(integer('c').generatedAlwaysAsIdentity()),
      survives: 'select * from t where id = 1',
      finds: ['insert into t values (2) returning c', [{ c: 8 }]],
    },
  ],
  [
    '34. options of identity change',
    {
      before: c(integer('c').generatedAlwaysAsIdentity()),
      given: 'insert into t values (1), (2)',
      after: c(integer('c').generatedByDefaultAsIdentity({ increment: 5, maxValue: 900 })),
      survives: 'select * from t',
    },
  ],
  [
    '35. identity is removed',
    {
      before: c(integer('c').generatedAlwaysAsIdentity()),
      given: 'insert into t values (1)',
      after: c(integer('c').notNull()),
      survives: 'select * from t',
    },
  ],
  [
    '36. a generated expression changes',
    {
      before: c(integer('c').generatedAlwaysAs(sql`id * 2`)),
      given: 'insert into t values (1)',
      after: c(integer('c').generatedAlwaysAs(sql`id * 3`)),
      finds: ['select c from t', [{ c: 3 }]],
    },
  ],
  [
    '37. a generated column is made plain',
    {
      before: c(integer('c').generatedAlwaysAs(sql`id * 2`)),
      given: 'insert into t values (1)',
      after: c(integer('c')),
      finds: ['select c from t', [{ c: 2 }]],
    },
  ],
  [
    '38. a plain column is made generated',
    {
      before: c(integer('c')),
      given: 'insert into t values (1, 2)',
      after: c(integer('c').generatedAlwaysAs(sql`id * 2`)),
      finds: ['select c from t', [{ c: 2 }]],
    },
  ],
];

describe('a change that Alembic may miss', () => {
  it('is one of 1 to 38', () => {
    const numbers = new Set(changes.map(([what]) => Number.parseInt(what, 10)));
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 38 }, (_, at) => at + 1));
  });

  it.each(changes)('%s', async (_what, scenario) => {
    await expectScenario(scenario);
  });
});
