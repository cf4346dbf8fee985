import { describe, expect, it } from 'vitest';
import { lines, readPg } from '../drizzle/lines.js';
import { expectCatalogScenario } from '../support/postgres-scenarios.js';

/** Views and materialized views of the models, on both lines of drizzle-orm, with rows in the tables. */

const grantsOf = (name: string) => `
  select grantee, string_agg(privilege_type, ',' order by privilege_type) as granted
  from information_schema.role_table_grants where table_name = '${name}' and grantee <> grantor
  group by grantee order by grantee`;

describe.each(lines)('views, with drizzle-orm $line', (line) => {
  const { pg } = line;
  const { sql, eq, gt } = line.orm;
  const catalog = (models: Record<string, unknown>) => readPg(line, models).catalog;
  const users = (columns = {}) =>
    pg.pgTable('users', {
      id: pg.integer('id').primaryKey(),
      name: pg.text('name').notNull(),
      age: pg.integer('age'),
      ...columns,
    });
  const rows = "insert into users values (1, 'ann', 30), (2, 'bob', 10)";

  it('are made, changed in place, and dropped', async () => {
    const table = users();
    const adults = pg
      .pgView('adults')
      .as((qb) => qb.select({ id: table.id }).from(table).where(gt(table.age, 17)));
    const wider = pg
      .pgView('adults')
      .as((qb) => qb.select({ id: table.id, name: table.name }).from(table).where(gt(table.age, 20)));
    const made = await expectCatalogScenario({
      before: catalog({ table }),
      given: rows,
      after: catalog({ table, adults }),
      survives: 'select * from users',
    });
    expect(made.lines).toEqual(['create view adults']);
    const changed = await expectCatalogScenario(
      {
        before: catalog({ table, adults }),
        given: `${rows}; grant select on adults to public; comment on view adults is 'grown'`,
        after: catalog({ table, wider }),
        survives: "select obj_description('adults'::regclass)",
      },
      (database) => database.sql(`select * from adults`),
    );
    expect(changed.lines).toEqual(['alter view adults']);
    expect(changed.seen).toEqual([{ id: 1, name: 'ann' }]);
    const dropped = await expectCatalogScenario({
      before: catalog({ table, adults }),
      given: rows,
      after: catalog({ table }),
    });
    expect(dropped.lines).toEqual(['drop view adults']);
  });

  it('keep grants, comments, owner, triggers and rules when PostgreSQL cannot replace them', async () => {
    const table = users();
    const view = (columns: 'less' | 'more') =>
      pg
        .pgView('names', {})
        .as(columns === 'less' ? sql`select name from users` : sql`select id, name from users`);
    const reader = pg.pgView('readers', {}).as(sql`select upper(name) as shout from names`);
    const { lines: done, seen } = await expectCatalogScenario(
      {
        before: catalog({ table, view: view('more'), reader }),
        given: `${rows};
          do $$ begin create role rev_reader; exception when duplicate_object then null; end $$;
          grant select, update on names to rev_reader with grant option;
          grant select (shout) on readers to rev_reader;
          comment on view names is 'v'; comment on column names.name is 'c'; comment on view readers is 'r';
          create function no() returns trigger language plpgsql as 'begin return null; end';
          create trigger instead instead of delete on names for each row execute function no();
          create rule nothing as on insert to names do instead nothing;
          alter view names alter column name set default 'nobody';
          alter view names owner to rev_reader;
          grant select on users to rev_reader;`,
        after: catalog({ table, view: view('less'), reader }),
        survives: `select
          (select json_agg(g) from (${grantsOf('names')}) g) as grants,
          (select json_agg(g) from (select attname, attacl::text from pg_attribute where attrelid = 'readers'::regclass and attacl is not null) g) as columns,
          obj_description('names'::regclass) as v, obj_description('readers'::regclass) as r,
          (select description from pg_description where objoid = 'names'::regclass and objsubid > 0) as c,
          (select string_agg(tgname, ',') from pg_trigger where tgrelid = 'names'::regclass) as triggers,
          (select string_agg(rulename, ',' order by rulename) from pg_rewrite where ev_class = 'names'::regclass) as rules,
          (select count(*) from pg_attrdef where adrelid = 'names'::regclass) as defaults,
          (select pg_get_userbyid(relowner) from pg_class where oid = 'names'::regclass) as owner`,
      },
      (database) => database.sql('select * from readers order by 1'),
    );
    expect(done).toEqual([
      'drop view readers',
      'drop view names',
      'create view names',
      'create view readers',
    ]);
    expect(seen).toEqual([{ shout: 'ANN' }, { shout: 'BOB' }]);
  });

  it('are made anew where a column gets another collation, which PostgreSQL does not replace', async () => {
    const table = users();
    const view = (query: string) => pg.pgView('v', {}).as(sql.raw(query));
    const { lines: done } = await expectCatalogScenario({
      before: catalog({ table, v: view('select name from users') }),
      given: `${rows}; grant select on v to public`,
      after: catalog({ table, v: view('select name collate "C" as name from users') }),
      survives: grantsOf('v'),
    });
    expect(done).toEqual(['drop view v', 'create view v']);
  });

  it('are ordered by what they read, whatever their names', async () => {
    const table = users();
    const a = pg.pgView('a_last', {}).as(sql`select * from z_first`);
    const z = pg.pgView('z_first').as((qb) => qb.select().from(table));
    const { lines: done } = await expectCatalogScenario({
      before: catalog({ table }),
      given: rows,
      after: catalog({ a, z, table }),
    });
    expect(done).toEqual(['create view z_first', 'create view a_last']);
  });

  it('live through a new type of a column that they read', async () => {
    const before = users();
    const after = users({ age: pg.numeric('age', { precision: 10, scale: 2 }) });
    const views = (table: ReturnType<typeof users>) => ({
      table,
      old: pg.pgView('old').as((qb) => qb.select().from(table).where(gt(table.age, 20))),
      totals: pg.pgMaterializedView('totals', {}).as(sql`select count(*) as n, max(age) as oldest from old`),
    });
    const { lines: done } = await expectCatalogScenario({
      before: catalog(views(before)),
      given: `${rows}; refresh materialized view totals; create unique index totals_n on totals (n); grant select on old to public;
        comment on materialized view totals is 'kept';
        create function f() returns trigger language plpgsql as 'begin return new; end';
        create trigger aged before update of age on users for each row when (old.age <> new.age) execute function f();
        alter table users disable trigger aged;
        create rule log as on update to users where new.age < 0 do instead nothing;`,
      after: catalog(views(after as never)),
      survives: `select n, obj_description('totals'::regclass), (select count(*) from pg_indexes where tablename = 'totals') as indexes,
        (select json_agg(g) from (${grantsOf('old')}) g) as grants,
        (select tgenabled from pg_trigger where tgname = 'aged') as trigger,
        (select count(*) from pg_rewrite where rulename = 'log') as rules from totals`,
    });
    expect(done).toEqual([
      'drop materialized view totals',
      'drop view old',
      'alter table users: alter column age: type numeric(10,2)',
      'create view old',
      'create materialized view totals',
    ]);
  });

  it('leave before a column that only the old query reads', async () => {
    const before = users({ nick: pg.text('nick') });
    const after = users({ alias: pg.text('alias') });
    const view = (query: string) => pg.pgView('v', {}).as(sql.raw(query));
    const { lines: done, seen } = await expectCatalogScenario(
      {
        before: catalog({ table: before, v: view('select id, nick from users') }),
        given: "insert into users values (1, 'ann', 30, 'a'); grant select on v to public",
        after: catalog({ table: after, v: view('select id, alias from users') }),
        survives: grantsOf('v'),
      },
      (database) => database.sql('select * from v'),
    );
    expect(done).toEqual([
      'drop view v',
      'alter table users: add column alias; drop column nick',
      'create view v',
    ]);
    expect(seen).toEqual([{ id: 1, alias: null }]);
  });

  it('see new and dropped columns through select *', async () => {
    const view = pg.pgView('every', {}).as(sql`select * from users`);
    const { lines: done } = await expectCatalogScenario({
      before: catalog({ table: users(), view }),
      given: rows,
      after: catalog({ table: users({ more: pg.text('more').default('x') }), view }),
      survives: 'select id, name, age from every',
    });
    expect(done).toEqual(['alter table users: add column more', 'alter view every']);
  });

  it('follow renamed tables and columns', async () => {
    const people = pg.pgTable('people', {
      id: pg.integer('id').primaryKey(),
      fullName: pg.text('full_name').notNull(),
      age: pg.integer('age'),
    });
    const old = users();
    await expectCatalogScenario({
      before: catalog({ table: old, v: pg.pgView('v').as((qb) => qb.select().from(old)) }),
      given: `${rows}; grant select on v to public`,
      after: catalog({ people, v: pg.pgView('v').as((qb) => qb.select().from(people)) }),
      renames: ['users=people', 'users.name=people.full_name'],
      survives: grantsOf('v'),
    });
  });

  it('are renamed where it is said', async () => {
    const table = users();
    const view = (name: string) => pg.pgView(name).as((qb) => qb.select().from(table));
    const { lines: done } = await expectCatalogScenario({
      before: catalog({ table, v: view('v') }),
      given: `${rows}; grant select on v to public`,
      after: catalog({ table, w: view('w') }),
      renames: ['v=w'],
      survives: "select relacl::text from pg_class where relname in ('v', 'w')",
    });
    expect(done).toEqual(['rename view v to w']);
  });

  it('have options, which come and go', async () => {
    const table = users();
    const view = (options?: object) => {
      const builder = pg.pgView('v');
      return (options ? builder.with(options as never) : builder).as((qb) =>
        qb.select().from(table).where(gt(table.age, 1)),
      );
    };
    const { lines: done, seen } = await expectCatalogScenario(
      {
        before: catalog({ table, v: view() }),
        given: rows,
        after: catalog({ table, v: view({ securityBarrier: true, checkOption: 'local' }) }),
      },
      (database) => database.sql("select reloptions from pg_class where relname = 'v'"),
    );
    expect(done).toEqual(['alter view v']);
    expect(seen).toEqual([{ reloptions: ['security_barrier=true', 'check_option=local'] }]);
  });

  it('that are declared existing are left alone', async () => {
    const table = users();
    const { lines: done } = await expectCatalogScenario({
      before: catalog({ table }),
      given: 'create view theirs as select id from users',
      after: catalog({ table, theirs: pg.pgView('theirs', { id: pg.integer() }).existing() }),
    });
    expect(done).toEqual([]);
  });

  it('may be in schemas, and read tables of schemas that change', async () => {
    const app = pg.pgSchema('app');
    const posts = (columns = {}) =>
      app.table('posts', { id: pg.integer('id').primaryKey(), title: pg.text('title'), ...columns });
    const view = (table: ReturnType<typeof posts>) =>
      app.view('titles').as((qb) => qb.select().from(table).where(eq(table.id, 1)));
    const [before, after] = [posts(), posts({ body: pg.text('body') })];
    const { lines: done } = await expectCatalogScenario({
      before: catalog({ app, before, v: view(before) }),
      given: "insert into app.posts values (1, 'x')",
      after: catalog({ app, after, v: view(after as never) }),
      survives: 'select id, title from app.titles',
    });
    expect(done).toEqual(['alter table app.posts: add column body', 'alter view app.titles']);
  });
});

