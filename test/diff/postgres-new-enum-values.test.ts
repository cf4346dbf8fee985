import { sql } from 'drizzle-orm';
import {
  integer,
  type PgColumnBuilderBase,
  pgEnum,
  pgMaterializedView,
  pgPolicy,
  pgTable,
  pgView,
  text,
} from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { expectCatalogScenario, type Models } from '../support/postgres-scenarios.js';

/** PostgreSQL takes no value of an enum that was only added in the same transaction. */

describe('a value that is new in an enum may be used at once', () => {
  const moodOf = (...values: [string, ...string[]]) => pgEnum('mood', values);
  const old = moodOf('a');
  const mood = moodOf('a', 'it\'s "b\\');
  const value = `'it''s "b\\'`;
  const models = (type: typeof old, columns: Record<string, PgColumnBuilderBase>): Models => ({
    type,
    t: pgTable('t', { id: integer(), mood: type().default('a'), ...columns }),
  });
  const plain = models(old, {});
  const given = `insert into t values (1, 'a')`;

  it.each<[string, { before?: Models; given?: string; after: Models; survives?: string }]>([
    ['by a view', { after: { ...models(mood, {}), v: view('v') } }],
    ['by a materialized view', { after: { ...models(mood, {}), v: view('v', true) } }],
    [
      'by a policy',
      {
        after: {
          mood,
          t: pgTable('t', { id: integer(), mood: mood().default('a') }, () => [
            pgPolicy('p', { using: sql.raw(`mood = ${value}`) }),
          ]),
        },
      },
    ],
    [
      'by the default of an array that is added',
      { after: models(mood, { moods: mood().array().notNull().default(['a', 'it\'s "b\\']) }) },
    ],
    [
      'by the default of an array that is there',
      {
        before: models(old, { moods: old().array() }),
        after: models(mood, { moods: mood().array().default(['it\'s "b\\']) }),
      },
    ],
    [
      'by rows of a column that gets the type',
      {
        before: models(old, { other: text() }),
        given: `insert into t values (1, 'a', ${value})`,
        after: models(mood, { other: mood() }),
        survives: 'select other::text from t',
      },
    ],
    [
      'by rows of arrays that get the type',
      {
        before: models(old, { other: text().array() }),
        given: `insert into t values (1, 'a', array[${value}])`,
        after: models(mood, { other: mood().array() }),
        survives: 'select other::text[] from t',
      },
    ],
  ])('%s', async (_by, { before = plain, after, ...rest }) => {
    await expectCatalogScenario({ before, given, after, survives: 'select id, mood from t', ...rest });
  });

  it('and is only added where what stays has the same word', async () => {
    const words = pgView('words', { id: integer() }).as(sql`select id from t where mood::text = 'b'`);
    const { lines } = await expectCatalogScenario(
      {
        before: { ...plain, words },
        after: { ...models(moodOf('a', 'b'), {}), words },
      },
      async (database) => {
        expect(await database.sql(`select 1 from pg_enum where enumlabel = 'b'`)).toHaveLength(1);
      },
    );
    expect(lines).toEqual(['alter enum mood: add b']);
  });

  function view(name: string, materialized = false) {
    const query = sql.raw(`select id from t where mood = ${value}`);
    return materialized
      ? pgMaterializedView(name, { id: integer() }).as(query)
      : pgView(name, { id: integer() }).as(query);
  }
});
