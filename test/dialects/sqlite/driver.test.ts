import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Driver } from '../../../src/dialects/dialect.js';
import { sqlite } from '../../../src/dialects/sqlite/index.js';
import { findPackage } from '../../../src/dialects/sqlite/packages.js';
import { freshSqlite, openSqlite, temporaryFolder } from '../../support/sqlite.js';
import { openFile, testOfFiles } from '../../support/sqlite-file.js';

interface Parts {
  readonly driver: Driver;
  readonly url: string;
}

const pragmas = async (driver: Driver) => [
  ...(await driver.values('PRAGMA foreign_keys')),
  ...(await driver.values('PRAGMA legacy_alter_table')),
];

describe('connecting', () => {
  test.each([
    ['a path', (path: string) => path],
    ['file:', (path: string) => `file:${path}`],
    ['file://', (path: string) => `file://${path}`],
    ['sqlite:', (path: string) => `sqlite:${path}`],
    ['sqlite://', (path: string) => `sqlite://${path}`],
  ])('%s opens the file', async (_name, url) => {
    const path = join(temporaryFolder(), 'my data.db');
    const driver = await openSqlite(url(path.replaceAll(' ', url(path) === path ? ' ' : '%20')));
    await driver.run({ sql: 'create table t (a)' });
    expect(existsSync(path)).toBe(true);
    expect(driver.serverVersion).toMatch(/^3\.\d+\.\d+/);
  });

  test('a missing file is an empty database where none shall be made', async () => {
    const path = join(temporaryFolder(), 'none.db');
    const driver = await openSqlite(path, { create: false });
    expect(await driver.values('select * from sqlite_schema')).toEqual([]);
    expect(existsSync(path)).toBe(false);
  });

  test.each([
    ['a folder', (folder: string) => folder, /is a folder, not a database file/],
    [
      'a folder that is missing',
      (folder: string) => join(folder, 'no', 'data.db'),
      /There is no folder .*\/no/,
    ],
    ['a file that is no database', (folder: string) => join(folder, 'text.txt'), /file is not a database/],
    ['a file where a folder should be', (folder: string) => join(folder, 'text.txt', 'a.db'), /.+/],
  ])('%s is refused with what to do', async (_name, path, message) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'text.txt'), 'x'.repeat(4096));
    await expect(openSqlite(path(folder))).rejects.toMatchObject({
      code: 'REV_CONNECT',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/.+/),
    });
  });

  test('parameters of a URL are refused', async () => {
    await expect(openSqlite('file:/tmp/a.db?mode=ro')).rejects.toMatchObject({ code: 'REV_URL' });
  });

  test('a package that is not installed is named with the command that installs it', () => {
    expect(() => findPackage('no-such-driver/sub', temporaryFolder())).toThrow(
      expect.objectContaining({ code: 'REV_DRIVER_MISSING', hint: 'npm i no-such-driver' }),
    );
  });

  test("the driver is the user's own copy", async () => {
    const folder = temporaryFolder();
    const own = join(folder, 'node_modules', 'better-sqlite3');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'package.json'), '{"name":"better-sqlite3","main":"index.js"}');
    writeFileSync(
      join(own, 'index.js'),
      'module.exports = class { constructor() { throw new Error("my own"); } };',
    );
    await expect(sqlite.connect({ url: ':memory:', from: folder })).rejects.toThrow(/my own/);
  });
});

