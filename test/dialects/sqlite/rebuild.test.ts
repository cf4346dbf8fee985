import { describe, expect, test } from 'vitest';
import { sqlite } from '../../../src/dialects/sqlite/index.js';
import { check, column, primaryKey, type TableChange, unique } from '../../../src/operations/index.js';
import { freshSqlite } from '../../support/sqlite.js';
import { testOfFiles } from '../../support/sqlite-file.js';

const alter = (table: string, ...changes: TableChange[]) =>
  ({ kind: 'alterTable', table: { schema: null, name: table }, changes }) as const;

const notNull = (name: string): TableChange => ({ kind: 'alterColumn', name, to: { nullable: false } });

const retype = (name: string): TableChange => ({ kind: 'alterColumn', name, to: { type: 'int' } });

test('a rebuild that is not sound is undone', async () => {
  const db = await freshSqlite();
  // It holds while the rows are copied and not afterwards: nothing else does that to a disk that is whole.
  await db.setup(
    'create table t (a text check (total_changes() < 5))',
    "insert into t values ('1'), ('2'), ('3')",
  );
  const before = await db.inspect();
  await expect(db.run(alter('t', retype('a')))).rejects.toThrow(
    expect.objectContaining({
      code: 'REV_STATEMENT',
      message: expect.stringMatching(/quick_check finds \d+ faults? in table t\b/),
    }),
  );
  expect(await db.inspect()).toEqual(before);
  expect(await db.rows('select a from t')).toEqual([['1'], ['2'], ['3']]);
});

