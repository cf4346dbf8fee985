import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  pgEnum,
  pgSchema,
  pgTable,
  text,
  unique,
  varchar,
} from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { describeUncompared } from '../../src/diff/live-only.js';
import { serverMajor } from '../support/postgres.js';
import { expectScenario, type Models } from '../support/postgres-scenarios.js';
import { session } from '../support/postgres-session.js';

const major = await serverMajor();

/** What models cannot say is kept while what they say changes around it, and the census names it. */

interface Options {
  readonly more?: true;
  readonly wider?: true;
  readonly cascade?: true;
  readonly two?: true;
  readonly longer?: true;
}

const models = ({ more, wider, cascade, two, longer }: Options = {}): Models => {
  const t = pgTable(
    't',
    {
      id: integer('id').primaryKey(),
      a: wider ? text('a') : varchar('a', { length: 20 }),
      b: integer('b'),
      ...(more ? { c: text('c') } : {}),
    },
    (t) => [
      two ? unique('u').on(t.a, t.b) : unique('u').on(t.a),
      two ? index('i').on(t.b, t.id) : index('i').on(t.b),
    ],
  );
  const child = pgTable(
    'child',
    { id: integer('id').primaryKey(), t: longer ? bigint('t', { mode: 'number' }) : integer('t') },
    (child) => {
      const key = foreignKey({ name: 'fk', columns: [child.t], foreignColumns: [t.id] });
      return [cascade ? key.onDelete('cascade') : key];
    },
  );
  return { t, child };
};

const checked = (expression: string, name = 't'): Models => ({
  [name]: pgTable(name, { id: integer('id').primaryKey(), n: integer('n') }, () => [
    check('positive', sql.raw(expression)),
  ]),
});

const rows = "insert into t values (1, 'x', 1); insert into child values (1, 1);";
const constraint = (name: string) =>
  `select condeferrable, condeferred, confmatchtype, (select count(*)::int from unnest(i.indkey)) - i.indnkeyatts as included
   from pg_constraint c left join pg_index i on i.indexrelid = c.conindid and c.contype <> 'f' where conname = '${name}'`;
const includes = (name: string) =>
  `select indnatts - indnkeyatts as included from pg_index where indexrelid = '${name}'::regclass`;

