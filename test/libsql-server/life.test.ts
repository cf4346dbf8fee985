import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { type OrmLine, type UserProject, userProject } from '../support/project.js';
import { type Sqld, startSqld } from '../support/sqld.js';
import { type SqldKeys, sqldKeys } from '../support/sqld-keys.js';

/** The built command in a process of its own, on a server that asks for a token. */

let keys: SqldKeys;
let sqld: Sqld;
let token: string;
beforeAll(() => {
  keys = sqldKeys();
  token = keys.token('rw');
});
afterAll(() => keys.remove());

async function newProject(orm: OrmLine = '0.45'): Promise<UserProject> {
  sqld = await startSqld(...keys.flags);
  const project = userProject({ orm, without: ['libsql', 'better-sqlite3'] });
  onTestFinished(async () => {
    project.remove();
    await sqld.stop();
  });
  project.write(
    'alembic.config.ts',
    `import { defineConfig } from 'drizzle-alembic';
     export default defineConfig({
       dialect: 'sqlite', url: process.env.TURSO_DATABASE_URL, authToken: process.env.TURSO_AUTH_TOKEN,
       schema: './schema', exclude: ['log', 'authors'],
     });`,
  );
  return project;
}

const environment = () => ({ TURSO_DATABASE_URL: sqld.url, TURSO_AUTH_TOKEN: token });

async function ask(sql: string): Promise<readonly (readonly unknown[])[]> {
  const driver = await sqlite.connect({ url: `${sqld.url}?authToken=${token}`, from: process.cwd() });
  try {
    return await driver.values(sql);
  } finally {
    await driver.close();
  }
}

async function change(...statements: readonly string[]): Promise<void> {
  const driver = await sqlite.connect({ url: `${sqld.url}?authToken=${token}`, from: process.cwd() });
  try {
    for (const sql of statements) await driver.run({ sql });
  } finally {
    await driver.close();
  }
}

const models = (email: string, bio: string) => `
  import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
  export const users = sqliteTable('users', {
    id: integer('id').primaryKey({ autoIncrement: true }),
    email: ${email},
    ${bio}
  });
  export const posts = sqliteTable('posts', {
    id: integer('id').primaryKey(),
    author: integer('author').notNull().references(() => users.id, { onDelete: 'cascade' }),
  });`;

const plain = models(`text('email')`, '');
const changed = models(`text('email').notNull().unique()`, `bio: text('bio').default('?'),`);

test.each<OrmLine>(['0.45', '1.x'])(
  'from models to a database, a rebuild with rows, and back, with drizzle-orm %s',
  async (orm) => {
    const project = await newProject(orm);
    const env = environment();
    project.write('schema/models.ts', plain);
    await project.ok(['create', '-m', 'first', '--autogenerate'], env);
    await project.ok(['upgrade', 'head'], env);
    await change(
      `insert into users (id, email) values (1, 'a'), (2, 'b'), (9, 'gone')`,
      'delete from users where id = 9',
      'insert into posts values (1, 1), (2, 2)',
      'create view authors as select email from users',
      'create table log (post int)',
      'create trigger after_post after insert on posts begin insert into log select id from users where id = new.author; end',
    );
    project.write('schema/models.ts', changed);
    await project.ok(['create', '-m', 'stricter', '--autogenerate'], env);
    await project.ok(['upgrade', 'head'], env);
    expect((await project.ok(['check'], env)).stderr).toContain('No changes');
    expect(await ask('select id, email, bio from users')).toEqual([
      [1, 'a', '?'],
      [2, 'b', '?'],
    ]);
    expect(await ask('select id, author from posts')).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(await ask('select email from authors')).toEqual([['a'], ['b']]);
    await change('insert into posts values (3, 2)', `insert into users (email) values ('c')`);
    expect(await ask('select post from log')).toEqual([[2]]);
    expect(await ask('select max(id) from users')).toEqual([[10]]);

    await project.ok(['downgrade', '-1', '--yes'], env);
    expect(await ask('select id, email from users')).toEqual([
      [1, 'a'],
      [2, 'b'],
      [10, 'c'],
    ]);
    expect(await ask('select count(*) from posts')).toEqual([[3]]);
    expect(await ask('pragma foreign_key_check')).toEqual([]);
  },
);

