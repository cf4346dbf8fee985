import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  numeric,
  pgEnum,
  pgSequence,
  pgTable,
  serial,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { describe, it } from 'vitest';
import { expectScenario } from '../support/postgres-scenarios.js';

/** Changes of models that have broken a migration tool, this one or another, with rows in the tables. */

const id = () => integer('id').primaryKey();
const mood = (...values: [string, ...string[]]) => pgEnum('mood', values);

describe('an enum value is removed', () => {
  it('together with the check that names it', async () => {
    const [a, b] = [mood('a', 'b'), mood('b')];
    await expectScenario({
      before: { a, t: pgTable('t', { id: id(), m: a('m') }, (t) => [check('c', sql`${t.m} <> 'a'`)]) },
      given: "insert into t values (1, 'b')",
      after: { b, t: pgTable('t', { id: id(), m: b('m') }) },
      survives: 'select m::text from t',
    });
  });

  it('together with the default that named it', async () => {
    const [a, b] = [mood('a', 'b'), mood('b')];
    await expectScenario({
      before: { a, t: pgTable('t', { id: id(), m: a('m').notNull().default('a') }) },
      given: "insert into t values (1, 'b')",
      after: { b, t: pgTable('t', { id: id(), m: b('m').notNull().default('b') }) },
      survives: 'select m::text from t',
    });
  });

  it('together with the index whose predicate named it', async () => {
    const [a, b] = [mood('a', 'b'), mood('b')];
    const table = (m: typeof a, where: string) =>
      pgTable('t', { id: id(), m: m('m') }, (t) => [
        index('i')
          .on(t.id)
          .where(sql`${t.m} <> ${sql.raw(`'${where}'`)}`),
      ]);
    await expectScenario({
      before: { a, t: table(a, 'a') },
      given: "insert into t values (1, 'b')",
      after: { b, t: table(b, 'b') },
      survives: 'select m::text from t',
    });
  });

  it('under a check and an index that stay', async () => {
    const [a, b] = [mood('a', 'b', 'c'), mood('a', 'b')];
    const table = (m: typeof a) =>
      pgTable('t', { id: id(), m: m('m').default('a') }, (t) => [
        check('c', sql`${t.m} in ('a', 'b')`),
        index('i').on(t.m).where(sql`${t.m} = 'b'`),
      ]);
    await expectScenario({
      before: { a, t: table(a) },
      given: "insert into t values (1, 'b'), (2, 'a')",
      after: { b, t: table(b) },
      survives: 'select id, m::text from t order by id',
    });
  });
});

describe('a table is renamed', () => {
  it('and its old name is used again', async () => {
    const shape = (name: string) =>
      pgTable(name, { id: serial('id').primaryKey(), name: text('name').unique(), q: text('q') }, (t) => [
        index().on(t.q),
      ]);
    await expectScenario({
      before: { users: shape('users') },
      given: "insert into users (name) values ('Ada')",
      after: { people: shape('people'), users: shape('users') },
      renames: ['users=people'],
    });
  });
});

describe('a column goes', () => {
  it('that a kept index includes', async () => {
    await expectScenario({
      before: {
        t: pgTable('t', { id: id(), a: text('a'), b: text('b'), c: text('c') }, (t) => [index('i').on(t.a)]),
      },
      given: 'drop index i; create index i on t (a) include (b, c)',
      after: { t: pgTable('t', { id: id(), a: text('a'), c: text('c') }, (t) => [index('i').on(t.a)]) },
    });
  });

  it('that a kept unique constraint includes', async () => {
    await expectScenario({
      before: { t: pgTable('t', { id: id(), a: text('a'), b: text('b') }, (t) => [unique('u').on(t.a)]) },
      given: 'alter table t drop constraint u; alter table t add constraint u unique (a) include (b)',
      after: { t: pgTable('t', { id: id(), a: text('a') }, (t) => [unique('u').on(t.a)]) },
    });
  });
});

describe('a table goes', () => {
  it('and an enum takes its name', async () => {
    const status = pgEnum('status', ['on', 'off']);
    await expectScenario({
      before: { status: pgTable('status', { id: id() }), t: pgTable('t', { id: id() }) },
      after: { status, t: pgTable('t', { id: id(), s: status('s') }) },
    });
  });
});

