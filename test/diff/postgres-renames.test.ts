import { sql } from 'drizzle-orm';
import * as core from 'drizzle-orm/pg-core';
import {
  check,
  index,
  integer,
  pgEnum,
  pgSchema,
  pgSequence,
  pgTable,
  serial,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { postgres } from '../../src/dialects/postgres/index.js';
import { diff } from '../../src/diff/diff.js';
import { readModels } from '../../src/drizzle/read-models.js';
import { describe as describeOperation } from '../../src/operations/index.js';
import { expectScenario, type Models, type Scenario } from '../support/postgres-scenarios.js';

/** Renames that are said: of everything that has a name, with rows that stay, and nothing made again. */

/** The operations are these renames and no more. */
async function expectRenames(scenario: Scenario, ...lines: readonly string[]): Promise<void> {
  const operations = await expectScenario(scenario);
  expect(operations.map(describeOperation)).toEqual(lines);
}

const id = () => integer('id').primaryKey();

describe('a rename that is said', () => {
  it('of an enum keeps its columns, defaults, checks and indexes', async () => {
    const models = (name: string): Models => {
      const mood = pgEnum(name, ['sad', 'ok']);
      return {
        mood,
        t: pgTable('t', { id: id(), mood: mood('mood').default('ok'), all: mood('all').array() }, (t) => [
          check('c', sql`${t.mood} <> 'sad'`),
          index('i').on(t.id).where(sql`${t.mood} = 'ok'`),
        ]),
      };
    };
    await expectRenames(
      {
        before: models('mood'),
        given: "insert into t values (1, 'ok', '{sad,ok}')",
        after: models('feeling'),
        renames: ['mood=feeling'],
        survives: 'select mood::text, "all"::text from t',
      },
      'rename enum mood to feeling',
    );
  });

  it('of an enum value keeps the rows that have it, and what names it', async () => {
    const models = (sad: string): Models => {
      const mood = pgEnum('mood', [sad, 'ok']);
      return {
        mood,
        t: pgTable(
          't',
          { id: id(), mood: mood('mood').default(sad), all: mood('all').array().default([sad]) },
          (t) => [check('c', sql`${t.mood} = ${sql.raw(`'${sad.replaceAll("'", "''")}'`)} or ${t.id} > 0`)],
        ),
      };
    };
    await expectRenames(
      {
        before: models('sad'),
        given: "insert into t values (1, 'sad')",
        after: models("not 'ok'"),
        renames: ["mood.sad=mood.not 'ok'"],
        survives: 'select id from t',
      },
      "rename value sad of enum mood to not 'ok'",
    );
  });

  it('of a sequence keeps its position and the default that calls it', async () => {
    const models = (name: string): Models => ({
      s: pgSequence(name, { increment: 5 }),
      t: pgTable('t', { id: id(), n: integer('n').default(sql.raw(`nextval('${name}')`)) }),
    });
    await expectRenames(
      {
        before: models('old_seq'),
        given: 'insert into t (id) values (1), (2)',
        after: models('new_seq'),
        renames: ['old_seq=new_seq'],
        survives: 'select id, n from t order by id',
      },
      'rename sequence old_seq to new_seq',
    );
  });

  it('of a schema keeps all that is in it', async () => {
    const models = (name: string): Models => {
      const schema = pgSchema(name);
      const mood = schema.enum('mood', ['sad', 'ok']);
      const users = schema.table(
        'users',
        { id: serial('id').primaryKey(), mood: mood('mood').default('ok') },
        (t) => [check('c', sql`${t.mood} <> 'sad'`)],
      );
      const posts = pgTable('posts', { id: id(), author: integer('author').references(() => users.id) });
      return { schema, mood, users, posts };
    };
    await expectRenames(
      {
        before: models('app'),
        given: 'insert into app.users default values; insert into posts values (1, 1)',
        after: models('core'),
        renames: ['app=core'],
        survives: 'select * from posts',
      },
      'rename schema app to core',
    );
  });

  it('of a table goes with the names that are derived from it, and with its identity', async () => {
    const models = (name: string): Models => ({
      t: pgTable(
        name,
        {
          id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
          a: text('a').unique(),
          parent: integer('parent'),
        },
        (t) => [index().on(t.a), check(`${name}_a`, sql`length(${t.a}) between 1 and 9`)],
      ),
    });
    const operations = await expectScenario({
      before: models('users'),
      given: "insert into users (a) values ('x')",
      after: models('people'),
      renames: ['users=people'],
    });
    const changes = operations.flatMap((each) => (each.kind === 'alterTable' ? each.changes : []));
    expect(changes.filter(({ kind }) => kind === 'dropConstraint' || kind === 'addConstraint')).toEqual([]);
    expect(operations.filter(({ kind }) => kind === 'createIndex')).toEqual([]);
  });

  it('of constraints and indexes whose definition changes too', async () => {
    const models = (name: string, more: boolean): Models => ({
      t: pgTable('t', { id: id(), a: text('a'), b: text('b') }, (t) => [
        unique(`${name}_u`).on(t.a),
        index(`${name}_i`).on(t.a, ...(more ? [t.b] : [])),
      ]),
    });
    await expectRenames(
      {
        before: models('old', false),
        given: "insert into t values (1, 'a', 'b')",
        after: models('new', true),
        renames: ['t.old_u=t.new_u', 'old_i=new_i'],
      },
      'alter table t: rename constraint old_u to new_u',
      'rename index old_i to new_i on t',
      'drop index new_i on t',
      'create index new_i on t',
    );
  });

  it('exchanges two columns, two tables, two values', async () => {
    const models = (a: string, b: string, x: string, y: string, sad: string, ok: string): Models => {
      const mood = pgEnum('mood', [sad, ok]);
      return {
        mood,
        one: pgTable(x, { id: id(), [a]: text(a), [b]: text(b), m: mood('m') }),
        two: pgTable(y, { id: id(), c: integer('c') }),
      };
    };
    const operations = await expectScenario({
      before: models('a', 'b', 'x', 'y', 'sad', 'ok'),
      given: "insert into x values (1, 'was a', 'was b', 'sad'); insert into y values (7, 8)",
      after: models('b', 'a', 'y', 'x', 'ok', 'sad'),
      renames: ['x=y', 'y=x', 'x.a=y.b', 'x.b=y.a', 'mood.sad=mood.ok', 'mood.ok=mood.sad'],
      finds: ['select * from y, x', [{ id: 7, b: 'was a', a: 'was b', m: 'ok', c: 8 }]],
    });
    expect(operations.every(({ kind }) => kind.startsWith('rename') || kind === 'alterTable')).toBe(true);
  });
});

describe('a rename that nobody said', () => {
  const candidates = (before: Models, after: Models) => {
    const catalog = (models: Models) => readModels([models], { dialect: 'postgres', core }).catalog;
    return diff(catalog(before), catalog(after), postgres.rules).candidates.map(
      ({ kind, from, to }) => `${kind} ${from}=${to}`,
    );
  };
  const app = (name: string): Models => {
    const schema = pgSchema(name);
    return { schema, t: schema.table('t', { id: id() }), e: schema.enum('e', ['a']) };
  };

  it.each<[string, Models, Models, string[]]>([
    [
      'an enum',
      { e: pgEnum('mood', ['a', 'b', 'c']) },
      { e: pgEnum('feeling', ['a', 'b']) },
      ['enum mood=feeling'],
    ],
    ['another enum', { e: pgEnum('mood', ['a', 'b']) }, { e: pgEnum('color', ['red']) }, []],
    [
      'a value',
      { e: pgEnum('mood', ['a', 'b', 'c']) },
      { e: pgEnum('mood', ['a', 'x', 'c']) },
      ['enum value mood.b=mood.x'],
    ],
    [
      'a value that came elsewhere',
      { e: pgEnum('mood', ['a', 'b', 'c']) },
      { e: pgEnum('mood', ['a', 'c', 'x']) },
      [],
    ],
    ['a sequence', { s: pgSequence('s') }, { s: pgSequence('z') }, ['sequence s=z']],
    ['a schema, and not what is in it', app('app'), app('core'), ['schema app=core']],
  ])('is asked for: %s', (_what, before, after, expected) => {
    expect(candidates(before, after)).toEqual(expected);
  });
});

describe('a rename that cannot be', () => {
  it.each([
    ['t.a=t.b', /t.b is in the database already/],
    ['t=mood', /t and mood are not of one kind/],
    ['mood.x=mood.y', /mood.x is not in the database/],
  ])('%s says why', (rename, message) => {
    const models = {
      t: pgTable('t', { a: text('a'), b: text('b') }),
      mood: pgEnum('mood', ['sad']),
    };
    const { catalog } = readModels([models], { dialect: 'postgres', core });
    expect(() => diff(catalog, catalog, postgres.rules, { renames: { said: [rename] } })).toThrow(message);
  });
});

it('the rename of a view into another schema is refused, but not where its schema is renamed', () => {
  const view = (schema: string, name: string) => ({
    schema: pgSchema(schema),
    v: pgSchema(schema)
      .view(name, { id: integer('id') })
      .as(sql`select 1 as id`),
  });
  const read = (...parts: readonly object[]) =>
    readModels([Object.assign({}, ...parts)], { dialect: 'postgres', core }).catalog;
  const [a, b] = [view('a', 'v'), view('b', 'v')];
  const said = (...renames: readonly string[]) => ({ renames: { said: renames } });
  const [before, after] = [
    read({ a: a.schema, b: b.schema, v: a.v }),
    read({ a: a.schema, b: b.schema, v: b.v }),
  ];
  expect(() => diff(before, after, postgres.rules, said('a.v=b.v'))).toThrow(
    'The rename a.v=b.v cannot be: a view stays in its schema.',
  );
  expect(
    diff(read(a), read(view('b', 'w')), postgres.rules, said('a=b', 'a.v=b.w')).operations.map(
      ({ kind }) => kind,
    ),
  ).toEqual(['renameSchema', 'renameView']);
});
