import { describe, expect, it } from 'vitest';
import { type Line, lines, readPg } from '../drizzle/lines.js';
import { expectRefused } from '../support/postgres-refusal.js';
import { expectScenario, type Models } from '../support/postgres-scenarios.js';

/**
 * Changes that drizzle-kit gets wrong, by their numbers in our list of its reported bugs: enums, types, defaults and
 * numbering, with rows in the tables. What each test says after the colon is what drizzle-kit does.
 */

describe.each(lines)('with drizzle-orm $line', (line: Line) => {
  const { sql } = line.orm;
  const {
    bigint,
    customType,
    integer,
    jsonb,
    line: pgLine,
    pgEnum,
    pgSchema,
    pgTable,
    point,
    serial,
    text,
    varchar,
  } = line.pg;
  const read = (models: Models) => readPg(line, models).catalog;
  const id = () => integer('id').primaryKey();

  describe('1. an enum value goes that was a default: older drizzle-kit fails, all fail half-way on rows', () => {
    const models = (...values: [string, ...string[]]) => {
      const mood = pgEnum('mood', values);
      return read({ mood, t: pgTable('t', { id: id(), m: mood('m').default('ok') }) });
    };
    it('no row has it', () =>
      expectScenario({
        before: models('sad', 'ok'),
        given: "insert into t values (1, 'ok'), (2, null)",
        after: models('ok'),
        survives: 'select id, m::text from t order by id',
      }));
    it('rows have it: refused before anything is touched', () =>
      expectRefused(
        {
          before: models('sad', 'ok'),
          given: "insert into t values (1, 'sad')",
          after: models('ok'),
          survives: 'select id, m::text from t',
        },
        /Rows of t have a value in m that the enum mood loses \(one of: sad\)[\s\S]*update t set m = …/,
      ));
    it('rows have it in an array: refused as well', () => {
      const arrays = (...values: [string, ...string[]]) => {
        const mood = pgEnum('mood', values);
        return read({ mood, t: pgTable('t', { id: id(), m: mood('m').array() }) });
      };
      return expectRefused(
        { before: arrays('sad', 'ok'), given: "insert into t values (1, '{ok,sad}')", after: arrays('ok') },
        /the enum mood loses/,
      );
    });
  });

  it('2. an enum value comes and is a default at once: drizzle-kit fails, unsafe use of new value', () => {
    const models = (value: string, ...values: [string, ...string[]]) => {
      const mood = pgEnum('mood', values);
      return read({ mood, t: pgTable('t', { id: id(), m: mood('m').default(value) }) });
    };
    return expectScenario({
      before: models('ok', 'sad', 'ok'),
      given: "insert into t (id, m) values (1, 'sad')",
      after: models('glad', 'sad', 'ok', 'glad'),
      survives: 'select id, m::text from t',
    });
  });

  describe('3. enum values change their order: drizzle-kit makes the type again', () => {
    const models = (...values: [string, ...string[]]) => {
      const mood = pgEnum('mood', values);
      return read({ mood, t: pgTable('t', { id: id(), m: mood('m') }) });
    };
    const given = "insert into t values (1, 'a'), (2, 'c')";
    const survives = 'select id, m::text from t order by id';
    it('all of them', () =>
      expectScenario({ before: models('a', 'b', 'c'), given, after: models('c', 'b', 'a'), survives }));
    it('one comes between: in place', async () => {
      const operations = await expectScenario({
        before: models('a', 'c'),
        given,
        after: models('a', 'b', 'c'),
        survives,
      });
      expect(operations).toMatchObject([{ kind: 'alterEnum', to: ['a', 'b', 'c'] }]);
      expect(operations[0]).not.toHaveProperty('remake');
    });
  });

  const column = (type: unknown) =>
    read({ t: pgTable('t', { id: id(), c: type as ReturnType<typeof text> }) });

  it('4. text becomes integer: drizzle-kit 0.31 fails for want of USING', () =>
    expectScenario({
      before: column(text('c')),
      given: "insert into t values (1, '2020'), (2, null)",
      after: column(integer('c')),
      survives: 'select id, c::text from t order by id',
    }));

  it('5. varchar gets shorter than a row: drizzle-kit 1.0 cuts the value in silence', async () => {
    const [before, after] = [column(varchar('c', { length: 20 })), column(varchar('c', { length: 5 }))];
    await expectRefused(
      { before, given: "insert into t values (1, '0123456789')", after, survives: 'select * from t' },
      /value too long for type character varying\(5\)/,
    );
    await expectScenario({
      before,
      given: "insert into t values (1, '01234')",
      after,
      survives: 'select * from t',
    });
  });

  it('6. text with a default becomes integer with one: drizzle-kit fails, the default cannot be cast', () =>
    expectScenario({
      before: column(text('c').default('5')),
      given: "insert into t values (1, '6')",
      after: column(integer('c').default(5)),
      survives: 'select id, c::text from t',
    }));

  it('7. text becomes an array: drizzle-kit fails', () =>
    expectScenario({
      before: column(text('c')),
      given: `insert into t values (1, 'one'), (2, '{"a": 1}'), (3, null)`,
      after: column(text('c').array()),
      finds: ['select c from t order by id', [{ c: ['one'] }, { c: ['{"a": 1}'] }, { c: null }]],
    }));

  describe('8. a column becomes NOT NULL while rows have no value: drizzle-kit fails when it runs', () => {
    const without = read({ t: pgTable('t', { id: id() }) });
    const given = 'insert into t values (1)';
    it('a new one, filled in at its place', () =>
      expectScenario({
        before: without,
        given,
        after: column(text('c').notNull()),
        fill: "update t set c = 'filled'",
        survives: 'select id from t',
        finds: ['select * from t', [{ id: 1, c: 'filled' }]],
      }));
    it('a new one, not filled in: refused', () =>
      expectRefused({ before: without, given, after: column(text('c').notNull()) }, /Rows hold null there/));
    it('a new one with a default', () =>
      expectScenario({
        before: without,
        given,
        after: column(text('c').notNull().default('x')),
        finds: ['select * from t', [{ id: 1, c: 'x' }]],
      }));
    it('an old one that gets a default', () =>
      expectScenario({
        before: column(text('c')),
        given,
        after: column(text('c').notNull().default('x')),
        fill: "update t set c = 'x' where c is null",
        survives: 'select id from t',
        finds: ['select * from t', [{ id: 1, c: 'x' }]],
      }));
    it('an old one, not filled in: refused', () =>
      expectRefused(
        { before: column(text('c')), given, after: column(text('c').notNull()) },
        /Rows hold null there/,
      ));
  });

  describe('a column begins to number itself, or does so otherwise', () => {
    const numbered = {
      integer: () => read({ t: pgTable('t', { id: integer('id').primaryKey(), a: text('a') }) }),
      serial: () => read({ t: pgTable('t', { id: serial('id').primaryKey(), a: text('a') }) }),
      identity: () =>
        read({
          t: pgTable('t', { id: integer('id').primaryKey().generatedByDefaultAsIdentity(), a: text('a') }),
        }),
    };
    type Kind = keyof typeof numbered;
    it.each<[string, Kind, Kind]>([
      ['9. integer to serial: drizzle-kit begins at 1 again', 'integer', 'serial'],
      ['10. serial to identity: drizzle-kit gives out a number twice', 'serial', 'identity'],
      ['11. integer to identity: drizzle-kit begins at 1 again', 'integer', 'identity'],
      ['identity to serial', 'identity', 'serial'],
    ])('%s', async (_name, from, to) => {
      await expectScenario({
        before: numbered[from](),
        given: "insert into t values (7, 'seven')",
        after: numbered[to](),
        survives: 'select * from t where id = 7',
        // The check of the upgraded database gives out a number, which must be a new one.
        finds: ["insert into t (a) values ('next') returning id", [{ id: 8 }]],
      });
    });
  });

  it.each(['serial', 'identity'] as const)(
    '%s becomes the other: its position and grants stay',
    async (from) => {
      const models = {
        serial: () => read({ t: pgTable('t', { id: serial('id').primaryKey() }) }),
        identity: () =>
          read({ t: pgTable('t', { id: integer('id').primaryKey().generatedByDefaultAsIdentity() }) }),
      };
      const role = `numbers_${from}_${line.line.replace('.', '')}_${Date.now()}`;
      await expectScenario({
        before: models[from](),
        given: `create role ${role}; grant usage on t_id_seq to ${role};
        insert into t select from generate_series(1, 9); delete from t where id > 2`,
        after: models[from === 'serial' ? 'identity' : 'serial'](),
        survives: `select array_agg(id) as ids, has_sequence_privilege('${role}', 't_id_seq', 'usage') as granted from t where id < 9`,
        finds: ['insert into t default values returning id', [{ id: 10 }]],
      });
    },
  );

  it('13. the expression of a generated column changes: drizzle-kit 0.31 loses its indexes', () => {
    const models = (expression: string) =>
      read({
        t: pgTable(
          't',
          { id: id(), a: text('a'), g: text('g').generatedAlwaysAs(sql.raw(expression)) },
          (t) => [line.pg.index('t_g').on(t.g), line.pg.unique('t_u').on(t.g)],
        ),
      });
    return expectScenario({
      before: models('upper(a)'),
      given: "insert into t values (1, 'Ada')",
      after: models("lower(a) || '!'"),
      survives: 'select id, a from t',
      finds: ['select g from t', [{ g: 'ada!' }]],
    });
  });

  it('18. defaults with quotes, brackets, bigints and backslashes: drizzle-kit writes invalid SQL, or doubles the backslash', () => {
    const before = read({ t: pgTable('t', { id: id() }) });
    const after = read({
      t: pgTable('t', {
        id: id(),
        j: jsonb('j').default({ a: "it's" }),
        js: jsonb('js').default('str'),
        a: text('a').array().default(["it's", 'a "b"', 'c,d']),
        p: point('p').default([1, 2]),
        l: pgLine('l', { mode: 'abc' }).default({ a: 1, b: 2, c: 3 }),
        n: bigint('n', { mode: 'bigint' }).default(9007199254740993n),
        b: text('b').default('a\\b'),
      }),
    });
    return expectScenario({
      before,
      given: 'insert into t values (1)',
      after,
      finds: [
        'select j, js, a, p::text, l::text, n::text, b from t',
        [
          {
            j: { a: "it's" },
            js: 'str',
            a: ["it's", 'a "b"', 'c,d'],
            p: '(1,2)',
            l: '{1,2,3}',
            n: '9007199254740993',
            b: 'a\\b',
          },
        ],
      ],
    });
  });

  it('19. an enum from an object, in a schema: drizzle-kit 0.31 loses the schema', () => {
    const app = pgSchema('app');
    const state = app.enum('State', { On: 'on', Off: 'off' });
    return expectScenario({
      before: read({ app, t: pgTable('t', { id: id() }) }),
      given: 'insert into t values (1)',
      after: read({ app, state, t: pgTable('t', { id: id(), s: state('s').default('on' as never) }) }),
      survives: 'select id from t',
    });
  });

  it('20. a custom type that is written with its size: drizzle-kit 0.31 quotes it', () => {
    const sized = customType<{ data: string }>({ dataType: () => 'VARCHAR(33)' });
    return expectScenario({
      before: column(text('c')),
      given: "insert into t values (1, 'x')",
      after: read({ t: pgTable('t', { id: id(), c: sized('c') }) }),
      survives: 'select * from t',
    });
  });

  it('30. an array of jsonb has a default: drizzle-kit crashes', () =>
    expectScenario({
      before: read({ t: pgTable('t', { id: id() }) }),
      given: 'insert into t values (1)',
      after: read({
        t: pgTable('t', { id: id(), j: jsonb('j').array().default(sql`'{"{\\"a\\": 1}"}'::jsonb[]`) }),
      }),
      finds: ['select j[1] as j from t', [{ j: { a: 1 } }]],
    }));
});