describe.each(lines)('a view that becomes another thing, with drizzle-orm $line', (line) => {
  const { pg } = line;
  const { sql } = line.orm;
  const catalog = (models: Record<string, unknown>) => readPg(line, models).catalog;
  const table = pg.pgTable('t', { id: pg.integer('id').primaryKey(), n: pg.integer('n') });

  it('is made anew: materialized, or a table, and back', async () => {
    const view = pg.pgView('x', {}).as(sql`select n from t`);
    const reader = pg.pgView('reader', {}).as(sql`select * from x`);
    const materialized = pg.pgMaterializedView('x', {}).as(sql`select n from t`);
    const { lines: done } = await expectCatalogScenario({
      before: catalog({ table, view, reader }),
      after: catalog({ table, materialized, reader }),
    });
    expect(done).toEqual([
      'drop view reader',
      'drop view x',
      'create materialized view x',
      'create view reader',
    ]);
    const other = pg.pgTable('x', { n: pg.integer('n') });
    await expectCatalogScenario({
      before: catalog({ table, materialized, reader }),
      after: catalog({ table, other, reader }),
    });
  });

  it('comes back when the key that it groups by changes', async () => {
    const grouped = pg.pgView('grouped', {}).as(sql`select t.*, count(*) as many from t group by id`);
    const moved = pg.pgTable('t', { id: pg.integer('id').notNull(), n: pg.integer('n').primaryKey() });
    const by = pg.pgView('grouped', {}).as(sql`select id, count(*) as many from t group by id`);
    await expectCatalogScenario({
      before: catalog({ table, grouped }),
      given: 'insert into t values (1, 2)',
      after: catalog({ moved, by }),
    });
  });
});

