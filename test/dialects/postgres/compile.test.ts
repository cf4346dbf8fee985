import { describe, expect, test } from 'vitest';
import { postgres } from '../../../src/dialects/postgres/index.js';
import type { Operation } from '../../../src/operations/index.js';
import { expectFaithful, modern, nothing, sqlOf, t } from '../../support/postgres-operations.js';
import { session } from '../../support/postgres-session.js';

describe('indexes', () => {
  test('say everything that they can', async () => {
    const setup = "create table t (a integer, b text, c jsonb); insert into t values (1, 'x', '{}')";
    const operation: Operation = {
      kind: 'createIndex',
      table: t,
      index: {
        kind: 'index',
        name: 'an "index"',
        unique: true,
        method: 'btree',
        keys: [
          { column: 'a', order: 'desc', nulls: 'last' },
          { column: 'b', order: 'asc', nulls: 'first', opclass: 'text_pattern_ops' },
          { expression: "b || 'x'::text", order: 'desc', nulls: 'first', collation: 'C' },
        ],
        where: '(a > 0) OR (b IS NULL)',
        with: { fillfactor: '70', deduplicate_items: 'off' },
        ...(modern ? { nullsNotDistinct: true as const } : {}),
        include: ['c'],
      },
    };
    expect(sqlOf(operation)).toEqual([
      `CREATE UNIQUE INDEX "an ""index""" ON "t" ("a" DESC NULLS LAST, "b" text_pattern_ops NULLS FIRST, (b || 'x'::text) COLLATE "C" DESC) INCLUDE ("c")${modern ? ' NULLS NOT DISTINCT' : ''} WITH (fillfactor = 70, deduplicate_items = off) WHERE (a > 0) OR (b IS NULL)`,
    ]);
    await expectFaithful(setup, operation, {
      kind: 'renameIndex',
      table: t,
      from: 'an "index"',
      to: 'other',
    });
    await expectFaithful(setup, {
      kind: 'createIndex',
      table: t,
      index: {
        kind: 'index',
        name: 'g',
        unique: false,
        method: 'gin',
        keys: [{ column: 'c', order: 'asc', nulls: 'last', opclass: 'jsonb_path_ops' }],
        where: null,
      },
    });
  });

  test('are dropped in the schema of their table', async () => {
    const { sql, inspect, apply: run } = await session();
    await sql('create schema app; create table app.t (a integer); create index i on app.t (a)');
    await run({ kind: 'dropIndex', name: 'i', table: { schema: 'app', name: 't' } });
    expect((await inspect()).tables[0]?.indexes).toEqual([]);
  });
});

describe('enums', () => {
  const setup = `create type mood as enum ('sad', 'ok'); create table t (a mood not null default 'ok', b mood[] default '{sad}');
    insert into t values ('sad', '{ok,sad}')`;
  const name = { schema: null, name: 'mood' };
  const columns = [
    { table: t, column: 'a', default: { kind: 'literal', value: 'ok' } as const },
    { table: t, column: 'b', default: { kind: 'literal', value: '{sad}' } as const },
  ];
  const alterEnum = (to: readonly string[], remake = false): Operation => ({
    kind: 'alterEnum',
    name,
    from: ['sad', 'ok'],
    to,
    columns,
    ...(remake ? { remake: true as const } : {}),
  });

  test('get values at their places without a new type', async () => {
    expect(sqlOf(alterEnum(['0', 'sad', 'a', 'b', 'ok', "it's"]))).toEqual([
      `ALTER TYPE "mood" ADD VALUE '0' BEFORE 'sad'`,
      `ALTER TYPE "mood" ADD VALUE 'a' AFTER 'sad'`,
      `ALTER TYPE "mood" ADD VALUE 'b' AFTER 'a'`,
      `ALTER TYPE "mood" ADD VALUE 'it''s'`,
    ]);
    await expectFaithful(setup, alterEnum(['0', 'sad', 'a', 'b', 'ok', "it's"]));
    await expectFaithful(setup, alterEnum(['x', 'y', 'sad', 'ok']));
  });

  test('lose and reorder values by a new type that converts all columns', async () => {
    const after = await expectFaithful(setup, alterEnum(['ok', 'new', 'sad']));
    expect(after.tables[0]?.columns[1]?.default).toEqual({ kind: 'literal', value: '{sad}' });
    await expectFaithful(setup, alterEnum(['sad', 'ok', 'more'], true));
  });

  test('refuse to lose a value that rows use', async () => {
    const { sql, apply: run } = await session();
    await sql(setup);
    await expect(run(alterEnum(['ok']))).rejects.toMatchObject({ code: 'REV_STATEMENT' });
  });

  test('live in schemas, are renamed and moved', async () => {
    const app = { schema: 'app', name: 'State' };
    await expectFaithful(
      'create schema app',
      { kind: 'createEnum', enum: { kind: 'enum', ...app, values: ['on', 'off'] } },
      { kind: 'renameEnum', from: app, to: { schema: null, name: 'state' } },
    );
  });
});

