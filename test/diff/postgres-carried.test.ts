import { describe, expect, it } from 'vitest';
import { lines, readPg } from '../drizzle/lines.js';
import { expectCatalogScenario } from '../support/postgres-scenarios.js';

/** What PostgreSQL carries through a rename by itself: views and policies that read what gets another name. */

describe.each(lines)('a schema that gets another name, with drizzle-orm $line', (line) => {
  const { pg } = line;
  const { sql } = line.orm;
  const catalog = (models: Record<string, unknown>) => readPg(line, models).catalog;
  const given = `
    insert into app.users values (1, 'ann'), (2, 'bob');
    do $$ begin create role rev_reader; exception when duplicate_object or unique_violation then null; end $$;
    grant select on app.vv to rev_reader;
    comment on view app.vv is 'hello';
    alter view app.vv owner to rev_reader;
    grant usage on schema app to rev_reader;
    grant select on app.users to rev_reader;
    create index mv_id on app.mv (id);
    comment on materialized view app.mv is 'm';`;
  const survives = `
    select relname, obj_description(oid, 'pg_class') as comment, relacl::text, pg_get_userbyid(relowner) as owner,
      (select string_agg(indexrelid::regclass::text, ',') like '%mv_id' from pg_index where indrelid = pg_class.oid) as indexed
    from pg_class where relname in ('vv', 'mv', 'outside') order by relname`;
  interface Names {
    readonly users?: string;
    readonly where?: string;
    readonly reads?: string;
  }
  const models = (name: string, { users = 'users', where = 'true', reads = 'id' }: Names = {}) => {
    const schema = pg.pgSchema(name);
    return {
      schema,
      table: schema.table(users, { id: pg.integer('id').primaryKey(), name: pg.text('name') }),
      view: schema.view('vv', {}).as(sql.raw(`select id, name from ${name}.${users} where ${where}`)),
      made: schema.materializedView('mv', {}).as(sql.raw(`select ${reads} from ${name}.vv`)),
      outside: pg.pgView('outside', {}).as(sql.raw(`select u.name as who from ${name}.${users} u`)),
      other: pg.pgView('other', {}).as(sql.raw(`select app.id from ${name}.${users} app`)),
    };
  };
  const catalogOf = (...names: Parameters<typeof models>) => catalog(models(...names));
  const rename = 'rename schema app to core';

  it('carries its views, and those that read it, with all that they have', async () => {
    const { lines: done } = await expectCatalogScenario({
      before: catalogOf('app'),
      given,
      after: catalogOf('core'),
      renames: ['app=core'],
      survives,
      finds: ['select * from core.mv', []],
    });
    expect(done).toEqual([rename]);
  });

  it('carries a view that changes, in place or kept', async () => {
    const { lines: done } = await expectCatalogScenario({
      before: catalogOf('app'),
      given,
      after: catalogOf('core', { where: 'id > 1' }),
      renames: ['app=core'],
      survives,
    });
    expect(done).toEqual([rename, 'alter view core.vv']);
    const remade = await expectCatalogScenario({
      before: catalogOf('app'),
      given,
      after: catalogOf('core', { reads: 'name, id' }),
      renames: ['app=core'],
      survives,
    });
    expect(remade.lines).toEqual([
      rename,
      'drop materialized view core.mv',
      'create materialized view core.mv',
    ]);
  });

  it('with a table that gets another name too, and with views', async () => {
    const { lines: done } = await expectCatalogScenario({
      before: catalogOf('app'),
      given,
      after: catalogOf('core', { users: 'people' }),
      renames: ['app=core', 'app.users=core.people'],
      survives,
    });
    expect(done[0]).toBe(rename);
    expect(done.filter((each) => each.includes('rename table'))).toEqual([
      'rename table core.users to core.people',
    ]);
    const view = (schema: string, name: string) => {
      const { made: _made, view: _view, ...rest } = models(schema);
      const query = sql.raw(`select id, name from ${schema}.users`);
      return catalog({ ...rest, v: pg.pgSchema(schema).view(name, {}).as(query) });
    };
    const both = await expectCatalogScenario({
      before: view('app', 'old'),
      given: "comment on view app.old is 'v'",
      after: view('core', 'young'),
      renames: ['app=core', 'app.old=core.young'],
      survives: "select obj_description(oid, 'pg_class') from pg_class where relname in ('old', 'young')",
    });
    expect(both.lines).toEqual([rename, 'rename view core.old to core.young']);
  });
});

