import { describe, expect, test } from 'vitest';
import { emptyCatalog, findColumn, findTable, type Table } from '../../../src/catalog/index.js';
import { postgres } from '../../../src/dialects/postgres/index.js';
import { diff } from '../../../src/diff/diff.js';
import { serverMajor } from '../../support/postgres.js';
import { everything, session } from '../../support/postgres-session.js';

const major = await serverMajor();

/** One table of a fresh database that these statements have made. */
async function tableOf(statements: string, name = 't'): Promise<Table> {
  const { sql, inspect } = await session();
  await sql(statements);
  const table = findTable(await inspect(), { schema: null, name });
  if (!table) throw new Error(`no table ${name}`);
  return table;
}

describe('inspecting columns', () => {
  test('tells types as format_type prints them', async () => {
    const table =
      await tableOf(`create table t (a varchar(20), b numeric(10), c timestamptz(3), d int[3][], e char,
      f time, g double precision, h bit varying(5), i jsonb, j interval day to second(2))`);
    expect(table.columns.map((column) => column.type)).toEqual([
      'character varying(20)',
      'numeric(10,0)',
      'timestamp(3) with time zone',
      'integer[]',
      'character(1)',
      'time without time zone',
      'double precision',
      'bit varying(5)',
      'jsonb',
      'interval day to second(2)',
    ]);
  });

  test('tells plain constants as literals and all else as expressions', async () => {
    const table = await tableOf(`create type mood as enum ('sad', 'it''s ok');
      create table t (
        a text default 'open', b integer default -1, c boolean default true, d numeric(10, 2) default 1.50,
        e bigint default 9007199254740993, f text default 'it''s \\ "x"', g mood default 'it''s ok',
        h timestamptz default now(), i text default upper('x'), j integer[] default '{1,2}', k jsonb default '{"b":1,"a":2}',
        l varchar(5) default null::varchar, m real default -1.5, n date default '2020-01-02', o char(3) default 'ab',
        p smallint default 0, q text default current_user, r numeric default 0, s interval default '1 day 2 hours',
        u boolean default (not false), v text default 'a' || 'b', w bytea default '\\x01ff', x uuid default gen_random_uuid())`);
    expect(Object.fromEntries(table.columns.map((column) => [column.name, column.default]))).toEqual({
      a: { kind: 'literal', value: 'open' },
      b: { kind: 'literal', value: -1 },
      c: { kind: 'literal', value: true },
      d: { kind: 'literal', value: '1.50' },
      e: { kind: 'literal', value: 9007199254740993n },
      f: { kind: 'literal', value: 'it\'s \\ "x"' },
      g: { kind: 'literal', value: "it's ok" },
      h: { kind: 'expression', sql: 'now()' },
      i: { kind: 'expression', sql: "upper('x'::text)" },
      j: { kind: 'literal', value: '{1,2}' },
      k: { kind: 'literal', value: '{"a": 2, "b": 1}' },
      l: null,
      m: { kind: 'literal', value: -1.5 },
      n: { kind: 'literal', value: '2020-01-02' },
      o: { kind: 'literal', value: 'ab' },
      p: { kind: 'literal', value: 0 },
      q: { kind: 'expression', sql: 'CURRENT_USER' },
      r: { kind: 'literal', value: 0 },
      s: { kind: 'literal', value: '1 day 02:00:00' },
      u: { kind: 'expression', sql: 'NOT false' },
      v: { kind: 'expression', sql: "'a'::text || 'b'::text" },
      w: { kind: 'literal', value: '\\x01ff' },
      x: { kind: 'expression', sql: 'gen_random_uuid()' },
    });
  });

  test('knows serials by what serial makes, and no others', async () => {
    const { sql, inspect } = await session();
    await sql(`create table t (a serial, b smallserial, c bigserial, d integer);
      alter table t rename to renamed;
      create sequence free; create sequence owned owned by renamed.d;
      create table other (e integer not null default nextval('free'), f bigint default nextval('owned'))`);
    const catalog = await inspect();
    const [other, renamed] = catalog.tables;
    expect(renamed?.columns.map(({ type, default: value, nullable }) => [type, value, nullable])).toEqual([
      ['serial', null, false],
      ['smallserial', null, false],
      ['bigserial', null, false],
      ['integer', null, true],
    ]);
    expect(other?.columns[0]?.default).toEqual({ kind: 'expression', sql: "nextval('free'::regclass)" });
    expect(catalog.sequences.map(({ name }) => name)).toEqual(['free']);
    expect(catalog.uncompared).toContainEqual({
      columns: ['d'],
      sql: {
        drop: 'alter sequence owned owned by none',
        create: 'alter sequence owned owned by renamed.d',
      },
      outlives: true,
      kind: 'owned sequence',
      name: { schema: null, name: 'owned' },
      table: { schema: null, name: 'renamed' },
    });
  });

  test('tells identity with the options that are not the type’s own', async () => {
    const table = await tableOf(`create table t (
      a smallint generated always as identity,
      b bigint generated by default as identity (start with 100 increment by 5 maxvalue 5000 cache 3 cycle),
      c integer generated always as identity (sequence name odd_name increment by -1),
      d bigint generated always as identity (minvalue 10))`);
    expect(table.columns.map((column) => column.identity)).toEqual([
      { kind: 'always', options: {} },
      {
        kind: 'byDefault',
        options: { start: '100', increment: '5', maxValue: '5000', cache: '3', cycle: true },
      },
      { kind: 'always', options: { increment: '-1' }, sequenceName: 'odd_name' },
      { kind: 'always', options: { minValue: '10' } },
    ]);
  });

  test('tells generated columns and collations', async () => {
    const table = await tableOf(`create table t (a text, b text generated always as (upper(a) || '-' ) stored,
      c text collate "C", d text collate "default")`);
    expect(findColumn(table, 'b')).toMatchObject({
      default: null,
      generated: { expression: "upper(a) || '-'::text", stored: true },
    });
    expect(table.columns.map((column) => column.collation)).toEqual([undefined, undefined, 'C', undefined]);
  });

  test('links enums of any schema, also under arrays', async () => {
    const { sql, inspect } = await session();
    await sql(`create schema app; create type mood as enum ('a'); create type app."State" as enum ('on');
      create table t (a mood, b app."State"[], c app."State" default 'on')`);
    const catalog = await inspect();
    expect(catalog.tables[0]?.columns.map(({ type, enum: link }) => [type, link])).toEqual([
      ['mood', { schema: null, name: 'mood' }],
      ['app."State"[]', { schema: 'app', name: 'State' }],
      ['app."State"', { schema: 'app', name: 'State' }],
    ]);
    expect(catalog.tables[0]?.columns[2]?.default).toEqual({ kind: 'literal', value: 'on' });
    expect(catalog.enums).toEqual([
      { kind: 'enum', schema: null, name: 'mood', values: ['a'] },
      { kind: 'enum', schema: 'app', name: 'State', values: ['on'] },
    ]);
  });
});

