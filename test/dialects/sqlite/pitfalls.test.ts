/** What is easily lost or broken when a table of SQLite is changed; in each title, who loses it. */

import { sql } from 'drizzle-orm';
import { describe, expect, it, test } from 'vitest';
import { sqlite } from '../../../src/dialects/sqlite/index.js';
import { inspect } from '../../../src/dialects/sqlite/inspect.js';
import { check, column, foreignKey, type TableChange, unique } from '../../../src/operations/index.js';
import { everything, freshSqlite, type SqliteDatabase } from '../../support/sqlite.js';
import { testOfFiles } from '../../support/sqlite-file.js';

const alter = (table: string, ...changes: TableChange[]) =>
  ({ kind: 'alterTable', table: { schema: null, name: table }, changes }) as const;

const retype = (name: string, type: string): TableChange => ({ kind: 'alterColumn', name, to: { type } });
const literal = (value: string | number) => ({ kind: 'literal', value }) as const;

async function with3(columns: string, ...more: string[]): Promise<SqliteDatabase> {
  const db = await freshSqlite();
  await db.setup(`create table t (${columns})`, ...more);
  return db;
}

/** Counts the copies of tables from here on. */
function watchCopies({ driver }: SqliteDatabase): () => number {
  const run = driver.run.bind(driver);
  let copies = 0;
  driver.run = (statement) => {
    if (/^INSERT OR ABORT/.test(statement.sql)) copies += 1;
    return run(statement);
  };
  return () => copies;
}

async function expectSound(db: SqliteDatabase): Promise<void> {
  expect(await db.rows('pragma integrity_check')).toEqual([['ok']]);
  expect(await db.rows('pragma foreign_key_check')).toEqual([]);
}

test('1. children with ON DELETE CASCADE stay (drizzle-kit, MikroORM, Alembic delete all of them)', async () => {
  const db = await with3(
    'id integer primary key, a text',
    'create table child (t integer references t (id) on delete cascade)',
    `insert into t values (1, 'x'), (2, 'y')`,
    'insert into child values (1), (1), (2)',
    'pragma foreign_keys = on',
  );
  await db.run(alter('t', retype('a', 'varchar(9)')));
  expect(await db.rows('select t from child')).toEqual([[1], [1], [2]]);
  expect(await db.rows('pragma foreign_keys')).toEqual([[1]]);
  await db.setup('delete from t where id = 1');
  expect(await db.rows('select t from child')).toEqual([[2]]);
});

test('2. views and triggers of other tables that mention the table (Alembic #1207, drizzle-kit: error in view)', async () => {
  const db = await with3(
    'id integer primary key, a text',
    'create table other (id integer primary key)',
    'create view v as select a from t',
    'create view w as select count(*) as n from v',
    'create trigger other_t after insert on other begin insert into t (a) values (new.id); end',
    `insert into t values (1, 'x')`,
  );
  await db.run(alter('t', retype('a', 'varchar(9)')));
  await db.setup('insert into other values (7)');
  expect(await db.rows('select a from v')).toEqual([['x'], ['7']]);
  expect(await db.rows('select n from w')).toEqual([[2]]);
});

test('3. its own triggers and indexes (Alembic loses triggers, drizzle-kit too)', async () => {
  const db = await with3(
    'id integer primary key, a text',
    'create table log (x)',
    'create trigger t_log after insert on t begin insert into log values (new.a); end',
    'create unique index t_a on t (lower(a) desc) where a is not null',
  );
  const before = await db.rows(`select name, sql from sqlite_schema where type <> 'table' order by name`);
  await db.run(alter('t', retype('a', 'varchar(9)')));
  const after = await db.rows(`select name, sql from sqlite_schema where type <> 'table' order by name`);
  expect(after.map(([name]) => name)).toEqual(before.map(([name]) => name));
  await db.setup(`insert into t (a) values ('X')`);
  expect(await db.rows('select x from log')).toEqual([['X']]);
  await expect(db.setup(`insert into t (a) values ('x')`)).rejects.toThrow(/UNIQUE/);
});