describe('statements', () => {
  test('rows come as objects and as arrays', async () => {
    const { driver } = await freshSqlite();
    expect(await driver.query('select ? as a, ? as b', [5, 'x'])).toEqual([{ a: 5, b: 'x' }]);
    expect(await driver.values('select typeof(?), ?, ?, ?', [5, true, null, new Date(0)])).toEqual([
      ['integer', 1, null, '1970-01-01T00:00:00.000Z'],
    ]);
  });

  test('closing twice does nothing more', async () => {
    const { url } = await freshSqlite();
    const driver = await openSqlite(url);
    await driver.close();
    await driver.close();
  });

  test('a change says how many rows it touched', async () => {
    const { driver, setup } = await freshSqlite();
    await setup('create table t (a)');
    expect(await driver.run({ sql: 'insert into t values (?), (?)', params: [1, 2] })).toBe(2);
    expect(await driver.run({ sql: 'update t set a = a + 1 returning a' })).toBe(2);
    expect(await driver.run({ sql: 'insert into t values (3); delete from t;' })).toBe(4);
    expect(await driver.run({ sql: '-- nothing' })).toBe(0);
    expect(await driver.run({ sql: 'select 1' })).toBe(0);
  });

  test('an error says what SQLite says and which statement, and no value', async () => {
    const { driver, setup } = await freshSqlite();
    await setup('create table t (a unique)', `insert into t values ('secret')`);
    const error = await driver.run({ sql: 'insert into t values (?)', params: ['secret'] }).catch((e) => e);
    expect(error).toMatchObject({
      code: 'REV_STATEMENT',
      message: 'UNIQUE constraint failed: t.a\n  in: insert into t values (?)',
      data: { sqliteCode: 'SQLITE_CONSTRAINT_UNIQUE' },
    });
    expect(JSON.stringify([error.message, error.data])).not.toContain('secret');
  });

  testOfFiles('a question that found the database busy keeps nobody out afterwards', async () => {
    const path = join(temporaryFolder(), 'a.db');
    const other = openFile(path);
    onTestFinished(() => other.close());
    other.exec('create table t (a)');
    const connected = await openSqlite(path);
    await connected.run({ sql: 'PRAGMA busy_timeout = 0' });
    await connected.query('select a from t');
    other.exec('BEGIN EXCLUSIVE');
    // It is asked at once, and again later.
    const asked = connected.query('select a from t');
    other.exec('COMMIT');
    expect(await asked).toEqual([]);
    await connected.transaction(() => connected.run({ sql: 'insert into t values (1)' }));
    other.exec('BEGIN EXCLUSIVE; COMMIT');
  });

  test('after an abort nothing more runs, and the transaction is undone', async () => {
    const controller = new AbortController();
    const url = join(temporaryFolder(), 'a.db');
    const driver = await openSqlite(url, { signal: controller.signal });
    const work = driver.transaction(async () => {
      await driver.run({ sql: 'create table t (a)' });
      controller.abort();
      await driver.run({ sql: 'create table u (a)' });
    });
    await expect(work).rejects.toMatchObject({ code: 'REV_INTERRUPTED' });
    const other = await openSqlite(url);
    expect(await other.values('select * from sqlite_schema')).toEqual([]);
  });
});

