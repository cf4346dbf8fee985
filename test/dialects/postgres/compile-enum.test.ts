import { describe, expect, test } from 'vitest';
import { emptyCatalog, makeCatalog } from '../../../src/catalog/index.js';
import type { Operation } from '../../../src/operations/index.js';
import { sqlOf, t } from '../../support/postgres-operations.js';
import { session, type TestSession } from '../../support/postgres-session.js';

/** A type that is made anew: whatever stands on its columns comes back as it was. */

const mood = { schema: null, name: 'mood' };
const remake: Operation = {
  kind: 'alterEnum',
  name: mood,
  from: ['sad', 'ok'],
  to: ['ok', 'new', 'sad'],
  columns: [],
};
const type = `create type mood as enum ('sad', 'ok')`;

/** All that the server tells of what is not a value: definitions, comments, grants. */
async function said({ sql }: TestSession): Promise<unknown> {
  const [row] = await sql(`select
    (select json_agg(json_build_array(conrelid::regclass::text, conname, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint'))
      order by conrelid::regclass::text, conname) from pg_constraint
      where connamespace = 'public'::regnamespace and contype <> 'n') as constraints,
    (select json_agg(json_build_array(pg_get_indexdef(indexrelid), obj_description(indexrelid, 'pg_class'), indisclustered, indisreplident)
      order by indexrelid::regclass::text) from pg_index
      where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)) as indexes,
    (select json_agg(json_build_array(attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attacl::text,
        pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)) order by attrelid::regclass::text, attname)
      from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
      where attnum > 0 and not attisdropped
        and attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p'))) as columns,
    (select json_agg(pg_get_statisticsobjdef(oid)) from pg_statistic_ext) as statistics,
    (select json_agg(json_build_array(typname, obj_description(oid, 'pg_type'), typacl::text, typowner)) from pg_type
      where typname = 'mood') as types,
    (select json_agg(json_build_array(pg_get_functiondef(oid), obj_description(oid, 'pg_proc'), proacl::text, proowner)
      order by oid::regprocedure::text) from pg_proc where pronamespace = 'public'::regnamespace) as functions,
    (select json_agg(json_build_array(typname, format_type(typbasetype, typtypmod), typnotnull, typdefault, typacl::text, typowner,
        obj_description(oid, 'pg_type'), (select json_agg(json_build_array(conname, pg_get_constraintdef(c.oid),
          obj_description(c.oid, 'pg_constraint')) order by conname) from pg_constraint c where contypid = t.oid)) order by typname)
      from pg_type t where typtype = 'd' and typnamespace = 'public'::regnamespace) as domains`);
  return row;
}

async function expectKept(setup: string): Promise<TestSession> {
  const given = await session();
  await given.sql(`${type}; ${setup}`);
  const before = await said(given);
  await given.apply(remake);
  expect(await said(given)).toEqual(before);
  expect((await given.inspect()).enums[0]?.values).toEqual(['ok', 'new', 'sad']);
  return given;
}

