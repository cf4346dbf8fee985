import { type SQL, sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  customType,
  doublePrecision,
  type ExtraConfigColumn,
  foreignKey,
  index,
  integer,
  json,
  jsonb,
  numeric,
  type PgColumn,
  type PgColumnBuilderBase,
  pgEnum,
  pgSchema,
  pgSequence,
  pgTable,
  primaryKey,
  real,
  text,
  timestamp,
  unique,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { serverMajor } from '../support/postgres.js';
import { expectScenario, type Models, type Scenario } from '../support/postgres-scenarios.js';

/**
 * Every change of which we know what Alembic does with it on PostgreSQL (it misses or breaks many): 48, some of them in
 * several forms. With rows; upgrade, nothing more to do, downgrade restores the catalogue, upgrade again.
 */

type Case = readonly [what: string, scenario: Scenario];

const id = () => integer('id').primaryKey();
type Columns = Readonly<Record<string, PgColumnBuilderBase>>;
type Built = Readonly<Record<'id' | 'a' | 'b', PgColumn & ExtraConfigColumn>>;
type Extra = (table: Built) => readonly unknown[];

/** Without drizzle's types of the columns, which are not known where cases share them. */
const table = pgTable as unknown as (name: string, columns: Columns, extra?: Extra) => object;
const t = (columns: Columns, extra?: Extra): Models => ({ t: table('t', { id: id(), ...columns }, extra) });
const c = (column: PgColumnBuilderBase): Models => t({ c: column });

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
/** Only what stands on the columns changes. */
const stands = (
  columns: () => Columns,
  from: Extra | undefined,
  to: Extra | undefined,
  given = "insert into t values (1, 'x', 1)",
): Scenario => ({
  before: t(columns(), from),
  given,
  after: t(columns(), to),
  survives: 'select * from t',
});
const ab = () => ({ a: text('a'), b: integer('b') });
const extra = (make: Extra) => make;

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
  [
    '39. a named unique constraint is added',
    stands(
      ab,
      undefined,
      extra((t) => [unique('u').on(t.a)]),
    ),
  ],
  [
    '39. a named unique constraint is removed',
    stands(
      ab,
      extra((t) => [unique('u').on(t.a)]),
      undefined,
    ),
  ],
  [
    '40. the columns of a unique constraint change',
    stands(
      ab,
      extra((t) => [unique('u').on(t.a)]),
      extra((t) => [unique('u').on(t.a, t.b)]),
    ),
  ],
  [
    '40. the order of a unique constraint’s columns changes',
    stands(
      ab,
      extra((t) => [unique('u').on(t.a, t.b)]),
      extra((t) => [unique('u').on(t.b, t.a)]),
    ),
  ],
  [
    '41. a unique constraint is renamed',
    stands(
      ab,
      extra((t) => [unique('u').on(t.a)]),
      extra((t) => [unique('v').on(t.a)]),
    ),
  ],
  [
    '42. NULLS NOT DISTINCT is added',
    stands(
      ab,
      extra((t) => [unique('u').on(t.a)]),
      extra((t) => [unique('u').on(t.a).nullsNotDistinct()]),
    ),
  ],
  [
    '43. a unique constraint without a name is added',
    stands(
      ab,
      undefined,
      extra((t) => [unique().on(t.a)]),
    ),
  ],
  [
    '44. a check is added',
    stands(
      ab,
      undefined,
      extra((t) => [check('k', sql`${t.b} > 0`)]),
    ),
  ],
  [
    '44. a check is removed',
    stands(
      ab,
      extra((t) => [check('k', sql`${t.b} > 0`)]),
      undefined,
    ),
  ],
  [
    '44. a check’s expression changes',
    stands(
      ab,
      extra((t) => [check('k', sql`${t.b} > 0`)]),
      extra((t) => [check('k', sql`${t.b} between 1 and 5`)]),
    ),
  ],
  [
    '45. the columns of the primary key change',
    {
      before: {
        t: pgTable('t', { a: integer('a').notNull(), b: integer('b').notNull() }, (t) => [
          primaryKey({ columns: [t.a] }),
        ]),
      },
      given: 'insert into t values (1, 2)',
      after: {
        t: pgTable('t', { a: integer('a').notNull(), b: integer('b').notNull() }, (t) => [
          primaryKey({ columns: [t.a, t.b] }),
        ]),
      },
      survives: 'select * from t',
    },
  ],
  [
    '45. the primary key is dropped',
    {
      before: t({}),
      given: 'insert into t values (1)',
      after: { t: pgTable('t', { id: integer('id').notNull() }) },
      survives: 'select * from t',
    },
  ],
  [
    '45. the primary key is renamed',
    {
      before: t({}),
      given: 'insert into t values (1)',
      after: {
        t: pgTable('t', { id: integer('id').notNull() }, (t) => [
          primaryKey({ name: 'key', columns: [t.id] }),
        ]),
      },
      survives: 'select * from t',
    },
  ],
  ...foreignKeys(),
  ...indexes(),
  [
    '48. a schema is created with its table',
    { before: t({}), after: { ...t({}), app: pgSchema('app'), u: pgSchema('app').table('u', { id: id() }) } },
  ],
  ['48. a sequence is added', { before: t({}), after: { ...t({}), s: pgSequence('s', { startWith: 5 }) } }],
  [
    '48. a sequence is changed',
    {
      before: { ...t({}), s: pgSequence('s') },
      after: { ...t({}), s: pgSequence('s', { increment: 5, maxValue: 99 }) },
    },
  ],
  ['48. a sequence is removed', { before: { ...t({}), s: pgSequence('s') }, after: t({}) }],
];

