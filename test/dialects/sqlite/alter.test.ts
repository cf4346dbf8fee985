import { join } from 'node:path';
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
import {
  databaseOf,
  freshSqlite,
  openSqlite,
  type SqliteDatabase,
  temporaryFolder,
  writeSchema,
} from '../../support/sqlite.js';
import { tested, testOfFiles } from '../../support/sqlite-file.js';

const alter = (table: string, ...changes: TableChange[]) =>
  ({ kind: 'alterTable', table: { schema: null, name: table }, changes }) as const;

testOfFiles(
  'a table is rebuilt by the name main.t, too, and one of an attached database is refused',
  async () => {
    const db = await freshSqlite();
    await db.setup("attach ':memory:' as other", 'create table other.u (a int)');
    await db.setup('create table T (a int)', 'insert into t values (1)');
    const toText: TableChange = { kind: 'alterColumn', name: 'a', to: { type: 'text' } };
    const inSchema = (schema: string, name: string) => ({ ...alter(name, toText), table: { schema, name } });
    await db.run(inSchema('main', 'T'));
    expect(await db.rows('select typeof(a) from main.t')).toEqual([['text']]);
    await expect(db.run(inSchema('Main', 't'))).rejects.toMatchObject({
      hint: expect.stringContaining('There is T'),
    });
    await expect(db.run(inSchema('other', 'u'))).rejects.toMatchObject({
      code: 'REV_UNSUPPORTED',
      message: expect.stringContaining('Table other.u would have to be rebuilt'),
    });
  },
);

/** The statements that the changes would take. */
async function statements(db: SqliteDatabase, table: string, ...changes: TableChange[]): Promise<string[]> {
  return sqlite.compile(alter(table, ...changes), await db.inspect(), {}).map(({ sql }) => sql);
}

const isRebuild = (list: readonly string[]) => list.some((sql) => sql.startsWith('DROP TABLE'));
const notNull = (name: string): TableChange => ({ kind: 'alterColumn', name, to: { nullable: false } });