/** A revision as a person writes it. */
function revision(id: string, down: string | null, upgrade: string, header = ''): string {
  return `
    import { type Op, sql } from 'drizzle-alembic';
    export const revision = '${id}';
    export const downRevision = ${JSON.stringify(down)};
    export const branchLabels = null;
    export const dependsOn = null;
    ${header}
    export async function upgrade(op: Op<'sqlite'>) { ${upgrade} }
    export async function downgrade(op: Op<'sqlite'>) { await op.execute('drop table t'); }`;
}

test('a process that is killed leaves nothing of its revision, and the next one does it', async () => {
  const project = await newProject();
  const env = environment();
  project.write('schema/models.ts', plain);
  project.write(
    'revisions/aaaaaaaaaaaa_t.ts',
    revision(
      'aaaaaaaaaaaa',
      null,
      `await op.execute('create table t (a)');
       if (process.env.STOP) { process.stdout.write('stopped'); await new Promise((go) => setTimeout(go, 600_000)); }`,
    ),
  );
  const main = project.path('node_modules/drizzle-alembic/dist/cli/main.js');
  const stopped = spawn(process.execPath, [main, 'upgrade', 'head'], {
    cwd: project.folder,
    env: { ...process.env, ...env, STOP: '1' },
  });
  const said = new Promise<string>((resolve) => {
    let text = '';
    const hear = (chunk: Buffer) => {
      text += String(chunk);
      if (text.includes('stopped')) resolve('stopped');
    };
    stopped.stdout.on('data', hear);
    stopped.stderr.on('data', hear);
    stopped.on('exit', () => resolve(text));
  });
  expect(await said).toBe('stopped');
  const ended = once(stopped, 'exit');
  stopped.kill('SIGKILL');
  await ended;
  expect(await ask(`select count(*) from sqlite_schema where name = 't'`)).toEqual([[0]]);
  await project.ok(['upgrade', 'head', '--lock-wait', '60'], env);
  expect(await ask('select version_num from alembic_version')).toEqual([['aaaaaaaaaaaa']]);
});

test('of three that start together one works, and all end well', async () => {
  const project = await newProject();
  const env = environment();
  project.write('schema/models.ts', plain);
  const work = `await op.execute('create table t (a)'); await op.execute('insert into t values (1)');`;
  project.write('revisions/aaaaaaaaaaaa_t.ts', revision('aaaaaaaaaaaa', null, work));
  project.write(
    'revisions/bbbbbbbbbbbb_more.ts',
    revision('bbbbbbbbbbbb', 'aaaaaaaaaaaa', `await op.execute('insert into t values (2)');`),
  );
  const runs = await Promise.all([1, 2, 3].map(() => project.rev(['upgrade', 'head'], env)));
  expect(runs.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0, 0]);
  expect(await ask('select a from t')).toEqual([[1], [2]]);
  expect(await ask('select revision, status from alembic_journal order by rowid')).toEqual([
    ['aaaaaaaaaaaa', 'done'],
    ['bbbbbbbbbbbb', 'done'],
  ]);
});

test('a revision outside of a transaction is refused before it does anything', async () => {
  const project = await newProject();
  const env = environment();
  project.write('schema/models.ts', plain);
  const work = `await op.execute('create table t (a)');`;
  const header = 'export const transactional = false;';
  project.write('revisions/aaaaaaaaaaaa_t.ts', revision('aaaaaaaaaaaa', null, work, header));
  const refused = await project.rev(['upgrade', 'head'], env);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('A libsql server has no lock between transactions');
  expect(await ask(`select count(*) from sqlite_schema where name = 't'`)).toEqual([[0]]);

  const part = `await op.execute('create table t (a)'); await op.autocommit(async (out) => out.execute('insert into t values (1)'));`;
  project.write('revisions/aaaaaaaaaaaa_t.ts', revision('aaaaaaaaaaaa', null, part));
  const inside = await project.rev(['upgrade', 'head'], env);
  expect(inside.stderr).toContain('A libsql server has no lock between transactions');
  expect(await ask(`select count(*) from sqlite_schema where name = 't'`)).toEqual([[0]]);
});

