import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { emptyCatalog, type Table } from '../../../src/catalog/index.js';
import { sqlite } from '../../../src/dialects/sqlite/index.js';
import {
  column,
  foreignKey,
  type Operation,
  primaryKey,
  sqlParts,
  unique,
} from '../../../src/operations/index.js';
import { freshSqlite } from '../../support/sqlite.js';
import { tested, testOfFiles } from '../../support/sqlite-file.js';

const compile = (operation: Operation) => sqlite.compile(operation, emptyCatalog('sqlite'), {});
const t = { schema: null, name: 't' } as const;

const posts: Table = {
  ...{
    kind: 'table',
    schema: null,
    name: 'posts',
    uniques: [unique('posts_slug', ['slug'])],
    checks: [],
    indexes: [],
  },
  columns: [
    column('id', 'integer', { identity: 'autoincrement' }),
    column('slug', 'text', { nullable: false, collation: 'NOCASE' }),
    column('at', 'integer', { nullable: false, default: sql`(unixepoch())` }),
    column('size', 'integer', { generated: 'length(slug)', stored: false }),
    column('author', 'integer'),
  ],
  primaryKey: primaryKey(['id'], { name: 'posts_key' }),
  foreignKeys: [
    foreignKey('posts_author', ['author'], 'users', ['id'], { onDelete: 'cascade', deferrable: 'deferred' }),
  ],
};

test('a table is one statement, keys of one column in their column', () => {
  expect(compile({ kind: 'createTable', table: posts })).toMatchInlineSnapshot(`
    [
      {
        "sql": "CREATE TABLE "posts" (
      "id" integer CONSTRAINT "posts_key" PRIMARY KEY AUTOINCREMENT,
      "slug" text NOT NULL COLLATE "NOCASE",
      "at" integer NOT NULL DEFAULT (unixepoch()),
      "size" integer GENERATED ALWAYS AS (length(slug)) VIRTUAL,
      "author" integer,
      CONSTRAINT "posts_slug" UNIQUE ("slug"),
      CONSTRAINT "posts_author" FOREIGN KEY ("author") REFERENCES "users" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    )",
      },
    ]
  `);
  const keys = {
    ...posts,
    primaryKey: primaryKey(['slug', 'id']),
    columns: [column('slug', 'text'), column('id', 'int')],
  };
  const bare = { ...keys, uniques: [], foreignKeys: [], live: { strict: true, withoutRowid: true } };
  expect(compile({ kind: 'createTable', table: bare })[0]?.sql).toMatchInlineSnapshot(`
    "CREATE TABLE "posts" (
      "slug" text,
      "id" int,
      PRIMARY KEY ("slug", "id")
    ) STRICT, WITHOUT ROWID"
  `);
});

test.each<[Operation, string]>([
  [{ kind: 'dropTable', name: t }, 'DROP TABLE "t"'],
  [{ kind: 'renameTable', from: t, to: { schema: null, name: 'u"' } }, 'ALTER TABLE "t" RENAME TO "u"""'],
  [
    {
      kind: 'createIndex',
      table: t,
      index: {
        ...{ kind: 'index', name: 'i', unique: true, method: 'btree', where: 'a > 0' },
        keys: [
          { column: 'a', order: 'desc', nulls: null, collation: 'NOCASE' },
          { expression: 'lower(b) desc', order: 'asc', nulls: 'last' },
        ],
      },
    },
    'CREATE UNIQUE INDEX "i" ON "t" (`a` COLLATE "NOCASE" DESC, (lower(b)) DESC) WHERE a > 0',
  ],
])('%o', (operation, text) => {
  expect(compile(operation).map(({ sql }) => sql)).toEqual([text]);
});

test('values of statements are bound, and many rows are several statements', () => {
  expect(compile({ kind: 'execute', sql: sqlParts(sql`update t set a = ${1} where b = ${'x'}`) })).toEqual([
    { sql: 'update t set a = ? where b = ?', params: [1, 'x'] },
  ]);
  expect(
    compile({
      kind: 'insert',
      table: t,
      columns: ['a', 'b'],
      rows: [
        [1, undefined],
        ['x', null],
      ],
    }),
  ).toEqual([{ sql: 'INSERT INTO "t" ("a", "b") VALUES (?, ?), (?, ?)', params: [1, null, 'x', null] }]);
  const rows = Array.from({ length: 20_000 }, (_row, at) => [at, at]);
  const many = compile({ kind: 'insert', table: t, columns: ['a', 'b'], rows });
  expect(many.map(({ params }) => params?.length)).toEqual([30_000, 10_000]);
  expect(compile({ kind: 'insert', table: t, columns: ['a'], rows: [] })).toEqual([]);
});

