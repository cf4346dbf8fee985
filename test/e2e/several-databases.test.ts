import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import { type UserProject, userProject } from '../support/project.js';
import { refused, revision } from '../support/refusals.js';
import { changeFile, readFile } from '../support/sqlite-file.js';

/** A project with a PostgreSQL and an SQLite database, and one history for both. */

let project: UserProject;
let postgres: TestDatabase;
const file = () => project.path('statistics.db');
const json = async (...args: string[]) => JSON.parse((await project.ok([...args, '--json'])).stdout);
const columns = (names: string) => `
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
export const users = pgTable('users', { id: integer('id').primaryKey(), ${names} });
`;

beforeAll(async () => {
  postgres = await freshDatabase();
  project = userProject();
  project.write('main/schema.ts', columns("name: text('name')"));
  project.write(
    'statistics/schema.ts',
    `import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';
export const visits = sqliteTable('visits', { id: integer('id').primaryKey(), n: integer('n') });
`,
  );
  project.write('revisions/.gitkeep', '');
  project.write(
    'alembic.config.ts',
    `import { defineConfig } from 'drizzle-alembic';
export default defineConfig({
  lockTimeout: 4000,
  databases: {
    main: { dialect: 'postgres', url: ${JSON.stringify(postgres.url)}, schema: './main' },
    statistics: { dialect: 'sqlite', url: 'file:statistics.db', schema: './statistics' },
  },
});
`,
  );
});
afterAll(() => project.remove());

