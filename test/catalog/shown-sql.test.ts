import { describe, expect, it } from 'vitest';
import { withoutSecrets, withoutSecretsOf, withoutValues } from '../../src/catalog/index.js';

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