describe.each(lines)('materialized views, with drizzle-orm $line', (line) => {
  const { pg } = line;
  const { sql } = line.orm;
  const catalog = (models: Record<string, unknown>) => readPg(line, models).catalog;
  const table = pg.pgTable('t', { id: pg.integer('id').primaryKey(), n: pg.integer('n') });
  const rows = 'insert into t select i, i % 3 from generate_series(1, 9) as i';
  const view = (query: string, options?: object) => {
    const builder = pg.pgMaterializedView('m', {});
    return (options ? builder.with(options as never) : builder).as(sql.raw(query));
  };

  it('keep the indexes that no model can say', async () => {
    const { lines: done, seen } = await expectCatalogScenario(
      {
        before: catalog({ table, m: view('select n, count(*) as many from t group by n') }),
        given: `${rows}; refresh materialized view m; create unique index m_n on m (n) where many > 0;
          comment on index m_n is 'i'; grant select on m to public`,
        after: catalog({ table, m: view('select n, count(*) as many, sum(id) as total from t group by n') }),
        survives: `select indexdef, obj_description('m_n'::regclass), relacl::text
          from pg_indexes, pg_class where tablename = 'm' and oid = 'm'::regclass`,
      },
      (database) => database.sql('select n, many, total::int from m order by n'),
    );
    expect(done).toEqual(['drop materialized view m', 'create materialized view m']);
    expect(seen).toHaveLength(3);
  });

  it('change their parameters where they stand, and keep what nobody says', async () => {
    const { lines: done, seen } = await expectCatalogScenario(
      {
        before: catalog({ table, m: view('select n from t', { fillfactor: 70 }) }),
        given: rows,
        after: catalog({ table, m: view('select n from t', { fillfactor: 80, autovacuumEnabled: false }) }),
      },
      (database) => database.sql("select reloptions from pg_class where relname = 'm'"),
    );
    expect(done).toEqual(['alter materialized view m']);
    expect(seen).toEqual([{ reloptions: ['fillfactor=80', 'autovacuum_enabled=false'] }]);
    const kept = await expectCatalogScenario({
      before: catalog({ table, m: view('select n from t', { fillfactor: 70 }) }),
      after: catalog({ table, m: view('select n from t') }),
    });
    expect(kept.lines).toEqual([]);
  });

  it('come back with their indexes when they were dropped, and may be empty', async () => {
    const empty = pg.pgMaterializedView('m', {}).withNoData().as(sql`select n from t`);
    const dropped = await expectCatalogScenario({
      before: catalog({ table, empty }),
      given: `${rows}; create index m_n on m (n)`,
      after: catalog({ table }),
    });
    expect(dropped.lines).toEqual(['drop materialized view m']);
  });
});
