import { expect, test } from 'vitest';
import { findTable } from '../../../src/catalog/index.js';
import { sqlite } from '../../../src/dialects/sqlite/index.js';
import { freshSqlite, writeSchema } from '../../support/sqlite.js';
import { testOfFiles } from '../../support/sqlite-file.js';

test('columns: types, nulls, defaults, keys, generated, collation', async () => {
  const db = await freshSqlite();
  await db.setup(`create table t (
    id integer primary key autoincrement not null,
    a varchar(20) default 'it''s', b int not null default 5, c real default -1.50, d default true, e default "old",
    f text default (datetime('now')), g text default current_timestamp, h default null, i default x'00', j default 0x10,
    k text collate nocase, l text collate binary, m decimal(10, 2) default '1', n default (1), o default 99999999999999999999,
    p int generated always as (b + 1) stored, q as (upper(a))
  )`);
  const { columns, primaryKey } = await db.table('t');
  const of = (name: string) => columns.find((column) => column.name === name);
  expect(primaryKey).toEqual({ kind: 'primaryKey', name: null, columns: ['id'] });
  expect(of('id')).toEqual({
    ...{ name: 'id', type: 'INTEGER', nullable: false, default: null },
    ...{ identity: { kind: 'autoincrement' }, generated: null },
  });
  const values = columns.map(({ name, default: value }) => [
    name,
    value && ('sql' in value ? `(${value.sql})` : value.value),
  ]);
  expect(Object.fromEntries(values)).toEqual({
    ...{
      id: null,
      a: "it's",
      b: 5,
      c: -1.5,
      d: true,
      e: 'old',
      f: "(datetime('now'))",
      g: '(current_timestamp)',
    },
    ...{
      h: null,
      i: "(x'00')",
      j: 16,
      k: null,
      l: null,
      m: '1',
      n: 1,
      o: 99999999999999999999n,
      p: null,
      q: null,
    },
  });
  expect(of('a')?.type).toBe('varchar(20)');
  expect([of('k')?.collation, of('l')?.collation]).toEqual(['NOCASE', undefined]);
  expect(of('p')?.generated).toEqual({ expression: 'b + 1', stored: true });
  expect(of('q')).toMatchObject({ type: '', generated: { expression: 'upper(a)', stored: false } });
});

test('which keys are never null', async () => {
  const db = await freshSqlite();
  await db.setup(
    'create table rowid_key (id integer primary key)',
    'create table text_key (id text primary key)',
    'create table desc_key (id integer primary key desc)',
    'create table apart (id INTEGER, primary key (id desc))',
    'create table without (a text, b int, primary key (b, a)) without rowid',
    'create table strictly (a text primary key) strict',
  );
  const { tables } = await db.inspect();
  const nullable = tables.map((table) => [table.name, table.columns.map((column) => column.nullable)]);
  expect(Object.fromEntries(nullable)).toEqual({
    ...{ rowid_key: [false], text_key: [true], desc_key: [true], apart: [false] },
    ...{ without: [false, false], strictly: [false] },
  });
  expect((await db.table('without')).primaryKey?.columns).toEqual(['b', 'a']);
});

test('constraints with their names, in the spelling of the columns', async () => {
  const db = await freshSqlite();
  await db.setup(
    'create table Parent (Id integer primary key, x text, y text, unique (x, y))',
    `create table child (
       P integer constraint fk_p references parent on delete set null,
       a text, b text, CONSTRAINT u UNIQUE (A, "b"), check (length(a) > 1), constraint named check (b <> ')'),
       constraint fk2 foreign key (b, a) references PARENT (Y, X) on update cascade match full not deferrable,
       foreign key (a) references nowhere)`,
  );
  const child = await db.table('child');
  expect(child.uniques).toEqual([
    { kind: 'unique', name: 'u', columns: ['a', 'b'], nullsNotDistinct: false },
  ]);
  expect(child.checks).toEqual([
    { kind: 'check', name: null, expression: 'length(a) > 1' },
    { kind: 'check', name: 'named', expression: "b <> ')'" },
  ]);
  expect(child.foreignKeys).toEqual([
    {
      ...{
        kind: 'foreignKey',
        name: null,
        columns: ['a'],
        references: { schema: null, name: 'nowhere', columns: [] },
      },
      ...{ onDelete: 'no action', onUpdate: 'no action' },
    },
    {
      ...{ kind: 'foreignKey', name: 'fk2', columns: ['b', 'a'], onDelete: 'no action', onUpdate: 'cascade' },
      references: { schema: null, name: 'Parent', columns: ['y', 'x'] },
      ...{ match: 'full', deferrable: 'not deferrable' },
    },
    {
      ...{ kind: 'foreignKey', name: 'fk_p', columns: ['P'], onDelete: 'set null', onUpdate: 'no action' },
      references: { schema: null, name: 'Parent', columns: ['Id'] },
    },
  ]);
});