test('the token is in nothing that is said, wherever it is given', async () => {
  const project = await newProject();
  project.write('schema/models.ts', plain);
  project.write('revisions/aaaaaaaaaaaa_t.ts', revision('aaaaaaaaaaaa', null, ''));
  const wrong = `${token.slice(0, -8)}AAAAAAAA`;
  const inUrl = { TURSO_DATABASE_URL: `${sqld.url}?authToken=${wrong}`, TURSO_AUTH_TOKEN: '' };
  const elsewhere = { TURSO_DATABASE_URL: 'http://127.0.0.1:1', TURSO_AUTH_TOKEN: token };
  for (const [env, code] of [
    [{ ...environment(), TURSO_AUTH_TOKEN: wrong }, 'REV_AUTH'],
    [inUrl, 'REV_AUTH'],
    [elsewhere, 'REV_CONNECT'],
  ] as const) {
    for (const args of [['current'], ['upgrade', 'head'], ['check', '--json'], ['status']]) {
      const { stdout, stderr } = await project.rev([...args], env);
      expect(stdout + stderr).toContain(code);
      expect(stdout + stderr).not.toContain(wrong);
      expect(stdout + stderr).not.toContain(token);
    }
  }
  const info = await project.rev(['info'], environment());
  expect(info.stdout + info.stderr).toContain(new URL(sqld.url).host);
  expect(info.stdout + info.stderr).not.toContain(token);
});

test('--url of another server is not sent the configured token', async () => {
  const project = await newProject();
  project.write('schema/models.ts', plain);
  project.write('revisions/aaaaaaaaaaaa_t.ts', revision('aaaaaaaaaaaa', null, ''));
  const env = environment();
  await project.ok(['current'], env);
  const other = sqld.url.replace('127.0.0.1', 'localhost');
  const refused = await project.rev(['current', '--url', other], env);
  expect(refused.stderr).toContain('REV_AUTH');
  expect(refused.stderr).toContain('There is no token');
  await project.ok(['current', '--url', `${other}?authToken=${token}`], env);
});

test('rev init takes over what drizzle-kit is told of Turso, without the token', async () => {
  const project = await newProject();
  rmSync(project.path('alembic.config.ts'));
  project.write('schema/models.ts', plain);
  project.write(
    'drizzle.config.ts',
    `export default { dialect: 'turso', schema: './schema', dbCredentials: { url: '${sqld.url}', authToken: '${token}' } };`,
  );
  await project.ok(['init']);
  const config = project.read('alembic.config.ts');
  expect(config).toContain("dialect: 'sqlite'");
  expect(config).toContain('url: process.env.TURSO_DATABASE_URL ??');
  expect(config).toContain('authToken: process.env.TURSO_AUTH_TOKEN,');
  expect(config).not.toContain(token);
  await project.ok(['create', '-m', 'first', '--autogenerate'], environment());
  await project.ok(['upgrade', 'head'], environment());
  expect(await ask('select count(*) from users')).toEqual([[0]]);
});

test.each([['backup'], ['reset', '--drop', '--yes'], ['upgrade', 'head', '--backup']])(
  'what a file has and a server has not is refused, and the database stays: rev %s',
  async (...args) => {
    const project = await newProject();
    project.write('schema/models.ts', plain);
    project.write('revisions/aaaaaaaaaaaa_t.ts', revision('aaaaaaaaaaaa', null, ''));
    await change('create table kept (a)', 'insert into kept values (1)');
    const refused = await project.rev(args, environment());
    expect(refused.stderr).toContain('REV_UNSUPPORTED');
    expect(await ask('select a from kept')).toEqual([[1]]);
  },
);
