import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { emptyCatalog } from '../../../src/catalog/index.js';
import type { ConnectOptions, Driver } from '../../../src/dialects/dialect.js';
import { postgres } from '../../../src/dialects/postgres/index.js';
import { RevError } from '../../../src/errors.js';
import { freshDatabase, postgresUrl } from '../../support/postgres.js';
import { relayTo } from '../../support/relay.js';

const from = import.meta.dirname;

async function open(options: Partial<ConnectOptions> = {}): Promise<Driver> {
  const url = options.url ?? (await freshDatabase()).url;
  const driver = await postgres.connect({ from, ...options, url });
  onTestFinished(() => driver.close());
  return driver;
}

async function failure(work: Promise<unknown>): Promise<RevError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RevError);
  return error as RevError;
}

/** Everything that an error could carry out, to look for secrets in. */
function everythingOf(error: Error): string {
  const seen = new Set<unknown>();
  const texts: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) visit(Reflect.get(value, key));
  };
  visit(error);
  return texts.join('\n');
}

test('a statement with a NUL character is refused, and ends no session', async () => {
  const driver = await open();
  for (const work of [() => driver.run({ sql: "select 'a\0b'" }), () => driver.query("select 'a\0b'")]) {
    expect(await failure(work())).toMatchObject({
      code: 'REV_OPERATION',
      message: 'A statement of PostgreSQL cannot hold a NUL character.',
    });
  }
  expect(await driver.values('select 1')).toEqual([[1]]);
  // Of a script, too.
  const operation = { kind: 'execute', sql: { texts: ["select '\0'"], values: [] } } as const;
  expect(() => postgres.compile(operation, emptyCatalog('postgres'), {})).toThrow('NUL character');
});