test('4. the highest number of AUTOINCREMENT (Alembic, drizzle-kit give ids a second time)', async () => {
  const db = await with3(
    'id integer primary key autoincrement, a text',
    `insert into t (a) values ('x'), ('y'), ('z')`,
    'delete from t where id > 1',
  );
  await db.run(alter('t', retype('a', 'varchar(9)')));
  await db.setup(`insert into t (a) values ('new')`);
  expect(await db.rows('select id from t')).toEqual([[1], [4]]);
});

test('5. rowids that no column holds (all rivals number the rows anew)', async () => {
  const db = await with3('a text', `insert into t (rowid, a) values (3, 'x'), (9, 'y'), (-5, 'z')`);
  await db.run(alter('t', retype('a', 'varchar(9)')));
  expect(await db.rows('select rowid, a from t order by rowid')).toEqual([
    [-5, 'z'],
    [3, 'x'],
    [9, 'y'],
  ]);
});

test('6. foreign keys of other tables still name the table (who renames the old one first turns them to `t_old`)', async () => {
  const db = await with3(
    'id integer primary key, a text',
    'create table child (t integer references t (id), u integer references "T")',
    'insert into t (id) values (1)',
    'insert into child values (1, 1)',
  );
  await db.run(alter('t', retype('a', 'varchar(9)')));
  expect(await db.rows(`select sql from sqlite_schema where name = 'child'`)).toEqual([
    ['CREATE TABLE child (t integer references t (id), u integer references "T")'],
  ]);
  await expectSound(db);
});

test('7. references to itself (drizzle-kit: two rows become one where they cascade)', async () => {
  const db = await with3(
    'id integer primary key, up integer references t on delete cascade, a text',
    `insert into t values (1, null, 'x'), (2, 1, 'y'), (3, 2, 'z')`,
  );
  await db.run(alter('t', retype('a', 'varchar(9)')));
  expect(await db.rows('select id, up from t')).toEqual([
    [1, null],
    [2, 1],
    [3, 2],
  ]);
  await db.setup('pragma foreign_keys = on', 'delete from t where id = 1');
  expect(await db.rows('select count(*) from t')).toEqual([[0]]);
});

test('8. columns that SQLite adds to empty tables only (Alembic, drizzle-kit fail as soon as there are rows)', async () => {
  const db = await with3('id integer primary key', 'create table p (id integer primary key)');
  await db.setup('insert into t values (1), (2)', 'insert into p values (5)');
  const stored = { expression: 'id * 2', stored: true };
  await db.run(
    alter('t', {
      kind: 'addColumn',
      column: column('now', 'text', { nullable: false, default: sql`CURRENT_TIMESTAMP` }),
    }),
    alter('t', {
      kind: 'addColumn',
      column: column('made', 'integer', { nullable: false, default: sql`(1 + 2)` }),
    }),
    alter('t', { kind: 'addColumn', column: { ...column('twice', 'integer'), generated: stored } }),
    alter(
      't',
      { kind: 'addColumn', column: column('p', 'integer', { default: 5 }) },
      { kind: 'addConstraint', constraint: foreignKey(null, ['p'], 'p', ['id']) },
    ),
    alter(
      't',
      { kind: 'addColumn', column: column('code', 'integer', { default: 1 }) },
      { kind: 'addConstraint', constraint: check('code_fits', 'code > 0') },
    ),
  );
  expect(await db.rows('select id, made, twice, p, code, length(now) from t')).toEqual([
    [1, 3, 2, 5, 1, 19],
    [2, 3, 4, 5, 1, 19],
  ]);
  // What no default can fill is refused before anything runs.
  await expect(
    db.run(alter('t', { kind: 'addColumn', column: column('must', 'text', { nullable: false }) })),
  ).rejects.toMatchObject({
    code: 'REV_STATEMENT',
    message: 'Column t.must is NOT NULL and has no default, and the table has 2 rows.',
  });
  await expectSound(db);
});

