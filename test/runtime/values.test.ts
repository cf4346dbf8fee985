import { type SQL, sql } from 'drizzle-orm';
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import { RevisionGraph } from '../../src/graph/graph.js';
import { column, defineOperation } from '../../src/index.js';
import { script } from '../../src/runtime/offline.js';
import type { Op } from '../../src/runtime/op.js';
import { sourceOf, type TestRunner, testRunner } from '../support/runner.js';

/** What a revision may give as a value: the same online and in a script, and nothing else becomes something by itself. */

const versionTable = { schema: null, name: 'alembic_version' };

/** The revision's script, without a database. */
function printed({ dialect }: TestRunner, upgrade: (op: Op) => unknown): Promise<string> {
  const graph = RevisionGraph.of([{ id: 'a1', down: [], labels: [], depends: [] }]);
  const plan = graph.planUpgrade([], 'heads');
  return script({
    dialect,
    plan,
    history: { ...plan, steps: [] },
    revision: () => sourceOf({ id: 'a1', upgrade }),
    versionTable,
    from: [],
    title: 'test',
    args: {},
    folder: process.cwd(),
  });
}

const inRows = (value: unknown) => (op: Op) => op.bulkInsert('k', [{ id: 1, v: value }]);
const inStatement = (value: unknown) => (op: Op) =>
  op.execute(sql`insert into k (id, v) values (1, ${value})`);
const inBackfill = (value: unknown) => (op: Op) => op.backfill({ table: 'k', set: { v: value } });

const stamp = sqliteTable('stamp', { at: integer('at') });
const cycle: Record<string, unknown> = {};
cycle.self = cycle;
const list: unknown[] = [];
list.push(list);

class Point {
  readonly x = 1;
}

