import { describe, expect, test } from 'vitest';
import { freshSqlite, openSqlite } from '../../support/sqlite.js';
import { describeOfFiles, testOfFiles } from '../../support/sqlite-file.js';

/** Foreign keys stay off from one transaction to the next, and what a database can have at fault is remembered. */

const family = [
  'create table parent (id integer primary key)',
  'create table child (parent integer references parent on delete cascade)',
  'insert into parent values (1), (2), (3)',
  'insert into child values (1), (2), (3)',
];

describe('after transactions without foreign keys', () => {
  test('everything else has them', async () => {
    const { driver, setup, rows } = await freshSqlite();
    await setup(...family);
    const pass = () => driver.transaction(async () => undefined);
    await pass();
    await driver.run({ sql: 'delete from parent where id = 1' });
    expect(await rows('select parent from child')).toEqual([[2], [3]]);
    await pass();
    await driver.query('delete from parent where id = 2');
    expect(await rows('select parent from child')).toEqual([[3]]);
    await pass();
    await driver.transaction(() => driver.run({ sql: 'delete from parent where id = 3' }), {
      keepsForeignKeys: true,
    });
    expect(await rows('select parent from child')).toEqual([]);
    await pass();
    await expect(driver.runAllOrNone([{ sql: 'insert into child values (9)' }])).rejects.toMatchObject({
      message: expect.stringMatching(/FOREIGN KEY constraint failed/),
    });
    await pass();
    expect(await driver.values('pragma foreign_keys')).toEqual([[1]]);
    await driver.rolledBack(async () => undefined);
    expect(await driver.values('pragma foreign_keys')).toEqual([[1]]);
  });

  test('somebody who has turned them off finds them so', async () => {
    const { driver, setup, rows } = await freshSqlite();
    await setup(...family);
    await driver.transaction(async () => undefined);
    await driver.run({ sql: 'pragma foreign_keys = off' });
    await driver.transaction(async () => undefined);
    await driver.run({ sql: 'delete from parent' });
    expect(await rows('select count(*) from child')).toEqual([[3]]);
  });

  testOfFiles('what one of them has set holds in no other, nor after them', async () => {
    const { driver } = await freshSqlite();
    const legacy = () => driver.values('pragma legacy_alter_table');
    await driver.transaction(async () => {
      await driver.run({ sql: 'pragma legacy_alter_table = on' });
      expect(await legacy()).toEqual([[1]]);
    });
    await driver.transaction(async () => expect(await legacy()).toEqual([[0]]));
    await driver.transaction(() => driver.run({ sql: 'pragma legacy_alter_table = on' }));
    expect(await legacy()).toEqual([[0]]);
  });

  testOfFiles(
    'one that waits for another writer has them off in the end, whatever is asked meanwhile',
    async () => {
      const { driver, url, setup, rows } = await freshSqlite();
      await setup(...family);
      const other = await openSqlite(url);
      let isBegun = false;
      const waiting = await other.transaction(async () => {
        const begun = driver.transaction(async () => {
          isBegun = true;
          await driver.run({ sql: 'delete from parent where id = 1' });
          await driver.run({ sql: 'delete from child where parent = 1' });
        });
        await new Promise((resolve) => setTimeout(resolve, 60));
        expect(await driver.values('select count(*) from child')).toEqual([[3]]);
        expect(isBegun).toBe(false);
        return { begun };
      });
      await waiting.begun;
      expect(await rows('select parent from child')).toEqual([[2], [3]]);
    },
  );
});

