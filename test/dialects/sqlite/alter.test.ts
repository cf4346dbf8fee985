import { describe, expect, test } from 'vitest';
import { sqlite } from '../../../src/dialects/sqlite/index.js';
import {
  check,
  column,
  foreignKey,
  primaryKey,
  type TableChange,
  unique,
} from '../../../src/operations/index.js';
import { freshSqlite, type SqliteDatabase } from '../../support/sqlite.js';

const alter = (table: string, ...changes: TableChange[]) =>
  ({ kind: 'alterTable', table: { schema: null, name: table }, changes }) as const;

/** The statements that the changes would take. */
async function statements(db: SqliteDatabase, table: string, ...changes: TableChange[]): Promise<string[]> {
  return sqlite.compile(alter(table, ...changes), await db.inspect(), {}).map(({ sql }) => sql);
}

const isRebuild = (list: readonly string[]) => list.some((sql) => sql.startsWith('DROP TABLE'));
const notNull = (name: string): TableChange => ({ kind: 'alterColumn', name, to: { nullable: false } });

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
    expect(await db.rows('select max(id), count(*) from users')).toEqual([[5, 4]]);
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
    await db.run(alter('t', { kind: 'addConstraint', constraint: check('positive', 'c > 0') }));
    const after = await db.table('t');
    expect({ ...after, live: null, checks: [] }).toEqual({ ...before, live: null });
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
      `create table t (a int, twice int as (t.a * 2), "thrice" int generated always as ("a" * 3) stored, check (t."twice" < 100))`,
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
      message: expect.stringMatching(/^NOT NULL constraint failed: t\.b/),
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
});

describe('columns are renamed everywhere', () => {
  test('in place: views, triggers, foreign keys, indexes, checks', async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table p (code text primary key, "old name" int check ("old name" > 0))',
      'create table c (p_code text references p (code))',
      'create view v as select code, "old name" as n from p',
      'create table log (x)',
      `create trigger tr after insert on c begin insert into log select "old name" from p where code = new.p_code; end`,
      `insert into p values ('a', 1)`,
    );
    await db.run(
      alter(
        'p',
        { kind: 'renameColumn', from: 'code', to: 'key' },
        { kind: 'renameColumn', from: 'old name', to: 'size' },
      ),
    );
    await db.setup(`insert into c values ('a')`);
    expect(await db.rows('select * from log')).toEqual([[1]]);
    expect((await db.table('c')).foreignKeys[0]?.references.columns).toEqual(['key']);
    expect((await db.table('p')).checks[0]?.expression).toBe('"size" > 0');
  });

  test('with a rebuild: exchanged names, a name used again, checks in the new names', async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table t (a int, b int, c int)',
      'insert into t values (1, 2, 3)',
      'create view v as select a as was_a, b as was_b, c as was_c from t',
      'create table log (x)',
      'create trigger tr after insert on t begin insert into log values (new.a * 100 + new.b * 10 + new.c); end',
    );
    await db.run(
      alter(
        't',
        { kind: 'renameColumn', from: 'a', to: 'swap' },
        { kind: 'renameColumn', from: 'b', to: 'a' },
        { kind: 'renameColumn', from: 'swap', to: 'b' },
        { kind: 'renameColumn', from: 'c', to: 'd' },
        { kind: 'addColumn', column: column('c', 'int', { nullable: false, default: 9 }) },
        { kind: 'addConstraint', constraint: check('sizes', 'a > b and d < c') },
        { kind: 'addConstraint', constraint: unique('both', ['a', 'd']) },
        notNull('d'),
      ),
    );
    const t = await db.table('t');
    expect(t.columns.map(({ name, nullable }) => [name, nullable])).toEqual([
      ['b', true],
      ['a', true],
      ['d', false],
      ['c', false],
    ]);
    expect(await db.rows('select a, b, c, d from t')).toEqual([[2, 1, 9, 3]]);
    expect(await db.rows('select * from v')).toEqual([[1, 2, 3]]);
    expect(t.uniques[0]?.columns).toEqual(['a', 'd']);
    await db.setup('insert into t (a, b, d) values (5, 4, 6)');
    expect(await db.rows('select x from log')).toEqual([[456]]);
    await expect(db.setup('insert into t (a, b, d) values (4, 5, 6)')).rejects.toThrow(
      /CHECK constraint failed: sizes/,
    );
  });

  test('a table that only changes its case', async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table Users (id integer primary key)',
      'create table c (u references Users)',
      'create view v as select * from users',
    );
    await db.run({
      kind: 'renameTable',
      from: { schema: null, name: 'Users' },
      to: { schema: null, name: 'users' },
    });
    expect(await db.rows(`select name from sqlite_schema where type = 'table'`)).toEqual([['users'], ['c']]);
    expect((await db.table('c')).foreignKeys[0]?.references.name).toBe('users');
    expect(await db.rows('select * from v')).toEqual([]);
  });
});

