import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, pgPolicy, pgTable, pgView } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { expectCatalogScenario } from '../support/postgres-scenarios.js';

test('a column gets another name and another type under triggers and rules', async () => {
  const models = (to: boolean) => ({
    t: pgTable(to ? 'u' : 't', {
      id: integer().primaryKey(),
      ...(to ? { b: bigint({ mode: 'number' }) } : { a: integer() }),
    }),
  });
  await expectCatalogScenario({
    before: models(false),
    given: `insert into t values (1, 2);
      create function f() returns trigger language plpgsql as 'begin return new; end';
      create trigger tr before update of a on t for each row when (old.a is distinct from new.a) execute function f();
      comment on trigger tr on t is 'kept';
      create rule r as on update to t where new.a > 5 do instead nothing`,
    after: models(true),
    renames: ['t=u', 't.a=u.b'],
    survives: `select obj_description(pg_trigger.oid, 'pg_trigger'), (select count(*) from pg_rewrite where rulename = 'r')
      from pg_trigger`,
    finds: [
      'select pg_get_triggerdef(oid) from pg_trigger',
      [
        {
          pg_get_triggerdef:
            'CREATE TRIGGER tr BEFORE UPDATE OF b ON public.u FOR EACH ROW WHEN ((old.b IS DISTINCT FROM new.b)) EXECUTE FUNCTION f()',
        },
      ],
    ],
  });
});

test.each(['user', 'full', 'order', 'current_user', 'window'])(
  'a column gets a name that is a word of SQL: %s',
  async (word) => {
    const models = (name: string) => {
      const t = pgTable('t', { id: integer().primaryKey(), [name]: integer() }, (table) => {
        const column = table[name as 'id'];
        return [
          pgPolicy('p', { using: sql`${column} > 1` }),
          check('c', sql`${column} > 2`),
          index('i').on(table.id).where(sql`${column} > 3`),
        ];
      });
      return {
        t,
        v: pgView('v').as((query) =>
          query
            .select()
            .from(t)
            .where(sql`t.${sql.identifier(name)} > 4`),
        ),
      };
    };
    await expectCatalogScenario({
      before: models('owner'),
      given: 'insert into t values (1, 5)',
      after: models(word),
      renames: [`t.owner=t.${word}`],
      survives: 'select count(*) from v',
    });
    expect.hasAssertions();
  },
);