test('an enum that a table out of scope has a column of is never dropped', async () => {
  const { sql, driver } = await session();
  await sql("create type mood as enum ('a'); create type free as enum ('a'); create table theirs (m mood)");
  const live = await postgres.inspect(driver, { includes: (table) => table.name !== 'theirs' });
  expect(diff(live, emptyCatalog('postgres'), postgres.rules).operations).toMatchObject([
    { kind: 'dropEnum', name: { name: 'free' } },
  ]);
});

describe('inspecting constraints', () => {
  test('keeps the order of columns', async () => {
    const table = await tableOf(`create table p (a int, b int, unique (b, a));
      create table t (x int, y int, primary key (y, x), constraint fk foreign key (y, x) references p (b, a)
        match full on delete set null on update cascade deferrable initially deferred,
        constraint uq unique (y, x) deferrable)`);
    expect(table.primaryKey).toEqual({ kind: 'primaryKey', name: 't_pkey', columns: ['y', 'x'] });
    expect(table.foreignKeys).toEqual([
      {
        kind: 'foreignKey',
        name: 'fk',
        columns: ['y', 'x'],
        references: { schema: null, name: 'p', columns: ['b', 'a'] },
        onDelete: 'set null',
        onUpdate: 'cascade',
        deferrable: 'deferred',
        match: 'full',
      },
    ]);
    expect(table.uniques[0]).toEqual({
      kind: 'unique',
      name: 'uq',
      columns: ['y', 'x'],
      nullsNotDistinct: false,
      deferrable: 'immediate',
    });
  });

  test('tells checks, and never NOT NULL as one', async () => {
    const table = await tableOf(
      `create table t (a int not null, b text, constraint ok check (a > 0 and b in ('x', 'y')))`,
    );
    expect(table.checks).toEqual([
      {
        kind: 'check',
        name: 'ok',
        expression: "(a > 0) AND (b = ANY (ARRAY['x'::text, 'y'::text]))",
      },
    ]);
  });

  test.runIf(major >= 15)('tells NULLS NOT DISTINCT', async () => {
    const table = await tableOf(
      'create table t (a int, b int, unique nulls not distinct (a)); create unique index i on t (b) nulls not distinct',
    );
    expect(table.uniques[0]?.nullsNotDistinct).toBe(true);
    expect(table.indexes[0]?.nullsNotDistinct).toBe(true);
  });
});