describe('a name is used again', () => {
  const status = pgEnum('status', ['on', 'off']);
  it('by a table, of an enum that goes with the column that it was the type of', async () => {
    await expectScenario({
      before: { status, t: pgTable('t', { id: id(), s: status('s') }) },
      given: "insert into t values (1, 'on')",
      after: {
        status: pgTable('status', { id: id() }),
        t: pgTable('t', { id: id() }),
      },
      survives: 'select id from t',
    });
  });

  it('by a table, of an enum that goes with its table', async () => {
    await expectScenario({
      before: {
        status,
        t: pgTable('t', { id: id(), s: status('s') }),
        other: pgTable('other', { id: id() }),
      },
      after: { status: pgTable('status', { id: id() }), other: pgTable('other', { id: id(), a: text('a') }) },
    });
  });

  it('by a table and an index, of sequences that go', async () => {
    await expectScenario({
      before: {
        a: pgSequence('a'),
        b: pgSequence('b'),
        t: pgTable('t', { id: id(), n: integer('n').default(sql`nextval('a')`) }),
      },
      given: 'insert into t values (1)',
      after: {
        a: pgTable('a', { id: id() }),
        t: pgTable('t', { id: id(), n: integer('n') }, (t) => [index('b').on(t.n)]),
      },
      survives: 'select id, n from t',
    });
  });

  it('by an enum, of a table, and by a table, of an enum', async () => {
    await expectScenario({
      before: { status, kind: pgTable('kind', { id: id() }), t: pgTable('t', { id: id(), s: status('s') }) },
      after: {
        status: pgTable('status', { id: id() }),
        kind: pgEnum('kind', ['a']),
        t: pgTable('t', { id: id() }),
      },
    });
  });
});

it('a column becomes NOT NULL, and its rows get a value that is new in its enum', async () => {
  const models = (all: [string, ...string[]], required: boolean) => {
    const type = mood(...all);
    return { type, t: pgTable('t', { id: id(), m: required ? type('m').notNull() : type('m') }) };
  };
  await expectScenario({
    before: models(['a'], false),
    given: 'insert into t values (1)',
    after: models(['a', 'unknown'], true),
    fill: "update t set m = 'unknown'",
    survives: 'select id from t',
    empties: "update t set m = 'a'",
  });
});

it.each([
  ['integer', (n: string) => integer(n), (n: string) => bigint(n, { mode: 'number' })],
  [
    'numeric',
    (n: string) => numeric(n).notNull(),
    (n: string) => numeric(n, { precision: 12, scale: 2 }).notNull(),
  ],
])(
  'a generated column is made plain while what it reads, %s, gets another type: its values stay',
  async (_, from, to) => {
    const gross = () => integer('gross');
    await expectScenario({
      before: {
        t: pgTable('t', { id: id(), gross: gross().generatedAlwaysAs(sql`net * 2`), net: from('net') }),
      },
      given: 'insert into t values (1, default, 10), (2, default, 20)',
      after: { t: pgTable('t', { id: id(), gross: gross(), net: to('net') }) },
      survives: 'select id, gross from t order by id',
    });
  },
);

describe('a foreign key that is DEFERRABLE by hand stays so', () => {
  const models = (name: 'k_a_p_id_fk' | 'other' | null, action?: 'cascade') => {
    const p = pgTable('p', { id: id() });
    const actions = action ? { onDelete: action } : {};
    const k =
      name === null
        ? pgTable('k', { id: id(), a: integer('a').references(() => p.id, actions) })
        : pgTable('k', { id: id(), a: integer('a') }, (t) => {
            const key = foreignKey({ name, columns: [t.a], foreignColumns: [p.id] });
            return [action ? key.onDelete(action) : key];
          });
    return { p, k };
  };
  const deferrable = "select condeferrable, condeferred from pg_constraint where contype = 'f'";
  const byHand = (name: string) => `alter table k drop constraint k_a_p_id_fk;
    alter table k add constraint ${name} foreign key (a) references p deferrable initially deferred`;

  it.each([
    ['its action changes', 'k_a_p_id_fk', null],
    ['its action and its derived name change', 'k_a_fkey', null],
    ['its action and its explicit name change', 'k_a_p_id_fk', 'other'],
  ] as const)('where %s', async (_, live, name) => {
    await expectScenario({
      before: models(null),
      given: byHand(live),
      after: models(name, 'cascade'),
      survives: deferrable,
    });
  });
});