describe('kept through a change', () => {
  it.each<[what: string, made: string, change: Options, look: string]>([
    [
      'a collation, of the type',
      'alter table t alter a type varchar(20) collate "C"',
      { wider: true },
      "select collname from pg_attribute join pg_collation c on c.oid = attcollation where attrelid = 't'::regclass and attname = 'a'",
    ],
    [
      'DEFERRABLE and INCLUDE of a unique constraint, of its columns',
      'alter table t drop constraint u, add constraint u unique (a) include (id) deferrable initially deferred',
      { two: true },
      constraint('u'),
    ],
    [
      'DEFERRABLE and MATCH of a foreign key, of its ON DELETE',
      'alter table child drop constraint fk, add constraint fk foreign key (t) references t match full deferrable',
      { cascade: true },
      constraint('fk'),
    ],
    [
      'INCLUDE of an index, of its keys',
      'drop index i; create index i on t (b) include (a)',
      { two: true },
      includes('i'),
    ],
    [
      'WITH of an index, of its keys',
      'alter index i set (fillfactor = 70)',
      { two: true },
      "select reloptions from pg_class where relname = 'i'",
    ],
    [
      'comments, of a column beside them',
      "comment on table t is 'a table'; comment on column t.a is 'a column'; comment on index i is 'an index'",
      { more: true, wider: true },
      "select obj_description('t'::regclass) as t, col_description('t'::regclass, 2) as a, obj_description('i'::regclass) as i",
    ],
    [
      'an exclusion constraint',
      'alter table t add constraint x exclude using btree (a with =, b with =) where (b > 0)',
      { more: true, wider: true },
      "select pg_get_constraintdef(oid) ~ 'EXCLUDE' as x from pg_constraint where conname = 'x'",
    ],
    [
      'triggers',
      `create function noop() returns trigger language plpgsql as 'begin return new; end';
       create trigger touched before insert or update on t for each row execute function noop()`,
      { more: true, two: true },
      "select tgname from pg_trigger where tgrelid = 't'::regclass and not tgisinternal",
    ],
    [
      'table options and UNLOGGED',
      'alter table child set unlogged; alter table child set (fillfactor = 50); alter table t set (autovacuum_enabled = false)',
      { cascade: true, more: true },
      "select relname, relpersistence, reloptions from pg_class where relname in ('t', 'child') order by relname",
    ],
    [
      'statistics and what a column holds of its own',
      'create statistics ab (dependencies) on a, b from t; alter table t alter b set statistics 77',
      { more: true, two: true },
      "select stxname, attstattarget from pg_statistic_ext, pg_attribute where attrelid = 't'::regclass and attname = 'b'",
    ],
  ])('%s', async (_what, made, change, look) => {
    await expectScenario({
      before: models(),
      given: `${made}; ${rows}`,
      after: models(change),
      survives: look,
    });
  });

  it('NOT VALID of a foreign key, of the type of its column', async () => {
    await expectScenario({
      before: models(),
      given: `alter table child drop constraint fk; insert into child values (1, 9);
        alter table child add constraint fk foreign key (t) references t not valid`,
      after: models({ longer: true }),
      survives:
        "select convalidated, (select t::integer from child) as t from pg_constraint where conname = 'fk'",
    });
  });

  it('NOT VALID of a check, of its expression', async () => {
    await expectScenario({
      before: checked('n > 0'),
      given: `alter table t drop constraint positive; insert into t values (1, -5);
        alter table t add constraint positive check (n > 0) not valid`,
      after: checked('n > 1'),
      survives: "select convalidated, (select n from t) as n from pg_constraint where conname = 'positive'",
    });
  });

  it('NO INHERIT of a check, of its expression', async () => {
    await expectScenario({
      before: checked('n > 0'),
      given: `alter table t drop constraint positive, add constraint positive check (n > 0) no inherit;
        create table heir () inherits (t); insert into heir values (1, -5)`,
      after: checked('n > 1'),
      survives:
        "select conrelid::regclass::text as on, connoinherit from pg_constraint where conname = 'positive'",
    });
  });

  it('NOT VALID and NO INHERIT of a table that goes and comes back', async () => {
    await expectScenario({
      before: { ...checked('n > 0', 'c'), ...models() },
      given: `alter table c drop constraint positive, add constraint positive check (n > 0) no inherit not valid;
        alter table child drop constraint fk, add constraint fk foreign key (t) references t not valid`,
      after: { other: pgTable('other', { id: integer('id') }) },
    });
  });

  it.each<[what: string, values: [string, ...string[]], made: string]>([
    [
      'a function',
      ['lo', 'mid', 'hi'],
      "create function is_hi(x lvl) returns boolean language sql as $$ select x = 'hi' $$",
    ],
    ['a domain', ['hi', 'lo', 'mid'], "create domain dl as lvl check (value <> 'lo')"],
  ])('%s that uses an enum, of its values', async (_what, values, made) => {
    const leveled = (...values: [string, ...string[]]): Models => {
      const lvl = pgEnum('lvl', values);
      return { lvl, t: pgTable('t', { id: integer('id').primaryKey(), l: lvl('l') }) };
    };
    await expectScenario({
      before: leveled('lo', 'hi'),
      given: `${made}; insert into t values (1, 'hi')`,
      after: leveled(...values),
      survives: `select (select pg_get_functiondef(oid) from pg_proc where proname = 'is_hi') as function,
        (select pg_get_constraintdef(c.oid) from pg_constraint c where conname = 'dl_check') as domain, t.* from t`,
    });
  });

  it('partitions of a table, of its columns', async () => {
    const table = (more: boolean): Models => ({
      t: pgTable('t', { id: integer('id').notNull(), ...(more ? { a: text('a') } : {}) }),
    });
    await expectScenario({
      before: table(false),
      given: `drop table t; create table t (id integer not null) partition by range (id);
        create table t_1 partition of t for values from (0) to (10); insert into t values (1)`,
      after: table(true),
      survives: 'select tableoid::regclass::text as part, id from t',
    });
  });
});