describe('data', () => {
  test('is inserted as it is', async () => {
    const { sql, apply: run } = await session();
    await sql(
      'create table t (a text, b integer, c jsonb, d timestamptz, e bytea, f boolean, g bigint, h numeric)',
    );
    const rows = [
      [
        `it's \\ "x" ; -- $1 \n ü€😀`,
        -5,
        { k: ["it's", 1] },
        new Date('2020-01-02T03:04:05.678Z'),
        Buffer.from([0, 255]),
        true,
        9007199254740993n,
        1e21,
      ],
      [null, null, [1, 2], null, null, false, null, Number.NaN],
    ];
    await run({ kind: 'insert', table: t, columns: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], rows });
    expect(
      await sql("select a, b, c, d at time zone 'UTC' = '2020-01-02 03:04:05.678' as d, e, f, g, h from t"),
    ).toEqual([
      {
        a: rows[0]?.[0],
        b: -5,
        c: { k: ["it's", 1] },
        d: true,
        e: Buffer.from([0, 255]),
        f: true,
        g: '9007199254740993',
        h: '1000000000000000000000',
      },
      { a: null, b: null, c: [1, 2], d: null, e: null, f: false, g: null, h: 'NaN' },
    ]);
  });

  test('is inserted into columns of arrays and of JSON, known by their types', async () => {
    const { sql, apply: run } = await session();
    await sql(`create type mood as enum ('sad', 'very "ok"');
      create table t (a text[], b integer[], c jsonb[], d mood[], e bytea[], f timestamptz[], g jsonb, h json, i boolean[])`);
    const operation: Operation = {
      kind: 'insert',
      table: t,
      columns: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'],
      rows: [
        [
          ["it's", 'a,"b"\\', '', 'NULL', null, '{}'],
          [
            [1, -2],
            [3, null],
          ],
          [{ k: ['"', "'"] }, 5, [1, 2], null],
          ['very "ok"', 'sad'],
          [Buffer.from([0, 92])],
          [new Date('2020-01-02T03:04:05.678Z')],
          5,
          true,
          [true, false],
        ],
        [[], null, [], null, null, null, [1, ['x']], 1.5, null],
      ],
    };
    expect(postgres.needsCatalog(operation)).toBe(true);
    await run(operation);
    expect(
      await sql(
        "select to_jsonb(a) as a, to_jsonb(b) as b, to_jsonb(c) as c, d::text[], e[1] = '\\x005c' as e, f[1] at time zone 'UTC' = '2020-01-02 03:04:05.678' as f, g, h, i from t",
      ),
    ).toEqual([
      {
        a: operation.rows[0]?.[0],
        b: operation.rows[0]?.[1],
        c: operation.rows[0]?.[2],
        d: ['very "ok"', 'sad'],
        e: true,
        f: true,
        g: 5,
        h: true,
        i: [true, false],
      },
      { a: [], b: null, c: [], d: null, e: null, f: null, g: [1, ['x']], h: 1.5, i: null },
    ]);
  });

  test('takes no catalog where no value is a list, and is JSON where the table is not known', () => {
    const insert = (value: unknown): Operation => ({
      kind: 'insert',
      table: t,
      columns: ['a'],
      rows: [[value]],
    });
    expect(postgres.needsCatalog(insert({ a: [1] }))).toBe(false);
    expect(sqlOf(insert([1, 'x']))).toEqual([`INSERT INTO "t" ("a") VALUES\n  ('[1,"x"]')`]);
    expect(sqlOf(insert(5))).toEqual([`INSERT INTO "t" ("a") VALUES\n  ('5')`]);
  });

  test('is not rounded', async () => {
    const { sql, apply: run } = await session();
    await sql('create table t (a integer)');
    await expect(run({ kind: 'insert', table: t, columns: ['a'], rows: [[1.5]] })).rejects.toMatchObject({
      data: { sqlstate: '22P02' },
    });
  });

  test('is inserted in pieces where it is much', async () => {
    const rows = Array.from({ length: 1200 }, (_, at) => [at]);
    expect(sqlOf({ kind: 'insert', table: t, columns: ['a'], rows })).toHaveLength(3);
    expect(sqlOf({ kind: 'insert', table: t, columns: ['a'], rows: [] })).toEqual([]);
  });

  test('is bound where SQL of one’s own has values', () => {
    const operation: Operation = {
      kind: 'execute',
      sql: { texts: ['update t set a = ', ' where b = ', ''], values: ['x', 2] },
    };
    expect(postgres.compile(operation, nothing, {})).toEqual([
      { sql: 'update t set a = $1 where b = $2', params: ['x', 2] },
    ]);
  });
});

test('no name and no literal can break out of its quotes', () => {
  expect(postgres.identifier({ schema: 'a"b', name: 'c.d' })).toBe('"a""b"."c.d"');
  expect(postgres.literal("a'b\\")).toBe(`'a''b\\'`);
  expect(() => postgres.literal('a\0b')).toThrow(/NUL/);
  expect(() => postgres.identifier('a\0b')).toThrow(/NUL/);
  expect(postgres.literal([1, { a: "'" }])).toBe(`'[1,{"a":"''"}]'`);
  expect(() => postgres.literal({ a: 1n })).toThrow(/JSON/);
});