describe('a rebuild loses nothing', () => {
  test('children with ON DELETE CASCADE, own children, views, triggers, indexes, the number of AUTOINCREMENT', async () => {
    const db = await freshSqlite();
    await db.setup(
      `create table users (
         id integer primary key autoincrement, email text unique on conflict ignore collate nocase,
         boss integer references users on delete cascade deferrable initially deferred, age int)`,
      'create table posts (id integer primary key, author integer not null references users (id) on delete cascade)',
      'create table log (what text)',
      'create index users_age on users (age desc) where age is not null',
      'create unique index users_lower on users (lower(email), boss)',
      'create view adults as select id, email from users where age >= 18',
      'create view writers as select u.email, count(*) as n from adults u join posts p on p.author = u.id group by 1',
      `create trigger users_log after update of age on users when new.age > 0 begin insert into log values (new.email || ' "aged"'); end`,
      `create trigger posts_log after insert on posts begin insert into log select email from users where id = new.author; end`,
      `insert into users (email, boss, age) values ('a@x', null, 40), ('b@x', 1, 20), ('c@x', 2, null), ('gone@x', null, 1)`,
      `delete from users where email = 'gone@x'`,
      'insert into posts (author) values (1), (1), (2)',
    );
    await db.run(
      alter('users', {
        kind: 'alterColumn',
        name: 'age',
        to: { type: 'integer', default: { kind: 'literal', value: 0 } },
      }),
    );

    expect(await db.rows('select * from users')).toEqual([
      [1, 'a@x', null, 40],
      [2, 'b@x', 1, 20],
      [3, 'c@x', 2, null],
    ]);
    expect(await db.rows('select count(*) from posts')).toEqual([[3]]);
    expect(await db.rows('select * from writers')).toEqual([
      ['a@x', 2],
      ['b@x', 1],
    ]);
    await db.setup(`update users set age = 41 where id = 1`, 'insert into posts (author) values (2)');
    expect(await db.rows('select what from log')).toEqual([
      ['a@x'],
      ['a@x'],
      ['b@x'],
      ['a@x "aged"'],
      ['b@x'],
    ]);
    await db.setup(`insert into users (email) values ('A@X'), ('d@x')`);
    expect(await db.rows('select max(id), count(*) from users')).toEqual([[6, 4]]);
    const users = await db.table('users');
    expect(users.indexes.map(({ name, unique, where }) => [name, unique, where])).toEqual([
      ['users_age', false, 'age is not null'],
      ['users_lower', true, null],
    ]);
    expect(users.foreignKeys[0]).toMatchObject({ deferrable: 'deferred', onDelete: 'cascade' });
    expect(users.columns[1]).toMatchObject({ name: 'email', collation: 'NOCASE' });
    await db.setup('delete from users where id = 1');
    expect(await db.rows('select count(*) from posts')).toEqual([[0]]);
  });

  test('tables, views and indexes that bear the name of a successor', async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table t (a unique)',
      'create table _REV_new_T (b)',
      'create view _rev_new2_t as select 1',
      'create index _rev_new3_t on t (a)',
      'insert into t values (1)',
      'insert into _rev_new_t values (2)',
    );
    await db.run(alter('t', retype('a')), alter('_REV_new_T', retype('b')));
    expect(await db.rows('select a, b from t, _rev_new_t')).toEqual([[1, 2]]);
    await expect(
      db.run(alter('t', retype('a'), { kind: 'addConstraint', constraint: check(null, 'a > 5') })),
    ).rejects.toMatchObject({ message: expect.stringMatching(/^CHECK constraint failed: a > 5/) });
    await expect(
      db.run(
        alter('t', { kind: 'addColumn', column: column('x', 'int', { nullable: false }) }, notNull('a')),
      ),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/^Column t\.x is NOT NULL and has no default/),
    });
    await db.run({ kind: 'renameTable', from: { schema: null, name: 't' }, to: { schema: null, name: 'T' } });
    expect(await db.rows(`select name from sqlite_schema where type = 'table' order by name`)).toEqual([
      ['T'],
      ['_REV_new_T'],
    ]);
  });

  testOfFiles('what ANALYZE found, of tables and indexes that stay', async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table t (a text, b int, c int, unique (b, c))',
      'create index t_a on t (a)',
      'create index t_c on t (c)',
      'create table w (k text, v int, primary key (v, k)) without rowid',
      'create table plain (a int)',
      `insert into t values ('x', 1, 1), ('x', 2, 1), ('y', 3, 2)`,
      `insert into w values ('a', 1), ('b', 1)`,
      'insert into plain values (1), (2)',
      'analyze',
    );
    const read = 'select tbl, idx, stat from sqlite_stat1 order by 1, 2';
    const before = await db.rows(read);
    const retype = (name: string) => ({ kind: 'alterColumn', name, to: { type: 'real' } }) as const;
    await db.run(alter('t', retype('a')), alter('w', retype('k')), alter('plain', retype('a')));
    expect(await db.rows(read)).toEqual(before);

    await db.run(alter('t', retype('b'), { kind: 'dropColumn', name: 'c' }));
    expect(await db.rows(read)).toEqual(before.filter(([table, index]) => table !== 't' || index === 't_a'));
    await db.run({ kind: 'dropTable', name: { schema: null, name: 'w' } }, alter('t', retype('a')));
    expect((await db.rows(read)).map(([table]) => table)).toEqual(['plain', 't']);
  });

  test('an empty AUTOINCREMENT table goes on counting where it was', async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table t (id integer primary key autoincrement, a)',
      'insert into t (a) values (1), (2)',
      'delete from t',
    );
    await db.run(alter('t', { kind: 'addConstraint', constraint: check(null, 'a > 0') }));
    await db.setup('insert into t (a) values (1)');
    expect(await db.rows('select id from t')).toEqual([[3]]);
    expect(await db.rows('select * from sqlite_sequence')).toEqual([['t', 3]]);
  });

  test('rowids where no column holds them, so that a full-text index still fits', async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table docs (body text, n int)',
      `insert into docs (rowid, body) values (10, 'apple'), (20, 'pear'), (30, 'plum')`,
      'delete from docs where rowid = 20',
      `create virtual table search using fts5 (body, content='docs')`,
      `insert into search (search) values ('rebuild')`,
    );
    await db.run(
      alter('docs', { kind: 'alterColumn', name: 'n', to: { default: { kind: 'literal', value: 1 } } }),
    );
    expect(await db.rows(`select rowid, body from search where search match 'plum'`)).toEqual([[30, 'plum']]);
    await db.setup('create table odd (rowid, oid)', 'insert into odd (_rowid_, rowid) values (7, 1)');
    await db.run(alter('odd', notNull('rowid')));
    expect(await db.rows('select _rowid_, rowid from odd')).toEqual([[7, 1]]);
  });

  test('STRICT, WITHOUT ROWID, conflict clauses, names and orders of keys', async () => {
    const db = await freshSqlite();
    await db.setup(
      `create table t (
         a text constraint a_given not null on conflict replace default 'x', b any, c integer,
         constraint t_key primary key (a collate nocase desc, b) on conflict ignore,
         constraint t_unique unique (c desc) on conflict replace
       ) strict, without rowid`,
      `insert into t values ('p', 1, 1), ('q', 'two', 2)`,
    );
    const before = await db.table('t');
    await db.run(alter('t', { kind: 'addConstraint', constraint: unique('more', ['b', 'c']) }));
    const after = await db.table('t');
    expect({ ...after, live: null, uniques: before.uniques }).toEqual({ ...before, live: null });
    expect(after.live).toMatchObject({ strict: true, withoutRowid: true });
    await db.setup(`insert into t values (null, 3, 1)`, `insert into t values ('X', 3, 9)`);
    expect(await db.rows('select a, c from t order by c')).toEqual([
      ['x', 1],
      ['q', 2],
    ]);
    expect(after.live?.sql).toContain('("a" COLLATE "nocase" DESC, "b") ON CONFLICT IGNORE');
    expect(after.live?.sql).toContain('CONSTRAINT "a_given" NOT NULL ON CONFLICT REPLACE');
  });

  test('generated columns, stored and virtual, are computed again', async () => {
    const db = await freshSqlite();
    await db.setup(
      `create table t (a int, twice int as (a * 2), "thrice" int generated always as ("a" * 3) stored, check (t."twice" < 100))`,
      'insert into t (a) values (1), (2)',
    );
    await db.run(alter('t', notNull('a')));
    expect(await db.rows('select * from t')).toEqual([
      [1, 2, 3],
      [2, 4, 6],
    ]);
    await db.run(
      alter('t', {
        kind: 'alterColumn',
        name: 'twice',
        to: { generated: { expression: 'a + a + 1', stored: true } },
      }),
      alter('t', { kind: 'alterColumn', name: 'thrice', to: { generated: null } }),
    );
    expect(await db.rows('select * from t')).toEqual([
      [1, 3, 3],
      [2, 5, 6],
    ]);
  });

  test('a key DESC that is no rowid stays none', async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table t (id integer primary key desc, a)',
      'insert into t values (null, 1), (5, 2)',
    );
    await db.run(alter('t', notNull('a')));
    expect(await db.rows('select id, a from t order by a')).toEqual([
      [null, 1],
      [5, 2],
    ]);
  });
});

