import { describe, expect, test } from 'vitest';
import { makeCatalog, type View } from '../../../src/catalog/index.js';
import { column, type Operation } from '../../../src/operations/index.js';
import { changes, enumColumn, mood, table } from '../../support/postgres-models.js';
import { session } from '../../support/postgres-session.js';

/** Views on a real server: how the models may spell them, and what lives on when a revision changes what they read. */

const view = (name: string, query: string, parts: Partial<View> = {}): View => ({
  kind: 'view',
  schema: null,
  name,
  materialized: false,
  query,
  with: {},
  ...parts,
});

const posts = table(
  [
    column('id', 'integer', { nullable: false }),
    column('title', 'varchar(40)'),
    column('author', 'integer'),
    enumColumn('mood', 'mood', mood),
    column('at', 'timestamptz'),
    column('Odd "name"', 'numeric(10, 2)'),
  ],
  { name: 'posts', primaryKey: { kind: 'primaryKey', name: 'posts_pkey', columns: ['id'] } },
);
const people = table([column('id', 'integer'), column('name', 'text')], { name: 'people' });

describe('a view of the models is the live one, however it is spelled:', () => {
  test.each([
    ['select *', 'select * from posts'],
    ['quoted names', 'SELECT "posts"."id", "Odd ""name""" FROM "public"."posts" AS "posts"'],
    ['casts', "select id::bigint as n, cast(title as text) t, '2020-01-01'::date d, at::date from posts"],
    [
      'lists',
      "select id from posts where title in ('a', 'b') and mood in ('sad', 'ok') and id not in (1, 2)",
    ],
    [
      'ranges and patterns',
      "select id from posts where id between 1 and 5 and title like 'a%' and title ilike '%B'",
    ],
    ['joins', 'select p.id, q.name from posts p join people q on q.id = p.author cross join people r'],
    ['natural joins', 'select * from posts natural join people'],
    [
      'groups by a key',
      'select p.*, count(*) as n from posts p join people q on q.id = p.author group by p.id',
    ],
    [
      'common tables',
      'with a as (select id from posts) select * from a where exists (select 1 from people where people.id = a.id)',
    ],
    ['windows', 'select id, row_number() over (partition by author order by at desc nulls last) from posts'],
    ['sets', '(select id from posts order by id limit 1) union all select id from people except (select 1)'],
    [
      'functions',
      "select coalesce(title, 'x'), extract(year from at), now() - interval '1 day', trim(title), upper(name) from posts, people",
    ],
    [
      'cases and comments',
      "select case when id > 1 then 'a' else null end as c -- why\n from posts /* all */",
    ],
    ['lateral', 'select p.id, l.name from posts p, lateral (select name from people where id = p.author) l'],
    ['a literal of two lines', "select 'a\n  b' as t, E'c\\n' as u from posts"],
    ['no names', 'select 1 from posts'],
  ])('%s', async (_what, query) => {
    const at = await session();
    const models = makeCatalog({
      dialect: 'postgres',
      enums: [mood],
      tables: [posts, people],
      views: [view('v', query)],
    });
    await at.apply(
      { kind: 'createEnum', enum: mood },
      { kind: 'createTable', table: posts },
      { kind: 'createTable', table: people },
      { kind: 'createView', view: view('v', query) },
    );
    expect(await changes(at, models)).toEqual({ lines: [], unverified: [] });
    // A table that changes is read as it will be.
    const grown = { ...people, columns: [...people.columns, column('more', 'text')] };
    const { lines, unverified } = await changes(at, makeCatalog({ ...models, tables: [posts, grown] }));
    expect(unverified).toEqual([]);
    expect(lines[0]).toBe('alter table people: add column more');
  });
});

describe('what reads a column lives through its new type', () => {
  const retype: Operation = {
    kind: 'alterTable',
    table: { schema: null, name: 't' },
    changes: [{ kind: 'alterColumn', name: 'a', to: { type: 'bigint' } }],
  };

  test('also where no model knows it: views, rules, policies, triggers', async () => {
    const { sql, apply } = await session();
    await sql(`create table t (a int, b int); insert into t values (1, 2);
      create schema other;
      create view other.v with (security_barrier) as select a, b from t where a > 0;
      create view other."W" as select * from other.v;
      create materialized view other.m as select a from other."W" with no data;
      create index m_a on other.m (a);
      comment on view other.v is 'kept';
      grant select (a) on other.v to public;
      create function f() returns trigger language plpgsql as 'begin return new; end';
      create trigger tr before update of a on t for each row execute function f();
      comment on trigger tr on t is 'tr';
      alter table t enable always trigger tr;
      create rule r as on insert to t where new.a < 0 do instead nothing;
      create policy p on t as restrictive for update to public using (a > 0) with check (a > 1);`);
    const look = `select
      (select json_agg(relname order by relname) from pg_class where relnamespace = 'other'::regnamespace) as relations,
      obj_description('other.v'::regclass) as comment,
      (select attacl::text from pg_attribute where attrelid = 'other.v'::regclass and attname = 'a') as grants,
      (select reloptions from pg_class where oid = 'other.v'::regclass) as options,
      (select relispopulated from pg_class where oid = 'other.m'::regclass) as populated,
      (select tgenabled::text || obj_description(oid, 'pg_trigger') from pg_trigger) as trigger,
      (select count(*) from pg_rewrite where rulename = 'r') as rules,
      (select json_build_array(polcmd, polpermissive, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) from pg_policy) as policy`;
    const before = await sql(look);
    await apply(retype);
    expect(await sql(look)).toEqual(before);
    expect(
      await sql(
        "select format_type(atttypid, null) as type from pg_attribute where attrelid = 'other.\"W\"'::regclass and attname = 'a'",
      ),
    ).toEqual([{ type: 'bigint' }]);
  });

  test('and asks nothing of the server where nothing reads it', async () => {
    const { sql, apply } = await session();
    await sql('create table t (a int, b int); create view v as select b from t');
    expect(await apply(retype)).toEqual(['ALTER TABLE "t" ALTER COLUMN "a" TYPE bigint']);
  });

  test('an enum that is made anew takes its readers along', async () => {
    const { sql, apply } = await session();
    await sql(`create type mood as enum ('sad', 'ok'); create table t (m mood, ms mood[]); insert into t values ('ok', '{sad}');
      create view v as select m, 'ok'::mood as o from t where m = 'ok'; grant select on v to public;
      create view w as select 'sad'::mood as s`);
    await apply({
      kind: 'alterEnum',
      name: { schema: null, name: 'mood' },
      from: ['sad', 'ok'],
      to: ['ok', 'sad'],
      columns: [],
    });
    expect(await sql('select m::text, o::text, s::text from v, w')).toEqual([{ m: 'ok', o: 'ok', s: 'sad' }]);
    expect(await sql("select relacl is not null as granted from pg_class where relname = 'v'")).toEqual([
      { granted: true },
    ]);
  });
});