test('9. columns that SQLite does not drop (fails with drizzle-kit as soon as anything uses them)', async () => {
  const db = await with3(
    'id integer primary key, a text, b text unique, c integer, d integer check (d > 0), e integer references t, unique (a, c), check (c > 0)',
    'create index t_a on t (a)',
    'create index t_c on t (id) where c > 1',
    `insert into t values (1, 'x', 'y', 3, 4, 1)`,
  );
  const unnamed = (columns: string[]) =>
    ({ kind: 'dropConstraint', name: null, was: unique(null, columns) }) as const;
  await db.run(
    { kind: 'dropIndex', name: 't_c', table: { schema: null, name: 't' } },
    alter('t', unnamed(['b']), { kind: 'dropColumn', name: 'b' }),
    alter('t', { kind: 'dropColumn', name: 'd' }, { kind: 'dropColumn', name: 'e' }),
    alter('t', { kind: 'dropConstraint', name: null, was: check(null, 'c > 0') }, unnamed(['a', 'c']), {
      kind: 'dropColumn',
      name: 'c',
    }),
  );
  expect(await db.rows('select * from t')).toEqual([[1, 'x']]);
  await expectSound(db);
});

test('10. values that a STRICT table does not take (rivals: the copy fails in the middle)', async () => {
  const db = await freshSqlite();
  await db.setup(
    'create table t (id integer primary key, a text) strict',
    `insert into t values (1, '12'), (2, 'twelve'), (3, null), (4, '1.5')`,
  );
  await expect(db.run(alter('t', retype('a', 'integer')))).rejects.toMatchObject({
    code: 'REV_STATEMENT',
    message: 'Table t is STRICT, and 2 of its rows have a value in column a that is no integer.',
  });
  expect(await db.rows('select a from t where id = 2')).toEqual([['twelve']]);
  await db.setup('delete from t where id in (2, 4)');
  await db.run(alter('t', retype('a', 'integer')));
  expect(await db.rows('select a, typeof(a) from t')).toEqual([
    [12, 'integer'],
    [null, 'null'],
  ]);
});

test('11. generated columns (Alembic, drizzle-kit: cannot INSERT into generated column)', async () => {
  const db = await with3(
    'id integer primary key, a text, up text generated always as (upper(a)) stored, n integer as (length(a))',
    `insert into t (a) values ('abc')`,
  );
  await db.run(alter('t', retype('a', 'varchar(9)')));
  expect(await db.rows('select * from t')).toEqual([[1, 'abc', 'ABC', 3]]);
});

test('12. what pragmas do not tell (Alembic loses unnamed checks, COLLATE, ON CONFLICT, DEFERRABLE; drizzle-kit too)', async () => {
  const db = await with3(
    `id integer constraint "the key" primary key, a text constraint given not null on conflict replace default 'x' collate nocase,
     b integer constraint "b)" check (b <> ')' /* ) */ and "b" > 0) default (1 + 1) -- a comment )
     , up integer constraint parent references t (id) on delete set null deferrable initially deferred,
     constraint both unique (a, b) on conflict ignore, check ([b] < 100)`,
  );
  await db.setup(`insert into t (a, b) values ('One', 1)`);
  const before = await db.table('t');
  await db.run(alter('t', retype('up', 'int')));
  const after = await db.table('t');
  const columns = (table: typeof before) => table.columns.map((each) => ({ ...each, type: '' }));
  expect({ ...after, columns: columns(after), live: null }).toEqual({
    ...before,
    columns: columns(before),
    live: null,
  });
  await db.setup(`insert into t (a, b) values (null, 2)`, `insert into t (a, b) values ('ONE', 1)`);
  expect(await db.rows('select a, b from t')).toEqual([
    ['One', 1],
    ['x', 2],
  ]);
});

