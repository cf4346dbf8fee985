import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freshSqlite, temporaryFolder } from '../../support/sqlite.js';
import { describeOfFiles } from '../../support/sqlite-file.js';

/** A database whose foreign keys were not looked at while it got these rows. */
async function faulty(...statements: readonly string[]) {
  const db = await freshSqlite();
  await db.setup('PRAGMA foreign_keys = OFF', ...statements, 'PRAGMA foreign_keys = ON');
  const run = (...all: readonly string[]) =>
    db.driver.transaction(() => db.driver.runAll(all.map((sql) => ({ sql }))));
  return { ...db, inOne: run };
}

const refused = (...lines: readonly string[]) => ({
  code: 'REV_STATEMENT',
  message: ['Foreign keys are violated:', ...lines].join('\n  '),
});

const parents = ['create table p (id integer primary key)', 'insert into p values (1), (2)'];
const child = 'create table c (id integer primary key, pid integer references p)';

describe('an old fault does not make room for a new one', () => {
  test('in another table, when its own is dropped', async () => {
    const db = await faulty(
      ...parents,
      child,
      'create table legacy (id integer primary key, pid integer references p)',
      'insert into legacy values (1, 9)',
      'insert into c values (1, 1)',
    );
    await expect(db.inOne('drop table legacy', 'delete from p where id = 1')).rejects.toMatchObject(
      refused('c (pid): 1 row without a parent in p'),
    );
    expect(await db.rows('select count(*) from p')).toEqual([[2]]);
  });

  test('of another foreign key of the table', async () => {
    const db = await faulty(
      ...parents,
      'create table q (id integer primary key)',
      'create table c (id integer primary key, pid references p, qid references q)',
      'insert into q values (5)',
      'insert into c values (1, 9, 5)',
    );
    await expect(db.inOne('update c set pid = 1', 'delete from q')).rejects.toMatchObject(
      refused('c (qid): 1 row without a parent in q'),
    );
  });

  test('of the same foreign key', async () => {
    const db = await faulty(...parents, child, 'insert into c values (1, 9), (2, 1)');
    await expect(db.inOne('delete from c where id = 1', 'delete from p where id = 1')).rejects.toMatchObject(
      refused('c (pid): 1 row without a parent in p'),
    );
    await expect(
      db.inOne(
        'update c set pid = 1 where id = 1',
        'insert into c values (9007199254740993, 8)',
        'alter table c rename to d',
      ),
    ).rejects.toMatchObject(refused('d (pid): 1 row without a parent in p'));
  });

  test('of another foreign key of the same columns', async () => {
    const db = await faulty(
      'create table p (a integer primary key, b integer unique)',
      'insert into p values (2, 1)',
      'create table c (id integer primary key, pid references p (a) references p (b))',
      'insert into c values (1, 1)',
    );
    await expect(db.inOne('update p set b = 9')).rejects.toMatchObject(
      refused('c (pid): 1 row without a parent in p'),
    );
  });

  test('with rowids whose last digits a number would lose', async () => {
    const db = await faulty(...parents, child, 'insert into c values (9007199254740992, 9)');
    await expect(
      db.inOne('delete from c', 'insert into c values (9007199254740993, 9)'),
    ).rejects.toMatchObject(refused('c (pid): 1 row without a parent in p'));
  });

  test('where a parent is exchanged for one that was there', async () => {
    const db = await faulty(
      ...parents,
      'create table q (id integer primary key)',
      child,
      'insert into c values (1, 9)',
    );
    await expect(
      db.inOne(
        'create table d (id integer primary key, pid integer references q)',
        'insert into d select * from c',
        'drop table c',
        'alter table d rename to c',
      ),
    ).rejects.toMatchObject(refused('c (pid): 1 row without a parent in q'));
  });
});

