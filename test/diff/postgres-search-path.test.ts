import { sql } from 'drizzle-orm';
import { check, index, integer, pgPolicy, pgSchema, pgTable, pgView } from 'drizzle-orm/pg-core';
import { test } from 'vitest';
import { expectCatalogScenario } from '../support/postgres-scenarios.js';

/** A session that looks into several schemas: models may use what is in any of them without its name. */

const lookInto = (path: string) =>
  `set search_path = ${path};
  do $$ begin execute format('alter database %I set search_path = ${path}', current_database()); end $$;`;

test('functions and sequences of a further schema, wherever a model may speak of them', async () => {
  const tools = pgSchema('tools');
  const numbers = tools.sequence('numbers');
  const t = (column: object) =>
    pgTable(
      't',
      {
        id: integer().primaryKey(),
        value: integer().default(sql`twice(1)`),
        next: integer().default(sql`nextval('numbers')`),
        ...column,
      },
      () => [
        index('t_twice').on(sql`twice(id)`).where(sql`twice(id) > 0`),
        check('t_check', sql`twice(id) > 0`),
        pgPolicy('t_policy', { using: sql`twice(id) > 0 and exists (select from kinds())` }),
      ],
    );
  const v = pgView('v', { id: integer() }).as(sql`select twice(t.id) as id from t, kinds()`);
  await expectCatalogScenario({
    prepare: `create schema app; create schema tools;
      create function tools.twice(integer) returns integer immutable language sql as 'select 2 * $1';
      create function tools.kinds() returns setof text language sql as $$ select 'a' $$;
      ${lookInto('app, tools, public')}`,
    before: { tools, numbers, t: t({}), v },
    given: 'insert into t (id) values (1)',
    after: { tools, numbers, t: t({ other: integer().default(sql`twice(2)`) }), v },
    survives: 'select id, value, next from t',
  });
});
