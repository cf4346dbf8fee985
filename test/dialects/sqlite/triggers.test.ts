import { describe, expect, test } from 'vitest';
import { check, column, type TableChange } from '../../../src/operations/index.js';
import { freshSqlite } from '../../support/sqlite.js';

const alter = (table: string, ...changes: TableChange[]) =>
  ({ kind: 'alterTable', table: { schema: null, name: table }, changes }) as const;

/** By a rebuild: SQLite's own DROP COLUMN would look at the triggers itself. */
const dropByRebuild = (table: string, name: string, other: string) =>
  alter(
    table,
    { kind: 'dropColumn', name },
    { kind: 'alterColumn', name: other, to: { default: { kind: 'literal', value: 1 } } },
  );

const tables = [
  'create table users (id integer primary key, name text, posts int default 0)',
  'create table posts (u int)',
];

async function prepared(...statements: readonly string[]) {
  const db = await freshSqlite();
  await db.setup(...tables, ...statements);
  return db;
}

describe('a trigger that would no longer work is refused', () => {
  test.each([
    [
      'of another table',
      'create trigger tr after insert on posts begin update users set posts = posts + 1 where id = new.u; end',
      'tr on posts: no such column: posts',
    ],
    [
      'of the table, by old and new',
      'create trigger tr after update on users begin select old.posts; end',
      'tr on users: no such column: old.posts',
    ],
    [
      'of the table, without old and new',
      'create trigger tr before delete on users begin select posts from users; end',
      'tr on users: no such column: posts',
    ],
    [
      'a list of columns',
      'create trigger tr after insert on posts begin insert into users (id, posts) values (new.u, 0); end',
      'tr on posts: table users has no column named posts',
    ],
    [
      'UPDATE OF',
      'create trigger "on" after update of name, "posts" on users begin select 1; end',
      'on on users: no such column: posts',
    ],
    [
      'UPDATE OF another column',
      'create trigger tr after update of name on users begin select posts from users; end',
      'tr on users: no such column: posts',
    ],
    [
      'WHEN',
      'create trigger tr after insert on users when new.posts > 0 begin select 1; end',
      'tr on users: no such column: new.posts',
    ],
  ])('%s', async (_name, trigger, line) => {
    const db = await prepared(trigger);
    const before = await db.inspect();
    await expect(db.run(dropByRebuild('users', 'posts', 'name'))).rejects.toMatchObject({
      code: 'REV_STATEMENT',
      message: `These triggers would no longer work:\n  ${line}`,
      hint: expect.stringContaining('before it ends.'),
    });
    expect(await db.inspect()).toEqual(before);
  });

  test.each([
    ['insert', 'insert into users (id, posts) values (new.id, 0)'],
    ['update', 'update users set posts = 0 where id = old.id'],
    ['update of name', 'update users set posts = 0 where id = old.id'],
    ['delete', 'update users set posts = 0 where id = old.id'],
  ])('of a view: instead of %s', async (event, body) => {
    const db = await prepared(
      'create view names as select id, name from users',
      `create trigger tr instead of ${event} on names begin ${body}; end`,
    );
    await expect(db.run(dropByRebuild('users', 'posts', 'name'))).rejects.toMatchObject({
      message: expect.stringMatching(/^These triggers would no longer work:\n {2}tr on names: .*posts/),
    });
  });

  test('a table that is gone', async () => {
    const db = await prepared(
      'create trigger tr after insert on posts begin delete from users where id = new.u; end',
    );
    const drop = db.driver.transaction(() => db.driver.run({ sql: 'drop table users' }));
    await expect(drop).rejects.toMatchObject({
      message: expect.stringContaining('tr on posts: no such table: main.users'),
    });
  });

  test('each by its own name, and only those', async () => {
    const db = await prepared(
      'create trigger a after insert on posts begin select 1; end',
      'create trigger b after insert on posts begin update users set posts = 1; end',
      'create trigger c after insert on posts begin select posts from users; end',
      'create trigger d after update on posts begin select 1; end',
    );
    await expect(db.run(dropByRebuild('users', 'posts', 'name'))).rejects.toMatchObject({
      message:
        'These triggers would no longer work:\n  b on posts: no such column: posts\n  c on posts: no such column: posts',
      data: { triggers: ['b', 'c'] },
    });
    expect(await db.rows(`select name from sqlite_schema where type = 'trigger' order by 1`)).toEqual([
      ['a'],
      ['b'],
      ['c'],
      ['d'],
    ]);
  });
});