describe('the rows are converted', () => {
  test('NOT NULL with a default fills the nulls; without one it fails and nothing changes', async () => {
    const db = await freshSqlite();
    await db.setup('create table t (a int, b text)', `insert into t values (1, 'x'), (null, null)`);
    await db.run(
      alter('t', {
        kind: 'alterColumn',
        name: 'a',
        to: { nullable: false, default: { kind: 'literal', value: 7 } },
      }),
    );
    expect(await db.rows('select a from t')).toEqual([[1], [7]]);
    await expect(db.run(alter('t', notNull('b')))).rejects.toMatchObject({
      code: 'REV_STATEMENT',
      message: 'Column t.b cannot become NOT NULL: it is null in 1 row.',
    });
    expect((await db.table('t')).columns[1]?.nullable).toBe(true);
  });

  test('`using` makes the new values; a new column may be made of old ones', async () => {
    const db = await freshSqlite();
    await db.setup('create table t (price text)', `insert into t values ('1.50'), ('20')`);
    await db.run(
      alter(
        't',
        {
          kind: 'alterColumn',
          name: 'price',
          to: { type: 'integer' },
          using: 'cast(price * 100 as integer)',
        },
        { kind: 'addColumn', column: column('label', 'text', { nullable: false, default: '' }) },
        { kind: 'alterColumn', name: 'label', to: { type: 'text' }, using: `'costs ' || price` },
      ),
    );
    expect(await db.rows('select *, typeof(price) from t')).toEqual([
      [150, 'costs 1.50', 'integer'],
      [2000, 'costs 20', 'integer'],
    ]);
  });

  test("a constraint's ON CONFLICT leaves no row out", async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table t (a int not null on conflict ignore, b int)',
      'insert into t values (1, 1), (2, null)',
    );
    const change = { kind: 'alterColumn', name: 'b', to: { nullable: false } } as const;
    await expect(db.run(alter('t', change))).rejects.toMatchObject({ code: 'REV_STATEMENT' });
    expect(await db.rows('select count(*) from t')).toEqual([[2]]);
  });

  test('a column that becomes the rowid keeps its values; a new one takes the rowids', async () => {
    const db = await freshSqlite();
    await db.setup('create table a (id integer, x)', 'insert into a (rowid, id) values (1, 70), (2, 80)');
    await db.run(alter('a', { kind: 'addConstraint', constraint: primaryKey(['id']) }));
    expect(await db.rows('select rowid, id from a')).toEqual([
      [70, 70],
      [80, 80],
    ]);
    await db.setup('create table b (x)', `insert into b (rowid, x) values (5, 'five')`);
    await db.run(
      alter(
        'b',
        {
          kind: 'addColumn',
          column: column('id', 'integer', { identity: 'autoincrement', nullable: false }),
        },
        { kind: 'addConstraint', constraint: primaryKey(['id']) },
      ),
    );
    expect(await db.rows('select id, x from b')).toEqual([[5, 'five']]);
  });

  test.each<[string, string, TableChange]>([
    ['of a key', 'id int primary key', { kind: 'alterColumn', name: 'id', to: { type: 'integer' } }],
    ['of no key', 'id integer', { kind: 'addConstraint', constraint: primaryKey(['id']) }],
    [
      'that is computed',
      'id integer primary key',
      { kind: 'alterColumn', name: 'id', to: { type: 'integer' }, using: 'nullif(id, 6)' },
    ],
  ])('null gets no number where a column %s becomes the rowid, also in a script', async (_, id, change) => {
    const db = await freshSqlite();
    await db.setup(`create table t (${id}, a text)`, `insert into t values (5, 'five'), (6, 'no id')`);
    if (change.kind !== 'alterColumn' || !change.using) await db.setup('update t set id = null where id = 6');
    const before = await db.rows('select id, a from t');
    await expect(db.run(alter('t', change))).rejects.toMatchObject({
      code: 'REV_STATEMENT',
      message:
        'Column t.id cannot become an integer primary key: it is null in 1 row, which would get new numbers.',
    });
    const [create, copy] = sqlite
      .compile(alter('t', change), await db.inspect(), {})
      .map((statement) => statement.sql.replace(/"main"\."(?!t")[^"]+"/, 'made_anew'));
    await db.setup(create ?? '');
    await expect(db.setup(copy ?? '')).rejects.toThrow(/datatype mismatch/);
    expect(await db.rows('select id, a from t')).toEqual(before);
  });
});