describe.each(lines)('policies of what gets another name, with drizzle-orm $line', (line) => {
  const { pg } = line;
  const { sql } = line.orm;
  const catalog = (models: Record<string, unknown>) => readPg(line, models).catalog;
  const policy = (using: string) => pg.pgPolicy('p', { using: sql.raw(using) } as never);
  const comment = "select obj_description(oid, 'pg_policy') from pg_policy";

  it('stand on a column that gets another name and another type', async () => {
    const member = (name: string, column: unknown, using: string) =>
      catalog({
        t: pg.pgTable(
          'member',
          { id: pg.integer('id'), [name]: column as ReturnType<typeof pg.text> },
          () => [policy(using)] as never,
        ),
      });
    await expectCatalogScenario({
      before: member('email', pg.text('email'), 'email = current_user'),
      given: "insert into member values (1, '5'); comment on policy p on member is 'it'",
      after: member('mail', pg.integer('mail'), 'mail = 5'),
      renames: ['member.email=member.mail'],
      survives: comment,
    });
    const { lines: done } = await expectCatalogScenario({
      before: member('email', pg.varchar('email', { length: 100 }), 'email = current_user'),
      given: "insert into member values (1, '5'); comment on policy p on member is 'it'",
      after: member('mail', pg.varchar('mail', { length: 120 }), 'mail = current_user'),
      renames: ['member.email=member.mail'],
      survives: comment,
    });
    expect(done).toEqual([
      'drop policy p on member',
      'alter table member: rename column email to mail; alter column mail: type character varying(120)',
      'create policy p on member',
    ]);
  });

  const guarded = (schema: string, users: string, posts: string, owner: string) => {
    const app = pg.pgSchema(schema);
    const name = `"${schema}"."${users}"`;
    const using = `exists (select 1 from ${name} where ${name}."id" = "${schema}"."${posts}"."${owner}")`;
    return catalog({
      app,
      users: app.table(users, { id: pg.integer('id').primaryKey() }),
      posts: app.table(
        posts,
        { id: pg.integer('id'), [owner]: pg.integer(owner) },
        () => [policy(using)] as never,
      ),
    });
  };

  it('read other tables of a schema that gets another name', async () => {
    const { lines: done } = await expectCatalogScenario({
      before: guarded('App', 'usr', 'post', 'owner'),
      given: `comment on policy p on "App".post is 'it'`,
      after: guarded('core', 'usr', 'post', 'owner'),
      renames: ['App=core'],
      survives: comment,
    });
    expect(done).toEqual(['rename schema App to core']);
  });

  it('read other tables, where schema, tables and columns get another name', async () => {
    const { lines: done } = await expectCatalogScenario({
      before: guarded('App', 'usr', 'post', 'owner'),
      given: `comment on policy p on "App".post is 'it'`,
      after: guarded('core', 'people', 'article', 'author'),
      renames: [
        'App=core',
        'App.usr=core.people',
        'App.post=core.article',
        'App.post.owner=core.article.author',
      ],
      survives: comment,
    });
    expect(done.filter((each) => each.startsWith('alter policy'))).toEqual([]);
  });

  it('and views read a view that gets another name', async () => {
    const models = (name: string) => ({
      a: pg.pgTable('a', { id: pg.integer('id') }),
      t: pg.pgTable('t', { id: pg.integer('id') }, () => [policy(`id in (select id from ${name})`)] as never),
      read: pg.pgView(name, {}).as(sql.raw('select id from a')),
      reader: pg.pgView('reader', {}).as(sql.raw(`select id from ${name}`)),
    });
    const { lines: done } = await expectCatalogScenario({
      before: catalog(models('first')),
      given: "comment on policy p on t is 'it'; comment on view reader is 'r'",
      after: catalog(models('young')),
      renames: ['first=young'],
      survives: comment,
    });
    expect(done).toEqual(['rename view first to young']);
  });

  it('read another table that has a column of the same name', async () => {
    const models = (name: string) => {
      const users = pg.pgTable('users', { id: pg.integer('id') });
      const using = `exists (select 1 from users u where u.id = posts.${name})`;
      const posts = pg.pgTable('posts', { [name]: pg.integer(name) }, () => [policy(using)] as never);
      return catalog({ users, posts });
    };
    await expectCatalogScenario({
      before: models('id'),
      given: "comment on policy p on posts is 'it'",
      after: models('number'),
      renames: ['posts.id=posts.number'],
      survives: comment,
    });
  });

  it('stand on tables that exchange their names', async () => {
    const two = (x: string, y: string, type: unknown) =>
      catalog({
        one: pg.pgTable(
          x,
          { a: type as ReturnType<typeof pg.text> },
          () => [policy('a is not null')] as never,
        ),
        two: pg.pgTable(y, { b: pg.integer('b') }),
      });
    await expectCatalogScenario({
      before: two('x', 'y', pg.integer('a')),
      given: "insert into x values (1); comment on policy p on x is 'it'",
      after: two('y', 'x', pg.bigint('a', { mode: 'number' })),
      renames: ['x=y', 'y=x'],
      survives: comment,
    });
  });
});