/** Each step stands on the one before. */
describe('several databases', () => {
  it('are compared together, and written into one revision', async () => {
    const created = await json('create', '-m', 'first', '--autogenerate');
    expect(created.changes).toEqual(['main: create table users', 'statistics: create table visits']);
    const text = project.read(`revisions/${project.revisions()[0]}`);
    expect(text).toContain("await op.on('main', async (op: Op<'postgres'>) => {");
    expect(text).toContain("await op.on('statistics', async (op: Op<'sqlite'>) => {");
    expect(text).toContain('export async function upgrade(op: Op) {');
  });

  it('are each brought up by their part of it', async () => {
    const result = await json('upgrade', 'head');
    expect(Object.keys(result.databases)).toEqual(['main', 'statistics']);
    expect(result.databases.main.after).toEqual(result.databases.statistics.after);
    expect(await postgres.sql('select count(*)::int as n from users')).toEqual([{ n: 0 }]);
    expect(readFile(file(), 'select count(*) from visits')).toEqual([0]);
    await project.ok(['check']);
    expect(await json('create', '-m', 'none', '--autogenerate')).toMatchObject({ changes: [] });
  });

  it('are asked each for itself', async () => {
    const { databases } = await json('current');
    expect(databases.main).toEqual(databases.statistics);
    const alone = await json('current', '--database', 'main');
    expect(alone).toEqual({ version: 1, ...databases.main });
    const { stderr } = await project.ok(['status']);
    expect(stderr).toMatch(/database main[\s\S]*database statistics/);
    expect((await json('history', '-i')).databases.main).toBeDefined();
    expect(await json('heads')).toMatchObject({ heads: [{}] });
  });

  it('have a revision for one of them alone, which the other passes over', async () => {
    project.write('main/schema.ts', columns("name: text('name'), age: integer('age')"));
    const created = await json('create', '-m', 'age', '--autogenerate');
    expect(created.changes).toHaveLength(1);
    await project.ok(['upgrade', 'head']);
    const { databases } = await json('current', '--check-heads');
    expect(databases.statistics.atHead).toBe(true);
    await project.ok(['check']);
  });

  it('can be chosen for a run, and the other stays where it is', async () => {
    await project.ok(['downgrade', '-1', '--database', 'main', '--yes']);
    await refused(project, ['check', '--database', 'main'], 'REV_BEHIND_HEAD', 1, [/upgrade/]);
    const { stderr } = await project.rev(['check']);
    expect(stderr).toContain('main: ');
    await project.ok(['check', '--database', 'statistics']);
    await project.ok(['upgrade', 'head']);
  });

  it('have a url said for the one that is chosen', async () => {
    const other = project.path('other.db');
    const elsewhere = ['--url', `file:${other}`];
    await refused(project, ['upgrade', 'head', ...elsewhere], 'REV_DATABASE', 2, [/--database main/]);
    const before = await json('current', '--database', 'main');
    await project.ok(['upgrade', 'head', '--database', 'statistics', ...elsewhere]);
    expect(readFile(other, 'select count(*) from visits')).toEqual([0]);
    expect(await json('current', '--database', 'statistics', ...elsewhere)).toMatchObject({ atHead: true });
    // With the settings of the one that was chosen, and not the other one's.
    await project.ok(['check', '--database', 'statistics', ...elsewhere]);
    await project.ok(['downgrade', 'base', '--database', 'statistics', ...elsewhere]);
    expect(readFile(other, "select name from sqlite_schema where name = 'visits'")).toEqual([]);
    expect(await json('current', '--database', 'main')).toEqual(before);
    expect(await json('current', '--database', 'statistics')).toMatchObject({ atHead: true });
  });

  it('are refused where it must be said which, or there is no such one', async () => {
    await refused(project, ['upgrade', 'head', '--sql'], 'REV_DATABASE', 2, [
      /main, statistics/,
      /--database main/,
    ]);
    for (const [option, ...args] of [
      ['--to', 'backup', '--to', 'all.db'],
      ['--url', 'backup', '--url', 'file:statistics.db'],
      ['--url', 'upgrade', 'head', '--url', 'file:statistics.db'],
      ['--url', 'create', '-m', 'x', '--autogenerate', '--url', 'file:statistics.db'],
    ] as const) {
      await refused(project, args, 'REV_DATABASE', 2, [
        new RegExp(`${option} is for one database.*main, statistics`),
        /Say which it is for: --database main/,
      ]);
    }
    await refused(project, ['diff'], 'REV_DATABASE', 2, [/main, statistics/]);
    await refused(project, ['current', '--database', 'other'], 'REV_CONFIG', 2, [
      /no database 'other'/,
      /main, stat/,
    ]);
    const script = await project.ok(['upgrade', 'base:head', '--sql', '--database', 'statistics']);
    expect(script.stdout).toContain('"visits"');
    expect(script.stdout).not.toContain('"users"');
  });

  it('stop at the first that fails, and say which', async () => {
    changeFile(file(), 'insert into visits values (1, 1)');
    project.write(
      'revisions/zz_fails.ts',
      `import type { Op } from 'drizzle-alembic';
export const revision = 'zz';
export const downRevision = '${(await json('heads')).heads[0].id}';
export async function upgrade(op: Op) {
  op.on(['main', 'statistics'], (op) => op.execute('create table both_of_them (n integer)'));
  await op.on('statistics', async (op) => {
    await op.execute('insert into nowhere values (1)');
  });
}
export async function downgrade(op: Op) {
  await op.execute('drop table both_of_them');
}
`,
    );
    const failed = await project.rev(['upgrade', 'head', '--json']);
    const { error, databases } = JSON.parse(failed.stdout);
    expect(databases.main.after).toEqual(['zz']);
    expect(error).toMatchObject({ code: 'REV_REVISION_FAILED', data: { database: 'statistics' } });
    expect(await postgres.sql('select * from both_of_them')).toEqual([]);
    expect(readFile(file(), "select name from sqlite_schema where name = 'both_of_them'")).toEqual([]);
  });

  it('are taken back, the last one first', async () => {
    const { databases } = await json('downgrade', 'base', '--yes');
    expect(Object.keys(databases)).toEqual(['statistics', 'main']);
    expect(await postgres.sql("select to_regclass('users') as name")).toEqual([{ name: null }]);
    expect(readFile(file(), "select name from sqlite_schema where name = 'visits'")).toEqual([]);
  });

  it.each([
    ['databases: []', /must be an object/],
    ['databases: {}', /at least one/],
    ["databases: { main: { revisions: './x' } }", /same for all/],
    ["databases: { 'a b': {} }", /no word/],
    ["databases: { main: { dialect: 'sqlite', schema: 7 } }", /'schema' must/],
  ])('are refused where they are configured as %s', async (settings, message) => {
    const wrong = userProject();
    wrong.write('alembic.config.ts', `export default { ${settings} };`);
    wrong.write('revisions/.gitkeep', '');
    await refused(wrong, ['upgrade', 'head', '--database', 'main'], 'REV_CONFIG', 2, [message]);
    wrong.remove();
  });
});