function foreignKeys(): readonly Case[] {
  type Options = { name?: string; onDelete?: 'cascade'; onUpdate?: 'cascade' };
  const models = (options?: Options): Models => {
    const parent = pgTable('parent', { id: id() });
    const child = pgTable('child', { id: id(), p: integer('p') }, (t) => {
      if (!options) return [];
      let key = foreignKey({
        ...(options.name ? { name: options.name } : {}),
        columns: [t.p],
        foreignColumns: [parent.id],
      });
      if (options.onDelete) key = key.onDelete(options.onDelete);
      if (options.onUpdate) key = key.onUpdate(options.onUpdate);
      return [key];
    });
    return { parent, child };
  };
  const of = (from?: Options, to?: Options): Scenario => ({
    before: models(from),
    given: 'insert into parent values (1); insert into child values (1, 1)',
    after: models(to),
    survives: 'select * from child',
  });
  const cycle = (): Models => {
    const x = pgTable('x', { id: id(), y: integer('y').references((): AnyPgColumn => y.id) });
    const y = pgTable('y', { id: id(), x: integer('x').references((): AnyPgColumn => x.id) });
    return { x, y };
  };
  return [
    ['46. a foreign key is added', of(undefined, { name: 'fk' })],
    ['46. a foreign key without a name is added', of(undefined, {})],
    ['46. a foreign key is removed', of({ name: 'fk' })],
    ['46. ON DELETE changes', of({ name: 'fk' }, { name: 'fk', onDelete: 'cascade' })],
    ['46. ON UPDATE changes', of({ name: 'fk' }, { name: 'fk', onUpdate: 'cascade' })],
    ['46. a foreign key is renamed', of({ name: 'fk' }, { name: 'other' })],
    ['46. two new tables refer to each other', { before: t({}), after: { ...t({}), ...cycle() } }],
  ];
}

function indexes(): readonly Case[] {
  const i = (make: (table: Built) => unknown) => extra((table) => [make(table)]);
  const plain = i((t) => index('i').on(t.a));
  const partial = (where: SQL) => i((t) => index('i').on(t.a).where(where));
  return [
    ['47. an index is added', stands(ab, undefined, plain)],
    ['47. an index is removed', stands(ab, plain, undefined)],
    [
      '47. an index is renamed',
      stands(
        ab,
        plain,
        i((t) => index('j').on(t.a)),
      ),
    ],
    [
      '47. an index becomes unique',
      stands(
        ab,
        plain,
        i((t) => uniqueIndex('i').on(t.a)),
      ),
    ],
    [
      '47. the order of an index’s columns changes',
      stands(
        ab,
        i((t) => index('i').on(t.a, t.b)),
        i((t) => index('i').on(t.b, t.a)),
      ),
    ],
    [
      '47. an index becomes descending',
      stands(
        ab,
        plain,
        i((t) => index('i').on(t.a.desc())),
      ),
    ],
    [
      '47. an index of an expression is added',
      stands(
        ab,
        undefined,
        i((t) => index('i').on(sql`lower(${t.a})`)),
      ),
    ],
    [
      '47. the expression of an index changes',
      stands(
        ab,
        i((t) => index('i').on(sql`lower(${t.a})`)),
        i((t) => index('i').on(sql`upper(${t.a})`)),
      ),
    ],
    ['47. the predicate of an index changes', stands(ab, partial(sql`b > 0`), partial(sql`b > 1`))],
    [
      '47. the method of an index changes',
      stands(
        ab,
        plain,
        i((t) => index('i').using('hash', t.a)),
      ),
    ],
    [
      '47. the operator class of an index changes',
      stands(
        ab,
        plain,
        i((t) => index('i').on(t.a.op('text_pattern_ops'))),
      ),
    ],
    [
      '47. storage parameters of an index change',
      stands(
        ab,
        plain,
        i((t) => index('i').on(t.a).with({ fillfactor: '70' })),
      ),
    ],
  ];
}

const major = await serverMajor();

describe('a change that Alembic may miss', () => {
  it('is one of 48', () => {
    const numbers = new Set(changes.map(([what]) => Number.parseInt(what, 10)));
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 48 }, (_, at) => at + 1));
  });

  it.each(changes)('%s', async (what, scenario) => {
    if (major < 15 && what.startsWith('42.')) return;
    await expectScenario(scenario);
  });
});