describeOfFiles('while somebody else keeps everybody out', () => {
  const given = async () => {
    const db = await freshSqlite();
    await db.setup(...family);
    await db.driver.transaction(async () => undefined);
    const other = await openSqlite(db.url);
    await other.run({ sql: 'begin exclusive' });
    return { ...db, other };
  };

  test('a transaction of any kind waits as long as it may, and says so', async () => {
    const { driver, other } = await given();
    for (const keepsForeignKeys of [false, true]) {
      const before = performance.now();
      await expect(
        driver.transaction(async () => undefined, { keepsForeignKeys, lockTimeout: 100 }),
      ).rejects.toMatchObject({ code: 'REV_LOCKED' });
      expect(performance.now() - before).toBeLessThan(2000);
    }
    await other.run({ sql: 'rollback' });
  });

  test('opening and asking end with an interrupt, and wait no longer than they may', async () => {
    const { url, other } = await given();
    // On the file, while it may still be read.
    await other.run({ sql: 'rollback' });
    const stop = new AbortController();
    const asking = await openSqlite(url, { signal: stop.signal });
    await other.run({ sql: 'begin exclusive' });
    const before = performance.now();
    setTimeout(() => stop.abort(), 100);
    await expect(asking.values('select * from child')).rejects.toMatchObject({ code: 'REV_INTERRUPTED' });
    await expect(openSqlite(url, { signal: stop.signal })).rejects.toMatchObject({ code: 'REV_INTERRUPTED' });
    await expect(openSqlite(url, { patience: 100 })).rejects.toMatchObject({ code: 'REV_LOCKED' });
    // SQLite's own waiting is five seconds each time.
    expect(performance.now() - before).toBeLessThan(4000);
    await other.run({ sql: 'rollback' });
  });

  test('what has nothing to ask of the file asks nothing of it', async () => {
    const { driver, other } = await given();
    expect(await driver.rolledBack(async () => 1)).toBe(1);
    expect(await driver.values('pragma foreign_keys')).toEqual([[1]]);
    await other.run({ sql: 'rollback' });
  });

  test('one that keeps foreign keys has them, whatever is asked while it waits', async () => {
    const { driver, other, rows } = await given();
    const deleting = driver.transaction(() => driver.run({ sql: 'delete from parent where id = 1' }), {
      keepsForeignKeys: true,
    });
    await driver.rolledBack(async () => undefined);
    await other.run({ sql: 'rollback' });
    await deleting;
    expect(await rows('select parent from child')).toEqual([[2], [3]]);
  });
});

describe('what one transaction makes, no later one breaks', () => {
  test.each<[string, readonly string[], string, RegExp]>([
    [
      'a view',
      ['create table t (a)', 'CREATE\nVIEW v AS SELECT a FROM t'],
      'drop table t',
      /views.*\n {2}v: /,
    ],
    [
      'a trigger',
      [
        'create table t (a)',
        'create table log (x)',
        'create/**/Trigger g after insert on log begin insert into t values (new.x); end',
      ],
      'drop table t',
      /triggers.*\n {2}g on log: /,
    ],
    [
      'a full-text index',
      ['create table t (a)', 'create Virtual table s using fts5(a, content=t)', 'insert into t values (1)'],
      'drop table t',
      /virtual tables.*\n {2}s: /,
    ],
    [
      'a foreign key',
      ['create table p (id integer primary key)', 'create table c (p int/**/ReFERENCES p)'],
      'insert into c values (7)',
      /c \(p\): 1 row without a parent in p/,
    ],
    [
      'a foreign key of a new column',
      ['create table p (id integer primary key)', 'create table c (a)', 'alter table c add p References p'],
      'insert into c values (1, 7)',
      /c \(p\): 1 row without a parent in p/,
    ],
  ])('%s', async (_, made, breaking, message) => {
    const { driver } = await freshSqlite();
    const run = (sql: string) => driver.transaction(() => driver.run({ sql }));
    // The first and the last make nothing that can be at fault.
    for (const sql of ['create table first (a)', ...made, 'create table last (a)']) await run(sql);
    await expect(run(breaking)).rejects.toMatchObject({
      code: 'REV_STATEMENT',
      message: expect.stringMatching(message),
    });
  });

  test('nor one that was made by a query, by several statements at once, or by somebody else', async () => {
    const { driver, url, rows } = await freshSqlite();
    const makers: ((name: string) => Promise<unknown>)[] = [
      (name) => driver.transaction(() => driver.query(`create view ${name} as select a from t`)),
      (name) =>
        driver.transaction(() =>
          driver.run({ sql: `insert into other values (1); create view ${name} as select a from t` }),
        ),
      async (name) => {
        const other = await openSqlite(url);
        await other.run({ sql: `create view ${name} as select a from t` });
      },
    ];
    for (const [at, make] of makers.entries()) {
      await driver.transaction(() =>
        driver.runAll([{ sql: 'create table t (a)' }, { sql: 'create table if not exists other (a)' }]),
      );
      await make(`v${at}`);
      await driver.transaction(() => driver.run({ sql: 'insert into other values (2)' }));
      const dropping = driver.transaction(() => driver.run({ sql: 'drop table t' }));
      await expect(dropping).rejects.toMatchObject({ data: { views: [`v${at}`] } });
      await driver.transaction(() => driver.runAll([{ sql: `drop view v${at}` }, { sql: 'drop table t' }]));
    }
    expect(await rows("select count(*) from sqlite_schema where type = 'view'")).toEqual([[0]]);
  });
});