describe('connecting', () => {
  test('tells the server version', async () => {
    const driver = await open();
    expect(driver.serverVersion).toMatch(/^\d+\.\d+$/);
  });

  test('takes an IPv6 address, and names it as it is', async () => {
    const { url, name } = await freshDatabase();
    const relay = await relayTo(url, () => 'forward', '::1');
    const { port } = new URL(relay.url);
    const elsewhere = new URL(relay.url);
    elsewhere.search = '?host=::1';
    elsewhere.hostname = 'nowhere.invalid';
    for (const each of [relay.url, elsewhere.href]) {
      const driver = await open({ url: each });
      expect(await driver.values('select current_database()')).toEqual([[name]]);
    }
    const other = new URL(relay.url);
    other.pathname = '/none';
    const error = await failure(postgres.connect({ from, url: other.href }));
    expect(error.message).toContain(`at [::1]:${port}.`);
    expect(error.hint).toContain(`createdb -h ::1 -p ${port} `);
    other.port = '1';
    expect((await failure(postgres.connect({ from, url: other.href }))).message).toContain(
      'at [::1]:1, database "none": connection refused',
    );
  });

  test('leaves the order of day and month to the database, and reads dates as ISO', async () => {
    const { url, sql } = await freshDatabase();
    for (const [style, date] of [
      ['ISO, DMY', '2020-04-03'],
      ['German', '2020-04-03'],
      ['SQL, MDY', '2020-03-04'],
    ]) {
      await sql(
        `do $$ begin execute format('alter database %I set datestyle = %L', current_database(), '${style}'); end $$`,
      );
      const driver = await open({ url });
      expect(await driver.values(`select '03/04/2020'::date, '03/04/2020'::date::text`)).toEqual([
        [date, date],
      ]);
    }
  });

  test('a wrong password is REV_AUTH, names the user, and says no password', async () => {
    const url = new URL(await postgresUrl());
    url.password = 'wr0ng-secret';
    const error = await failure(postgres.connect({ url: url.href, from }));
    expect(error.code).toBe('REV_AUTH');
    expect(error.message).toContain('"postgres"');
    expect(error.message).toContain(url.host);
    expect(everythingOf(error)).not.toContain('wr0ng-secret');
  });

  test('an unknown user is REV_AUTH', async () => {
    const url = new URL(await postgresUrl());
    url.username = 'nobody_here';
    expect(await failure(postgres.connect({ url: url.href, from }))).toMatchObject({ code: 'REV_AUTH' });
  });

  test('a missing database is REV_CONNECT with a createdb command', async () => {
    const url = new URL(await postgresUrl());
    url.pathname = '/no_such_shop';
    const error = await failure(postgres.connect({ url: url.href, from }));
    expect(error.code).toBe('REV_CONNECT');
    expect(error.message).toContain('"no_such_shop"');
    expect(error.hint).toBe(`createdb -h 127.0.0.1 -p ${url.port} -U postgres no_such_shop`);
  });

  test('a closed port is REV_CONNECT with host, port and database, and says no password', async () => {
    const probe = createServer();
    const port = await new Promise<number>((resolve) =>
      probe.listen(0, '127.0.0.1', () => resolve((probe.address() as { port: number }).port)),
    );
    await new Promise((resolve) => probe.close(resolve));
    const url = `postgres://someone:s3cret-word@127.0.0.1:${port}/shop`;
    const error = await failure(postgres.connect({ url, from }));
    expect(error.code).toBe('REV_CONNECT');
    expect(error.message).toBe(
      `Cannot connect to PostgreSQL at 127.0.0.1:${port}, database "shop": connection refused.`,
    );
    expect(everythingOf(error)).not.toContain('s3cret-word');
  });

  test('a server without TLS that must have it is REV_CONNECT, and says so', async () => {
    const url = `${await postgresUrl()}?sslmode=require`;
    const error = await failure(postgres.connect({ url, from }));
    expect(error.code).toBe('REV_CONNECT');
    expect(error.message).toContain('the URL asks for TLS');
  });

  test('an unknown host is REV_CONNECT', async () => {
    const error = await failure(postgres.connect({ url: 'postgres://a:b@no-such-host.invalid/shop', from }));
    expect(error.code).toBe('REV_CONNECT');
    expect(error.message).toContain('no-such-host.invalid:5432');
  });

  test('a server that never answers is REV_CONNECT in the time that the URL gives', async () => {
    const silent = createServer(() => {});
    onTestFinished(() => void silent.close());
    const port = await new Promise<number>((resolve) =>
      silent.listen(0, '127.0.0.1', () => resolve((silent.address() as { port: number }).port)),
    );
    const url = `postgres://a:b@127.0.0.1:${port}/shop?connect_timeout=1`;
    const error = await failure(postgres.connect({ url, from }));
    expect(error).toMatchObject({ code: 'REV_CONNECT' });
    expect(error.message).toContain('no answer in time');
  });

  test('a URL that is none says nothing of itself', async () => {
    const error = await failure(postgres.connect({ url: 'postgres://user:s3cret@host:port/x', from }));
    expect(error.code).toBe('REV_URL');
    await expect(
      postgres.connect({ url: 'postgres://me:secret@localhost/db?sslmode=bogus', from: process.cwd() }),
    ).rejects.toMatchObject({
      code: 'REV_URL',
      message: 'The database URL has sslmode=bogus, and there is no such mode.',
      hint: expect.stringContaining('verify-full'),
    });
    expect(everythingOf(error)).not.toContain('s3cret');
  });

  test.each([
    'postgres://app:12/s3cret@127.0.0.1:5432/db',
    'postgres://app:/s3cret@127.0.0.1:5432/db',
    'postgres://app:12?s3cret@127.0.0.1:5432/db',
    'postgres://app:12#s3cret@127.0.0.1:5432/db',
    'postgres://app:p@12/s3cret@127.0.0.1:5432/db',
  ])('a password that was not encoded is none of its other parts: %s', async (url) => {
    const error = await failure(postgres.connect({ url, from }));
    expect(error).toMatchObject({ code: 'REV_URL', hint: expect.stringContaining('percent-encoded') });
    expect(everythingOf(error)).not.toContain('s3cret');
  });

  test('a percent-encoded name of a database is the name that it stands for', async () => {
    const url = new URL(await postgresUrl());
    const { name, sql } = await freshDatabase();
    const decoded = `${name} my@d/b%41`;
    url.pathname = `/${encodeURIComponent(decoded)}`;
    const error = await failure(postgres.connect({ url: url.href, from }));
    expect(error.message).toContain(`There is no database "${decoded}"`);
    expect(error.hint).toBe(`createdb -h 127.0.0.1 -p ${url.port} -U postgres '${decoded}'`);
    await sql(`create database "${decoded}"`);
    onTestFinished(() => sql(`drop database "${decoded}" with (force)`).then(() => undefined));
    const driver = await open({ url: url.href });
    expect(await driver.query('select current_database() as name')).toEqual([{ name: decoded }]);
    // PGDATABASE of pg_dump and psql.
    expect(driver).toMatchObject({ settings: { database: decoded } });
  });

  test('a Unix socket is given as libpq takes it', async () => {
    const url = new URL(await postgresUrl());
    const { sql } = await freshDatabase();
    const [row] = await sql('show unix_socket_directories');
    const socket = `postgres:///postgres?host=${row?.unix_socket_directories}&port=${url.port}&user=postgres&password=${url.password}`;
    const driver = await open({ url: socket });
    expect(await driver.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a folder without postgres.js falls back to the package’s own place', async () => {
    const driver = await open({ from: mkdtempSync(join(tmpdir(), 'rev-test-')) });
    expect(await driver.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('an abort while connecting ends it', async () => {
    const silent = createServer(() => {});
    onTestFinished(() => void silent.close());
    const port = await new Promise<number>((resolve) =>
      silent.listen(0, '127.0.0.1', () => resolve((silent.address() as { port: number }).port)),
    );
    const abort = new AbortController();
    const connecting = postgres.connect({
      url: `postgres://a:b@127.0.0.1:${port}/shop`,
      from,
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(), 50);
    expect(await failure(connecting)).toMatchObject({ code: 'REV_INTERRUPTED' });
  });
});

describe('queries', () => {
  test('give dates, JSON and big numbers as text, as drizzle expects them', async () => {
    const driver = await open();
    const sql = `select '2020-01-02 03:04:05.678+00'::timestamptz at time zone 'UTC' as t, '2020-01-02'::date as d,
      '{"a": 1}'::jsonb as j, 9007199254740993 as big, 1.50::numeric as n, true as b, 1.5::float8 as f, '\\x01ff'::bytea as x`;
    expect(await driver.query(sql)).toEqual([
      {
        t: '2020-01-02 03:04:05.678',
        d: '2020-01-02',
        j: '{"a": 1}',
        big: '9007199254740993',
        n: '1.50',
        b: true,
        f: 1.5,
        x: Buffer.from([1, 255]),
      },
    ]);
    expect((await driver.values(sql))[0]?.slice(0, 3)).toEqual([
      '2020-01-02 03:04:05.678',
      '2020-01-02',
      '{"a": 1}',
    ]);
  });

  test('bind values of every kind', async () => {
    const driver = await open();
    await driver.run({
      sql: 'create table t (a text, b int, c jsonb, d timestamptz, e text[], f bytea, g bool)',
    });
    const params = [
      "it's",
      5,
      { x: 1 },
      new Date('2020-01-02T03:04:05Z'),
      ['p', 'q"'],
      Buffer.from('hi'),
      null,
    ];
    const changed = await driver.run({ sql: 'insert into t values ($1, $2, $3, $4, $5, $6, $7)', params });
    expect(changed).toBe(1);
    expect(await driver.query("select a, b, c, d at time zone 'UTC' as d, e, f, g from t")).toEqual([
      {
        a: "it's",
        b: 5,
        c: '{"x": 1}',
        d: '2020-01-02 03:04:05',
        e: ['p', 'q"'],
        f: Buffer.from('hi'),
        g: null,
      },
    ]);
  });

  test('run counts changed rows, and no selected ones', async () => {
    const driver = await open();
    await driver.run({ sql: 'create table t (a int)' });
    expect(await driver.run({ sql: 'insert into t values (1), (2)' })).toBe(2);
    expect(await driver.run({ sql: 'select * from t' })).toBe(0);
  });

  test('a refused statement is REV_STATEMENT with SQLSTATE, line and column', async () => {
    const driver = await open();
    const error = await failure(driver.query('select 1,\n  nothing_here\nfrom pg_class'));
    expect(error.code).toBe('REV_STATEMENT');
    expect(error.message).toContain('column "nothing_here" does not exist (SQLSTATE 42703)');
    expect(error.message).toContain('line 2, column 3');
    expect(error.data).toMatchObject({ sqlstate: '42703', line: 2, column: 3 });
  });

  test('an error tells no values of rows', async () => {
    const driver = await open();
    await driver.run({ sql: 'create table users (email text unique, age text)' });
    await driver.run({ sql: "insert into users values ('ann@example.com', 'forty-seven')" });
    const failures = [
      driver.run({ sql: "insert into users values ('ann@example.com', 'x')" }),
      driver.run({ sql: 'insert into users values ($1)', params: ['ann@example.com'] }),
      driver.run({ sql: 'alter table users alter column age type integer using age::integer' }),
      driver.run({ sql: "update users set age = 'forty-seven', email = null where 1/0 = 1" }),
    ];
    for (const each of failures) {
      const error = await failure(each);
      expect(error.code).toBe('REV_STATEMENT');
      expect(everythingOf(error)).not.toMatch(/ann@example|forty-seven/);
    }
    const unique = await failure(driver.run({ sql: "insert into users values ('ann@example.com', 'x')" }));
    expect(unique.data).toMatchObject({ sqlstate: '23505', constraint: 'users_email_key', table: 'users' });
  });

  test('an error tells which objects stand in the way', async () => {
    const driver = await open();
    await driver.run({ sql: 'create table t (a int); create view v as select a from t' });
    const error = await failure(driver.run({ sql: 'alter table t drop column a' }));
    expect(error.message).toContain('view v depends on column a');
  });

  test('a missing privilege and a read-only server come with a hint', async () => {
    const { url, sql } = await freshDatabase();
    const role = `r${Math.random().toString(36).slice(2)}`;
    await sql(`create role ${role} login password 'x'; create table t (a int)`);
    const theirs = new URL(url);
    [theirs.username, theirs.password] = [role, 'x'];
    const driver = await open({ url: theirs.href });
    const lacks = await failure(driver.run({ sql: 'select * from t' }));
    expect(lacks.hint).toContain(`"${role}", lacks the privilege`);
    const owner = await failure(driver.run({ sql: 'alter table t add b int' }));
    expect(owner.hint).toContain(`"${role}", does not own it`);
    await driver.run({ sql: 'set default_transaction_read_only = on' });
    const readOnly = await failure(driver.run({ sql: 'create table u (a int)' }));
    expect(readOnly).toMatchObject({
      data: { sqlstate: '25006' },
      hint: expect.stringMatching(/SET TRANSACTION READ ONLY[\s\S]*If the server is a standby/),
    });
    await driver.close();
    await sql(`drop role ${role}`);
  });

  test('a script’s error names the statement that failed', async () => {
    const driver = await open();
    const work = driver.transaction(() =>
      driver.runAll([
        { sql: 'create table a (i int)' },
        { sql: 'create table a (i int)' },
        { sql: 'create table c ()' },
      ]),
    );
    const error = await failure(work);
    expect(error.message).toContain('relation "a" already exists');
    expect(await driver.query("select to_regclass('a') as a, to_regclass('c') as c")).toEqual([
      { a: null, c: null },
    ]);
  });
});

describe('transactions', () => {
  test('commit what resolves and undo what rejects', async () => {
    const driver = await open();
    await driver.run({ sql: 'create table t (a int)' });
    await driver.transaction(() => driver.run({ sql: 'insert into t values (1)' }));
    const broken = driver.transaction(async () => {
      await driver.run({ sql: 'insert into t values (2)' });
      throw new Error('stop');
    });
    await expect(broken).rejects.toThrow('stop');
    expect(await driver.query('select a from t')).toEqual([{ a: 1 }]);
  });

  test('inside another they are savepoints', async () => {
    const driver = await open();
    await driver.run({ sql: 'create table t (a int)' });
    await driver.transaction(async () => {
      await driver.run({ sql: 'insert into t values (1)' });
      await driver.rolledBack(() => driver.run({ sql: 'insert into t values (2)' }));
      await driver
        .transaction(() => driver.run({ sql: 'insert into nowhere values (3)' }))
        .catch((error: RevError) => expect(error.code).toBe('REV_STATEMENT'));
      await driver.transaction(() => driver.run({ sql: 'insert into t values (4)' }));
    });
    expect(await driver.query('select a from t order by a')).toEqual([{ a: 1 }, { a: 4 }]);
  });

  test('go on where all or none of some statements were run', async () => {
    const driver = await open();
    await driver.run({ sql: 'create table t (a int)' });
    const two = (n: number, last: string) => [{ sql: `insert into t values (${n})` }, { sql: last }];
    const broken = (n: number) => driver.runAllOrNone(two(n, 'insert into nowhere values (3)'));
    await driver.transaction(async () => {
      expect((await failure(broken(1))).message).toContain('relation "nowhere" does not exist');
      await driver.runAllOrNone(two(2, 'insert into t values (3)'));
      expect((await failure(driver.transaction(() => broken(4)))).code).toBe('REV_STATEMENT');
    });
    await failure(broken(5));
    expect(await driver.query('select a from t order by a')).toEqual([{ a: 2 }, { a: 3 }]);
  });

  test('rolledBack undoes everything', async () => {
    const driver = await open();
    const found = await driver.rolledBack(async () => {
      await driver.run({ sql: 'create table t (a int)' });
      return driver.query('select a from t');
    });
    expect(found).toEqual([]);
    expect(await driver.query("select to_regclass('t') as t")).toEqual([{ t: null }]);
  });

  test('a swallowed error is not committed in silence', async () => {
    const driver = await open();
    const work = driver.transaction(async () => {
      await driver.run({ sql: 'create table t (a int)' });
      await driver.run({ sql: 'insert into nowhere values (1)' }).catch(() => {});
    });
    expect(await failure(work)).toMatchObject({ code: 'REV_STATEMENT' });
  });

  test('timeouts hold for the transaction alone', async () => {
    const { url } = await freshDatabase();
    const [one, two] = [await open({ url }), await open({ url })];
    await one.run({ sql: 'create table t (a int)' });
    await one.transaction(async () => {
      await one.run({ sql: 'lock table t' });
      const waiting = two.transaction(() => two.run({ sql: 'alter table t add b int' }), { lockTimeout: 50 });
      const error = await failure(waiting);
      expect(error).toMatchObject({ code: 'REV_STATEMENT', data: { sqlstate: '55P03' } });
      const [, query = ''] = error.hint?.split('\n') ?? [];
      expect((await two.query(query)).length).toBeGreaterThan(0);
    });
    const slow = two.transaction(() => two.query('select pg_sleep(5)'), { statementTimeout: 50 });
    expect(await failure(slow)).toMatchObject({ code: 'REV_STATEMENT', data: { sqlstate: '57014' } });
    expect(await two.query('show statement_timeout')).toEqual([{ statement_timeout: '0' }]);
  });

  test('a failing commit is told', async () => {
    const driver = await open();
    await driver.run({ sql: 'create table t (a int unique deferrable initially deferred)' });
    const work = driver.transaction(() => driver.run({ sql: 'insert into t values (1), (1)' }));
    expect(await failure(work)).toMatchObject({
      code: 'REV_STATEMENT',
      data: { sqlstate: '23505' },
      hint: expect.stringContaining('at COMMIT: the constraint is deferred'),
    });
    const early = driver.transaction(() =>
      driver.run({ sql: 'set constraints all immediate; insert into t values (1), (1)' }),
    );
    expect((await failure(early)).hint).toBeUndefined();
  });
});

describe('a session', () => {
  test('that is cut is REV_CONNECT, then and afterwards, and closes quietly', async () => {
    const { url } = await freshDatabase();
    const [one, two] = [await open({ url }), await open({ url })];
    const [row] = await one.query<{ pid: number }>('select pg_backend_pid() as pid');
    const running = failure(one.transaction(() => one.query('select pg_sleep(10)')));
    await two.query('select pg_sleep(0.2)');
    await two.query(`select pg_terminate_backend(${row?.pid})`);
    expect(await running).toMatchObject({ code: 'REV_CONNECT' });
    expect(await failure(one.query('select 1'))).toMatchObject({ code: 'REV_CONNECT' });
    await one.close();
  });

  test('that is cut while idle is REV_CONNECT at the next statement', async () => {
    const { url } = await freshDatabase();
    const [one, two] = [await open({ url }), await open({ url })];
    const [row] = await one.query<{ pid: number }>('select pg_backend_pid() as pid');
    await two.query(`select pg_terminate_backend(${row?.pid})`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await failure(one.query('select 1'))).toMatchObject({ code: 'REV_CONNECT' });
  });

  test('that is aborted cancels the running statement and rolls back', async () => {
    const abort = new AbortController();
    const { url } = await freshDatabase();
    const driver = await open({ url, signal: abort.signal });
    await driver.run({ sql: 'create table t (a int)' });
    const started = Date.now();
    const work = driver.transaction(async () => {
      await driver.run({ sql: 'insert into t values (1)' });
      await driver.query('select pg_sleep(100)');
    });
    setTimeout(() => abort.abort(), 100);
    expect(await failure(work)).toMatchObject({ code: 'REV_INTERRUPTED' });
    expect(Date.now() - started).toBeLessThan(50_000);
    expect(await driver.query('select * from t')).toEqual([]);
  });

  test('that is aborted between two statements commits nothing', async () => {
    const abort = new AbortController();
    const driver = await open({ signal: abort.signal });
    await driver.run({ sql: 'create table t (a int)' });
    const work = driver.transaction(async () => {
      await driver.run({ sql: 'insert into t values (1)' });
      abort.abort();
    });
    expect(await failure(work)).toMatchObject({ code: 'REV_INTERRUPTED' });
    expect(await driver.query('select * from t')).toEqual([]);
    // What a runner still has to write down can be written.
    expect(await driver.transaction(() => driver.run({ sql: 'insert into t values (2)' }))).toBe(1);
  });
});