describe('an enum that is made anew', () => {
  test('says what cannot come back: a check of a value that is gone', async () => {
    const given = await session();
    await given.sql(`${type}; create table t (a mood, constraint c check (a <> 'sad'))`);
    await expect(given.apply({ ...remake, to: ['ok'] })).rejects.toMatchObject({
      code: 'REV_STATEMENT',
      data: { sqlstate: '22P02' },
      message: expect.stringContaining('Cannot restore (ALTER TABLE t ADD CONSTRAINT c CHECK'),
    });
  });

  test('keeps keys of and to a generated column that is computed from it', async () => {
    const { sql } = await expectKept(`
      create table t (id int primary key, a mood, b int,
        g int not null generated always as (case when a = 'sad' then 1 else 2 end) stored,
        constraint un unique (g), constraint two unique (b) include (g));
      create table p (a mood, g int generated always as (case when a = 'sad' then 1 else 2 end) stored primary key,
        constraint pt foreign key (g) references t (g));
      create table o (x int, constraint ot foreign key (x) references t (g) on delete cascade,
        constraint op foreign key (x) references p (g) deferrable initially deferred,
        constraint ob foreign key (x) references t (b));
      insert into t (id, a, b) values (1, 'sad', 1), (2, 'ok', 2); insert into p (a) values ('sad'); insert into o values (1)`);
    expect(await sql('select id, a, g from t order by id')).toEqual([
      { id: 1, a: 'sad', g: 1 },
      { id: 2, a: 'ok', g: 2 },
    ]);
  });

  test('keeps indexes, exclusions and statistics', async () => {
    await expectKept(`
      create table t (id int not null, a mood, b int,
        g int not null generated always as (case when a = 'sad' then 1 else 2 end) stored,
        constraint ex exclude (g with =) where (id < 0));
      create index i1 on t (b) include (g); create index i2 on t (b) include (a); create index i3 on t (a);
      create index i4 on t ((a > 'sad')) where a < 'ok'; create unique index i5 on t (id, g) with (fillfactor = 70);
      create index i6 on t (b) include (a) where a = 'ok';
      comment on index i4 is 'it''s four'; alter table t replica identity using index i5; cluster t using i5;
      create statistics st on b, g from t`);
  });

  test('keeps what constraints say: NO INHERIT, NOT VALID, comments', async () => {
    await expectKept(`
      create table t (a mood, unique (a)); insert into t values ('sad');
      create table o (a mood); insert into o values ('ok');
      alter table t add constraint c1 check (a <> 'sad') not valid;
      alter table t add constraint c2 check (a is not null or a = 'ok') no inherit;
      alter table o add constraint f foreign key (a) references t (a) not valid;
      comment on constraint c2 on t is 'said'; comment on constraint f on o is 'key'; comment on type mood is 'a mood'`);
  });

  test('keeps grants, owners and comments', async () => {
    const { sql } = await session();
    const role = `r${Math.random().toString(36).slice(2)}`;
    await sql(`create role "${role}"; create role "${role} x"`);
    const given = await expectKept(`
      create table t (a mood, g int generated always as (case when a = 'sad' then 1 else 2 end) stored);
      grant usage, create on schema public to "${role} x"; alter type mood owner to "${role} x";
      comment on type mood is 'it''s a mood'; comment on column t.g is 'gee'; grant select (g), references (g) on t to "${role}";
      revoke all on type mood from public; grant usage on type mood to "${role}" with grant option`);
    await given.sql(`drop table t; drop type mood; revoke all on schema public from "${role} x"`);
    await sql(`drop role "${role}"; drop role "${role} x"`);
  });

  test('needs no more than to own the tables and the type', async () => {
    const given = await session();
    const role = `r${Math.random().toString(36).slice(2)}`;
    await given.sql(`create role ${role}; grant usage, create on schema public to ${role}`);
    await given.driver.query(`set role ${role}`);
    await given.driver.query(`${type}; create table t (a mood unique, constraint c check (a <> 'sad') no inherit,
      g int generated always as (case when a = 'sad' then 1 else 2 end) stored unique);
      comment on type mood is 'm'; grant usage on type mood to public; grant select (g) on t to public`);
    const before = await said(given);
    await given.apply(remake);
    expect(await said(given)).toEqual(before);
    await given.driver.query('reset role');
    await given.sql(`drop owned by ${role}; drop role ${role}`);
  });

  test('keeps generated columns of the type itself, and what names it without a column of it', async () => {
    await expectKept(`
      create table t (id int, a mood, g mood generated always as (a) stored,
        h mood generated always as (case when id > 0 then 'ok'::mood else 'sad'::mood end) stored, s text,
        constraint c check (s::mood <> 'sad'::mood)); create index i on t (id) where id > 0 or 'ok'::mood > 'sad'::mood;
      insert into t (id, a, s) values (1, 'sad', 'ok')`);
  });

  test('keeps functions that use it, and what stands on them and its columns', async () => {
    const { sql } = await session();
    const role = `r${Math.random().toString(36).slice(2)}`;
    await sql(`create role "${role}"`);
    const given = await expectKept(`
      create function is_sad(x mood) returns boolean language sql immutable as $$ select x = 'sad' $$;
      create function twofold(x mood[], inout y mood default 'ok') language plpgsql security definer cost 7
        as $$ begin y := x[1]; end $$;
      create function sadder(x mood) returns boolean immutable begin atomic select is_sad(x); end;
      create table reader (a mood);
      create procedure "Do it"(x mood) language sql as $$ insert into reader values (x) $$;
      comment on function is_sad(mood) is 'it''s sad'; comment on procedure "Do it" is 'does';
      grant usage, create on schema public to "${role}"; alter function twofold owner to "${role}";
      revoke all on function is_sad from public; grant execute on function is_sad to "${role}" with grant option;
      create table t (id int primary key, a mood, g boolean generated always as (is_sad(a)) stored,
        constraint c check (not sadder(a) or id > 0));
      create index i on t (is_sad(a)); create view v as select id, is_sad(a) as s from t;
      create function watch() returns trigger language plpgsql as 'begin return new; end';
      create trigger w before update on t for each row when (is_sad(new.a)) execute function watch();
      alter table t enable row level security; create policy p on t using (is_sad(a));
      create function read() returns bigint begin atomic select count(*) from t where a = 'ok'; end;
      create function seen(x mood) returns boolean language sql as $$ select s from v $$;
      insert into t values (1, 'sad'), (2, 'ok')`);
    expect(await given.sql('select id, s, seen(null), read() from v order by id')).toMatchObject([
      { id: 1, s: true, seen: true, read: '1' },
      { id: 2, s: false },
    ]);
    expect(await given.sql(`select tgname from pg_trigger where not tgisinternal`)).toHaveLength(1);
    expect(await given.sql('select polname from pg_policy')).toHaveLength(1);
    expect(await given.sql('show check_function_bodies')).toEqual([{ check_function_bodies: 'on' }]);
    await given.sql(`drop owned by "${role}" cascade`);
    await sql(`drop role "${role}"`);
  });

  test('keeps domains over it', async () => {
    await expectKept(`
      create schema other;
      create function fine(x mood) returns boolean language sql as $$ select x <> 'sad' $$;
      create domain m as mood default 'ok' not null constraint k check (value <> 'sad') constraint l check (fine(value));
      create domain ms as mood[]; create domain mm as m; create domain other.m as mood;
      comment on domain m is 'a domain'; comment on constraint k on domain m is 'kay';
      revoke usage on domain m from public;
      create function of_domain(x mm, y m[]) returns ms language sql as $$ select null::ms $$`);
  });

  test.each([
    ['create domain m as mood; create table t (a m)', 'column a of table t, which stands on type m'],
    ['create type pair as (a mood, b int)', 'column a of composite type pair'],
    [
      "create function f() returns mood language sql as $$ select 'ok'::mood $$; create table t (a text default f())",
      'default value for column a of table t, which stands on function f()',
    ],
    [
      'create function f(out a mood, out b int) language sql as $$ select null::mood, 1 $$; create view v as select b from f()',
      'view v, which stands on function f()',
    ],
    ['create aggregate last(mood) (sfunc = enum_larger, stype = mood)', 'function last(mood)'],
    ["create table t (a text default ('ok'::mood)::text)", 'default value for column a of table t'],
  ])('refuses what it cannot take along, before all: %s', async (setup, what) => {
    const given = await session();
    await given.sql(`${type}; ${setup}`);
    const refusal = await given.apply(remake).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'REV_STATEMENT',
      message: expect.stringContaining(what),
      hint: expect.stringContaining('in the same revision'),
    });
    expect(JSON.stringify(refusal)).not.toMatch(/rev_old|cascade/i);
    expect((await given.inspect()).enums[0]?.values).toEqual(['sad', 'ok']);
  });

  test('keeps partitions', async () => {
    const { sql } = await expectKept(`
      create table t (id int, a mood, g int generated always as (case when a = 'sad' then 1 else 2 end) stored,
        constraint c check (a <> 'ok' or id > 0)) partition by range (id);
      create table t1 partition of t for values from (0) to (10); create index i on t (g); create index j on t1 (g, id);
      alter table t1 add constraint own check (a <> 'ok' or id > 1); insert into t values (2, 'ok')`);
    expect(await sql('select id, a, g from t')).toEqual([{ id: 2, a: 'ok', g: 2 }]);
  });

  test('lives in a schema, with names that need quotes, and goes through twice', async () => {
    const given = await session();
    await given.sql(`create schema "A'p"; create type "A'p"."$rev$ X" as enum ('sad', 'ok');
      create table "A'p"."T t" ("c c" "A'p"."$rev$ X"[], constraint "c'k" check ("c c" <> '{ok}'))`);
    const operation: Operation = { ...remake, name: { schema: "A'p", name: '$rev$ X' } };
    await given.apply(operation, { ...operation, from: operation.to, to: ['ok'] });
    expect((await given.inspect()).tables[0]?.checks).toMatchObject([{ name: "c'k" }]);
    expect(await given.sql("select current_setting('rev.enum_remake', true) as left")).not.toContainEqual({
      left: expect.stringContaining('CHECK'),
    });
  });
});

test('an enum column that is generated is not converted: it is made again', () => {
  const column = { name: 'g', type: 'mood', enum: mood, nullable: true, default: null, identity: null };
  const before = makeCatalog({
    ...emptyCatalog('postgres'),
    tables: [
      {
        kind: 'table',
        ...t,
        columns: [{ ...column, generated: { expression: 'a', stored: true } }],
        primaryKey: null,
        foreignKeys: [],
        uniques: [],
        checks: [],
        indexes: [],
      },
    ],
  });
  expect(sqlOf(remake, before).some((sql) => sql.startsWith('ALTER TABLE'))).toBe(false);
});
