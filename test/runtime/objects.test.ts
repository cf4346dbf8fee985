import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { defineOperation } from '../../src/operations/index.js';
import type { ObjectInput } from '../../src/runtime/object-input.js';
import type { Op } from '../../src/runtime/op.js';
import { type TestRevision, testRunner } from '../support/runner.js';

/** What no catalog holds, and what a project defines itself, in real databases. */

const stampOn = (name: 'sqlite' | 'postgres', text: string): ObjectInput =>
  name === 'sqlite'
    ? {
        kind: 'trigger',
        name: 'stamp on t',
        create: sql`create trigger stamp after insert on t begin update t set s = ${text} where id = new.id; end`,
        drop: 'drop trigger stamp',
      }
    : {
        kind: 'trigger',
        name: 'stamp on t',
        create: [
          sql.raw(
            `create function stamp() returns trigger language plpgsql as $$ begin new.s := '${text}'; return new; end $$`,
          ),
          'create trigger stamp before insert on t for each row execute function stamp()',
        ],
        drop: ['drop trigger stamp on t', 'drop function stamp()'],
      };

describe.each(['sqlite', 'postgres'] as const)('objects on %s', (name) => {
  it('are made, replaced and dropped, and back', async () => {
    const runner = await testRunner(name);
    const [first, second] = [stampOn(name, 'first'), stampOn(name, 'second')];
    const add = (id: number) => sql.raw(`insert into t (id) values (${id})`);
    const history: readonly TestRevision[] = [
      { id: 'a1', upgrade: (op) => op.execute('create table t (id integer primary key, s text)') },
      {
        id: 'b1',
        down: ['a1'],
        upgrade: async (op) => {
          await op.createObject(first);
          await op.execute(add(1));
        },
        downgrade: (op) => op.dropObject(first),
      },
      {
        id: 'c1',
        down: ['b1'],
        upgrade: async (op) => {
          await op.replaceObject(second, first);
          await op.execute(add(2));
        },
        downgrade: (op) => op.replaceObject(first, second),
      },
    ];
    await runner.upgrade(history);
    expect(await runner.column('select s from t order by id')).toEqual(['first', 'second']);
    await runner.downgrade(history, 'b1');
    await runner.driver.run({ sql: 'insert into t (id) values (3)' });
    await runner.downgrade(history, 'a1');
    await runner.driver.run({ sql: 'insert into t (id) values (4)' });
    expect(await runner.column('select s from t order by id')).toEqual(['first', 'second', 'first', null]);
  });

  it.each<[unknown, RegExp]>([
    [undefined, /op\.run was given undefined, which is no operation/],
    [null, /op\.run was given null/],
    [7, /op\.run was given a number/],
    [defineOperation({ name: 'f', sql: () => 'select 1' }), /op\.run was given a function/],
    [{ table: 'posts' }, /op\.run was given an object/],
    [{ kind: 'own' }, /op\.run was given an object/],
    [{ kind: 'enableAudit' }, /of the unknown kind enableAudit/],
    [{ kind: 'constructor' }, /of the unknown kind constructor/],
    [Promise.resolve(), /op\.run was given an object/],
  ])('are refused where they are none: %o', async (given, message) => {
    const runner = await testRunner(name);
    for (const operations of [given, [given]]) {
      const run = runner.upgrade([{ id: 'a1', upgrade: (op) => op.run(operations as never) }]);
      await expect(run).rejects.toMatchObject({
        code: 'REV_REVISION_FAILED',
        message: expect.stringMatching(message),
        hint: expect.stringContaining('op.run(enableAudit('),
        data: { revision: 'a1' },
      });
    }
  });

  it.each<[unknown, RegExp]>([
    [{ kind: 'createTable' }, /an operation createTable that cannot be read.* it holds nothing\./],
    [{ kind: 'createTable', table: { name: 't' } }, /operation createTable .* it holds table: an object\./],
    [{ kind: 'alterTable', table: 5 }, /operation alterTable .* it holds table: a number\./],
    [{ kind: 'dropTable', name: {} }, /operation dropTable .* it holds name: an object\./],
    [{ kind: 'execute', sql: 'select 1' }, /operation execute .* it holds sql: a string\./],
    [{ kind: 'insert', table: null }, /operation insert .* it holds table: null\./],
  ])('are refused where they lack something: %o', async (given, message) => {
    const runner = await testRunner(name);
    const run = runner.upgrade([{ id: 'a1', upgrade: (op) => op.run(given as never) }]);
    await expect(run).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      cause: { code: 'REV_OPERATION' },
      message: expect.stringMatching(message),
      hint: expect.stringContaining('satisfies Operation'),
      data: { revision: 'a1' },
    });
  });

  it.each<[string, () => unknown, RegExp]>([
    ['throws', () => (undefined as never as { a: string }).a, /operation grant: its sql threw: Cannot read/],
    ['is none', () => undefined, /operation grant: its sql threw: Expected sql/],
  ])('tell their name where their SQL %s', async (_what, sql, message) => {
    const runner = await testRunner(name);
    const grant = defineOperation({
      name: 'grant',
      sql: sql as () => string,
      describe: () => {
        throw new Error('not told');
      },
    });
    const run = runner.upgrade([{ id: 'a1', upgrade: (op) => op.run(grant({})) }]);
    await expect(run).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      message: expect.stringMatching(message),
      data: { operation: 'grant' },
    });
  });

  it('that say too little are refused', async () => {
    const runner = await testRunner(name);
    const upgrade = (op: Op) =>
      op.createObject({ kind: 'function', name: 'f()', create: 'select 1', drop: '' });
    await expect(runner.upgrade([{ id: 'a1', upgrade }])).rejects.toThrow(/lacks its drop: function f\(\)/);
  });

  it('that would end the transaction are refused', async () => {
    const runner = await testRunner(name);
    const upgrade = (op: Op) => {
      op.execute('create table one (n integer)');
      op.createObject({ kind: 'thing', name: 'x', create: 'commit', drop: 'select 1' });
    };
    await expect(runner.upgrade([{ id: 'a1', upgrade }])).rejects.toThrow(/cannot run COMMIT/);
    expect(await runner.dialect.hasTable(runner.driver, { schema: null, name: 'one' })).toBe(false);
  });

  it('of the project itself run in order, with bound values', async () => {
    const runner = await testRunner(name);
    const fill = defineOperation({
      name: 'fill',
      sql: ({ texts }: { texts: readonly string[] }) =>
        texts.map((text) => sql`insert into t values (${text})`),
    });
    await runner.upgrade([
      {
        id: 'a1',
        upgrade: (op) => {
          op.execute('create table t (s text)');
          op.run([fill({ texts: ["it's", '?'] }), fill({ texts: ['$1'] })]);
          op.execute("insert into t values ('last')");
        },
      },
    ]);
    expect(await runner.column('select s from t')).toEqual(["it's", '?', '$1', 'last']);
  });

  it('of the project that fail are named, and nothing of the revision stays', async () => {
    const runner = await testRunner(name);
    const broken = defineOperation({
      name: 'broken',
      sql: () => 'insert into nowhere values (1)',
      describe: () => 'break it',
    });
    const upgrade = (op: Op) => {
      op.execute('create table t (s text)');
      op.run(broken({}));
    };
    await expect(runner.upgrade([{ id: 'a1', upgrade }])).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      data: expect.objectContaining({ operation: 'break it' }),
    });
    expect(await runner.column('select count(*) from alembic_version')).toSatisfy(([n]) => Number(n) === 0);
  });
});

