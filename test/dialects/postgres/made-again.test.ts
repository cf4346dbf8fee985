import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../src/operations/index.js';
import { session } from '../../support/postgres-session.js';

/** What is made again for a change is as it was, and gets nothing from what holds for new objects. */

const retype: Operation = {
  kind: 'alterTable',
  table: { schema: null, name: 't' },
  changes: [{ kind: 'alterColumn', name: 'a', to: { type: 'bigint' } }],
};

const reorder: Operation = {
  kind: 'alterEnum',
  name: { schema: null, name: 'mood' },
  from: ['sad', 'ok'],
  to: ['ok', 'sad'],
  columns: [],
};

describe('default privileges give nothing to', () => {
  const rights = `select
    (select json_object_agg(relname, rights.list) from pg_class, lateral (
      select json_agg(acl::text order by acl::text) as list
      from unnest(coalesce(relacl, acldefault('r', relowner))) as acl) as rights
      where relname in ('v', 'w', 'm')) as views,
    (select json_object_agg(typname, rights.list) from pg_type, lateral (
      select json_agg(acl::text order by acl::text) as list
      from unnest(coalesce(typacl, acldefault('T', typowner))) as acl) as rights
      where typname in ('mood', 'd', 'closed')) as types,
    (select json_object_agg(proname, rights.list) from pg_proc, lateral (
      select json_agg(acl::text order by acl::text) as list
      from unnest(coalesce(proacl, acldefault('f', proowner))) as acl) as rights
      where proname in ('f', 'g')) as functions`;

  test('views, enums, functions and domains that are made again', async () => {
    const { sql, apply } = await session();
    const role = `r${Math.random().toString(36).slice(2)}`;
    await sql(`create role "${role}"; create role "${role} 2";
      create type mood as enum ('sad', 'ok'); create table t (a int, m mood);
      create view v as select a from t; create view w as select a, m from v, (select m from t) as o;
      create materialized view m as select * from w; grant select on v to "${role} 2"; revoke all on m from current_user;
      create domain d as mood; create domain closed as mood; revoke usage on type closed from public;
      create function f(mood) returns int language sql as 'select 1';
      create function g(mood) returns int language sql as 'select 1'; revoke execute on function g from public;
      alter default privileges grant select on tables to "${role}";
      alter default privileges in schema public grant insert, update on tables to "${role} 2";
      alter default privileges grant usage on types to "${role}";
      alter default privileges revoke usage on types from public;
      alter default privileges grant execute on functions to "${role}" with grant option;
      alter default privileges revoke execute on functions from public`);
    const before = await sql(rights);
    await apply(retype);
    expect(await sql(rights)).toEqual(before);
    await apply(reorder);
    expect(await sql(rights)).toEqual(before);
    await sql(`drop owned by "${role}", "${role} 2"; drop role "${role}"; drop role "${role} 2"`);
  });
});

test('a view keeps what is said of its rules, statistics and columns', async () => {
  const { sql, apply } = await session();
  await sql(`create table t (a int, b int);
    create view v as select a from t; create rule r as on insert to v do instead nothing; comment on rule r on v is 'rule';
    create materialized view m as select a, b from t;
    create statistics s on a, b from m; comment on statistics s is 'statistics'; alter statistics s set statistics 12;
    create index i on m (b, (a + 1)); alter index i alter column 2 set statistics 34;
    alter materialized view m alter column a set statistics 56; alter materialized view m alter b set (n_distinct = 7)`);
  const look = `select
    (select obj_description(oid, 'pg_rewrite') from pg_rewrite where rulename = 'r') as rule,
    (select json_build_array(obj_description(oid, 'pg_statistic_ext'), stxstattarget) from pg_statistic_ext) as statistics,
    (select json_agg(json_build_array(attname, attstattarget, attoptions) order by attrelid::regclass::text, attnum)
      from pg_attribute where attrelid in ('m'::regclass, 'i'::regclass) and attnum > 0) as targets`;
  const before = await sql(look);
  expect(before).toMatchObject([{ rule: 'rule', statistics: ['statistics', 12] }]);
  await apply(retype);
  expect(await sql(look)).toEqual(before);
});

test('a column whose new type has no storage of its own lets go of it', async () => {
  const { sql, apply } = await session();
  await sql(
    `create table t (a text); alter table t alter a set storage external, alter a set compression pglz`,
  );
  await apply({
    ...retype,
    changes: [{ kind: 'alterColumn', name: 'a', to: { type: 'bigint' }, using: 'a::bigint' }],
  });
  expect(await sql(`select attstorage, attcompression from pg_attribute where attname = 'a'`)).toEqual([
    { attstorage: 'p', attcompression: '' },
  ]);
});
