import { describe, expect, test } from 'vitest';
import { sqlite } from '../../../src/dialects/sqlite/index.js';
import { describe as describeOperation, invert } from '../../../src/operations/index.js';
import { lines, readSqlite } from '../../drizzle/lines.js';
import { autogenerate, expectCatalog, expectNoChanges, runAll } from '../../support/oracle.js';
import { freshSqlite } from '../../support/sqlite.js';

/** Views of SQLite: kept as text, and compared by their tokens. */

describe.each(lines)('views of the models, with drizzle-orm $line', (line) => {
  const { sqlite: core } = line;
  const { sql, gt } = line.orm;
  const catalog = (models: Record<string, unknown>) => readSqlite(line, models).catalog;
  const users = (columns = {}) =>
    core.sqliteTable('users', { id: core.integer('id').primaryKey(), name: core.text('name'), ...columns });

  test('are made, changed and dropped, with the triggers that no model can say', async () => {
    const db = await freshSqlite();
    const table = users();
    const view = (from: number) =>
      core.sqliteView('some').as((qb) => qb.select().from(table).where(gt(table.id, from)));
    const before = catalog({ table, view: view(0) });
    const after = catalog({ table, view: view(1) });
    await runAll(sqlite, db.driver, await autogenerate(sqlite, db.driver, before));
    await db.setup(
      "insert into users values (1, 'ann'), (2, 'bob')",
      'create trigger gone instead of delete on some begin delete from users where id = old.id; end',
    );
    await expectNoChanges(sqlite, db.driver, before);
    const start = await db.inspect();
    const operations = await autogenerate(sqlite, db.driver, after);
    expect(operations.map(describeOperation)).toEqual(['drop view some', 'create view some']);
    await runAll(sqlite, db.driver, operations);
    expect(await db.rows('select name from some')).toEqual([['bob']]);
    await expectNoChanges(sqlite, db.driver, after);
    await runAll(sqlite, db.driver, invert(operations) ?? []);
    await expectCatalog(sqlite, db.driver, start);
    await db.setup('delete from some where id = 1');
    expect(await db.rows('select id from users')).toEqual([[2]]);
  });

  test('leave before a column that only the old query reads, and live through renames', async () => {
    const db = await freshSqlite();
    const view = (query: string) => core.sqliteView('v', {}).as(sql.raw(query));
    const before = catalog({
      table: users({ nick: core.text('nick') }),
      v: view('select id, nick from users'),
    });
    const after = catalog({ table: users(), v: view('select id, name from users') });
    await runAll(sqlite, db.driver, await autogenerate(sqlite, db.driver, before));
    const start = await db.inspect();
    const operations = await autogenerate(sqlite, db.driver, after);
    await runAll(sqlite, db.driver, operations);
    await expectNoChanges(sqlite, db.driver, after);
    await runAll(sqlite, db.driver, invert(operations) ?? []);
    await expectCatalog(sqlite, db.driver, start);
    const people = core.sqliteTable('people', {
      id: core.integer('id').primaryKey(),
      name: core.text('name'),
      alias: core.text('alias'),
    });
    const renamed = catalog({ people, v: view('select id, alias from people') });
    const renames = ['users=people', 'users.nick=people.alias'];
    await runAll(sqlite, db.driver, await autogenerate(sqlite, db.driver, renamed, renames));
    await expectNoChanges(sqlite, db.driver, renamed);
  });

  test('and indexes are the live ones in another case, too', async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table Users (id integer primary key, name text)',
      'create index Users_Name on Users (name)',
      'create view "All" as select id, name from users',
      'create view Names as select name from "all"',
    );
    const models = catalog({
      table: core.sqliteTable('users', { id: core.integer().primaryKey(), name: core.text() }, ({ name }) => [
        core.index('users_name').on(name),
      ]),
      all: core.sqliteView('all', {}).as(sql`select id, name from Users`),
      names: core.sqliteView('names', {}).as(sql`select name from "All"`),
    });
    await expectNoChanges(sqlite, db.driver, models);
  });

  test('are the live ones, however they are spelled', async () => {
    const db = await freshSqlite();
    await db.setup(
      'create table users (id integer primary key, name text)',
      'CREATE VIEW if not exists main."v" AS SELECT [id], `name` /* all */ FROM "users" -- of them',
      'create view w (a, "b c") as select id, name from users',
    );
    const v = core.sqliteView('v', {}).as(sql`select "id", name from users`);
    const live = await db.inspect();
    expect(live.views.map(({ name, names, query }) => [name, names, query])).toEqual([
      ['v', undefined, 'SELECT [id], `name` /* all */ FROM "users" -- of them'],
      ['w', ['a', 'b c'], 'select id, name from users'],
    ]);
    const operations = await autogenerate(sqlite, db.driver, catalog({ table: users(), v }));
    expect(operations.map(describeOperation)).toEqual(['drop view w']);
    await runAll(sqlite, db.driver, operations);
    await runAll(sqlite, db.driver, invert(operations) ?? []);
    expect((await db.inspect()).views).toEqual(live.views);
  });
});
