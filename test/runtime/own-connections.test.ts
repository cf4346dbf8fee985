import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import postgres from 'postgres';
import { describe, expect, it, onTestFinished } from 'vitest';
import { assertUpToDate, current, downgrade, type OwnConnection, upgrade } from '../../src/index.js';
import { freshDatabase } from '../support/postgres.js';
import { smallProject } from '../support/small-project.js';
import { temporaryFolder } from '../support/sqlite.js';

/** A program hands in its own connection: it is used, left as it was, and never closed. */

const history = {
  a1: `export async function upgrade(op) {
    await op.execute('create table authors (id integer primary key, name text)');
    await op.execute('create table posts (id integer primary key, author integer references authors (id) on delete cascade)');
    await op.execute("insert into authors values (1, 'Ann')");
    await op.execute('insert into posts values (1, 1)');
  }
  export async function downgrade(op) { await op.dropTable('posts'); await op.dropTable('authors'); }`,
  // On SQLite a rebuild of the parent table, for which foreign keys are off.
  b1: `export async function upgrade(op) { await op.alterColumn('authors', 'name', { type: 'varchar(20)', nullable: false }); }
  export async function downgrade(op) { await op.alterColumn('authors', 'name', { type: 'text', nullable: true }); }`,
  c1: `export const transactional = false;
  export async function upgrade(op) { await op.createIndex('posts_author', 'posts', ['author'], CONCURRENTLY); }
  export async function downgrade(op) { await op.dropIndex('posts_author', 'posts'); }`,
};

function project(dialect: 'postgres' | 'sqlite', more: Readonly<Record<string, string>> = {}): string {
  const concurrently = dialect === 'postgres' ? '{ concurrently: true }' : '{}';
  return smallProject(`export default { dialect: '${dialect}', schema: './schema' };`, {
    ...history,
    c1: history.c1.replace('CONCURRENTLY', concurrently),
    ...more,
  });
}

const failing = {
  d1: `export async function upgrade(op) { await op.execute('insert into nowhere values (1)'); }`,
};

interface SqliteFile {
  readonly database: OwnConnection;
  all(sql: string): unknown[];
  exec(sql: string): void;
  close(): void;
}

const require = createRequire(import.meta.url);

/** Every driver that this machine has. */
const openers: Record<string, (path: string) => SqliteFile> = {};
for (const name of ['libsql', 'better-sqlite3']) {
  try {
    const Database = require(name);
    new Database(':memory:').close();
    openers[name] = (path) => {
      const database = new Database(path);
      database.defaultSafeIntegers(true);
      return {
        database,
        all: (sql) => database.prepare(sql).safeIntegers(false).raw().all(),
        exec: (sql) => database.exec(sql),
        close: () => database.close(),
      };
    };
  } catch {
    // Not installed here: CI has each of them somewhere.
  }
}
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 16)) {
  openers['node:sqlite'] = (path) => {
    // The types are those of Node 20, which has none.
    const { DatabaseSync } = require('node:sqlite');
    const database = new DatabaseSync(path);
    return {
      database,
      all: (sql) =>
        database
          .prepare(sql)
          .all()
          .map((row: object) => Object.values(row)),
      exec: (sql) => database.exec(sql),
      close: () => database.close(),
    };
  };
}

it('a database of better-sqlite3 is refused while somebody iterates over rows', async () => {
  const database = new (require('better-sqlite3'))(':memory:');
  onTestFinished(() => void database.close());
  const rows = database.prepare('select 1 union select 2').iterate();
  rows.next();
  const refused = { code: 'REV_CONNECTION', message: expect.stringContaining('in use') };
  await expect(upgrade({ cwd: project('sqlite'), connection: database })).rejects.toMatchObject(refused);
  rows.return();
});