it.runIf(major >= 15)('a foreign key that is made again sets the same columns on delete', async () => {
  const models = (wider: boolean): Models => {
    const type = () => (wider ? bigint({ mode: 'number' }) : integer());
    const parent = pgTable('parent', { tenant: integer(), id: type() }, (t) => [
      unique('parent_key').on(t.tenant, t.id),
    ]);
    const child = pgTable(
      'child',
      { tenant: integer().notNull(), [wider ? 'parent_id' : 'parent']: type() },
      (t) => [
        foreignKey({
          name: 'child_parent',
          columns: [t.tenant, t[wider ? 'parent_id' : 'parent'] as typeof t.tenant],
          foreignColumns: [parent.tenant, parent.id],
        }).onDelete('set null'),
      ],
    );
    return { parent, child };
  };
  await expectScenario({
    before: models(false),
    given: `alter table child drop constraint child_parent, add constraint child_parent
        foreign key (tenant, parent) references parent (tenant, id) on delete set null (parent);
      insert into parent values (1, 1), (1, 2); insert into child values (1, 1)`,
    after: models(true),
    renames: ['child.parent=child.parent_id'],
    survives: `select pg_get_constraintdef(oid) like '%SET NULL (parent%)' as kept from pg_constraint where contype = 'f'`,
  });
});

it('a column keeps its storage and its compression with a new type that has them', async () => {
  const models = (wider: boolean): Models => ({
    t: pgTable('t', {
      a: wider ? text() : varchar({ length: 9 }),
      b: wider ? text() : varchar({ length: 9 }),
      c: wider ? bigint({ mode: 'number' }) : integer(),
    }),
  });
  await expectScenario({
    before: models(false),
    given: `alter table t alter a set storage external, alter b set storage main, alter b set compression pglz;
      insert into t values ('a', 'b', 1)`,
    after: models(true),
    survives: `select attname, attstorage, attcompression from pg_attribute
      where attrelid = 't'::regclass and attnum > 0 order by attname`,
  });
});

it.each([
  'function app.f() returns integer language sql as $$ select 1 $$',
  'domain app.d as integer',
  'type app.c as (a integer)',
])('a schema stays that holds what is never dropped: %s', async (made) => {
  const app = pgSchema('app');
  const other = pgTable('other', { id: integer() });
  const t = app.table('t', { name: text() });
  await expectScenario({ before: { app, t, other }, given: `create ${made}`, after: { other } });
});

it('the census names what no model can say', async () => {
  const at = await session();
  await at.sql(`create table t (id integer primary key, a text, b integer) with (fillfactor = 50);
    create unlogged table u (id integer);
    create table p (id integer) partition by range (id);
    create table p_1 partition of p default;
    alter table t add constraint x exclude using btree (a with =);
    create function noop() returns trigger language plpgsql as 'begin return new; end';
    create trigger touched before insert on t for each row execute function noop();
    create statistics ab on a, b from t;
    comment on table t is 'a table';
    comment on column t.a is 'a column';`);
  expect((await at.inspect()).uncompared.map(describeUncompared)).toEqual([
    'comment t on t',
    'comment t.a on t',
    'exclusion constraint x on t',
    'function noop()',
    'partition p_1',
    'partitioning p on p',
    'statistics ab on t',
    'storage parameters t on t',
    'trigger touched on t',
    'unlogged table u on u',
  ]);
});