describe('in place where it can be, whatever rows there are', () => {
  const rows = async (...setup: string[]) => {
    const db = await freshSqlite();
    await db.setup('create table p (id integer primary key)', 'insert into p values (1)', ...setup);
    return db;
  };

  test.each<[string, boolean, TableChange[]]>([
    ['nullable', true, [{ kind: 'addColumn', column: column('x', 'text') }]],
    [
      'literal default',
      true,
      [{ kind: 'addColumn', column: column('x', 'text', { nullable: false, default: "it's" }) }],
    ],
    ['negative number', true, [{ kind: 'addColumn', column: column('x', 'int', { default: -5 }) }]],
    [
      'null and collation',
      true,
      [{ kind: 'addColumn', column: column('x', 'text', { collation: 'NOCASE' }) }],
    ],
    [
      'virtual',
      true,
      [{ kind: 'addColumn', column: column('x', 'int', { generated: 'a + 1', stored: false }) }],
    ],
    [
      'foreign key and check with it',
      true,
      [
        { kind: 'addColumn', column: column('x', 'int') },
        {
          kind: 'addConstraint',
          constraint: foreignKey('x_fk', ['x'], 'p', ['id'], { onDelete: 'cascade' }),
        },
        { kind: 'addConstraint', constraint: check('x_check', 'x is null or x > a') },
      ],
    ],
    [
      'not null without default',
      false,
      [{ kind: 'addColumn', column: column('x', 'int', { nullable: false }) }],
    ],
    ['stored', false, [{ kind: 'addColumn', column: column('x', 'int', { generated: 'a + 1' }) }]],
    [
      'expression default',
      false,
      [
        {
          kind: 'addColumn',
          column: { ...column('x', 'text'), default: { kind: 'expression', sql: "datetime('now')" } },
        },
      ],
    ],
    [
      'CURRENT_TIMESTAMP',
      false,
      [
        {
          kind: 'addColumn',
          column: { ...column('x', 'text'), default: { kind: 'expression', sql: 'CURRENT_TIMESTAMP' } },
        },
      ],
    ],
    [
      'foreign key with a default',
      false,
      [
        { kind: 'addColumn', column: column('x', 'int', { default: 1 }) },
        { kind: 'addConstraint', constraint: foreignKey(null, ['x'], 'p', ['id']) },
      ],
    ],
    [
      'unique',
      false,
      [
        { kind: 'addColumn', column: column('x', 'int') },
        { kind: 'addConstraint', constraint: unique('x_u', ['x']) },
      ],
    ],
  ])('add a column: %s', async (name, inPlace, changes) => {
    const db = await rows('create table t (a int)', 'insert into t values (1), (2)');
    expect(isRebuild(await statements(db, 't', ...changes))).toBe(!inPlace);
    expect(sqlite.needsCatalog(alter('t', ...changes))).toBe(!inPlace);
    const run = db.run(alter('t', ...changes));
    if (name === 'not null without default')
      return expect(run).rejects.toThrow(/NOT NULL constraint failed: t\.x/);
    await run;
    expect(await db.rows('select count(*) from t')).toEqual([[2]]);
    const table = await db.table('t');
    expect(table.columns.map((each) => each.name)).toEqual(['a', 'x']);
    const constraints = changes.filter((change) => change.kind === 'addConstraint').length;
    expect(table.checks.length + table.foreignKeys.length + table.uniques.length).toBe(constraints);
  });

  test.each<[string, boolean, string, string?]>([
    ['plain', true, 'create table t (a int, x int)'],
    ['with a check of its own', true, 'create table t (a int, x int check (x > 0))'],
    ['with a foreign key of its own', true, 'create table t (a int, x int references p)'],
    ['indexed', false, 'create table t (a int, x int)', 'create index i on t (x)'],
    [
      'in an expression of an index',
      false,
      'create table t (a int, x int)',
      'create index i on t (abs("X"))',
    ],
    ['unique', false, 'create table t (a int, x int unique)'],
    ['primary key', false, 'create table t (a int, x int primary key)'],
    [
      'in a foreign key of the table',
      false,
      'create table t (a int, x int, foreign key (x) references p (id))',
    ],
    ['with a check of its own, and a rebuild', false, 'create table t (a int, x int unique check (x > 0))'],
  ])('drop a column: %s', async (_name, inPlace, table, index) => {
    const db = await rows(table, 'insert into t values (1, 1), (2, null)', ...(index ? [index] : []));
    const drop = { kind: 'dropColumn', name: 'x' } as const;
    const operations = index
      ? [{ kind: 'dropIndex', name: 'i', table: { schema: null, name: 't' } } as const]
      : [];
    expect(isRebuild(await statements(db, 't', drop))).toBe(!inPlace);
    await db.run(...operations, alter('t', drop));
    expect(await db.rows('select * from t order by a')).toEqual([[1], [2]]);
    expect(await db.rows('pragma integrity_check')).toEqual([['ok']]);
  });

  test('a column that a trigger of the table uses is not dropped', async () => {
    const db = await rows(
      'create table t (a int, x int unique)',
      'create trigger tr after insert on t begin select new."X"; end',
    );
    await expect(db.run(alter('t', { kind: 'dropColumn', name: 'x' }))).rejects.toMatchObject({
      code: 'REV_OPERATION',
      message: 'Column t.x is used by trigger tr.',
    });
  });

  test('a column that a view uses is not dropped', async () => {
    for (const type of ['int', 'int unique']) {
      const db = await rows(`create table t (a int, x ${type})`, 'create view v as select x from t');
      await expect(db.run(alter('t', { kind: 'dropColumn', name: 'x' }))).rejects.toMatchObject({
        code: 'REV_STATEMENT',
        message: expect.stringContaining('no such column: x'),
      });
      expect(await db.rows('select * from v')).toEqual([]);
    }
  });

  test('all changes of a table are one rebuild', async () => {
    const db = await rows('create table t (a int, b int, c int unique)');
    const list = await statements(
      db,
      't',
      notNull('a'),
      { kind: 'dropColumn', name: 'c' },
      { kind: 'addColumn', column: column('d', 'int') },
      { kind: 'renameColumn', from: 'b', to: 'e' },
      { kind: 'addConstraint', constraint: unique('u', ['e']) },
    );
    expect(list).toMatchInlineSnapshot(`
      [
        "CREATE TABLE "_rev_new_t" (
        "a" INT NOT NULL,
        "b" INT,
        "d" int,
        CONSTRAINT "u" UNIQUE ("b")
      )",
        "INSERT OR ABORT INTO "_rev_new_t" (rowid, "a", "b")
      SELECT rowid, "a", "b" FROM "t"",
        "PRAGMA legacy_alter_table = ON",
        "DROP TABLE "t"",
        "ALTER TABLE "_rev_new_t" RENAME TO "t"",
        "PRAGMA legacy_alter_table = OFF",
        "ALTER TABLE "t" RENAME COLUMN "b" TO "e"",
      ]
    `);
  });

  test('changes that change nothing are no statement', async () => {
    const db = await rows('create table t (id integer primary key not null)');
    expect(await statements(db, 't', { kind: 'alterColumn', name: 'id', to: { nullable: false } })).toEqual(
      [],
    );
  });
});