describe('on postgres', () => {
  it('indexes are made and dropped concurrently, outside of a transaction', async () => {
    const runner = await testRunner('postgres');
    await runner.driver.run({ sql: 'create table t (n integer)' });
    const history: readonly TestRevision[] = [
      {
        id: 'a1',
        transactional: false,
        upgrade: (op) => op.createIndex('t_n', 't', ['n'], { concurrently: true, unique: true }),
        downgrade: (op) => op.dropIndex('t_n', 't', { concurrently: true }),
      },
    ];
    await runner.driver.run({ sql: 'insert into t values (1), (1)' });
    await expect(runner.upgrade(history)).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
    await runner.driver.run({ sql: 'delete from t' });
    // The invalid one that has stayed is put away.
    await runner.upgrade(history);
    expect(await runner.column("select indisvalid from pg_index where indexrelid = 't_n'::regclass")).toEqual(
      [true],
    );
    await runner.downgrade(history, 'base');
    expect(await runner.column("select to_regclass('t_n')")).toEqual([null]);
  });

  it('a concurrent index in a transaction is refused, and says what to do', async () => {
    const runner = await testRunner('postgres');
    await runner.driver.run({ sql: 'create table t (n integer)' });
    const upgrade = (op: Op) => op.createIndex('t_n', 't', ['n'], { concurrently: true });
    await expect(runner.upgrade([{ id: 'a1', upgrade }])).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      hint: expect.stringContaining('op.autocommit'),
    });
  });

  it('comments are on tables and their parts, and extensions come and go', async () => {
    const runner = await testRunner('postgres');
    const history: readonly TestRevision[] = [
      {
        id: 'a1',
        upgrade: (op) => {
          op.execute('create table t (n integer constraint positive check (n > 0))');
          op.comment({ table: 't' }, "it's a table");
          op.comment({ table: 't', column: 'n' }, 'a number');
          op.comment({ table: 't', constraint: 'positive' }, 'no zero');
          op.createSchema('s');
          op.comment({ schema: 's' }, 'a schema');
          op.createExtension('plpgsql', { ifNotExists: true });
        },
        downgrade: (op) => {
          op.comment({ table: 't' }, null);
        },
      },
    ];
    await runner.upgrade(history);
    const comments = () =>
      runner.column(
        "select description from pg_description where objoid in ('t'::regclass, 's'::regnamespace, (select oid from pg_constraint where conname = 'positive')) order by 1",
      );
    expect(await comments()).toEqual(['a number', 'a schema', "it's a table", 'no zero']);
    await runner.downgrade(history, 'base');
    expect(await comments()).toEqual(['a number', 'a schema', 'no zero']);
  });
});