describe('old faults block nothing', () => {
  test.each([
    ['the table is renamed', ['alter table c rename to d']],
    ['and has fewer of them', ['delete from c where id = 1', 'alter table c rename to d']],
    ['the column is renamed', ['alter table c rename column pid to parent_id']],
    ['the parent is renamed', ['alter table p rename to parents']],
    [
      'all are renamed',
      [
        'alter table c rename to d',
        'alter table d rename column pid to parent_id',
        'alter table p rename to parents',
        'delete from d where id = 2',
      ],
    ],
    ['a name has other capitals', ['alter table c rename to d', 'alter table d rename to C']],
    [
      'the table is made anew',
      [
        'create table d (id integer primary key, pid integer references p, note text)',
        'insert into d (id, pid) select id, pid from c',
        'drop table c',
        'alter table d rename to c',
      ],
    ],
  ])('%s', async (_name, statements) => {
    const db = await faulty(...parents, child, 'insert into c values (1, 8), (2, 9), (3, 1)');
    await db.inOne(...statements);
  });

  test('of a table whose rowids no column holds, in a copy that has others', async () => {
    const db = await faulty(
      ...parents,
      'create table c (id text primary key, pid integer references p)',
      "insert into c values ('a', 1), ('b', 1), ('c', 9)",
    );
    await db.setup("delete from c where id = 'a'");
    const copy = [
      'create table d (id text primary key, pid integer references p)',
      'insert into d select id, pid from c',
      'drop table c',
      'alter table d rename to c',
    ];
    await expect(db.inOne(...copy, 'delete from p where id = 1')).rejects.toMatchObject(
      refused('c (pid): 1 row without a parent in p'),
    );
    await db.inOne(...copy);
    await expect(
      db.inOne("delete from c where id = 'c'", 'delete from p where id = 1'),
    ).rejects.toMatchObject(refused('c (pid): 1 row without a parent in p'));
  });

  test('of a table that refers to itself, and is renamed', async () => {
    const db = await faulty(
      'create table c (id integer primary key, pid integer references c)',
      'insert into c values (1, 9)',
    );
    await db.inOne('alter table c rename to d');
  });

  test('of a table without rowids, of which one more is refused', async () => {
    const db = await faulty(
      ...parents,
      'create table c (id text primary key, pid integer references p) without rowid',
      "insert into c values ('a', 8), ('b', 9)",
    );
    await db.inOne("delete from c where id = 'a'", 'alter table c rename to d');
    await expect(db.inOne("insert into d values ('c', 7)")).rejects.toMatchObject(
      refused('d (pid): 1 row without a parent in p'),
    );
  });

  test('though they are very many, of which one more is refused', async () => {
    const db = await faulty(
      ...parents,
      child,
      'insert into c with recursive n (i) as (select 1 union all select i + 1 from n where i < 10001) select i, 9 from n',
    );
    await db.inOne('alter table c rename to d');
    await expect(db.inOne('insert into d values (10002, 7)')).rejects.toMatchObject(
      refused('d (pid): 1 row without a parent in p'),
    );
    await db.inOne('delete from d where id = 10001');
    await expect(
      db.inOne('delete from d where id = 1', 'insert into d values (-1, 7)'),
    ).rejects.toMatchObject(refused('d (pid): 1 row without a parent in p'));
  });
});

describeOfFiles('what is temporary hides nothing', () => {
  test('a table with the name of a child', async () => {
    const db = await faulty(...parents, child, 'insert into c values (1, 1), (2, 2)');
    await expect(db.inOne('create temp table c (id int)', 'delete from main.p')).rejects.toMatchObject(
      refused('c (pid): 2 rows without a parent in p'),
    );
  });

  test('a table with the name of a child whose other foreign key never fitted', async () => {
    const db = await faulty(
      'create table p (id integer primary key, code text)',
      'insert into p values (1, null)',
      'create table c (id integer primary key, pid integer references p, code text references p (code))',
      'insert into c values (1, 1, null)',
    );
    await expect(
      db.inOne(
        'create temp table c (id int)',
        'create temp table p (id int, code text unique)',
        'delete from main.p',
      ),
    ).rejects.toMatchObject(refused('c (pid): 1 row without a parent in p'));
  });

  test('a view with the name of a view', async () => {
    const db = await faulty('create table p (a)', 'create view v as select a from p');
    await expect(db.inOne('create temp view v as select 1', 'drop table p')).rejects.toMatchObject({
      message: expect.stringContaining('v: no such table: main.p'),
    });
  });

  test('a table with the name of one that has triggers', async () => {
    const db = await faulty(
      'create table t (a, b)',
      'create table log (a)',
      'create trigger one after update of a on t begin insert into log values (new.a); end',
      'create trigger two after update of b on t begin select 1; end',
    );
    await expect(db.inOne('create temp table t (x)', 'drop table log')).rejects.toMatchObject({
      message: expect.stringContaining('one on t: no such table: main.log'),
    });
  });
});

describeOfFiles('attached databases', () => {
  async function withOther() {
    const db = await faulty();
    const file = join(temporaryFolder(), 'other.db');
    const attach = `attach '${file}' as o`;
    await db.setup(
      attach,
      'PRAGMA foreign_keys = OFF',
      'create table o.p (id integer primary key)',
      'create table o.c (id integer primary key, pid integer references p)',
      'insert into o.p values (1)',
      'insert into o.c values (1, 1), (2, 9)',
      'PRAGMA foreign_keys = ON',
    );
    return { ...db, attach };
  }
  const orphan = refused('o.c (pid): 1 row without a parent in p');

  test('are looked at, too', async () => {
    const db = await withOther();
    await db.inOne('delete from o.c where id = 2', 'create table t (a)');
    await expect(db.inOne('delete from o.p')).rejects.toMatchObject(orphan);
    expect(await db.rows('select count(*) from o.p')).toEqual([[1]]);
  });

  test('also those that a revision attaches, whose old faults block nothing', async () => {
    const db = await withOther();
    await db.setup('detach o');
    await expect(db.inOne(db.attach, 'delete from o.p')).rejects.toMatchObject(orphan);
    await db.setup('detach o');
    await expect(db.inOne(`${db.attach}; delete from o.p`)).rejects.toMatchObject(orphan);
    await db.setup('detach o');
    await db.inOne(db.attach, 'alter table o.c rename to d');
    expect(await db.rows('select count(*) from o.d')).toEqual([[2]]);
  });
});