describe.each(Object.keys(openers))('a database of %s', (name) => {
  const open = (path: string): SqliteFile => {
    const file = (openers[name] as (typeof openers)[string])(path);
    onTestFinished(() => file.close());
    return file;
  };
  const settings = (file: SqliteFile) =>
    [
      'foreign_keys',
      'legacy_alter_table',
      'busy_timeout',
      'writable_schema',
      'full_column_names',
      'short_column_names',
    ].map((each) => file.all(`PRAGMA ${each}`));

  it.each(['a file', 'memory'])('is upgraded and left as it was: %s', async (where) => {
    const file = open(where === 'memory' ? ':memory:' : join(temporaryFolder(), 'app.db'));
    file.exec('PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = ON; PRAGMA busy_timeout = 1234');
    file.exec('PRAGMA full_column_names = ON; PRAGMA short_column_names = OFF');
    const before = settings(file);
    const options = { cwd: project('sqlite'), connection: file.database };
    expect((await upgrade(options)).after).toEqual(['c1']);
    expect(settings(file)).toEqual(before);
    await assertUpToDate(options);
    expect((await upgrade(options)).steps).toEqual([]);
    expect(file.all('select name, author from posts join authors on author = authors.id')).toEqual([
      ['Ann', 1],
    ]);
    file.exec('begin; rollback');
    expect(file.all('select count(*) from sqlite_temp_master')).toEqual([[0]]);
    expect((await downgrade({ ...options, target: 'base' })).after).toEqual([]);
    expect(file.all("select name from sqlite_master where name in ('posts', 'authors')")).toEqual([]);
    expect(settings(file)).toEqual(before);
  });

  it('is left as it was by a revision that fails', async () => {
    const file = open(':memory:');
    file.exec('PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 1234');
    const before = settings(file);
    const options = { cwd: project('sqlite', failing), connection: file.database };
    await expect(upgrade(options)).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
    expect(settings(file)).toEqual(before);
    expect(await current(options)).toMatchObject({ revisions: [{ id: 'c1' }] });
    file.exec('begin; rollback');
  });

  it.each(['fails', 'succeeds'])(
    'is given back as it was by a revision that changes it and %s',
    async (how) => {
      const file = open(':memory:');
      file.exec(`PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA synchronous = OFF;
      attach ':memory:' as mine; create temp table kept (n integer); create temp view seen as select 1`);
      const changed = ['ignore_check_constraints', 'recursive_triggers', 'query_only', 'synchronous'];
      const state = () => [
        settings(file),
        changed.map((each) => file.all(`PRAGMA ${each}`)),
        file.all('select type, name from sqlite_temp_master'),
        file.all('select name from pragma_database_list'),
      ];
      const before = state();
      const revision = `export const transactional = false;
      export async function upgrade(op) {
        for (const sql of ['PRAGMA foreign_keys = OFF', 'PRAGMA ignore_check_constraints = ON', 'PRAGMA recursive_triggers = OFF',
          'PRAGMA synchronous = FULL', "attach ':memory:' as zz", 'create table zz.t (n integer)',
          'create temp table parent (id integer primary key)', 'create temp table child (p integer references parent)',
          'insert into temp.parent values (1)', 'insert into temp.child values (1)', 'create temp view v as select 1',
          'create index temp.i on kept (n)', 'create temp table counted (id integer primary key autoincrement)',
          'create temp trigger tz after insert on zz.t begin select 1; end',
          'create temp trigger "it\\'s" after insert on main.posts begin select 1; end']) await op.execute(sql);
        FAIL
      }`.replace(
        'FAIL',
        how === 'fails' ? "await op.execute('PRAGMA query_only = ON'); throw new Error('x');" : '',
      );
      const run = upgrade({ cwd: project('sqlite', { d1: revision }), connection: file.database });
      if (how === 'fails') await expect(run).rejects.toThrow();
      else expect((await run).after).toEqual(['d1']);
      const [pragmas, others, temporary = [], databases] = state();
      // The marks of AUTOINCREMENT cannot be dropped.
      const left = temporary.filter((row) => !String(row).includes('sqlite_sequence'));
      expect([pragmas, others, left, databases]).toEqual(before);
    },
  );

  it('keeps its temporary triggers where a table is made anew', async () => {
    const file = open(':memory:');
    const options = { cwd: project('sqlite'), connection: file.database };
    await upgrade({ ...options, target: 'a1' });
    file.exec('create table log (author integer)');
    file.exec(
      'create temp trigger "it\'s" after insert on main.authors begin insert into log values (new.id); end',
    );
    await upgrade({ ...options, target: 'b1' });
    file.exec("insert into authors values (7, 'Bob')");
    expect(file.all('select author from log')).toEqual([[7]]);
    expect(file.all('select name from sqlite_temp_master')).toEqual([["it's"]]);
  });

  it('keeps its temporary triggers on a view that is altered, and renames none that has some', async () => {
    const file = open(':memory:');
    const views = {
      v1: `export const upgrade = (op) => op.execute('create view names as select name from authors');`,
      v2: `export const upgrade = (op) => op.alterView('names', 'select name, id from authors');`,
      v3: `export const upgrade = (op) => op.renameView('names', 'called');`,
    };
    const options = { cwd: project('sqlite', views), connection: file.database };
    await upgrade({ ...options, target: 'v1' });
    file.exec('create table log (name text)');
    file.exec(
      'create temp trigger t instead of insert on names begin insert into log values (new.name); end',
    );
    await upgrade({ ...options, target: 'v2' });
    file.exec("insert into names values ('Bob', 1)");
    expect(file.all('select name from log')).toEqual([['Bob']]);
    await expect(upgrade(options)).rejects.toMatchObject({
      message: expect.stringContaining('View names has temporary triggers'),
    });
    file.exec('drop trigger temp.t');
    expect((await upgrade(options)).after).toEqual(['v3']);
    expect(file.all('select name from called')).toEqual([['Ann']]);
  });

  it('is refused with a transaction open on it, and when it is closed', async () => {
    const file = open(':memory:');
    const options = { cwd: project('sqlite'), connection: file.database };
    file.exec('begin');
    await expect(upgrade(options)).rejects.toMatchObject({
      code: 'REV_CONNECTION',
      message: expect.stringContaining('transaction is open'),
    });
    file.exec('create table mine (id integer); commit');
    expect(file.all('select count(*) from mine')).toEqual([[0]]);
    const closed = open(':memory:');
    closed.close();
    const refusal = {
      code: 'REV_CONNECTION',
      message: 'The database that was handed in is closed.',
      hint: 'Close it after the run, not before.',
    };
    await expect(upgrade({ ...options, connection: closed.database })).rejects.toMatchObject(refusal);
    await expect(current({ ...options, connection: closed.database })).rejects.toMatchObject(refusal);
  });

  it('is refused inside of its own run, which would wait for itself', async () => {
    const file = open(':memory:');
    const options = { cwd: project('sqlite'), connection: file.database };
    const runHooks = { afterRevision: () => current(options) };
    await expect(upgrade({ ...options, runHooks })).rejects.toMatchObject({
      code: 'REV_RUN_HOOK',
      message: expect.stringContaining('in use by the very run'),
    });
  });

  it('has one run at a time, though several are asked for', async () => {
    const file = open(':memory:');
    const options = { cwd: project('sqlite'), connection: file.database };
    const runs = await Promise.all([upgrade(options), upgrade(options), current(options), upgrade(options)]);
    expect(runs.map((run) => ('steps' in run ? run.steps.length : 'current'))).toEqual([3, 0, 'current', 0]);
  });
});

