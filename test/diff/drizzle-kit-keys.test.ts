import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { describe as describeOperation } from '../../src/operations/index.js';
import { type Line, lines, readPg } from '../drizzle/lines.js';
import { expectScenario, type Models } from '../support/postgres-scenarios.js';

/**
 * Changes that drizzle-kit gets wrong, by their numbers in our list of its reported bugs: keys, checks, indexes, names
 * and whole tables, with rows in them. What each test says after the colon is what drizzle-kit does.
 *
 * Views and materialized views (12, 22, 25), policies (29) and roles (32) are in drizzle-kit-views.test.ts.
 */

describe.each(lines)('with drizzle-orm $line', (line: Line) => {
  const { and, eq, gte, sql } = line.orm;
  const {
    check,
    foreignKey,
    index,
    integer,
    pgEnum,
    pgSchema,
    pgTable,
    primaryKey,
    serial,
    text,
    unique,
    varchar,
  } = line.pg;
  const read = (models: Models) => readPg(line, models).catalog;
  const id = () => integer('id').primaryKey();

  it('14. a check and a partial index made with eq() and gte(): drizzle-kit writes $1', () =>
    expectScenario({
      before: read({ t: pgTable('t', { id: id(), n: integer('n'), s: text('s') }) }),
      given: "insert into t values (1, 7, 'it''s')",
      after: read({
        t: pgTable('t', { id: id(), n: integer('n'), s: text('s') }, (t) => [
          check('c', and(gte(t.n, 5), eq(t.s, "it's")) ?? sql`true`),
          index('i').on(t.n).where(eq(t.s, 'a')),
        ]),
      }),
      survives: 'select * from t',
    }));

  it('15. a unique constraint goes that a foreign key stands on, which moves: drizzle-kit 0.31 drops it first', () => {
    const models = (moved: boolean) => {
      const parent = pgTable(
        'parent',
        { id: id(), a: integer('a').notNull(), b: integer('b').notNull() },
        (t) => (moved ? [unique('by_b').on(t.b)] : [unique('by_a').on(t.a)]),
      );
      const child = pgTable('child', { id: id(), ref: integer('ref') }, (t) => [
        foreignKey({ name: 'child_ref', columns: [t.ref], foreignColumns: [moved ? parent.b : parent.a] }),
      ]);
      return read({ parent, child });
    };
    return expectScenario({
      before: models(false),
      given: 'insert into parent values (1, 5, 5); insert into child values (1, 5)',
      after: models(true),
      survives: 'select * from parent, child',
    });
  });

  describe('16. the primary key changes: drizzle-kit 0.31 fails, or asks for its name in a comment', () => {
    const columns = () => ({ a: integer('a').notNull(), b: integer('b').notNull() });
    it('to another column', () =>
      expectScenario({
        before: read({ t: pgTable('t', { a: integer('a').primaryKey(), b: integer('b').notNull() }) }),
        given: 'insert into t values (1, 2)',
        after: read({ t: pgTable('t', { a: integer('a').notNull(), b: integer('b').primaryKey() }) }),
        survives: 'select * from t',
      }));
    it('from one column to two', () =>
      expectScenario({
        before: read({ t: pgTable('t', { a: integer('a').primaryKey(), b: integer('b').notNull() }) }),
        given: 'insert into t values (1, 2)',
        after: read({ t: pgTable('t', columns(), (t) => [primaryKey({ columns: [t.a, t.b] })]) }),
        survives: 'select * from t',
      }));
    it('while a foreign key refers to it', () => {
      const models = (moved: boolean) => {
        const parent = pgTable('parent', {
          a: moved ? integer('a').notNull().unique() : integer('a').primaryKey(),
          b: moved ? integer('b').primaryKey() : integer('b').notNull(),
        });
        return read({
          parent,
          child: pgTable('child', { id: id(), a: integer('a').references(() => parent.a) }),
        });
      };
      return expectScenario({
        before: models(false),
        given: 'insert into parent values (1, 2); insert into child values (1, 1)',
        after: models(true),
        survives: 'select * from parent, child',
      });
    });
  });

  describe('17. names of more than 63 bytes: drizzle-kit drops and adds them each time, or lets them collide', () => {
    const long = 'a_very_long_table_name_that_goes_on_and_on_and_on_for_ever';
    it('are compared as the database cuts them', () => {
      const models = (more: boolean) => {
        const parent = pgTable(long, { id: id(), a_long_column: text('a_long_column').unique() }, (t) => [
          index(`${long}_by_a_long_column`).on(t.a_long_column),
        ]);
        const child = pgTable('another_table_with_a_name_that_is_fifty_bytes_long', {
          id: id(),
          p: integer('p').references(() => parent.id),
          ...(more ? { q: integer('q').references(() => parent.id) } : {}),
        });
        return read({ parent, child });
      };
      return expectScenario({
        before: models(false),
        given: `insert into ${long} values (1, 'x')`,
        after: models(true),
        survives: `select * from ${long}`,
      });
    });
    it('that the database would take for one are refused', () => {
      const two = { a: text('a').unique(`${'x'.repeat(63)}1`), b: text('b').unique(`${'x'.repeat(63)}2`) };
      expect(() => read({ t: pgTable('t', two) })).toThrow(/63 bytes/);
    });
  });

  it('21. a table goes that another one refers to: drizzle-kit 0.31 drops the foreign key twice', () => {
    const parent = pgTable('parent', { id: id() });
    return expectScenario({
      before: read({
        parent,
        child: pgTable('child', { id: id(), p: integer('p').references(() => parent.id) }),
      }),
      given: 'insert into parent values (1); insert into child values (1, 1)',
      after: read({ child: pgTable('child', { id: id(), p: integer('p') }) }),
      survives: 'select * from child',
      // What comes back has no rows, and the foreign key would not hold.
      empties: 'update child set p = null',
    });
  });

  it('23. an index that is to be made concurrently: drizzle-kit fails inside its transaction', () =>
    expectScenario({
      before: read({ t: pgTable('t', { id: id(), a: text('a') }) }),
      given: "insert into t values (1, 'x')",
      after: read({
        t: pgTable('t', { id: id(), a: text('a') }, (t) => [index('i').on(t.a).concurrently()]),
      }),
      survives: 'select * from t',
    }));

  it('24. an index is descending and has an operator class: drizzle-kit 0.31 drops DESC', async () => {
    await expectScenario({
      before: read({ t: pgTable('t', { id: id(), a: text('a') }) }),
      given: "insert into t values (1, 'x')",
      after: read({
        t: pgTable('t', { id: id(), a: text('a') }, (t) => [
          index('i').on(t.a.desc().op('text_pattern_ops')),
        ]),
      }),
      finds: [
        "select pg_get_indexdef('i'::regclass) as def",
        [{ def: 'CREATE INDEX i ON public.t USING btree (a text_pattern_ops DESC NULLS LAST)' }],
      ],
    });
  });

  it('26. a table with a composite key is renamed: drizzle-kit crashes, or keeps the old names', async () => {
    const models = (name: string) => {
      const pairs = pgTable(name, { a: integer('a'), b: integer('b'), c: text('c').unique() }, (t) => [
        primaryKey({ columns: [t.a, t.b] }),
        index(`${name}_c_idx`).on(t.c),
      ]);
      const child = pgTable('child', { id: id(), a: integer('a'), b: integer('b') }, (t) => [
        foreignKey({ columns: [t.a, t.b], foreignColumns: [pairs.a, pairs.b] }),
      ]);
      return read({ pairs, child });
    };
    const operations = await expectScenario({
      before: models('pairs'),
      given: "insert into pairs values (1, 2, 'x'); insert into child values (1, 1, 2)",
      after: models('couples'),
      renames: ['pairs=couples'],
      survives: 'select * from child',
      finds: ['select * from couples', [{ a: 1, b: 2, c: 'x' }]],
    });
    // Nothing is made again, so there is no time without a constraint.
    expect(operations.map(describeOperation).join('\n')).not.toMatch(/drop|add |create/);
  });

  it('27. a foreign key over (b, a) to (b, a): drizzle-kit drops and adds it each time', () => {
    const models = (extra: boolean) => {
      const parent = pgTable('parent', { a: integer('a'), b: integer('b') }, (t) => [
        primaryKey({ columns: [t.b, t.a] }),
        unique('u').on(t.b, t.a),
      ]);
      const child = pgTable(
        'child',
        { a: integer('a'), b: integer('b'), ...(extra ? { c: text('c') } : {}) },
        (t) => [foreignKey({ columns: [t.b, t.a], foreignColumns: [parent.b, parent.a] })],
      );
      return read({ parent, child });
    };
    return expectScenario({
      before: models(false),
      given: 'insert into parent values (1, 2); insert into child values (1, 2)',
      after: models(true),
      survives: 'select a, b from child',
    });
  });

  it('28. uniques, enum defaults and NOT NULL stay as they are: drizzle-kit push makes them again each time', async () => {
    const models = (extra: boolean) => {
      const app = pgSchema('app');
      const state = app.enum('state', ['on', 'off']);
      return read({
        app,
        state,
        t: app.table(
          't',
          {
            id: serial('id').primaryKey(),
            s: state('s').notNull().default('on'),
            a: varchar('a', { length: 9 }).notNull().unique(),
            ...(extra ? { b: text('b') } : {}),
          },
          (t) => [unique().on(t.s, t.a)],
        ),
      });
    };
    const operations = await expectScenario({
      before: models(false),
      given: "insert into app.t (a) values ('x')",
      after: models(true),
      survives: 'select id, s::text, a from app.t',
    });
    expect(operations.map(describeOperation)).toEqual(['alter table app.t: add column b']);
  });

  it('31. a table and an enum that are not exported, and that others refer to: drizzle-kit drops them', async () => {
    const mood = pgEnum('mood', ['ok']);
    const parent = pgTable('parent', { id: id() });
    const child = (extra: boolean) =>
      pgTable('child', {
        id: id(),
        p: integer('p').references(() => parent.id),
        m: mood('m'),
        ...(extra ? { a: text('a') } : {}),
      });
    const operations = await expectScenario({
      before: read({ mood, parent, child: child(false) }),
      given: "insert into parent values (1); insert into child values (1, 1, 'ok')",
      after: read({ child: child(true) }),
      survives: 'select id, p, m::text from child',
    });
    expect(operations.map(describeOperation)).toEqual(['alter table child: add column a']);
  });

  it('two new tables refer to each other', () => {
    const a = pgTable('a', { id: id(), b: integer('b').references((): AnyPgColumn => b.id) });
    const b = pgTable('b', { id: id(), a: integer('a').references((): AnyPgColumn => a.id) });
    const t = pgTable('t', { id: id() });
    return expectScenario({ before: read({ t }), after: read({ a, b, t }) });
  });
});