describe('transactions', () => {
  testOfFiles('foreign keys are off inside, and everything is as before afterwards', async () => {
    const { driver } = await freshSqlite();
    expect(await pragmas(driver)).toEqual([[1], [0]]);
    await driver.transaction(async () => expect(await pragmas(driver)).toEqual([[0], [0]]));
    expect(await pragmas(driver)).toEqual([[1], [0]]);
    await driver.run({ sql: 'PRAGMA foreign_keys = OFF' });
    await driver.run({ sql: 'PRAGMA legacy_alter_table = ON' });
    await expect(
      driver.transaction(async () => {
        expect(await pragmas(driver)).toEqual([[0], [0]]);
        throw new Error('stop');
      }),
    ).rejects.toThrow('stop');
    expect(await pragmas(driver)).toEqual([[0], [1]]);
  });

  test('what rejects is undone: schema and rows', async () => {
    const { driver, setup, rows } = await freshSqlite();
    await setup('create table t (a)');
    const work = driver.transaction(async () => {
      await driver.runAll([{ sql: 'insert into t values (1)' }, { sql: 'create table u (a)' }]);
      throw new Error('stop');
    });
    await expect(work).rejects.toThrow('stop');
    expect(await rows('select name, (select count(*) from t) from sqlite_schema')).toEqual([['t', 0]]);
  });

  test('rows that lose their parent are refused, with table, column, parent and count', async () => {
    const { driver, setup, rows } = await freshSqlite();
    await setup(
      'create table parent (id integer primary key)',
      'create table child (id integer primary key, parent_id integer references parent)',
      'insert into parent values (1), (2)',
      'insert into child values (1, 1), (2, 1), (3, 2)',
    );
    const work = driver.transaction(() => driver.run({ sql: 'delete from parent where id = 1' }));
    await expect(work).rejects.toMatchObject({
      code: 'REV_STATEMENT',
      message: 'Foreign keys are violated:\n  child (parent_id): 2 rows without a parent in parent',
    });
    expect(await rows('select count(*) from parent')).toEqual([[2]]);
    expect(await pragmas(driver)).toEqual([[1], [0]]);
  });

  test('rows that had no parent before block nothing', async () => {
    const { driver, setup, rows, run } = await freshSqlite();
    await setup(
      'PRAGMA foreign_keys = OFF',
      'create table parent (id integer primary key)',
      'create table child (id integer primary key, parent_id integer references parent)',
      'insert into child values (1, 7)',
      'PRAGMA foreign_keys = ON',
    );
    await driver.transaction(() => driver.run({ sql: 'insert into parent values (1)' }));
    const child = { schema: null, name: 'child' };
    await run({ kind: 'renameTable', from: child, to: { schema: null, name: 'kid' } });
    await expect(
      driver.transaction(() => driver.run({ sql: 'insert into kid values (2, 8)' })),
    ).rejects.toMatchObject({ code: 'REV_STATEMENT' });
    expect(await rows('select count(*) from kid')).toEqual([[1]]);
  });

  test.each([
    ['this connection', ({ driver }: Parts) => driver],
    ['another one', ({ url }: Parts) => openSqlite(url)],
  ])('rows that lost their parent between two transactions, by %s, block nothing', async (_name, by) => {
    const { driver, setup, url } = await freshSqlite();
    await setup(
      'create table parent (id integer primary key)',
      'create table child (id integer primary key, parent_id integer references parent)',
      'insert into parent values (1)',
      'insert into child values (1, 1)',
    );
    const insert = (id: number) =>
      driver.transaction(() => driver.run({ sql: `insert into parent values (${id})` }));
    await insert(2);
    const other = await by({ driver, url });
    for (const sql of [
      'PRAGMA foreign_keys = OFF',
      'delete from parent where id = 1',
      'PRAGMA foreign_keys = ON',
    ])
      await other.run({ sql });
    await insert(3);
    // What is left is known now, and what comes on top of it is refused.
    await expect(
      driver.transaction(() => driver.run({ sql: 'insert into child values (2, 8)' })),
    ).rejects.toMatchObject({ message: expect.stringContaining('child (parent_id): 1 row without') });
    await driver.transaction(() => driver.run({ sql: 'delete from child' }));
    await expect(
      driver.transaction(() => driver.run({ sql: 'insert into child values (1, 1)' })),
    ).rejects.toMatchObject({ code: 'REV_STATEMENT' });
  });

  test('a foreign key that fits no key of its parent is refused', async () => {
    const { driver, setup } = await freshSqlite();
    await setup('create table parent (id integer primary key, code text)');
    const work = driver.transaction(() =>
      driver.run({ sql: 'create table child (code text references parent (code))' }),
    );
    await expect(work).rejects.toMatchObject({
      message: expect.stringContaining('child (code) refers to columns of parent that are no key of it'),
    });
  });

  test('a foreign key to a table that does not exist is refused', async () => {
    const { driver, setup, rows } = await freshSqlite();
    await setup(
      'create table parent (id integer primary key)',
      'create table child (a int, b int, parent_id int references Parent)',
      'insert into parent values (1)',
      'insert into child values (1, 1, 1)',
    );
    const create = (sql: string) => driver.transaction(() => driver.run({ sql }));
    await expect(
      create('create table other (a, b, foreign key (a, b) references missing (x, y))'),
    ).rejects.toMatchObject({
      code: 'REV_STATEMENT',
      message: 'Foreign keys are violated:\n  other (a, b) refers to table missing, which does not exist',
      hint: expect.stringContaining('Make the table in this revision'),
    });
    await expect(create('drop table parent')).rejects.toMatchObject({
      message: 'Foreign keys are violated:\n  child (parent_id) refers to table Parent, which does not exist',
    });
    await driver.transaction(async () => {
      await driver.run({ sql: 'create table c (a references later)' });
      await driver.run({ sql: 'create table later (id integer primary key)' });
    });
    expect(await rows('select count(*) from parent')).toEqual([[1]]);
  });

  test('a parent that was missing before blocks nothing, nor do rows without it when it comes', async () => {
    const { driver, setup } = await freshSqlite();
    await setup(
      'PRAGMA foreign_keys = OFF',
      'create table child (a references missing)',
      'insert into child values (1)',
      'PRAGMA foreign_keys = ON',
    );
    for (const sql of [
      'create table t (a)',
      'alter table child rename to kid',
      'create table missing (id integer primary key)',
    ])
      await driver.transaction(() => driver.run({ sql }));
  });

  test('a view that would no longer work is refused, unless it is put right before the end', async () => {
    const { driver, setup, rows } = await freshSqlite();
    await setup(
      'create table t (a, b)',
      'create view v as select a from t',
      'create view broken as select x from nowhere',
    );
    await expect(driver.transaction(() => driver.run({ sql: 'drop table t' }))).rejects.toMatchObject({
      code: 'REV_STATEMENT',
      message: expect.stringContaining('v: no such table: main.t'),
    });
    await driver.transaction(async () => {
      await driver.run({ sql: 'drop table t' });
      await driver.run({ sql: 'create table t (a)' });
    });
    expect(await rows('select * from v')).toEqual([]);
  });

  test.each([
    ['ROLLBACK', 'ROLLBACK', 'everything was rolled back'],
    ['COMMIT', 'COMMIT', 'what came before it is committed'],
    ['END', 'end', 'what came before it is committed'],
    [
      'COMMIT after a trigger',
      'create trigger tr after insert on t begin select 1; end; /* now */ commit transaction',
      'what came before it is committed',
    ],
    [
      'ROLLBACK after a savepoint',
      'savepoint s; rollback to s; create trigger tr after insert on t begin select case 1 when 1 then 2 end; end; rollback',
      'everything was rolled back',
    ],
  ])('a statement that ends the transaction fails: %s', async (_name, sql, what) => {
    const { driver, setup, rows } = await freshSqlite();
    await setup('create table t (a)');
    let after = false;
    const work = driver.transaction(async () => {
      await driver.run({ sql: 'insert into t values (1)' });
      await driver.run({ sql });
      after = true;
    });
    await expect(work).rejects.toMatchObject({
      code: 'REV_STATEMENT',
      message: `A statement ended the transaction: ${what}.\n  in: ${sql}`,
      hint: 'Leave COMMIT, ROLLBACK and ON CONFLICT ROLLBACK out of revisions.',
    });
    expect(after).toBe(false);
    expect(await rows('select count(*) from t')).toEqual([[what.startsWith('every') ? 0 : 1]]);
    await setup('begin', 'insert into t values (2)', 'commit');
  });

  test.each([['run'], ['query'], ['values']] as const)(
    'ON CONFLICT ROLLBACK ends it, too: %s',
    async (method) => {
      const { driver, setup, rows } = await freshSqlite();
      await setup('create table t (a unique on conflict rollback)');
      const sql = 'insert into t values (1)';
      const work = driver.transaction(async () => {
        await driver.run({ sql });
        await (method === 'run' ? driver.run({ sql }) : driver[method](sql));
      });
      await expect(work).rejects.toMatchObject({
        code: 'REV_STATEMENT',
        message: `UNIQUE constraint failed: t.a\n  in: ${sql}\nThe statement ended the transaction: everything was rolled back.`,
        data: { sqliteCode: 'SQLITE_CONSTRAINT_UNIQUE' },
      });
      expect(await rows('select * from t')).toEqual([]);
    },
  );

  test('after the end of the transaction nothing more runs, though the failure was caught', async () => {
    const { driver, setup, rows } = await freshSqlite();
    await setup('create table t (a)');
    const failed = { message: expect.stringContaining('ended the transaction') };
    const work = driver.transaction(async () => {
      await driver.run({ sql: 'COMMIT' }).catch(() => {});
      await expect(driver.run({ sql: 'insert into t values (1)' })).rejects.toMatchObject(failed);
      await expect(driver.transaction(async () => {})).rejects.toMatchObject(failed);
      await expect(driver.rolledBack(async () => {})).rejects.toMatchObject(failed);
    });
    await expect(work).rejects.toMatchObject(failed);
    expect(await rows('select * from t')).toEqual([]);
    expect(await pragmas(driver)).toEqual([[1], [0]]);
  });

  test('questions leave nothing behind', async () => {
    const { driver, setup, rows } = await freshSqlite();
    await setup('create table t (a)');
    const count = await driver.rolledBack(async () => {
      await driver.run({ sql: 'insert into t values (1)' });
      return (await driver.values('select count(*) from t'))[0]?.[0];
    });
    expect(count).toBe(1);
    await driver.transaction(async () => {
      await driver.run({ sql: 'insert into t values (2)' });
      await driver.rolledBack(() => driver.run({ sql: 'delete from t' }));
      await expect(
        driver.transaction(async () => {
          await driver.run({ sql: 'insert into t values (3)' });
          throw new Error('inner');
        }),
      ).rejects.toThrow('inner');
    });
    expect(await rows('select a from t')).toEqual([[2]]);
  });

  testOfFiles('a second writer waits, and gives up after its time', async () => {
    const { driver, url, setup, rows } = await freshSqlite();
    await setup('create table t (a)');
    const other = await openSqlite(url);
    let waited = false;
    await driver.transaction(async () => {
      const second = other.transaction(async () => other.run({ sql: 'insert into t values (2)' }), {
        lockTimeout: 100,
      });
      await expect(second).rejects.toMatchObject({ code: 'REV_LOCKED' });
    });
    await Promise.all([
      driver.transaction(async () => {
        await new Promise((resolve) => setTimeout(resolve, 150));
        await driver.run({ sql: 'insert into t values (1)' });
        waited = true;
      }),
      other.transaction(async () => {
        expect(waited).toBe(true);
        await other.run({ sql: 'insert into t values (2)' });
      }),
    ]);
    expect(await rows('select a from t')).toEqual([[1], [2]]);
  });

  test('a rebuild outside of a transaction gets one of its own, or is refused', async () => {
    const { driver, setup, rows, inspect } = await freshSqlite();
    await setup(
      'create table parent (id integer primary key, a text)',
      'create table child (id integer primary key, p integer references parent on delete cascade)',
      `insert into parent values (1, 'x')`,
      'insert into child values (1, 1)',
    );
    const change = { kind: 'alterColumn', name: 'a', to: { nullable: false } } as const;
    const statements = sqlite.compile(
      { kind: 'alterTable', table: { schema: null, name: 'parent' }, changes: [change] },
      await inspect(),
      {},
    );
    await expect(driver.run(statements[0] ?? { sql: '' })).rejects.toMatchObject({ code: 'REV_OPERATION' });
    await driver.runAll(statements);
    expect(await rows('select * from child')).toEqual([[1, 1]]);
  });
});