test('indexes: order, collation, expressions, predicates; not those of constraints', async () => {
  const db = await freshSqlite();
  await db.setup(
    'create table t (id text primary key, a text collate nocase unique, b int)',
    'create unique index i1 on t (a collate nocase, b desc)',
    'CREATE INDEX IF NOT EXISTS main.[i 2] on t ( a COLLATE binary asc, (lower("a") || \',\') /* x, */ DESC ) WHERE (b > 1 -- c\n)',
  );
  const { indexes } = await db.table('t');
  expect(indexes).toEqual([
    {
      ...{ kind: 'index', name: 'i 2', unique: false, method: 'btree', where: 'b > 1' },
      keys: [
        { column: 'a', order: 'asc', nulls: null, collation: 'BINARY' },
        { expression: `lower("a") || ','`, order: 'desc', nulls: null },
      ],
    },
    {
      ...{ kind: 'index', name: 'i1', unique: true, method: 'btree', where: null },
      keys: [
        { column: 'a', order: 'asc', nulls: null },
        { column: 'b', order: 'desc', nulls: null },
      ],
    },
  ]);
});

testOfFiles('what is not compared is listed; shadow tables and own tables of SQLite are not', async () => {
  const db = await freshSqlite();
  await db.setup(
    'create table t (id integer primary key autoincrement)',
    'create table excluded (a)',
    'create view v as select * from t',
    'create trigger tr instead of insert on v begin select 1; end',
    'create trigger on_t after insert on T begin select 1; end',
    'create trigger on_x after insert on excluded begin select 1; end',
    'create virtual table search using fts5 (body)',
    'create virtual table area using rtree (id, x1, x2)',
    'insert into t default values',
    'analyze',
  );
  const catalog = await sqlite.inspect(db.driver, { includes: ({ name }) => name !== 'excluded' });
  expect(catalog.tables.map((table) => table.name)).toEqual(['t']);
  expect(catalog.uncompared.map(({ kind, name, table }) => [kind, name.name, table?.name])).toEqual([
    ['trigger', 'on_t', 't'],
    ['trigger', 'tr', 'v'],
    ['virtual table', 'area', undefined],
    ['virtual table', 'search', undefined],
  ]);
  expect(catalog.tables[0]?.live?.triggers).toEqual([
    { name: 'on_t', sql: 'CREATE TRIGGER on_t after insert on T begin select 1; end' },
  ]);
});

testOfFiles('a virtual table whose module is not loaded is in no way', async () => {
  const db = await freshSqlite();
  await db.setup('create table t (a)', 'create table items_chunks (a)', 'create table items (a)');
  await writeSchema(
    db,
    `update sqlite_schema set rootpage = 0, sql = 'CREATE VIRTUAL TABLE items USING vec0(a float[3])' where name = 'items'`,
  );
  const catalog = await db.inspect();
  expect(catalog.tables.map((table) => table.name)).toEqual(['t']);
  expect(catalog.uncompared).toEqual([{ kind: 'virtual table', name: { schema: null, name: 'items' } }]);
});

test('the number of queries does not grow with the tables', async () => {
  const db = await freshSqlite();
  const count = async () => {
    let queries = 0;
    const counting = {
      ...db.driver,
      query: (sql: string) => {
        queries += 1;
        return db.driver.query(sql);
      },
    };
    await sqlite.inspect(counting as typeof db.driver, { includes: () => true });
    return queries;
  };
  const few = await count();
  for (let at = 0; at < 30; at += 1) await db.setup(`create table t${at} (a unique, b references t0 (a))`);
  expect(await count()).toBe(few);
  expect(few).toBeLessThanOrEqual(5);
});

test('tables are found by name, whatever the case', async () => {
  const db = await freshSqlite();
  await db.setup('create table Users (a)', 'create view v as select 1');
  const has = (name: string) => sqlite.hasTable(db.driver, { schema: null, name });
  expect([await has('users'), await has('v'), await has('none')]).toEqual([true, false, false]);
  expect(findTable(await db.inspect(), { schema: null, name: 'Users' })).toBeDefined();
});
