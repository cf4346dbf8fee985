import { describe, expect, it } from 'vitest';
import {
  beginningWithoutSecrets,
  withoutSecrets,
  withoutSecretsOf,
  withoutValues,
} from '../../src/catalog/index.js';

/** SQL as it may be shown. */

describe('without values', () => {
  it.each([
    ["insert into t values ('LEAK', 4711, 1e5)", 'insert into t values (…, …, …)'],
    ["select 'it''s LEAK'", 'select …'],
    ["select E'a\\'LEAK', 'LEAK'", 'select …, …'],
    ["select E'a'\n'b\\'LEAK', x", 'select …\n, x'],
    ["select 'a\\', x, 'LEAK'", 'select …, x, …'],
    ["select /* don't /* or do */ */ 'LEAK'", 'select   …'],
    ["select 1 -- don't\n, 'LEAK'", 'select …  \n, …'],
    ["select $a$ it's $$ LEAK $a$, x$1, $1", 'select …, x$1, $1'],
    [`select "it's" from "t1" where x2 = 'LEAK'`, `select "it's" from "t1" where x2 = …`],
    // Cut off.
    ["update t set x = 'LEA", 'update t set x = …'],
    ["update t set x = 'it''s LEA''", 'update t set x = …'],
    ["update t set x = E'LEAK\\", 'update t set x = …'],
    ['do $$ begin LEA', 'do …'],
    ['do $x$ begin LEAK $$ LEAK $x', 'do …'],
    ["select 1 /* don't LEA", 'select …  '],
    ['select "it\'s LEA', 'select "it\'s LEA'],
  ])('%s', (sql, shown) => {
    expect(withoutValues(sql)).toBe(shown);
  });
});

describe('a long text', () => {
  const items = (count: number) =>
    Array.from({ length: count }, (_, at) => `{"url":"https://a${at}.com","name":"b"}`).join(',');
  const rows = (count: number) => Array.from({ length: count }, (_, at) => `(${at}, 'https://x.y/z')`);

  // What is quadratic takes minutes here.
  it.each([
    ['of many URLs', `update t set j = '${items(40_000)}'`],
    ['of half URLs', `update t set j = '${'://a'.repeat(500_000)}'`],
    ['of half users', `update t set j = '${'://a:'.repeat(200_000)}'`],
    ['of half names', `update t set j = '${'passw'.repeat(400_000)}.'`],
    ['of empty lines', `insert into "group" values (E'a'${'\n'.repeat(1_000_000)}, 1)`],
    ['of many rows', `insert into "group" values ${rows(100_000).join(',\n')}`],
  ])('%s is read at once, and the same comes out', (_name, sql) => {
    expect(withoutSecrets(sql) === sql).toBe(true);
    expect(withoutSecretsOf(sql, 'message')).toBe('message');
    expect(withoutValues(sql).includes('a1.com')).toBe(false);
  });

  it('is shown as far as its beginning, and says how much is left out', () => {
    const sql = `insert into t values ${rows(100_000).join(', ')}`;
    const shown = beginningWithoutSecrets(sql);
    expect(shown.length).toBeLessThan(101_000);
    const [, beginning = '', left] = /^([\s\S]*) … \((\d+) characters more\)$/.exec(shown) ?? [];
    expect(sql.startsWith(beginning)).toBe(true);
    expect(sql.slice(beginning.length).trimStart().length).toBeLessThanOrEqual(Number(left));
    expect(beginningWithoutSecrets("select 'short'")).toBe("select 'short'");
  });

  it.each([
    (before: string) => `alter role x /* ${before} */ password 'LEAKLEAKLEAKLEAK'`,
    (before: string) => `select '${before}', 'postgres://u:LEAKLEAKLEAK@h/d'`,
    (before: string) => `select '${before}'; -- LEAKLEAK is the password`,
    (before: string) => `do $$ select '${before}'; create role x password 'LEAKLEAKLEAK'; $$`,
    (before: string) => `select '${before} LEAKLEAK: postgres://u:LEAK@h/d'`,
  ])('has no secret in it wherever it is cut: %s', (text) => {
    const length = 100_000 - text('').length;
    for (let more = -20; more < 60; more += 1) {
      const sql = `${text('x'.repeat(length + more))} ${'-- \n'.repeat(100)}`;
      expect(beginningWithoutSecrets(sql).includes('LEAK')).toBe(false);
    }
  });
});

describe('without secrets', () => {
  it.each([
    "create role postgres login password 'LEAK'",
    "create role x valid until 'LEAK",
    'ALTER ROLE x ENCRYPTED PASSWORD $$LEAK$$',
    "/* 'a' */ alter user x with password E'a\\'LEAK'",
    'alter role x password LEAK',
    "create user mapping for x server s options (user 'LEAK', password 'LEAK')",
    "create subscription s connection 'host=h password=LEAK' publication p",
    "create server s foreign data wrapper f options (host 'LEAK')",
    "alter foreign table t options (set password 'LEAK')",
    "alter system set primary_conninfo = 'host=h password=LEAK'",
    "alter database d set app.jwt_secret to 'LEAK'",
    "select set_config('app.jwt_secret', 'LEAK', false)",
    "select dblink_connect('postgres://u:LEAK@h/d')",
    "select dblink_connect('postgres://u:p/LEAK@h/d')",
    "select dblink_connect('postgres://:LE,AK@h/d')",
    `insert into t values ('{"a":1,"url":"https://u:LEAK@h/d"}')`,
    "do $$ begin create role x password 'LEAK'; end $$",
    "do $$ begin execute 'create role x password ''LEAK'''; end $$",
    "do $$ begin execute format('create role %I password %L', 'x', 'LEAK'); end $$",
    'create table t (n integer); -- password LEAK',
  ])('%s', (sql) => {
    expect(withoutSecrets(sql)).toContain('…');
    expect(withoutSecrets(sql)).not.toContain('LEAK');
  });

  it.each([
    "create table users (password text default 'none', token text)",
    "comment on column users.password is 'hashed'",
    'alter role x password null',
    `create function f() returns text language sql as $$ select 'user' from "group" $$; alter table t add x text default 'a'`,
    "insert into roles values ('user')",
    `insert into t values ('[{"url":"https://a.com","mail":"b@c.d"}]')`,
  ])('nothing is missing in %s', (sql) => {
    expect(withoutSecrets(sql)).toBe(sql);
  });

  it('of a text of several lines keeps the lines', () => {
    expect(withoutSecrets("create role x\npassword 'LE\nAK'\nlogin")).toBe(
      'create role x\npassword …\n\nlogin',
    );
  });

  it('is a message about it', () => {
    const sql = "create subscription s connection 'password=LE AK' publication p";
    expect(withoutSecretsOf(sql, 'missing "=" after "AK" in it')).toBe('missing "=" after "…" in it');
    expect(withoutSecretsOf("create role x pasword 'LEAK'", `at or near "'LEAK'"`)).toBe('at or near "…"');
    expect(withoutSecretsOf('create role x login', 'role "x" already exists')).toBe(
      'role "x" already exists',
    );
  });
});
