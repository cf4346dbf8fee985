import { sql } from 'drizzle-orm';
import * as core from 'drizzle-orm/pg-core';
import { integer, pgTable, text, varchar } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { compareCatalogs } from '../../src/commands/compare.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { readModels } from '../../src/drizzle/read-models.js';
import { describe as describeOperation } from '../../src/operations/index.js';
import { expectScenario, type Models } from '../support/postgres-scenarios.js';
import { session } from '../support/postgres-session.js';

/** What no model can say is not dropped in silence: it stays, or is said and comes back with the way back. */

const id = () => integer('id').primaryKey();

describe('what stands on a column that goes', () => {
  it('goes by a line of its own, and downgrade makes it again', async () => {
    const operations = await expectScenario({
      before: { t: pgTable('t', { id: id(), a: integer('a'), b: integer('b') }) },
      given: `alter table t add constraint no_overlap exclude using btree (a with =, b with =) where (b > 0);
        create statistics ab (dependencies) on a, b from t;
        comment on column t.b is 'it''s b'; comment on column t.a is 'a';
        insert into t values (1, 1, 1)`,
      after: { t: pgTable('t', { id: id(), a: integer('a') }) },
      survives: "select id, a, col_description('t'::regclass, 2) as comment from t",
    });
    expect(operations.map(describeOperation)).toEqual([
      // The comment goes by itself.
      'execute ',
      'execute alter table t drop constraint no_overlap',
      'execute drop statistics public.ab',
      'alter table t: drop column b',
    ]);
  });

  it('is refused where only a person can say what becomes of it', async () => {
    const at = await session();
    await at.sql(`create table t (id integer primary key, a integer, b integer);
      create function noop() returns trigger language plpgsql as 'begin return new; end';
      create trigger touched before update of b on t for each row execute function noop();
      create sequence numbers owned by t.b;`);
    const models: Models = { t: pgTable('t', { id: id(), a: integer('a') }) };
    const { catalog } = readModels([models], { dialect: 'postgres', core });
    const found = await compareCatalogs(postgres, at.driver, await at.inspect(), catalog, { denied: 'all' });
    expect(found.along.blocked.map(({ object, column }) => [object.kind, object.sql?.drop, column])).toEqual([
      ['owned sequence', 'alter sequence numbers owned by none', 'b'],
      ['trigger', 'drop trigger touched on t', 'b'],
    ]);
  });
});

it('what stands on a table that goes comes back with it', async () => {
  await expectScenario({
    before: { t: pgTable('t', { id: id(), a: integer('a') }), other: pgTable('other', { id: id() }) },
    given: `create function noop() returns trigger language plpgsql as 'begin return new; end';
      create trigger touched before update of a on t for each row when (new.a > 1) execute function noop();
      alter table t add exclude using btree (a with =);
      comment on table t is 'a table'; comment on column t.a is 'a column'`,
    after: { other: pgTable('other', { id: id() }) },
  });
});

it('a generated column that is made again keeps its comment, grants, statistics and exclusion constraints', async () => {
  const models = (expression: string): Models => ({
    t: pgTable('t', {
      id: id(),
      a: text('a'),
      b: varchar('b', { length: 99 }).generatedAlwaysAs(sql.raw(expression)),
    }),
  });
  const role = `role_${Math.floor(performance.now() * 1000)}`;
  await expectScenario({
    before: models('upper(a)'),
    given: `comment on column t.b is 'upper case'; create role ${role}; grant select (b) on t to ${role};
      create statistics ab on a, b from t; alter table t add constraint x exclude using btree (b with =);
      comment on constraint x on t is 'once'; insert into t values (1, 'Ada')`,
    after: models('lower(a)'),
    survives: `select id, a, col_description('t'::regclass, (select attnum from pg_attribute where attrelid = 't'::regclass and attname = 'b')) as comment,
      has_column_privilege('${role}', 't', 'b', 'select') as granted,
      (select obj_description(oid, 'pg_constraint') from pg_constraint where conname = 'x') as on_constraint from t`,
    finds: ['select b from t', [{ b: 'ada' }]],
  });
});

it('a partition, a table that inherits and a foreign table are not compared, and that is said', async () => {
  const at = await session();
  await at.sql(`create table t (id integer primary key); create table c (x integer, check (x > 0)) inherits (t);
    create table parted (id integer) partition by list (id); create table part partition of parted default;
    create foreign data wrapper w; create server s foreign data wrapper w;
    create foreign table f (id integer) server s`);
  const table = (name: string) => pgTable(name, { id: integer('id'), y: integer('y') });
  const models: Models = {
    t: pgTable('t', { id: id() }),
    parted: pgTable('parted', { id: integer('id') }),
    ...Object.fromEntries(['c', 'part', 'f'].map((name) => [name, table(name)])),
    refers: pgTable('refers', { c: integer('c') }),
  };
  const { catalog } = readModels([models], { dialect: 'postgres', core });
  const compared = async () =>
    compareCatalogs(postgres, at.driver, await at.inspect(), catalog, { denied: 'all' });
  const found = await compared();
  expect(found.unverified).toEqual([
    'Not compared: c. In the database it inherits from another table: change it in a revision of your own.',
    'Not compared: f. In the database it is a foreign table: change it in a revision of your own.',
    'Not compared: part. In the database it is a partition: change it in a revision of your own.',
  ]);
  expect(found.operations.map(describeOperation)).toEqual(['create table refers']);
  await at.apply(...found.operations);
  expect((await compared()).operations).toEqual([]);
});

it('a sequence that a table which is not compared uses stays, as does its schema, and that is said', async () => {
  const at = await session();
  await at.sql(`create schema app; create sequence numbers; create sequence app.numbers; create sequence unused;
    create type mood as enum ('ok'); create table t (id integer primary key);
    create table theirs (id integer default nextval('numbers'), m mood);
    create table heir (x integer default nextval('app.numbers')) inherits (t)`);
  const { catalog } = readModels([{ t: pgTable('t', { id: id() }) }], { dialect: 'postgres', core });
  const live = await at.inspect({ includes: ({ name }) => name !== 'theirs' });
  const found = await compareCatalogs(postgres, at.driver, live, catalog, { denied: 'all' });
  expect(found.operations.map(describeOperation)).toEqual(['drop sequence unused']);
  expect(found.unverified).toEqual([
    'Not dropped: enum mood, sequence numbers, sequence app.numbers. Tables that are not compared use what no model has.',
  ]);
});