test.each<[Operation, RegExp]>([
  [{ kind: 'createSchema', name: 'app' }, /SQLite has no schemas \(app\)/],
  [
    { kind: 'createEnum', enum: { kind: 'enum', schema: null, name: 'mood', values: [] } },
    /no enumerated types \(mood\)/,
  ],
  [{ kind: 'dropSequence', name: t }, /no sequences \(t\)/],
  [
    { kind: 'createTable', table: { ...posts, columns: [column('id', 'integer', { identity: 'always' })] } },
    /no identity columns/,
  ],
  [
    {
      kind: 'createTable',
      table: { ...posts, uniques: [unique('u', ['slug'], { nullsNotDistinct: true })] },
    },
    /NULLS NOT DISTINCT/,
  ],
  [
    {
      kind: 'createIndex',
      table: t,
      index: { kind: 'index', name: 'i', unique: false, method: 'gin', where: null, keys: [] },
    },
    /no index method gin \(index i\)/,
  ],
  [{ kind: 'renameTable', from: t, to: { schema: 'other', name: 't' } }, /cannot move table t/],
])('refuses %o', (operation, message) => {
  expect(() => compile(operation)).toThrow(message);
});

test('AUTOINCREMENT is refused where SQLite has none', () => {
  const table = { ...posts, primaryKey: null };
  expect(() => compile({ kind: 'createTable', table })).toThrow(/posts\.id cannot be AUTOINCREMENT/);
});

describe('literals', () => {
  test.each<[unknown, unknown]>([
    [null, null],
    ["it's", "it's"],
    ['a\0b', 'a\0b'],
    [1.5, 1.5],
    [1e300, 1e300],
    // A server answers in JSON, which has no infinity.
    [Number.POSITIVE_INFINITY, tested.onServer ? Number.NaN : Number.POSITIVE_INFINITY],
    [9007199254740993n, 9007199254740993n],
    [true, 1n],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Uint8Array([1, 255]), Buffer.from([1, 255])],
    [{ a: "'" }, `{"a":"'"}`],
    [[1], '[1]'],
  ])('%o', async (value, expected) => {
    const db = await freshSqlite();
    // libsql reads a text up to its first zero character, and all drivers read numbers as doubles: bytes are the same.
    const bytes = typeof expected === 'string' || typeof expected === 'bigint';
    const literal = sqlite.literal(value);
    const [row] = await db.rows(`select ${bytes ? `cast(cast(${literal} as text) as blob)` : literal}`);
    expect(row?.[0]).toEqual(bytes ? Buffer.from(String(expected)) : expected);
  });

  test('what SQLite cannot hold is refused', () => {
    expect(() => sqlite.literal(Number.NaN)).toThrow(/NaN/);
    expect(() => sqlite.literal(Symbol('x'))).toThrow(/symbol/);
  });
});

test('a renamed index is made anew, all of it', async () => {
  const db = await freshSqlite();
  await db.setup('create table t (a text)', `create unique index i on t (lower(a) desc) where a <> ''`);
  await db.run({ kind: 'renameIndex', table: t, from: 'i', to: 'j' });
  expect((await db.table('t')).indexes).toMatchObject([
    { name: 'j', unique: true, where: "a <> ''", keys: [{ expression: 'lower(a)', order: 'desc' }] },
  ]);
});

testOfFiles('a script stops before it commits rows without a parent', async () => {
  const db = await freshSqlite();
  await db.setup(
    'create table p (id integer primary key)',
    'create table c (p references p on delete cascade)',
    'insert into p values (1)',
    'insert into c values (1)',
  );
  const { before, after } = sqlite.scriptFrame(true);
  for (const line of [...before, 'delete from p']) await db.driver.run({ sql: line });
  const failed: string[] = [];
  for (const line of after)
    await db.driver.run({ sql: line }).catch((error: Error) => failed.push(error.message));
  expect(failed[0]).toContain('CHECK constraint failed: foreign keys are violated');
  expect(await db.rows('select (select count(*) from p), (select count(*) from c)')).toEqual([[1, 1]]);
  for (const line of [...before, 'insert into p values (2)', ...after]) await db.driver.run({ sql: line });
  expect(await db.rows('select count(*) from p')).toEqual([[2]]);
});

test('a default with a NUL character', async () => {
  const db = await freshSqlite();
  const x = column('x', 'text', { nullable: false, default: '\0x' });
  await db.run({
    kind: 'createTable',
    table: { ...posts, columns: [x], primaryKey: null, uniques: [], foreignKeys: [], name: 't' },
  });
  await db.setup('insert into t default values');
  await db.run({
    kind: 'alterTable',
    table: t,
    changes: [{ kind: 'addColumn', column: { ...x, name: 'y' } }],
  });
  await db.run({
    kind: 'alterTable',
    table: t,
    changes: [{ kind: 'alterColumn', name: 'y', to: { type: 'varchar' } }],
  });
  expect(await db.rows('select hex(x), typeof(x), hex(y) from t')).toEqual([['0078', 'text', '0078']]);
  expect((await db.table('t')).columns.map((each) => each.default)).toEqual([x.default, x.default]);
});