testOfFiles(
  '13. no copy where only the text of the schema changes (all rivals copy a table of any size)',
  async () => {
    const db = await with3(
      'id integer primary key, a text not null default 1, b text unique, c integer references t on delete cascade, check (a <> 3)',
      `insert into t (a) values ('x')`,
    );
    const copies = watchCopies(db);
    await db.run(
      alter('t', { kind: 'alterColumn', name: 'a', to: { nullable: true, default: literal("it's") } }),
      alter('t', { kind: 'dropConstraint', name: null, was: check(null, 'a <> 3') }),
      alter('t', { kind: 'alterColumn', name: 'c', to: { default: literal(7) } }),
      alter(
        't',
        {
          kind: 'dropConstraint',
          name: null,
          was: foreignKey(null, ['c'], 't', ['id'], { onDelete: 'cascade' }),
        },
        { kind: 'addColumn', column: column('d', 'integer', { default: 5 }) },
      ),
    );
    expect(copies()).toBe(0);
    await db.setup('insert into t (id) values (2)', 'insert into t (a) values (null), (3)');
    expect(await db.rows('select a, c, d from t')).toEqual([
      ['x', null, 5],
      ["it's", 7, 5],
      [null, 7, 5],
      ['3', 7, 5],
    ]);
    // The row that is older than column d has no value of it, and shows the default: here the text is not enough.
    await db.run(alter('t', { kind: 'alterColumn', name: 'd', to: { default: literal(6) } }));
    await db.setup('insert into t (id) values (9)');
    expect(await db.rows('select id, d from t')).toEqual([
      [1, 5],
      [2, 5],
      [3, 5],
      [4, 5],
      [9, 6],
    ]);
    await expectSound(db);
    await db.setup(`update t set b = 'z' where id = 1`);
    await expect(db.setup(`update t set b = 'z' where id = 2`)).rejects.toThrow(/UNIQUE/);
  },
);

test('14. WITHOUT ROWID stays, and its key cannot go (drizzle-kit makes an ordinary table of it)', async () => {
  const db = await freshSqlite();
  await db.setup(
    'create table t (a text primary key desc, b integer) without rowid',
    `insert into t values ('x', 1)`,
  );
  await db.run(alter('t', retype('b', 'real')));
  expect(await db.rows(`select wr from pragma_table_list where name = 't'`)).toEqual([[1]]);
  const key = { kind: 'primaryKey', name: null, columns: ['a'] } as const;
  await expect(db.run(alter('t', { kind: 'dropConstraint', name: null, was: key }))).rejects.toThrow(
    'Table t is WITHOUT ROWID and needs a primary key.',
  );
});

test('15. a view with text in double quotes, as old databases have it, breaks nothing (Alembic: error in view)', async () => {
  const db = await with3('id integer primary key, a text', `insert into t values (1, 'x')`);
  await db.setup('create view v as select a, "a text" as label from (select a, 1 as "a text" from t)');
  await db.run(alter('t', retype('a', 'varchar(9)')));
  expect(await db.rows('select * from v')).toEqual([['x', 1]]);
});

test('16. a rebuild is all or nothing, whatever comes after it (Alembic leaves its _alembic_tmp_ table)', async () => {
  const db = await with3('id integer primary key, a text', `insert into t values (1, 'x')`);
  const schema = () => db.rows('select type, name, sql from sqlite_schema');
  const before = await schema();
  await expect(
    db.run(alter('t', retype('a', 'varchar(9)')), {
      kind: 'dropTable',
      name: { schema: null, name: 'absent' },
    }),
  ).rejects.toThrow(/no such table/);
  expect(await schema()).toEqual(before);
  await db.run(alter('t', retype('a', 'varchar(9)')));
  expect(await db.rows('select * from t')).toEqual([[1, 'x']]);
});

test('17. all changes of a table are one rebuild (Django: one for each; Alembic: one for each block)', async () => {
  const db = await with3('id integer primary key, a text, b text', `insert into t values (1, '5', 'y')`);
  const copies = watchCopies(db);
  await db.run(
    alter(
      't',
      retype('a', 'integer'),
      { kind: 'renameColumn', from: 'a', to: 'n' },
      { kind: 'addColumn', column: column('c', 'integer', { nullable: false, default: sql`(40 + 2)` }) },
      { kind: 'dropColumn', name: 'b' },
      { kind: 'addConstraint', constraint: unique('n_c', ['n', 'c']) },
    ),
  );
  expect(copies()).toBe(1);
  expect(await db.rows('select * from t')).toEqual([[1, 5, 42]]);
});

