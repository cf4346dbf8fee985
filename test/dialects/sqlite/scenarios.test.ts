/** What users of drizzle-kit reported, or lost, on SQLite; its issues and pull requests in the titles. */

import { expect, test } from 'vitest';
import { sqlite } from '../../../src/dialects/sqlite/index.js';
import { VersionTable } from '../../../src/runtime/version-table.js';
import { autogenerate } from '../../support/oracle.js';
import { freshSqlite, type SqliteDatabase } from '../../support/sqlite.js';
import { migrate, modelsOf } from '../../support/sqlite-models.js';

async function database(...statements: readonly string[]): Promise<SqliteDatabase> {
  const db = await freshSqlite();
  await db.setup('pragma foreign_keys = on', ...statements);
  return db;
}

const parents = (name: string) => `create table parents (id integer primary key, name ${name})`;

test('33. a parent is made anew: children that cascade stay (#4938, #5782: all are deleted, without an error)', async () => {
  const children = 'create table children (parent integer references parents (id) on delete cascade)';
  const db = await database(
    parents('text'),
    children,
    `insert into parents values (1, 'x'), (2, 'y')`,
    'insert into children values (1), (2), (2)',
  );
  await migrate(db.driver, [parents('varchar(9)'), children]);
  expect(await db.rows('select parent from children')).toEqual([[1], [2], [2]]);
});

test('34. a table that refers to itself and cascades keeps its rows (2 rows become 1)', async () => {
  const tree = (name: string) =>
    `create table tree (id integer primary key, up integer references tree (id) on delete cascade, name ${name})`;
  const db = await database(tree('text'), `insert into tree values (1, null, 'x'), (2, 1, 'y')`);
  await migrate(db.driver, [tree('varchar(9)')]);
  expect(await db.rows('select * from tree')).toEqual([
    [1, null, 'x'],
    [2, 1, 'y'],
  ]);
});

test('35. without a cascade, too (#1813: the foreign key fails as soon as there are rows)', async () => {
  const children = 'create table children (parent integer references parents (id))';
  const db = await database(
    parents('text'),
    children,
    `insert into parents values (1, 'x')`,
    'insert into children values (1)',
  );
  await migrate(db.driver, [parents('varchar(9)'), children]);
  expect(await db.rows('select parent, name from children join parents on id = parent')).toEqual([[1, 'x']]);
});

test('36. made anew with a new column (#5822, #5360: the missing column is selected, or its name becomes the value)', async () => {
  const db = await database(parents('text'), `insert into parents values (1, 'x')`);
  await migrate(db.driver, [
    "create table parents (id integer primary key, name varchar(9), extra text, kind text not null default 'k')",
  ]);
  expect(await db.rows('select * from parents')).toEqual([[1, 'x', null, 'k']]);
});

test('37. made anew with a generated column (#5241: INSERT into the generated column)', async () => {
  const table = (name: string) =>
    `create table t (id integer primary key, name ${name}, up text generated always as (upper(name)) stored, n integer as (length(name)))`;
  const db = await database(table('text'), `insert into t (name) values ('ab')`);
  await migrate(db.driver, [table('varchar(9)')]);
  expect(await db.rows('select * from t')).toEqual([[1, 'ab', 'AB', 2]]);
});

test('38. tables that refer to each other are dropped, rows and all (#6251: the parent first, which fails)', async () => {
  const db = await database(
    'create table a (id integer primary key, b integer references b (id))',
    'create table b (id integer primary key, a integer references a (id) on delete restrict)',
    'create table c (b integer references b (id))',
    'insert into a values (1, null)',
    'insert into b values (1, 1)',
    'insert into c values (1)',
    'update a set b = 1',
  );
  await migrate(db.driver, ['create table kept (x integer)']);
  expect((await db.inspect()).tables.map(({ name }) => name)).toEqual(['kept']);
});

test('39. NOT NULL columns are added to a table with rows (fails; with an expression as the default, too)', async () => {
  const db = await database(parents('text'), `insert into parents values (1, 'x')`);
  await migrate(db.driver, [
    "create table parents (id integer primary key, name text, at text not null default (datetime('now')), n integer not null default 3)",
  ]);
  expect(await db.rows('select length(at), n from parents')).toEqual([[19, 3]]);
  const wanted = await modelsOf(
    'create table parents (id integer primary key, name text, must text not null)',
  );
  const operations = await autogenerate(sqlite, db.driver, wanted);
  await expect(db.run(...operations)).rejects.toMatchObject({
    message: 'Column parents.must is NOT NULL and has no default, and the table has 1 row.',
  });
});