describe('inspecting indexes', () => {
  test('tells everything that an index can say', async () => {
    const table = await tableOf(`create table t (a int, b text, c text collate "C", d jsonb, e varchar(9));
      create unique index i1 on t (a desc nulls last, lower(b), (a + 1)) include (c) where (a > 0 and b <> 'x');
      create index i2 on t using gin (d jsonb_path_ops) with (fastupdate = off);
      create index i3 on t (b text_pattern_ops, e) with (fillfactor = 70);
      create index i4 on t (b collate "C", c, c collate "POSIX", (lower(b)) collate "C" desc);
      create index i5 on t using hash (e)`);
    expect(Object.fromEntries(table.indexes.map((index) => [index.name, index]))).toEqual({
      i1: {
        kind: 'index',
        name: 'i1',
        unique: true,
        method: 'btree',
        keys: [
          { column: 'a', order: 'desc', nulls: 'last' },
          { expression: 'lower(b)', order: 'asc', nulls: 'last' },
          { expression: 'a + 1', order: 'asc', nulls: 'last' },
        ],
        where: "(a > 0) AND (b <> 'x'::text)",
        include: ['c'],
      },
      i2: {
        kind: 'index',
        name: 'i2',
        unique: false,
        method: 'gin',
        keys: [{ column: 'd', order: 'asc', nulls: 'last', opclass: 'jsonb_path_ops' }],
        where: null,
        with: { fastupdate: 'off' },
      },
      i3: {
        kind: 'index',
        name: 'i3',
        unique: false,
        method: 'btree',
        keys: [
          { column: 'b', order: 'asc', nulls: 'last', opclass: 'text_pattern_ops' },
          { column: 'e', order: 'asc', nulls: 'last' },
        ],
        where: null,
        with: { fillfactor: '70' },
      },
      i4: {
        kind: 'index',
        name: 'i4',
        unique: false,
        method: 'btree',
        keys: [
          { column: 'b', order: 'asc', nulls: 'last', collation: 'C' },
          { column: 'c', order: 'asc', nulls: 'last' },
          { column: 'c', order: 'asc', nulls: 'last', collation: 'POSIX' },
          { expression: 'lower(b)', order: 'desc', nulls: 'first', collation: 'C' },
        ],
        where: null,
      },
      i5: {
        kind: 'index',
        name: 'i5',
        unique: false,
        method: 'hash',
        keys: [{ column: 'e', order: 'asc', nulls: 'last' }],
        where: null,
      },
    });
  });
});

describe('the census', () => {
  test('names what is not compared', async () => {
    const { sql, inspect } = await session();
    await sql(`create table t (a int, b int, c text, exclude using gist (box(point(a, a), point(b, b)) with &&));
      create table part (a int) partition by range (a);
      create table part_1 partition of part for values from (0) to (10);
      create table child (x int) inherits (t);
      create view v as select 1 as one;
      create materialized view mv as select 1 as one;
      create function f(x int) returns int language sql as 'select x';
      create function tf() returns trigger language plpgsql as 'begin return new; end';
      create trigger trg before insert on t for each row execute function tf();
      create rule r as on delete to t do instead nothing;
      alter table t enable row level security;
      create policy pol on t using (a > 0);
      create domain dom as int check (value > 0);
      create type comp as (x int);
      create statistics st on a, b from t;
      comment on column t.a is 'x';
      alter table t add constraint later check (a > 0) not valid;
      create unlogged table u (a int primary key) with (fillfactor = 50);`);
    const catalog = await inspect();
    const lines = catalog.uncompared.map(
      ({ kind, name, table }) => `${kind} ${name.name}${table ? ` on ${table.name}` : ''}`,
    );
    expect(lines).toEqual([
      'NOT VALID of constraint later on t',
      'comment t.a on t',
      'composite type comp',
      'domain dom',
      'exclusion constraint t_box_excl on t',
      'function f(x integer)',
      'function tf()',
      'inheriting table child',
      'partition part_1',
      'partitioning part on part',
      'rule r on t',
      'statistics st on t',
      'storage parameters u on u',
      'trigger trg on t',
      'unlogged table u on u',
    ]);
    expect(catalog.tables.map(({ name }) => name)).toEqual(['part', 't', 'u']);
    expect(findTable(catalog, { schema: null, name: 't' })?.indexes).toEqual([]);
  });

  test('names invalid indexes, and no catalog holds them', async () => {
    const { sql, inspect } = await session();
    await sql('create table t (a int); insert into t values (1), (1)');
    await sql('create unique index concurrently broken on t (a)').catch(() => {});
    const catalog = await inspect();
    expect(catalog.tables[0]?.indexes).toEqual([]);
    expect(catalog.uncompared.map(({ kind, name }) => [kind, name.name])).toEqual([
      ['invalid index', 'broken'],
    ]);
  });
});