it('a function that only the application has is said to need its connection', async () => {
  const file = join(temporaryFolder(), 'app.db');
  const database = new (require('better-sqlite3'))(file);
  onTestFinished(() => void database.close());
  database.function('slug', { deterministic: true }, (text: unknown) => text);
  database.exec(
    "create table t (a text, b text default 'x', check (slug(a) = a)); insert into t values ('a', 'b')",
  );
  const cwd = smallProject(`export default { dialect: 'sqlite', schema: './schema' };`, {
    a1: `export const upgrade = (op) => op.alterColumn('t', 'b', { default: 'z' });`,
  });
  await expect(upgrade({ cwd, url: file })).rejects.toMatchObject({
    code: 'REV_REVISION_FAILED',
    message: expect.stringContaining('slug'),
    hint: expect.stringContaining('upgrade({ connection })'),
  });
  expect((await upgrade({ cwd, connection: database })).after).toEqual(['a1']);
});

describe('a PGlite', () => {
  it('is upgraded and left as it was', async () => {
    const client = new PGlite({ parsers: { 20: BigInt, 1114: () => 'mine' } });
    onTestFinished(() => client.close());
    await client.exec(`create role app; grant all on schema public to app; set role app;
      set datestyle to 'SQL, DMY'; set lock_timeout = 77; set search_path to public, pg_catalog`);
    const settings = async () =>
      (
        await client.query(
          `select name, setting from pg_settings where source = 'session'
           union all select 'role', current_setting('role') order by 1`,
        )
      ).rows;
    const before = await settings();
    const revisions = {
      d1: "export const upgrade = (op) => op.execute('set work_mem = 12345; set lock_timeout = 1');",
    };
    const options = { cwd: project('postgres', revisions), connection: client };
    expect((await upgrade(options)).after).toEqual(['d1']);
    expect(await settings()).toEqual(before);
    await assertUpToDate(options);
    expect((await client.query("select count(*) as n, 'x' as t from posts")).rows).toEqual([
      { n: 1n, t: 'x' },
    ]);
    expect(
      (await client.query("select count(*)::int as n from pg_locks where locktype = 'advisory'")).rows,
    ).toEqual([{ n: 0 }]);
    expect(
      (await client.query("select indisvalid from pg_index where indexrelid = 'posts_author'::regclass"))
        .rows,
    ).toEqual([{ indisvalid: true }]);
    await client.exec('begin; rollback');
    expect(client.closed).toBe(false);
  });

  it('rolls a revision that fails back, and is refused with a transaction open on it', async () => {
    const client = new PGlite();
    onTestFinished(() => client.close());
    const options = { cwd: project('postgres', failing), connection: client };
    await expect(upgrade(options)).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      message: expect.stringContaining('42P01'),
    });
    expect(await current(options)).toMatchObject({ revisions: [{ id: 'c1' }] });
    await client.exec('begin; create table mine (id int)');
    await expect(upgrade(options)).rejects.toMatchObject({ code: 'REV_CONNECTION' });
    await client.exec('commit');
    expect((await client.query('select * from mine')).rows).toEqual([]);
    const runs = await Promise.allSettled([current(options), upgrade(options), current(options)]);
    expect(runs.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('gives revisions the values that postgres.js gives', async () => {
    const query = `select 1::int2, 2::int8, 1.5::float8, 2.50::numeric, true, null, 'x'::"char", 'n'::name, date '2026-01-02',
      timestamptz '2026-01-02 03:04:05.678+00', interval '1 day', '{"a": [1]}'::jsonb, '\\x00ff'::bytea,
      '{1,2}'::int8[], '{1,3}'::int4[], array['a,b', 'c"d\\e', '{}', 'NULL', ''], array[[1, 2], [3, 4]], '{}'::text[],
      array[timestamp '2026-01-02'], array['{"a": 1}'::jsonb], '(1,2),(0,0)'::box,
      array['(1,2),(0,0)'::box], int4range(1, 5), array[true, false], '{0.5,1e20}'::float4[]`;
    const bound = [
      7,
      'x',
      [1, 2, 3],
      { a: [1] },
      new Date(0),
      new Uint8Array([0, 255]),
      false,
      ['a"b', '{', 'NULL', ''],
      12n,
    ];
    const binding = `select $1::int, $2::text, $3::int[], $4::jsonb, $5::timestamptz, $6::bytea, $7::bool, $8::text[], $9::int8`;
    const { postgres: dialect } = await import('../../src/dialects/postgres/index.js');
    const client = new PGlite({
      parsers: { 1700: Number, 16: () => 'mine' },
      serializers: { 23: () => '0' },
    });
    onTestFinished(() => client.close());
    const from = process.cwd();
    const [inside, outside] = [
      await dialect.connect({ url: '', connection: client, from }),
      await dialect.connect({ url: (await freshDatabase()).url, from }),
    ];
    onTestFinished(() => outside.close());
    for (const driver of [inside, outside])
      await driver.query("set timezone to 'UTC'; set intervalstyle to 'iso_8601'");
    expect(await inside.values(query)).toEqual(await outside.values(query));
    expect(await inside.values("select '[0:1]={5,NULL}'::int[], array['NULL', null]")).toEqual([
      [
        [5, null],
        ['NULL', null],
      ],
    ]);
    expect(await inside.values('select $1::int[]', [[1, null]])).toEqual([[[1, null]]]);
    expect(await inside.values(binding, bound)).toEqual(await outside.values(binding, bound));
  });

  it('is opened by its folder, and makes none to look', async () => {
    const cwd = project('postgres');
    const options = { cwd, url: 'pglite:./data' };
    expect(await current(options)).toMatchObject({ revisions: [] });
    expect(existsSync(join(cwd, 'data'))).toBe(false);
    expect((await upgrade(options)).steps).toHaveLength(3);
    expect(existsSync(join(cwd, 'data/PG_VERSION'))).toBe(true);
    await assertUpToDate(options);
    await expect(upgrade({ cwd, url: 'pglite:alembic.config.mjs/data' })).rejects.toMatchObject({
      code: 'REV_CONNECT',
      message: expect.stringContaining('PGlite cannot open'),
    });
  });
});

describe('a client of postgres.js', () => {
  it('says where to, and keeps its sessions, types and transforms', async () => {
    const database = await freshDatabase();
    const client = postgres(database.url, {
      max: 1,
      onnotice: () => {},
      transform: postgres.toCamel,
      types: { bigint: postgres.BigInt },
      connection: { application_name: 'mine' },
    });
    onTestFinished(() => client.end());
    await client`set lock_timeout = 77`;
    const session = () =>
      client`select pg_backend_pid() as my_pid, current_setting('lock_timeout') as t, current_setting('application_name') as a, 1::int8 as n`;
    const before = await session();
    const options = { cwd: project('postgres', failing), connection: client };
    await expect(upgrade(options)).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
    expect(await current(options)).toMatchObject({ revisions: [{ id: 'c1' }] });
    expect([...(await session())]).toEqual([...before]);
    expect(before[0]).toMatchObject({ t: '77ms', a: 'mine', n: 1n });
    const sessions = await database.sql(
      `select application_name from pg_stat_activity where datname = '${database.name}' and application_name = 'rev'`,
    );
    expect(sessions).toEqual([]);
  });

  it('is the client itself: neither a transaction of it nor another package is one', async () => {
    const { url } = await freshDatabase();
    const client = postgres(url, { max: 2 });
    onTestFinished(() => client.end());
    const cwd = project('postgres');
    const refused = { code: 'REV_CONNECTION', hint: expect.stringContaining('client itself') };
    await client.begin((transaction) =>
      expect(upgrade({ cwd, connection: transaction as never })).rejects.toMatchObject(refused),
    );
    await expect(upgrade({ cwd, connection: {} as never })).rejects.toMatchObject(refused);
    await expect(upgrade({ cwd: project('sqlite'), connection: client })).rejects.toMatchObject({
      code: 'REV_CONNECTION',
    });
  });

  it('still says where to when it was ended', async () => {
    const database = await freshDatabase();
    const client = postgres(database.url, { max: 1 });
    await client`select 1`;
    await client.end();
    const options = { cwd: project('postgres'), connection: client };
    expect((await upgrade(options)).after).toEqual(['c1']);
    expect(await current(options)).toMatchObject({ revisions: [{ id: 'c1' }] });
    await expect(client`select 1`).rejects.toMatchObject({ code: 'CONNECTION_ENDED' });
    const sessions = `select application_name from pg_stat_activity where datname = '${database.name}' and application_name = 'rev'`;
    expect(await database.sql(sessions)).toEqual([]);
  });

  it('shows no password where it cannot connect', async () => {
    const client = postgres('postgres://nobody:s3cret@127.0.0.1:1/none', { connect_timeout: 2 });
    const failure = await upgrade({ cwd: project('postgres'), connection: client }).catch((error) => error);
    expect(failure).toMatchObject({ code: 'REV_CONNECT' });
    expect(`${failure.message}${failure.hint}${JSON.stringify(failure.data)}`).not.toContain('s3cret');
  });
});