test('40. made anew under a view (error in view v: no such table)', async () => {
  const db = await database(
    parents('text'),
    'create view v as select name from parents',
    `insert into parents values (1, 'x')`,
  );
  await migrate(db.driver, [parents('varchar(9)'), 'create view v as select name from parents']);
  expect(await db.rows('select * from v')).toEqual([['x']]);
});

test('41. triggers, STRICT and COLLATE stay (all are lost)', async () => {
  const db = await database(
    'create table t (id integer primary key, name text collate nocase, n int) strict',
    'create table log (name text)',
    'create trigger t_log after insert on t begin insert into log values (new.name); end',
    `insert into t values (1, 'One', 1)`,
  );
  await migrate(db.driver, [
    'create table t (id integer primary key, name text, n real)',
    'create table log (name text)',
  ]);
  await db.setup(`insert into t values (2, 'two', 2)`);
  expect(await db.rows(`select name, n from t where name = 'ONE'`)).toEqual([['One', 1]]);
  expect(await db.rows('select name from log')).toEqual([['One'], ['two']]);
  await expect(db.setup(`insert into t values (3, 'x', 'no number')`)).rejects.toThrow(/cannot store TEXT/);
});

test('42. AUTOINCREMENT goes on counting (ids are given a second time)', async () => {
  const table = (name: string) => `create table t (id integer primary key autoincrement, name ${name})`;
  const db = await database(table('text'), `insert into t (name) values ('a'), ('b')`, 'delete from t');
  await migrate(db.driver, [table('varchar(9)')]);
  await db.setup(`insert into t (name) values ('c')`);
  expect(await db.rows('select id from t')).toEqual([[3]]);
});

test('43. defaults that are dates or JSON with a quote (text in quotes; a syntax error)', async () => {
  const models = [
    `create table t (id integer primary key, at integer default 1577836800, data text default '{"it''s":[1]}', more text default 'a\\b')`,
  ];
  const db = await database();
  await migrate(db.driver, models);
  await db.setup('insert into t (id) values (1)');
  expect(await db.rows('select at, data, more from t')).toEqual([[1577836800, `{"it's":[1]}`, 'a\\b']]);
});

test('44. checks, and a view of several lines (#4574: every table is made anew each time; the process exits)', async () => {
  const models = [
    `create table a (n integer, constraint a_n check (n in (1, 2) and ')' <> '('))`,
    'create table b (n integer check (n > 0))',
    'create view v as\n  select n\n  -- a comment; with signs\n  from a',
  ];
  const db = await database(...models, 'insert into a values (1)');
  expect(await migrate(db.driver, models)).toEqual([]);
});

test('45. UNIQUE and a plain index on one column, made anew (#6060: UNIQUE is lost)', async () => {
  const t = (type: string) => [
    `create table t (id integer primary key, a ${type} unique)`,
    'create index t_a on t (a)',
  ];
  const db = await database(...t('text'), `insert into t values (1, 'x')`);
  await migrate(db.driver, t('varchar(9)'));
  await expect(db.setup(`insert into t values (2, 'x')`)).rejects.toThrow(/UNIQUE/);
  expect((await db.table('t')).indexes.map(({ name }) => name)).toEqual(['t_a']);
});

test('46. a key of type text takes no null (1.0: it does)', async () => {
  const db = await database();
  await migrate(db.driver, ['create table t (code text primary key not null, n integer)']);
  await expect(db.setup('insert into t values (null, 1)')).rejects.toThrow(/NOT NULL/);
  await migrate(db.driver, ['create table t (code text primary key not null, n real)']);
  await expect(db.setup('insert into t values (null, 1)')).rejects.toThrow(/NOT NULL/);
});

test('47. an index goes once, with its table or its column (#5564: DROP INDEX twice)', async () => {
  const db = await database(
    'create table t (id integer primary key, a text, b text unique)',
    'create index t_a on t (a)',
    'create unique index t_ab on t (a, b)',
    'create table gone (a text)',
    'create index gone_a on gone (a)',
    `insert into t values (1, 'x', 'y')`,
  );
  await migrate(db.driver, ['create table t (id integer primary key)']);
  expect(await db.rows(`select name from sqlite_schema where type = 'index'`)).toEqual([]);
  expect(await db.rows('select * from t')).toEqual([[1]]);
});

test('48. the version table has no column that SQLite misreads (#5669: SERIAL, and ids are null)', async () => {
  const db = await database();
  await db.driver.runAll(new VersionTable(sqlite, { schema: null, name: 'alembic_version' }).create());
  await db.setup(`insert into alembic_version values ('a1')`);
  await expect(db.setup('insert into alembic_version values (null)')).rejects.toThrow(/NOT NULL/);
  await expect(db.setup(`insert into alembic_version values ('a1')`)).rejects.toThrow(/UNIQUE/);
});