describe('the scope', () => {
  test('holds the default schema and those that are named', async () => {
    const { sql, inspect } = await session();
    await sql(
      'create schema one; create schema two; create table one.t (a int); create table two.t (a int); create table t (a int)',
    );
    const names = (catalog: Awaited<ReturnType<typeof inspect>>) =>
      catalog.tables.map(({ schema }) => schema);
    expect(names(await inspect())).toEqual([null, 'one', 'two']);
    const scoped = await inspect({ schemas: ['two'], includes: () => true });
    expect([names(scoped), scoped.schemas]).toEqual([[null, 'two'], ['two']]);
    const none = await inspect({ schemas: [], includes: ({ name }) => name !== 't' });
    expect([names(none), none.schemas]).toEqual([[], []]);
  });

  test('calls the session’s own default schema null, whatever its name', async () => {
    const { sql, driver, inspect } = await session();
    await sql(`create schema "My app"; create type "My app".mood as enum ('x');
      create table "My app".t (a "My app".mood default 'x', b int references "My app".t (b), unique (b))`);
    await driver.query('set search_path = "My app"');
    const catalog = await inspect({ schemas: [], includes: () => true });
    expect(catalog.tables[0]).toMatchObject({
      schema: null,
      columns: [{ type: 'mood', enum: { schema: null, name: 'mood' } }, {}],
      foreignKeys: [{ references: { schema: null, name: 't' } }],
    });
    expect(await driver.query('show search_path')).toEqual([{ search_path: '"My app"' }]);
  });

  test('leaves out what belongs to extensions', async () => {
    const { sql, inspect } = await session();
    const [found] = await sql("select 1 from pg_available_extensions where name = 'hstore'");
    if (found) await sql('create extension hstore');
    const catalog = await inspect();
    expect(catalog.uncompared.filter(({ kind }) => kind === 'function')).toEqual([]);
  });

  test('does not lean on the session’s settings', async () => {
    const { sql, driver, inspect } = await session();
    await sql(`create table t (a timestamptz default '2020-01-02 03:04:05+00', b interval default '1 day', c bytea default '\\x01',
      d date default '2020-01-02')`);
    const before = await inspect();
    await driver.query(`set timezone = 'Asia/Tokyo'; set datestyle = 'German'; set intervalstyle = 'iso_8601';
      set bytea_output = 'escape'; set quote_all_identifiers = on`);
    expect(await inspect()).toEqual(before);
    expect(before.tables[0]?.columns[0]?.default).toEqual({
      kind: 'literal',
      value: '2020-01-02 03:04:05+00',
    });
  });
});

test('a hundred tables take as many round trips as one', async () => {
  const { sql, driver } = await session();
  await sql(
    Array.from(
      { length: 100 },
      (_, at) => `create table t${at} (a serial primary key, b text default 'x' unique);`,
    ).join('\n'),
  );
  let queries = 0;
  const counting = new Proxy(driver, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (property === 'query') queries += 1;
        return (value as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  const catalog = await postgres.inspect(counting, everything);
  expect(catalog.tables).toHaveLength(100);
  expect(queries).toBe(2);
});

test('hasTable looks into the schema that is meant, and nowhere else', async () => {
  const { sql, driver } = await session();
  await sql('create schema app; create table app.t (a int); create table "T x" (a int)');
  expect(await postgres.hasTable(driver, { schema: null, name: 't' })).toBe(false);
  expect(await postgres.hasTable(driver, { schema: 'app', name: 't' })).toBe(true);
  expect(await postgres.hasTable(driver, { schema: null, name: 'T x' })).toBe(true);
  expect(await postgres.hasTable(driver, { schema: null, name: 'pg_class' })).toBe(false);
});
