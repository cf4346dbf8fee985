import { describe, expect, it } from 'vitest';
import { postgres } from '../../src/dialects/postgres/index.js';
import { diff } from '../../src/diff/diff.js';
import { type Line, lines, readPg } from '../drizzle/lines.js';
import { expectScenario, type Models } from '../support/postgres-scenarios.js';
import { session } from '../support/postgres-session.js';

/**
 * Changes that drizzle-kit gets wrong, by their numbers in our list of its reported bugs: views, policies and roles,
 * with rows in the tables. What each test says after the colon is what drizzle-kit does.
 */

describe.each(lines)('with drizzle-orm $line', (line: Line) => {
  const { sql } = line.orm;
  const { integer, pgMaterializedView, pgPolicy, pgRole, pgTable, pgView, text, varchar } = line.pg;
  const read = (models: Models) => readPg(line, models).catalog;

  it('12. a column under views gets another type: drizzle-kit fails, both lines', () => {
    const models = (long: boolean) => {
      const t = pgTable('t', {
        id: integer('id').primaryKey(),
        c: long ? text('c') : varchar('c', { length: 9 }),
      });
      const v = pgView('v', { c: text('c') }).as(sql`select c from t where c <> ''`);
      const over = pgView('over', { n: integer('n') }).as(sql`select length(c) as n from v`);
      return read({ t, v, over });
    };
    return expectScenario({
      before: models(false),
      given: `insert into t values (1, 'x'); grant select on v, over to pg_monitor`,
      after: models(true),
      survives: `select n, has_table_privilege('pg_monitor', 'v', 'select') as v,
        has_table_privilege('pg_monitor', 'over', 'select') as over from over`,
    });
  });

  it('22. a view on a view, their names in the wrong order: drizzle-kit fails to make and to drop them', async () => {
    const models = (views: boolean) => {
      const t = pgTable('t', { id: integer('id').primaryKey() });
      const z = pgView('z', { id: integer('id') }).as(sql`select id from t`);
      const a = pgView('a', { id: integer('id') }).as(sql`select id from z`);
      return read(views ? { t, a, z } : { t });
    };
    const rows = { given: 'insert into t values (1)', survives: 'select * from t' };
    await expectScenario({
      before: models(false),
      ...rows,
      after: models(true),
      finds: ['select * from a', [{ id: 1 }]],
    });
    await expectScenario({ before: models(true), ...rows, after: models(false) });
  });

  it('25. a view and a materialized view change: drizzle-kit makes them anew, without grants and indexes', async () => {
    const models = (more: boolean) => {
      const t = pgTable('t', { id: integer('id').primaryKey(), c: text('c') });
      const where = more ? sql` where id > 0` : sql``;
      const v = pgView('v', { id: integer('id'), c: text('c') }).as(sql`select id, c from t${where}`);
      const m = pgMaterializedView('m', { id: integer('id') }).as(sql`select id from t${where}`);
      return read({ t, v, m });
    };
    const operations = await expectScenario({
      before: models(false),
      given: `insert into t values (1, 'x'); create unique index m_id on m (id);
        grant select on v, m to public; comment on view v is 'ours'; refresh materialized view m`,
      after: models(true),
      survives: `select v.*, (select count(*)::int from m) as m, obj_description('v'::regclass) as comment,
        (select count(*)::int from pg_indexes where tablename = 'm') as indexes,
        has_table_privilege('public', 'm', 'select') as granted from v`,
    });
    expect(operations.map(({ kind }) => kind)).toContain('alterView');
  });

  it('29. policies without USING or WITH CHECK, and those of other schemas: drizzle-kit push drops or misreads them', () => {
    const models = (names: readonly string[]) => {
      const t = pgTable('t', { id: integer('id').primaryKey() }, () =>
        names.map((name) =>
          pgPolicy(name, {
            for: name === 'reads' ? 'select' : 'insert',
            ...(name === 'reads' ? { using: sql`true` } : { withCheck: sql`id > 0` }),
          }),
        ),
      );
      return read({ t });
    };
    return expectScenario({
      before: models(['reads']),
      given: 'insert into t values (1)',
      after: models(['reads', 'writes']),
      survives: 'select * from t',
      finds: [
        `select policyname, qual, with_check from pg_policies where schemaname = 'public' order by 1`,
        [
          { policyname: 'reads', qual: 'true', with_check: null },
          { policyname: 'writes', qual: null, with_check: '(id > 0)' },
        ],
      ],
    });
  });

  it('29. policies of schemas that are not compared stay', async () => {
    const { driver, sql: run } = await session();
    await run(`create schema elsewhere; create table elsewhere.t (id int); create policy theirs on elsewhere.t;
      create table t (id integer primary key)`);
    const live = await postgres.inspect(driver, { schemas: [], includes: () => true });
    const wanted = read({ t: pgTable('t', { id: integer('id').primaryKey() }) });
    const normalized = await postgres.normalize(driver, live, wanted);
    expect(diff(normalized.actual, normalized.wanted, postgres.rules).operations).toEqual([]);
  });

  it('32. what a role may do is read as it is: drizzle-kit reads createRole from another column', () => {
    const { catalog } = readPg(line, { r: pgRole('r', { createRole: true, createDb: false }) });
    expect(catalog.roles).toMatchObject([{ name: 'r', createRole: true, createDb: false }]);
  });
});