const refusedEverywhere: readonly (readonly [string, unknown, RegExp])[] = [
  ["drizzle's column", stamp.at, /expression of drizzle/],
  ['a placeholder of drizzle', sql.placeholder('x'), /expression of drizzle/],
  ['a Map', new Map([[1, 2]]), /an object of Map/i],
  ['a Set', new Set([1]), /an object of Set/i],
  ['an ArrayBuffer', new ArrayBuffer(2), /an object of ArrayBuffer/i],
  ['another list of bytes', new Uint16Array(2), /an object of Uint16Array/i],
  ['a boxed text', new String('x'), /an object of String/i],
  ['an object of a class', new Point(), /an object of Point/i],
  ['a promise', Promise.resolve(1), /an object of Promise/i],
  ['a symbol', Symbol('x'), /a symbol/i],
  ['a function', () => 1, /a function/i],
  ['an invalid Date', new Date(Number.NaN), /invalid Date/],
  ['a bigint in JSON', { a: 1n }, /bigint is no JSON/],
  ['NaN in JSON', { a: [Number.NaN] }, /NaN is no JSON/],
  ['a Map in JSON', { a: { b: new Map() } }, /an object of Map/i],
  ['an expression in JSON', { a: [sql`now()`] }, /expression of drizzle/],
  ['a function in JSON', { a: () => 1 }, /a function/i],
  ['an invalid Date in JSON', { a: new Date(Number.NaN) }, /invalid Date/],
  ['JSON that holds itself', cycle, /no JSON \(.*circular/i],
  ['a Map in a list', [new Map()], /an object of Map/i],
  ['a list that holds itself', list, /holds itself|circular/],
];

const refusedBy = {
  postgres: [['text with a NUL character', 'a\0b', /NUL character/]],
  sqlite: [
    ['NaN', Number.NaN, /NaN/],
    ['a bigint that is too large', 2n ** 63n, /64 bits/],
    ['a bigint in a list', [1n], /bigint is no JSON/],
  ],
} as const;

describe.each(['sqlite', 'postgres'] as const)('values, %s', (name) => {
  const refused = [...refusedEverywhere, ...refusedBy[name]];

  it('that are none are refused by name, online and in a script', async () => {
    const runner = await testRunner(name);
    await runner.driver.run({ sql: 'create table k (id integer primary key, v text)' });
    await runner.driver.run({ sql: "insert into k values (7, 'before')" });
    for (const [what, value, says] of [
      ...refused,
      ['sql`…`', sql`lower('ABC')`, /expression of drizzle/] as const,
    ]) {
      // drizzle reads expressions and lists by itself there.
      const isSql = what === 'sql`…`';
      const inText =
        isSql ||
        what === 'a bigint in a list' ||
        what === "drizzle's column" ||
        what === 'a list that holds itself';
      const places = [
        [inRows(value), /Column v of k, row 1: /],
        ...(inText ? [] : [[inStatement(value), /Value 1 of the statement: /] as const]),
        ...(isSql ? [] : [[inBackfill(value), /Column v of k: /] as const]),
      ] as const;
      for (const [upgrade, place] of places) {
        const online = await runner.upgrade([{ id: 'a1', upgrade }]).catch((error: unknown) => error);
        expect(online, what).toMatchObject({
          code: 'REV_REVISION_FAILED',
          message: expect.stringMatching(says),
        });
        expect(online, what).toMatchObject({
          message: expect.stringMatching(place),
          cause: { code: 'REV_OPERATION' },
        });
        const offline = await printed(runner, upgrade).catch((error: unknown) => error);
        expect(offline, what).toMatchObject({ code: 'REV_OPERATION', message: expect.stringMatching(says) });
        expect(offline, what).toMatchObject({
          message: expect.stringMatching(place),
          hint: expect.not.stringContaining('history'),
        });
      }
    }
    expect(await runner.column('select v from k')).toEqual(['before']);
  });

  it('that op.db and operations of the project send are held to the same', async () => {
    const runner = await testRunner(name);
    await runner.driver.run({ sql: 'create table k (v text)' });
    const own = defineOperation({
      name: 'fill',
      sql: (_input: object, { literal }) => [sql`select ${new Map()}`, `select ${literal(new Set())}`],
    });
    const query = name === 'sqlite' ? 'run' : 'execute';
    const db = (op: Op) => (op.db as unknown as Record<string, (text: SQL) => Promise<unknown>>)[query];
    const ways: readonly (readonly [(op: Op) => unknown, RegExp])[] = [
      [(op) => db(op)?.(sql`update k set v = ${new Map()}`), /An object of Map is no value/],
      [(op) => op.run(own({})), /An object of (Map|Set) is no value/],
    ];
    for (const [upgrade, says] of ways) {
      await expect(runner.upgrade([{ id: 'a1', upgrade }])).rejects.toMatchObject({
        code: 'REV_REVISION_FAILED',
        message: expect.stringMatching(says),
      });
      await expect(printed(runner, upgrade)).rejects.toMatchObject({
        code: 'REV_OPERATION',
        message: expect.stringMatching(says),
        hint: expect.not.stringContaining('history'),
      });
    }
  });

  it('are the same online and by a script', async () => {
    const values: readonly (readonly [unknown, string | null])[] = [
      ["it's", "it's"],
      [null, null],
      [undefined, null],
      [5, '5'],
      [5n, '5'],
      [new Date('2024-05-06T07:08:09.123Z'), '2024-05-06T07:08:09.123Z'],
      [
        { a: [1, { b: null }], at: new Date('2024-05-06T07:08:09.123Z') },
        '{"a":[1,{"b":null}],"at":"2024-05-06T07:08:09.123Z"}',
      ],
      [{ a: Object.assign(Object.create(null), { b: 1 }) }, '{"a":{"b":1}}'],
      [new URL('http://x/'), 'http://x/'],
      [{ toJSON: () => '1.50' }, '1.50'],
      [{ toJSON: () => ({ amount: '1.50' }) }, '{"amount":"1.50"}'],
      [{ at: new URL('http://x/') }, '{"at":"http://x/"}'],
    ];
    const upgrade = async (op: Op) => {
      await op.execute(
        'create table k (id integer primary key, by_row text, by_statement text, by_backfill text)',
      );
      for (const [id, [value]] of values.entries()) {
        await op.bulkInsert('k', [{ id, by_row: value }]);
        await op.execute(sql`update k set by_statement = ${value ?? null} where id = ${id}`);
        if (value !== undefined)
          await op.backfill({ table: 'k', set: { by_backfill: value }, where: sql`id = ${id}` });
      }
    };
    const wanted = values.map(([, text]) => text);
    const runner = await testRunner(name);
    const text = await printed(runner, upgrade);
    const columns = ['by_row', 'by_statement', 'by_backfill'];
    await runner.upgrade([{ id: 'a1', upgrade }]);
    for (const each of columns)
      expect(await runner.column(`select ${each} from k order by id`), each).toEqual(wanted);
    const other = await testRunner(name);
    for (const statement of text.split(/;\n/).filter((each) => !/^\s*$/.test(each)))
      await other.driver.run({ sql: statement });
    for (const each of columns)
      expect(await other.column(`select ${each} from k order by id`), each).toEqual(wanted);
  });

  it('of rows without columns are the defaults', async () => {
    const runner = await testRunner(name);
    await runner.driver.run({ sql: "create table k (v text default 'x')" });
    const upgrade = (op: Op) => op.bulkInsert('k', [{}, {}]);
    expect((await printed(runner, upgrade)).match(/INSERT INTO "k" DEFAULT VALUES;/g)).toHaveLength(2);
    await runner.upgrade([{ id: 'a1', upgrade }]);
    expect(await runner.column('select v from k')).toEqual(['x', 'x']);
  });

  const misuses: readonly (readonly [string, (op: Op) => unknown, RegExp])[] = [
    ['rows that are one', (op) => op.bulkInsert('k', { id: 1 } as never), /rows for k are no list/],
    [
      'rows of a generator',
      (op) =>
        op.bulkInsert(
          'k',
          (function* () {
            yield { id: 1 };
          })() as never,
        ),
      /rows for k are no list/,
    ],
    [
      'a row that is none',
      (op) => op.bulkInsert('k', [{ id: 1 }, null] as never),
      /row 2 for k is no object/i,
    ],
    ['a row that is a list', (op) => op.bulkInsert('k', [[1]] as never), /row 1 for k is no object/i],
    ['a table without a name', (op) => op.createTable(undefined as never, []), /name is missing/],
    ['an empty name', (op) => op.createTable('', [column('id', 'integer')]), /name is empty/],
    ['an empty name in a schema', (op) => op.createTable('app.', [column('id', 'integer')]), /name is empty/],
    ['a number as a name', (op) => op.dropTable(5 as never), /number is no name/],
    ['no elements', (op) => op.createTable('t', undefined as never), /createTable of t is given no list/],
    [
      'an element that is none',
      (op) => op.createTable('t', [column('id', 'integer'), undefined] as never),
      /Element 2 of createTable of t/,
    ],
    ['an index without keys', (op) => op.createIndex('i', 't', []), /index i has no keys/i],
    ['an index whose keys are none', (op) => op.createIndex('i', 't', 'id' as never), /index i has no keys/i],
    ['an empty key of an index', (op) => op.createIndex('i', 't', [{}]), /key 1 of index i/i],
    [
      'a missing key of an index',
      (op) => op.createIndex('i', 't', ['id', undefined] as never),
      /key 2 of index i/i,
    ],
  ];

  const onSqlite: typeof misuses = [
    ['a table without columns', (op) => op.createTable('t', []), /Table t would have no column/],
  ];

  it.each(name === 'sqlite' ? [...misuses, ...onSqlite] : misuses)(
    '%s: refused in words',
    async (_what, upgrade, says) => {
      const runner = await testRunner(name);
      await expect(runner.upgrade([{ id: 'a1', upgrade }])).rejects.toMatchObject({
        code: 'REV_REVISION_FAILED',
        message: expect.stringMatching(says),
        cause: { code: 'REV_OPERATION' },
      });
      await expect(printed(runner, upgrade)).rejects.toMatchObject({
        code: 'REV_OPERATION',
        message: expect.stringMatching(says),
        hint: expect.not.stringContaining('history'),
      });
    },
  );
});