describe('triggers that block nothing', () => {
  test('those that were broken before, but a new fault beside them is seen', async () => {
    const db = await prepared(
      'create trigger broken after insert on posts begin select nowhere; end',
      'create trigger fine after insert on posts begin select posts from users; end',
    );
    await db.run(alter('users', { kind: 'addConstraint', constraint: check(null, 'id >= 0') }));
    await db.run(alter('posts', { kind: 'addConstraint', constraint: check(null, 'u > 0') }));
    await expect(db.run(dropByRebuild('users', 'posts', 'name'))).rejects.toMatchObject({
      data: { triggers: ['fine'] },
    });
  });

  test('those that are put right before the end', async () => {
    const db = await prepared('create trigger tr after insert on users begin select new.posts; end');
    const operation = (sql: string) =>
      ({ kind: 'execute', sql: { kind: 'sql', texts: [sql], values: [] } }) as const;
    await db.run(
      dropByRebuild('users', 'posts', 'name'),
      operation('drop trigger tr'),
      operation('create trigger tr after insert on users begin select new.name; end'),
    );
    await db.setup('insert into users (id) values (1)');
  });

  test('those whose column is dropped and made anew', async () => {
    const db = await prepared('create trigger tr after insert on users begin select new.posts; end');
    await db.run(
      alter(
        'users',
        { kind: 'dropColumn', name: 'posts' },
        { kind: 'addColumn', column: column('posts', 'text', { nullable: false, default: '0' }) },
        { kind: 'addConstraint', constraint: check(null, "posts <> 'x'") },
        { kind: 'addConstraint', constraint: check(null, 'id > 0') },
      ),
    );
    await db.setup('insert into users (id) values (1)');
  });

  test('those that call what only the application has, and those of generated columns', async () => {
    const db = await prepared('create table g (a, b as (a + 1))');
    await db.driver.transaction(async () => {
      for (const sql of [
        'create trigger tr after insert on posts begin select own_function(new.u); end',
        'create trigger tu after update on posts begin select 1 order by new.u collate own; end',
        'create trigger tg after update of b on g begin select 1; end',
      ])
        await db.driver.run({ sql });
    });
    // What the application's function hides in one trigger is seen in the others.
    await expect(
      db.driver.transaction(() =>
        db.driver.run({ sql: 'create trigger bad after insert on posts begin select nope; end' }),
      ),
    ).rejects.toMatchObject({ data: { triggers: ['bad'] } });
  });

  test('a trigger of a view that is dropped alone', async () => {
    const db = await prepared(
      'create view v as select id, name from users',
      'create trigger vi instead of insert on v begin select 1; end',
      'create trigger vd instead of delete on v begin select 1; end',
    );
    await db.driver.transaction(() => db.driver.run({ sql: 'drop trigger vd' }));
    expect(await db.rows(`select name from sqlite_schema where type = 'trigger'`)).toEqual([['vi']]);
  });

  test('nothing is written, and no trigger runs, for the question', async () => {
    const db = await prepared(
      'create table log (x)',
      'create trigger a after delete on users begin insert into log values (old.id); end',
      'create trigger b after delete on users begin select nowhere; end',
      'create trigger c after insert on users begin insert into log values (new.id); end',
      `insert into users (id) values (1), (2)`,
    );
    await db.driver.transaction(async () => {});
    expect(await db.rows('select * from log')).toEqual([[1], [2]]);
    expect(await db.rows('select count(*) from users')).toEqual([[2]]);
  });
});