describe('constraints', () => {
  test('nameless ones are found by what they say', async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table p (id integer primary key)',
      `create table t (a int check(a>0), b int references p deferrable initially deferred, unique (a, b))`,
    );
    await db.run(
      alter(
        't',
        { kind: 'dropConstraint', name: null, was: check(null, '("A" > 0)') },
        { kind: 'dropConstraint', name: null, was: unique(null, ['a', 'b']) },
        { kind: 'dropConstraint', name: null, was: foreignKey(null, ['b'], 'p', ['id']) },
      ),
    );
    expect(await db.table('t')).toMatchObject({ checks: [], uniques: [], foreignKeys: [] });
    await expect(
      db.run(alter('t', { kind: 'dropConstraint', name: null, was: unique(null, ['a']) })),
    ).rejects.toMatchObject({ code: 'REV_OPERATION' });
  });

  test('a unique constraint that is an index here, and an index that is a constraint', async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table t (a int, b int, constraint b_unique unique (b))',
      'create unique index a_unique on t (a)',
    );
    const drop = { kind: 'dropConstraint', name: 'a_unique', was: unique('a_unique', ['a']) } as const;
    expect(await statements(db, 't', drop)).toEqual(['DROP INDEX "a_unique"']);
    await db.run(alter('t', drop), {
      kind: 'dropIndex',
      name: 'b_unique',
      table: { schema: null, name: 't' },
    });
    expect(await db.table('t')).toMatchObject({ uniques: [], indexes: [] });
  });

  test('renamed, and a key moved to another column', async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table t (a int, b text not null, constraint k primary key (a))',
      `insert into t values (1, 'x')`,
    );
    await db.run(
      alter(
        't',
        { kind: 'renameConstraint', from: 'k', to: 'old_key' },
        { kind: 'dropConstraint', name: 'old_key' },
        { kind: 'addConstraint', constraint: primaryKey(['b'], { name: 'new_key' }) },
      ),
    );
    expect((await db.table('t')).primaryKey).toMatchObject({ name: 'new_key', columns: ['b'] });
    expect(await db.rows('select * from t')).toEqual([[1, 'x']]);
  });

  test('text in double quotes, as old databases have it, becomes text', async () => {
    const db = await freshSqlite();
    await db.setup('create table t (a text, b int)', `insert into t values ('yes', 1)`);
    await db.driver.runAll([
      { sql: 'PRAGMA writable_schema = ON' },
      { sql: `update sqlite_schema set sql = 'CREATE TABLE t (a text CHECK (a in ("yes", "no")), b int)'` },
      { sql: 'PRAGMA writable_schema = RESET' },
    ]);
    await db.run(alter('t', notNull('b')));
    expect((await db.table('t')).checks[0]?.expression).toBe(`a in ('yes', 'no')`);
  });
});
