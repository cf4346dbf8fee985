import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sqlite } from '../../../src/dialects/sqlite/index.js';
import { repository } from '../../support/project.js';
import { openSqlite, temporaryFolder } from '../../support/sqlite.js';
import { changeFile, openFile, readFile, tested } from '../../support/sqlite-file.js';

/** Copies and restores by each of the driver packages. */

const options = { lockTimeout: 0 };
const canRestore = () => openFile(':memory:').copyInto !== undefined;

/** Enough rows for several parts of a copy. */
const many = `with recursive n (n) as (select 1 union all select n + 1 from n where n < 40000)
  insert into big select n, hex(randomblob(200)) from n`;

async function database(mode: 'wal' | 'delete', sql: string) {
  const path = join(temporaryFolder(), 'app.db');
  changeFile(path, `pragma journal_mode = ${mode}`);
  changeFile(path, sql);
  return { path, driver: await openSqlite(path), copy: join(temporaryFolder(), "it's a copy.db") };
}

/** Adds a row to each of two tables, one transaction after the other. */
const program = `
  const { sqlite } = await import(${JSON.stringify(pathToFileURL(join(repository, 'dist/dialects/sqlite/index.js')).href)});
  const driver = await sqlite.connect({ url: process.argv[1], ...${JSON.stringify({ from: repository, ...tested })} });
  const work = async () => {
    for (const table of ['a', 'b']) await driver.run({ sql: 'insert into ' + table + ' default values' });
  };
  for (;;) await driver.transaction(work, { keepsForeignKeys: true, writerTimeout: 60000 });
`;

/** Another process that writes until the test is over. */
async function writer(path: string): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, path], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  });
  await moreThan(path, 0);
}

/** Where a writer lets nobody read for too long, nothing is known yet. */
function rowsOf(path: string): number {
  try {
    return Number(readFile(path, 'select count(*) from a')[0]);
  } catch (thrown) {
    if ((thrown as { code?: string }).code === 'SQLITE_BUSY') return 0;
    throw thrown;
  }
}

async function moreThan(path: string, count: number): Promise<void> {
  while (rowsOf(path) <= count) await new Promise((resolve) => setImmediate(resolve));
}

const tables = `create table a (id integer primary key); create table b (id integer primary key);
  create table big (n integer, text text); ${many}`;

describe('a backup', () => {
  it.each(['wal', 'delete'] as const)(
    'is of one moment while another process writes, in mode %s',
    async (mode) => {
      const { path, driver, copy } = await database(mode, tables);
      await writer(path);
      writeFileSync(copy, '');
      await sqlite.backup(driver, copy, options);
      const [a, b] = ['a', 'b'].map((table) => readFile(copy, `select count(*) from ${table}`)[0]);
      expect(a).toBe(b);
      expect(a).toBeGreaterThan(0);
      expect(readFile(copy, 'select count(*) from big')).toEqual([40_000]);
      expect(readFile(copy, 'pragma integrity_check')).toEqual(['ok']);
      // The writer is kept from nothing afterwards.
      await moreThan(path, rowsOf(path));
    },
  );

  it('keeps the row ids of tables that have none of their own', async () => {
    const { driver, copy } = await database('delete', 'create table t (text text)');
    await driver.run({ sql: "insert into t (rowid, text) values (7, 'seven'), (9, 'nine')" });
    await driver.run({ sql: 'delete from t where rowid = 7' });
    writeFileSync(copy, '');
    await sqlite.backup(driver, copy, options);
    expect(readFile(copy, 'select rowid from t')).toEqual([9]);
  });

  it('of an empty database is an empty database', async () => {
    const driver = await openSqlite(join(temporaryFolder(), 'app.db'));
    const copy = join(temporaryFolder(), 'copy.db');
    writeFileSync(copy, '');
    await sqlite.backup(driver, copy, options);
    expect(
      await sqlite.rowsOfBackup(driver, copy, { schema: null, name: 'alembic_version' }, options),
    ).toBeNull();
  });

  it('ends at an interrupt', async () => {
    const { path, copy } = await database('delete', tables);
    const controller = new AbortController();
    const driver = await openSqlite(path);
    writeFileSync(copy, '');
    // A VACUUM INTO cannot be cut: an interrupt is heeded after it.
    if (!canRestore()) controller.abort();
    const backup = sqlite.backup(driver, copy, { ...options, signal: controller.signal });
    controller.abort();
    await expect(backup).rejects.toMatchObject({ code: 'REV_INTERRUPTED' });
    // No transaction stays open.
    await driver.transaction(async () => undefined);
  });
});

describe('a restore', () => {
  it.each(['wal', 'delete'] as const)('replaces all, in mode %s', async (mode) => {
    const { path, driver, copy } = await database(mode, tables);
    writeFileSync(copy, '');
    await sqlite.backup(driver, copy, options);
    await driver.run({ sql: 'create table newer (n integer)' });
    await driver.run({ sql: 'delete from big' });
    const restored = sqlite.restore(driver, copy, { ...options, noOwner: false });
    if (!canRestore()) {
      await expect(restored).rejects.toMatchObject({ code: 'REV_UNSUPPORTED' });
      return;
    }
    await restored;
    expect(await driver.values('select count(*) from big')).toEqual([[40_000]]);
    expect(await driver.values("select name from sqlite_schema where name = 'newer'")).toEqual([]);
    expect(readFile(path, 'pragma journal_mode')).toEqual([mode]);
    expect(readFile(path, 'pragma integrity_check')).toEqual(['ok']);
    expect(existsSync(`${path}-journal`)).toBe(false);
  });

  it('gives up where somebody reads, and changes nothing', async () => {
    if (!canRestore()) return;
    const { path, driver, copy } = await database('delete', tables);
    writeFileSync(copy, '');
    await sqlite.backup(driver, copy, options);
    await driver.run({ sql: 'delete from big' });
    const reader = await openSqlite(path);
    await reader.rolledBack(async () => {
      await reader.values('select count(*) from a');
      const restored = sqlite.restore(driver, copy, { lockTimeout: 100, noOwner: false });
      await expect(restored).rejects.toMatchObject({ code: 'REV_LOCKED' });
    });
    expect(await driver.values('select count(*) from big')).toEqual([[0]]);
  });

  it('refuses pages of another size where the file cannot have them', async () => {
    if (!canRestore()) return;
    const { driver } = await database('wal', tables);
    const other = join(temporaryFolder(), 'other.db');
    changeFile(other, 'pragma page_size = 8192; create table t (n integer)');
    await expect(sqlite.restore(driver, other, { ...options, noOwner: false })).rejects.toMatchObject({
      code: 'REV_RESTORE',
      message: expect.stringContaining('8192'),
    });
    expect(await driver.values('select count(*) from big')).toEqual([[40_000]]);
  });
});