// SQLite 3.45, which libsql has, takes such a default for null when it checks the rows that are there.
describe.each(['libsql', tested.driver] as const)('a fraction as default beside a check, %s', (driver) => {
  const price = column('price', 'real', { nullable: false, default: 0.5 });

  test('in one change', async () => {
    const url = join(temporaryFolder(), 'a.db');
    const db = databaseOf(await openSqlite(url, driver && { driver }), url);
    await db.setup('create table t (a int)', 'insert into t values (1)');
    await db.run(
      alter(
        't',
        { kind: 'addColumn', column: price },
        { kind: 'addConstraint', constraint: check(null, 'price > 0') },
      ),
    );
    expect(await db.rows('select * from t')).toEqual([[1, 0.5]]);
  });

  test('one after the other', async () => {
    const url = join(temporaryFolder(), 'a.db');
    const db = databaseOf(await openSqlite(url, driver && { driver }), url);
    await db.setup('create table t (a int)', 'insert into t values (1)');
    await db.run(alter('t', { kind: 'addColumn', column: price }));
    await db.run(alter('t', { kind: 'addConstraint', constraint: check(null, 'price > 0') }));
    await db.run(alter('t', { kind: 'addColumn', column: column('b', 'text') }));
    expect(await db.rows('select * from t')).toEqual([[1, 0.5, null]]);
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
        { kind: 'addConstraint', constraint: check('x_check', "T.x is null or x in (1, '2')") },
      ],
    ],
    [
      'check of it and of another column',
      false,
      [
        { kind: 'addColumn', column: column('x', 'int') },
        { kind: 'addConstraint', constraint: check('x_check', 'a > 0 and (x is null or x > a)') },
      ],
    ],
    [
      'check of another column with a function of its name',
      false,
      [
        { kind: 'addColumn', column: column('x', 'int') },
        { kind: 'addColumn', column: column('abs', 'int') },
        { kind: 'addConstraint', constraint: check('a_check', 'abs(a) > 0') },
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
      return expect(run).rejects.toThrow(
        /Column t\.x is NOT NULL and has no default, and the table has 2 rows/,
      );
    await run;
    expect(await db.rows('select count(*) from t')).toEqual([[2]]);
    const table = await db.table('t');
    expect(table.columns.map((each) => each.name).slice(0, 2)).toEqual(['a', 'x']);
    const constraints = changes.filter((change) => change.kind === 'addConstraint').length;
    expect(table.checks.length + table.foreignKeys.length + table.uniques.length).toBe(constraints);
  });

  test.each<[string, boolean, string, string?]>([
    ['plain', true, 'create table t (a int, x int)'],
    ['with a check of its own', true, 'create table t (a int, x int check (x > 0))'],
    [
      'with a check of its own, a function called like another column',
      true,
      'create table t (abs int, x int check (cast(abs(x) as int) > 0))',
    ],
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
    ['behind a comment', true, 'create table t (a int, /* b */ x int)'],
    ['behind a comment with a comma', false, 'create table t (a int, -- b, (c)\n x int)'],
    ['with a check of its own, and a rebuild', false, 'create table t (a int, x int unique check (x > 0))'],
  ])('drop a column: %s', async (_name, inPlace, table, index) => {
    const db = await rows(table, 'insert into t values (1, 1), (2, null)', ...(index ? [index] : []));
    const drop = { kind: 'dropColumn', name: 'x' } as const;
    const operations = index
      ? [{ kind: 'dropIndex', name: 'i', table: { schema: null, name: 't' } } as const]
      : [];
    expect(isRebuild(await statements(db, 't', drop))).toBe(!inPlace);
    await db.run(...operations, alter('t', drop));
    expect(await db.rows('select * from t order by 1')).toEqual([[1], [2]]);
    expect(await db.rows('pragma integrity_check')).toEqual([['ok']]);
  });

  test.each([
    ['of both', 'a > 0 and (x is null or x > a)'],
    ['of another', 'a > 0'],
  ])(
    'a check %s that stands in the definition of a column that is dropped is not lost',
    async (what, sql) => {
      const db = await rows(`create table t (a int, x int constraint c check (${sql}))`);
      const drop = db.run(alter('t', { kind: 'dropColumn', name: 'x' }));
      if (what === 'of both') {
        await expect(drop).rejects.toMatchObject({
          message: expect.stringMatching(/no such column: "?x/),
          hint: expect.stringMatching('the check or column that names it'),
        });
      } else await drop;
      expect((await db.table('t')).checks).toMatchObject([{ name: 'c', expression: sql }]);
    },
  );

  test('nor are two of the same text in the definitions of two columns', async () => {
    const db = await rows('create table t (n int, a int check (n > 0), b int check (n > 0))');
    await db.run(alter('t', { kind: 'alterColumn', name: 'b', to: { type: 'real' } }));
    await db.run(alter('t', { kind: 'dropColumn', name: 'a' }));
    await db.run(alter('t', { kind: 'dropColumn', name: 'b' }));
    expect((await db.table('t')).checks.map(({ expression }) => expression)).toEqual(['n > 0', 'n > 0']);
  });

  test('a column that a trigger of the table uses is not dropped', async () => {
    const db = await rows(
      'create table t (a int, x int unique)',
      'create trigger tr after insert on t begin select new."X"; end',
    );
    await expect(db.run(alter('t', { kind: 'dropColumn', name: 'x' }))).rejects.toMatchObject({
      code: 'REV_STATEMENT',
      message: expect.stringContaining('tr on t: no such column: new.X'),
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
        "CREATE TABLE "main"."_rev_new_t" (
        "a" INT NOT NULL,
        "b" INT,
        "d" int,
        CONSTRAINT "u" UNIQUE ("b")
      )",
        "INSERT OR ABORT INTO "main"."_rev_new_t" (rowid, "a", "b")
      SELECT rowid, "t"."a", "t"."b" FROM "main"."t"",
        "PRAGMA legacy_alter_table = ON",
        "DROP TABLE "main"."t"",
        "ALTER TABLE "main"."_rev_new_t" RENAME TO "t"",
        "PRAGMA legacy_alter_table = OFF",
        "ALTER TABLE "main"."t" RENAME COLUMN "b" TO "e"",
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

  test('of several without a name the one that is meant is dropped, whatever their order', async () => {
    for (const [meant, left] of [
      ['a > 0', 'a < 9'],
      ['a < 9', 'a > 0'],
    ] as const) {
      const db = await freshSqlite();
      await db.setup(
        'create table t (a int check (a < 9) references t (a) on delete cascade, b int unique, check (a > 0), foreign key (a) references t (b))',
      );
      await db.run(alter('t', { kind: 'dropConstraint', name: null, was: check(null, meant) }));
      expect((await db.table('t')).checks.map(({ expression }) => expression)).toEqual([left]);
      const key = foreignKey(null, ['a'], 't', ['b']);
      await db.run(alter('t', { kind: 'dropConstraint', name: null, was: key }));
      expect((await db.table('t')).foreignKeys).toMatchObject([{ onDelete: 'cascade' }]);
    }
  });

  test.each([
    ["(a text, check (a is not 'impossible'))", ['default', 'drop']],
    ["(a text, check (a is not 'impossible'))", ['drop', 'default']],
    ['(a text)', ['default', 'add']],
    ['(a text)', ['add', 'default']],
    ["(a text, check (a is not 'impossible'))", ['default', 'drop', 'add']],
    ["(a text, check (a is not 'impossible'))", ['add', 'drop', 'default']],
  ])('beside a default that is written at the same place: %s, %s', async (definition, kinds) => {
    const db = await freshSqlite();
    await db.setup(`create table t ${definition}`, "insert into t values ('x')");
    const changes: Record<string, TableChange> = {
      default: { kind: 'alterColumn', name: 'a', to: { default: { kind: 'literal', value: "it's" } } },
      drop: { kind: 'dropConstraint', name: null, was: check(null, "a is not 'impossible'") },
      add: { kind: 'addConstraint', constraint: check(null, 'a <> 2') },
    };
    await db.run(alter('t', ...kinds.flatMap((kind) => changes[kind] ?? [])));
    const { columns, checks } = await db.table('t');
    expect(columns[0]?.default).toEqual({ kind: 'literal', value: "it's" });
    expect(checks.map(({ expression }) => expression)).toEqual(kinds.includes('add') ? ['a <> 2'] : []);
    expect(await db.rows('select * from t')).toEqual([['x']]);
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

  testOfFiles('text in double quotes, as old databases have it, becomes text', async () => {
    const db = await freshSqlite();
    await db.setup('create table t (a text, b int)', `insert into t values ('yes', 1)`);
    await writeSchema(
      db,
      `update sqlite_schema set sql = 'CREATE TABLE t (a text CHECK (a in ("yes", "no")), b int)'`,
    );
    await db.run(alter('t', { kind: 'alterColumn', name: 'b', to: { type: 'real' } }));
    expect((await db.table('t')).checks[0]?.expression).toBe(`a in ('yes', 'no')`);
  });
});