testOfFiles(
  '18. virtual tables, their shadow tables and other databases are never touched (drizzle-kit drops shadow tables)',
  async () => {
    const db = await with3('id integer primary key, a text', `insert into t values (1, 'x')`);
    await db.setup(
      'create virtual table search using fts5 (body)',
      `insert into search values ('pear')`,
      'create virtual table box using rtree (id, x0, x1)',
      'insert into box values (1, 2, 3)',
      // A name without its database is that of the temporary table.
      'create temp table t (x)',
      'insert into temp.t values (7)',
      `attach ':memory:' as beside`,
      'create table beside.t (y)',
    );
    const { tables } = await inspect(db.driver, everything);
    expect(tables.map(({ name }) => name)).toEqual(['t']);
    await db.run(alter('t', retype('a', 'varchar(9)'), { kind: 'renameColumn', from: 'a', to: 'b' }));
    await db.run(alter('t', { kind: 'addColumn', column: column('c', 'text') }));
    expect(await db.rows('select * from main.t')).toEqual([[1, 'x', null]]);
    expect(await db.rows('select * from temp.t')).toEqual([[7]]);
    expect(await db.rows('select * from beside.t')).toEqual([]);
    expect(await db.rows(`select body from search where search match 'pear'`)).toEqual([['pear']]);
    expect(await db.rows('select id from box where x0 > 1')).toEqual([[1]]);
    await expectSound(db);
  },
);

describe('a name in double quotes is no text', () => {
  const dropColumn = (name: string) => alter('t', { kind: 'dropColumn', name });
  const noColumn = (name: string) => ({
    code: 'REV_STATEMENT',
    message: expect.stringMatching(`no such column: "?${name}`),
  });

  it.each([
    ['the predicate of an index', 'gone text', 'create unique index i on t (a) where "gone" is null'],
    ['a key of an index', 'gone text', 'create index i on t (lower("gone"))'],
    ['a check', `gone text, check ("gone" in ('on', 'off') or "a" <> '')`],
    ['a stored column', `gone text, g text generated always as ("gone" || '!') stored`],
    ['a computed column', `gone text, g text generated always as ("gone" || '!')`],
  ])('of a column that goes, in %s', async (_, columns, ...more) => {
    const db = await with3(`id integer primary key, a text, ${columns}`, ...more);
    await db.setup(`insert into t (id, a, gone) values (1, 'x', 'on')`);
    const before = await inspect(db.driver, everything);
    await expect(db.run(dropColumn('gone'))).rejects.toMatchObject(noColumn('gone'));
    expect(await inspect(db.driver, everything)).toEqual(before);
  });

  it('of a column that goes, in a rebuild that is read by a program that takes it for text', async () => {
    const db = await with3(
      'id integer primary key, a text, gone text, check ("gone" is null or "a" is null)',
    );
    const [create = ''] = sqlite
      .compile(dropColumn('gone'), await inspect(db.driver, everything), {})
      .map((statement) => statement.sql);
    expect(create).toContain('`gone` is null or "a" is null');
  });

  it.each<[string, TableChange[]]>([
    ['a new check', [{ kind: 'addConstraint', constraint: check('c', sql`"emial" <> ''`) }]],
    [
      'a new check beside another change',
      [{ kind: 'addConstraint', constraint: check('c', sql`"emial" <> ''`) }, retype('a', 'varchar(9)')],
    ],
    [
      'a new column',
      [{ kind: 'addColumn', column: column('g', 'text', { generated: sql`upper("emial")`, stored: true }) }],
    ],
  ])('of no column, in %s', async (_, changes) => {
    const db = await with3(
      'id integer primary key, email text, a text',
      `insert into t values (1, 'x', 'y')`,
    );
    await expect(db.run(alter('t', ...changes))).rejects.toMatchObject(noColumn('emial'));
  });

  it('in a copy of rows, which names the table', async () => {
    const db = await with3('id integer primary key, mail text, n text');
    const statements = sqlite.compile(
      alter('t', retype('n', 'integer')),
      await inspect(db.driver, everything),
      {},
    );
    const copy = statements.find((statement) => statement.sql.startsWith('INSERT'))?.sql;
    expect(copy).toContain('SELECT "t"."id", "t"."mail", "t"."n" FROM "main"."t"');
  });
});
