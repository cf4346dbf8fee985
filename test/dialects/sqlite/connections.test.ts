import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Connection, columnOf, rowsOf } from '../../../src/dialects/sqlite/connections/connection.js';
import { findOpener } from '../../../src/dialects/sqlite/open.js';
import { temporaryFolder } from '../../support/sqlite.js';
import { openFile, sqliteDrivers } from '../../support/sqlite-file.js';

const codeOf = (work: () => unknown): unknown => {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return (thrown as { readonly code?: unknown }).code;
  }
};

describe.each(sqliteDrivers)('%s', (driver) => {
  const memory = (): Connection => openFile(':memory:', driver);

  test('reads what was written, as the same values', () => {
    const db = memory();
    db.exec('create table t (a, b, c, d)');
    expect(db.prepare('insert into t values (?, ?, ?, ?)')?.run([1n, 1.5, 'ä', null])).toBe(1);
    expect(db.prepare('insert into t values (?, ?, ?, ?)')?.run([-5n, Buffer.from([0, 255]), '', 2])).toBe(1);
    expect(db.prepare('select * from t order by rowid')?.values()).toEqual([
      [1, 1.5, 'ä', null],
      [-5, Buffer.from([0, 255]), '', 2],
    ]);
    expect(rowsOf(db, 'select d, b from t where d = ?', [2])).toEqual([{ d: 2, b: Buffer.from([0, 255]) }]);
    expect(columnOf(db, 'select typeof(a) from t')).toEqual(['integer', 'integer']);
    expect(Object.keys(rowsOf(db, 'select a from t')[0] ?? {})).toEqual(['a']);
  });

  test('rows of two columns with one name are whole as arrays', () => {
    expect(memory().prepare('select 1 as a, 2 as a')?.values()).toEqual([[1, 2]]);
  });

  test('a number that no double holds is read as the nearest', () => {
    expect(columnOf(memory(), 'select 9007199254740993')).toEqual([9007199254740992]);
  });

  test('says what gives rows', () => {
    const db = memory();
    db.exec('create table t (a)');
    const reader = (sql: string) => db.prepare(sql)?.reader;
    expect(reader('select 1')).toBe(true);
    expect(reader('insert into t values (1) returning a')).toBe(true);
    expect(reader('pragma table_info(t)')).toBe(true);
    expect(reader('insert into t values (1)')).toBe(false);
    expect(reader('create table u (a)')).toBe(false);
  });

  test('prepares one statement, and says so of a text that is not one', () => {
    const db = memory();
    db.exec('create table t (a); create table u (a);');
    for (const sql of ['', '-- nothing', ' ; ', 'select 1; select 2']) expect(db.prepare(sql)).toBeNull();
    for (const sql of ['select 1;', `select ';' -- a; b`, 'select 1 /* ; */ ; ; ']) {
      expect(db.prepare(sql), sql).not.toBeNull();
    }
    const trigger =
      'create trigger r after insert on t begin delete from u; select case 1 when 1 then 2 end; end;';
    expect(db.prepare(trigger)?.run()).toBe(0);
    db.exec('drop trigger r');
    expect(db.prepare(`${trigger} select 1`)).toBeNull();
    db.exec(`${trigger} insert into t values (1);`);
    expect(columnOf(db, 'select count(*) from t')).toEqual([1]);
  });

  test('says whether a transaction is open, and whether the file is', () => {
    const db = memory();
    expect([db.open, db.inTransaction]).toEqual([true, false]);
    db.exec('begin');
    expect(db.inTransaction).toBe(true);
    db.exec('rollback');
    expect(db.inTransaction).toBe(false);
    db.close();
    expect(db.open).toBe(false);
  });

  test("throws SQLite's own codes by name", () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a.db');
    const db = openFile(path, driver);
    db.exec('create table t (a primary key, b not null, c check (c > 0), d references t (a))');
    db.exec('pragma foreign_keys = on');
    const insert = (values: string) => codeOf(() => db.prepare(`insert into t values (${values})`)?.run());
    expect(insert('1, 1, 1, null')).toBeUndefined();
    expect(insert('1, 1, 1, null')).toBe('SQLITE_CONSTRAINT_PRIMARYKEY');
    expect(insert('2, null, 1, null')).toBe('SQLITE_CONSTRAINT_NOTNULL');
    expect(insert('2, 1, 0, null')).toBe('SQLITE_CONSTRAINT_CHECK');
    expect(insert('2, 1, 1, 7')).toBe('SQLITE_CONSTRAINT_FOREIGNKEY');
    expect(codeOf(() => db.prepare('selec 1'))).toBe('SQLITE_ERROR');
    const other = openFile(path, driver);
    other.exec('pragma busy_timeout = 0');
    db.exec('begin immediate');
    expect(codeOf(() => other.exec('begin immediate'))).toBe('SQLITE_BUSY');
    db.exec('rollback');
    other.close();
    db.close();
    writeFileSync(join(folder, 'text.txt'), 'x'.repeat(4096));
    expect(
      codeOf(() => columnOf(openFile(join(folder, 'text.txt'), driver), 'select * from sqlite_schema')),
    ).toBe('SQLITE_NOTADB');
    expect(codeOf(() => columnOf(openFile(folder, driver), 'select 1'))).toBe('SQLITE_CANTOPEN');
  });

  test('refuses a value that SQLite has no form for, and goes on', () => {
    const db = memory();
    expect(() => db.prepare('select ?')?.all([Symbol('x')])).toThrow(TypeError);
    expect(columnOf(db, 'select 1')).toEqual([1]);
  });
});

describe('the choice', () => {
  const stub = (folder: string, name: string, text: string) => {
    const own = join(folder, 'node_modules', name);
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
    writeFileSync(join(own, 'index.js'), text);
  };
  const thrower = (message: string) =>
    `module.exports = class { constructor() { throw new Error('${message}'); } };`;

  test("the project's own packages come first, better-sqlite3 before libsql", () => {
    const folder = temporaryFolder();
    stub(folder, 'libsql', thrower('own libsql'));
    expect(() => findOpener({ url: ':memory:', from: folder })(':memory:', 0)).toThrow('own libsql');
    stub(folder, 'better-sqlite3', thrower('own better'));
    expect(() => findOpener({ url: ':memory:', from: folder })(':memory:', 0)).toThrow('own better');
  });

  test('a driver that is named is the one', () => {
    const folder = temporaryFolder();
    stub(folder, 'libsql', thrower('own libsql'));
    stub(folder, 'better-sqlite3', thrower('own better'));
    const options = { url: ':memory:', from: folder, driver: 'libsql' };
    expect(() => findOpener(options)(':memory:', 0)).toThrow('own libsql');
  });

  test('one that there is not says which there are', () => {
    const options = { url: ':memory:', from: temporaryFolder(), driver: 'postgres' };
    expect(() => findOpener(options)).toThrow(
      expect.objectContaining({ code: 'REV_CONFIG', hint: expect.stringContaining("'node:sqlite'") }),
    );
  });

  test.each([
    ['better-sqlite3', 'Could not locate the bindings file.', 'npm rebuild better-sqlite3'],
    ['libsql', "Cannot find module '@libsql/linux-x64-gnu'", 'npm i libsql, on this machine'],
  ])('%s without its binary', (name, message, hint) => {
    const folder = temporaryFolder();
    stub(folder, name, thrower(message.replaceAll("'", '"')));
    expect(() => findOpener({ url: ':memory:', from: folder, driver: name })(':memory:', 0)).toThrow(
      expect.objectContaining({ code: 'REV_DRIVER_MISSING', hint }),
    );
  });
});
