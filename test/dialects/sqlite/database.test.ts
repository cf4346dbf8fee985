import { mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { sql } from 'drizzle-orm';
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core';
import type { SqliteRemoteDatabase } from 'drizzle-orm/sqlite-proxy';
import { describe, expect, test } from 'vitest';
import type { DatabaseCallback, Driver } from '../../../src/dialects/dialect.js';
import { database } from '../../../src/dialects/sqlite/database.js';
import { freshSqlite, temporaryFolder } from '../../support/sqlite.js';

const require = createRequire(import.meta.url);

/** A project whose drizzle-orm is that package. */
function projectWith(installed: string): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(process.cwd(), 'node_modules', installed), join(folder, 'node_modules', 'drizzle-orm'));
  return folder;
}

/** Queries as the runner answers them. */
function answers(driver: Driver): DatabaseCallback {
  return async (sql, params, method) => ({
    rows: [...(method === 'execute' ? await driver.query(sql, params) : await driver.values(sql, params))],
  });
}

describe.each(['drizzle-orm', 'drizzle-orm-v1'])('op.db with %s', (installed) => {
  const core = require(`${installed}/sqlite-core`) as typeof import('drizzle-orm/sqlite-core');
  const { eq } = require(installed) as typeof import('drizzle-orm');
  const users = core.sqliteTable('users', {
    id: core.integer('id').primaryKey(),
    name: core.text('name').notNull(),
    active: core.integer('active', { mode: 'boolean' }),
    data: core.text('data', { mode: 'json' }),
    at: core.integer('at', { mode: 'timestamp' }),
  });

  async function setup() {
    const db = await freshSqlite();
    await db.setup(
      'create table users (id integer primary key, name text not null unique, active integer, data text, at integer)',
    );
    const orm = database(answers(db.driver), projectWith(installed)) as SqliteRemoteDatabase;
    return { db, orm };
  }

  test('writes and reads rows with the types of the models', async () => {
    const { db, orm } = await setup();
    const at = new Date('2026-01-02T03:04:05Z');
    await db.driver.transaction(async () => {
      await orm.insert(users).values([
        { id: 1, name: 'Ada', active: true, data: { a: 1 }, at },
        { id: 2, name: 'Bob', active: false },
      ]);
      await orm.update(users).set({ name: 'Bert' }).where(eq(users.id, 2));
    });
    expect(await orm.select().from(users)).toEqual([
      { id: 1, name: 'Ada', active: true, data: { a: 1 }, at },
      { id: 2, name: 'Bert', active: false, data: null, at: null },
    ]);
    expect(await orm.select({ n: users.name }).from(users).where(eq(users.id, 2)).get()).toEqual({
      n: 'Bert',
    });
    expect(await orm.select().from(users).where(eq(users.id, 9)).get()).toBeUndefined();
    expect(await orm.delete(users).where(eq(users.id, 1)).returning({ id: users.id })).toEqual([{ id: 1 }]);
    expect(await orm.select({ n: users.name }).from(users).values()).toEqual([['Bert']]);
    expect(await db.rows('select id, name from users')).toEqual([[2, 'Bert']]);
  });

  test('a transaction inside the transaction of the revision is undone alone', async () => {
    const { db, orm } = await setup();
    await db.driver.transaction(async () => {
      await orm.insert(users).values({ id: 1, name: 'kept' });
      await expect(
        orm.transaction(async (tx) => {
          await tx.insert(users).values({ id: 2, name: 'undone' });
          throw new Error('stop');
        }),
      ).rejects.toThrow('stop');
      await orm.transaction(async (tx) => {
        await tx.insert(users).values({ id: 3, name: 'inner' });
        await tx
          .transaction(async (nested) => {
            await nested.insert(users).values({ id: 4, name: 'nested' });
            throw new Error('stop');
          })
          .catch(() => {});
      });
    });
    expect(await db.rows('select name from users order by id')).toEqual([['kept'], ['inner']]);
  });

  test('what the revision undoes is undone with its transactions', async () => {
    const { db, orm } = await setup();
    const work = db.driver.transaction(async () => {
      await orm.transaction((tx) => tx.insert(users).values({ id: 1, name: 'gone' }) as Promise<unknown>);
      throw new Error('later');
    });
    await expect(work).rejects.toThrow('later');
    expect(await db.rows('select * from users')).toEqual([]);
  });

  test('raw queries give rows', async () => {
    const { db, orm } = await setup();
    await db.setup(`insert into users (id, name) values (1, 'Ada')`);
    const { sql: raw } = require(installed) as { sql: typeof sql };
    const any = orm as BaseSQLiteDatabase<'async', unknown>;
    expect(await any.all(raw`select id, name from users`)).toEqual([{ id: 1, name: 'Ada' }]);
    expect(await any.get(raw`select name from users`)).toEqual({ name: 'Ada' });
    expect(await any.values(raw`select name, id from users`)).toEqual([['Ada', 1]]);
    await any.run(raw`delete from users where id = ${1}`);
    expect(await db.rows('select * from users')).toEqual([]);
  });
});

test('a project without drizzle-orm gets the copy of this package', () => {
  expect(() => database(async () => ({ rows: [] }), temporaryFolder())).not.toThrow();
});