describe('a target that counts from where the databases are', () => {
  it('takes none of them too far where the command is run again', async () => {
    const made = userProject();
    onTestFinished(() => made.remove());
    made.write(
      'alembic.config.ts',
      `export default { dialect: 'sqlite', schema: './schema', databases: { one: { url: 'file:one.db' }, two: { url: 'file:two.db' } } };`,
    );
    const ids = ['aaaa11112222', 'bbbb11112222', 'cccc11112222'];
    for (const [at, id] of ids.entries()) {
      revision(made, {
        id,
        ...(at === 0 ? {} : { down: ids[at - 1] as string }),
        upgrade: `await op.execute('create table t${at} (n integer)');`,
        downgrade: `await op.execute('drop table t${at}');`,
      });
    }
    const tables = (name: string) =>
      readFile(made.path(`${name}.db`), "select name from sqlite_schema where name like 't_' order by 1");
    await made.ok(['upgrade', '+2']);
    // Two goes first, and one cannot.
    changeFile(made.path('one.db'), 'alter table t1 rename to t9');
    expect((await made.rev(['downgrade', '-1', '--yes'])).code).toBe(1);
    const rows = [/one: bbbb11112222\n {2}two: aaaa11112222/];
    for (const [command, ...args] of [
      ['downgrade', '-1', '--yes'],
      ['redo', '--yes'],
      ['upgrade', '+1'],
    ] as const)
      await refused(made, [command, ...args], 'REV_USAGE', 2, [
        ...rows,
        new RegExp(`rev ${command} [+-]1 --database one`),
      ]);
    expect([tables('one'), tables('two')]).toEqual([['t0', 't9'], ['t0']]);
    changeFile(made.path('one.db'), 'alter table t9 rename to t1');
    await made.ok(['downgrade', '-1', '--database', 'one', '--yes']);
    await made.ok(['downgrade', '-1', '--yes']);
    await made.ok(['upgrade', 'aaaa11112222+1']);
    await made.ok(['redo', '--yes']);
    expect([tables('one'), tables('two')]).toEqual([
      ['t0', 't1'],
      ['t0', 't1'],
    ]);
    // A name is the same place for all.
    await made.ok(['upgrade', '+1', '--database', 'two']);
    await made.ok(['upgrade', 'head']);
    expect(tables('one')).toEqual(tables('two'));
  });
});

describe('two databases that are the same one', () => {
  it('are refused, unless each has a version table of its own', async () => {
    const same = userProject();
    const configure = (own: string) =>
      same.write(
        'alembic.config.ts',
        `export default { dialect: 'sqlite', schema: './schema', databases: { one: { url: 'file:one.db' }, two: { url: 'file:one.db'${own} } } };`,
      );
    same.write('revisions/.gitkeep', '');
    configure('');
    await refused(same, ['upgrade', 'head'], 'REV_CONFIG', 2, [/one and two/, /environment variable/]);
    configure(", versionTable: 'other'");
    await same.ok(['upgrade', 'head']);
    same.remove();
  });
});
