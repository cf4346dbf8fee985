import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { freshDatabase, postgresUrl } from '../support/postgres.js';
import { type ProjectOptions, type RevResult, type UserProject, userProject } from '../support/project.js';

/** What a user can get wrong, and what they are told: a code, the next step, no stack trace, no password, nothing half-done. */

const projects: UserProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

const models = `
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
export const users = sqliteTable('users', { id: integer('id').primaryKey(), name: text('name') });
`;

function sqliteProject(options: ProjectOptions = {}): UserProject {
  const project = userProject(options);
  projects.push(project);
  project.write('schema/index.ts', models);
  project.write('revisions/.gitkeep', '');
  config(project, { dialect: 'sqlite', url: 'file:app.db', schema: './schema' });
  return project;
}

function config(project: UserProject, settings: Readonly<Record<string, unknown>>): void {
  project.write(
    'alembic.config.ts',
    `import { defineConfig } from 'drizzle-alembic';\nexport default defineConfig(${JSON.stringify(settings)});\n`,
  );
}

interface Header {
  readonly id: string;
  readonly down?: string;
  readonly upgrade?: string;
  readonly downgrade?: string | null;
}

function revision(project: UserProject, { id, down, upgrade = '', downgrade = '' }: Header): void {
  const back = downgrade === null ? '' : `export async function downgrade(op) {${downgrade}}`;
  project.write(
    `revisions/${id}_made_by_hand.ts`,
    `/**
 * made by hand
 */
import { column, sql } from 'drizzle-alembic';
export const revision = '${id}';
export const downRevision = ${down ? `'${down}'` : 'null'};
export const branchLabels = null;
export const dependsOn = null;
export async function upgrade(op) {${upgrade}}
${back}
`,
  );
}

/** A refusal as cli.md says: the code, the exit code, a next step, no stack, and the same as JSON. */
async function refused(
  project: UserProject,
  args: readonly string[],
  code: string,
  exit: number,
  says: readonly RegExp[] = [],
): Promise<RevResult> {
  const result = await project.rev(args);
  expect(result.stderr).toMatch(new RegExp(`^error ${code}: `, 'm'));
  expect(result.code).toBe(exit);
  expect(result.stderr).not.toMatch(/^\s+at .*(node:|\.js:|\.ts:)/m);
  for (const pattern of says) expect(result.stderr).toMatch(pattern);
  const json = await project.rev([...args, '--json']);
  const { version, error } = JSON.parse(json.stdout);
  expect(version).toBe(1);
  expect(error.code).toBe(code);
  expect(error.hint).toBeTruthy();
  expect(json.code).toBe(exit);
  return result;
}

const tables = (project: UserProject) => {
  if (!existsSync(project.path('app.db'))) return [];
  const database = new Database(project.path('app.db'), { readonly: true });
  try {
    return database
      .prepare("select name from sqlite_schema where type = 'table' order by name")
      .pluck()
      .all();
  } finally {
    database.close();
  }
};

describe('a target that is none', () => {
  it('an unknown revision', async () => {
    const project = sqliteProject();
    revision(project, { id: 'aaaa11112222' });
    await refused(project, ['upgrade', 'bbbb'], 'REV_UNKNOWN_REVISION', 2, [/bbbb/]);
    expect(tables(project)).toEqual([]);
  });

  it('an ambiguous beginning lists the candidates', async () => {
    const project = sqliteProject();
    revision(project, { id: 'aaaa11112222' });
    revision(project, { id: 'aaaa33334444', down: 'aaaa11112222' });
    await refused(project, ['upgrade', 'aaaa'], 'REV_AMBIGUOUS_REVISION', 2, [
      /aaaa11112222/,
      /aaaa33334444/,
    ]);
  });

  it('two heads at `upgrade head`', async () => {
    const project = sqliteProject();
    revision(project, { id: 'aaaa11112222' });
    revision(project, { id: 'bbbb11112222', down: 'aaaa11112222' });
    revision(project, { id: 'cccc11112222', down: 'aaaa11112222' });
    await refused(project, ['upgrade', 'head'], 'REV_MULTIPLE_HEADS', 2, [/rev merge/, /heads/]);
    expect(tables(project)).toEqual([]);
  });

  it('an unknown command, an unknown option, a missing argument', async () => {
    const project = sqliteProject();
    await refused(project, ['upgrad', 'head'], 'REV_USAGE', 2);
    await refused(project, ['heads', '--colour'], 'REV_USAGE', 2);
    await refused(project, ['upgrade'], 'REV_USAGE', 2);
    await refused(project, ['create'], 'REV_USAGE', 2);
  });
});

describe('a configuration that is none', () => {
  it('is missing', async () => {
    const project = userProject();
    projects.push(project);
    await refused(project, ['heads'], 'REV_CONFIG_MISSING', 2, [/rev init/]);
  });

  it.each([
    ['throws', "throw new Error('no such thing');", /alembic\.config\.ts:1/],
    ['does not compile', 'export default {;', /alembic\.config\.ts:1/],
    ['exports nothing', 'export {};', /default/],
    ['has an unknown key', "export default { dialect: 'sqlite', shcema: './schema' };", /schema/],
    ['has a wrong dialect', "export default { dialect: 'mysql', schema: './schema' };", /dialect/],
  ])('%s', async (_what, text, says) => {
    const project = sqliteProject();
    project.write('alembic.config.ts', text);
    await refused(project, ['heads'], 'REV_CONFIG', 2, [says]);
  });
});

describe('models that are none', () => {
  it.each([
    ['throw', "throw new Error('no such thing');", /schema\/index\.ts:1/],
    ['do not compile', 'export const users = ;', /schema\/index\.ts:1/],
    ['export nothing', 'export {};', /no tables|nothing/i],
    ['import what is not there', "import './nowhere.js';", /nowhere/],
  ])('%s', async (_what, text, says) => {
    const project = sqliteProject();
    project.write('schema/index.ts', text);
    await refused(project, ['create', '-m', 'x', '--autogenerate'], 'REV_SCHEMA', 2, [says]);
    expect(project.revisions()).toEqual([]);
    await refused(project, ['check'], 'REV_SCHEMA', 2);
    expect(existsSync(project.path('app.db'))).toBe(false);
  });
});

describe('a folder of revisions that is not there', () => {
  it('is no empty history: a deploy without it must not look like one with nothing to do', async () => {
    const project = sqliteProject();
    rmSync(project.path('revisions'), { recursive: true });
    await refused(project, ['upgrade', 'head'], 'REV_CONFIG', 2, [/revisions/, /does not exist/]);
    await refused(project, ['heads'], 'REV_CONFIG', 2, [/revisions/]);
    expect(tables(project)).toEqual([]);
  });
});

describe('a database that cannot be reached', () => {
  const secret = 'hunter2-%40-secret';

  it('an unreachable server', async () => {
    const port = await freePort();
    const project = sqliteProject();
    config(project, {
      dialect: 'postgres',
      url: `postgres://me:${secret}@127.0.0.1:${port}/app`,
      schema: './schema',
    });
    const result = await refused(project, ['current'], 'REV_CONNECT', 1, [
      /127\.0\.0\.1/,
      new RegExp(String(port)),
    ]);
    expectNoSecret(result);
  });

  it('a wrong password', async () => {
    const url = new URL(await postgresUrl());
    url.password = secret;
    const project = sqliteProject();
    config(project, { dialect: 'postgres', url: url.href, schema: './schema' });
    const result = await refused(project, ['upgrade', 'heads'], 'REV_AUTH', 1, [new RegExp(url.username)]);
    expectNoSecret(result);
    expectNoSecret(await project.rev(['upgrade', 'heads', '--debug', '--verbose']));
  });

  it('a database that does not exist', async () => {
    const url = new URL(await postgresUrl());
    url.pathname = '/no_such_database';
    const project = sqliteProject();
    config(project, { dialect: 'postgres', url: url.href, schema: './schema' });
    await refused(project, ['current'], 'REV_CONNECT', 1, [/no_such_database/]);
  });

  it.each([
    ['postgres', 'postgres://me@127.0.0.1/app'],
    ['better-sqlite3', 'file:app.db'],
  ])('without the driver package %s', async (driver, url) => {
    const project = sqliteProject({ without: [driver] });
    config(project, { dialect: driver === 'postgres' ? 'postgres' : 'sqlite', url, schema: './schema' });
    await refused(project, ['current'], 'REV_DRIVER_MISSING', 2, [new RegExp(`npm (i|install) ${driver}`)]);
  });

  it('a url of another dialect, and none at all', async () => {
    const project = sqliteProject();
    config(project, { dialect: 'sqlite', url: `postgres://me:${secret}@localhost/app`, schema: './schema' });
    expectNoSecret(await refused(project, ['current'], 'REV_URL', 2));
    config(project, { dialect: 'sqlite', schema: './schema' });
    await refused(project, ['current'], 'REV_CONFIG', 2, [/url/]);
  });

  it('a file that is no database', async () => {
    const project = sqliteProject();
    project.write('app.db', 'this is a text, and long enough to be looked at as one'.repeat(30));
    await refused(project, ['current'], 'REV_CONNECT', 1, [/app\.db/]);
  });
});

describe('a revision that is none', () => {
  it('without downgrade is refused before anything is touched', async () => {
    const project = sqliteProject();
    revision(project, {
      id: 'aaaa11112222',
      upgrade: "await op.createTable('a', [column('id', 'integer')]);",
      downgrade: null,
    });
    revision(project, {
      id: 'bbbb11112222',
      down: 'aaaa11112222',
      upgrade: "await op.createTable('b', [column('id', 'integer')]);",
      downgrade: "await op.dropTable('b');",
    });
    await project.ok(['upgrade', 'head']);
    const before = tables(project);
    await refused(project, ['downgrade', 'base'], 'REV_IRREVERSIBLE', 4, [/aaaa11112222/, /downgrade/]);
    expect(tables(project)).toEqual(before);
  });

  it('with a header that is not literal names file and line', async () => {
    const project = sqliteProject();
    revision(project, { id: 'aaaa11112222' });
    const name = 'revisions/aaaa11112222_made_by_hand.ts';
    project.write(
      name,
      project.read(name).replace("revision = 'aaaa11112222'", "revision = ['aaaa', '1111', '2222'].join('')"),
    );
    await refused(project, ['heads'], 'REV_HEADER', 2, [/aaaa11112222_made_by_hand\.ts:5/]);
  });

  it('with an id that another one has names both files', async () => {
    const project = sqliteProject();
    revision(project, { id: 'aaaa11112222' });
    project.write('revisions/copy_of_it.ts', project.read('revisions/aaaa11112222_made_by_hand.ts'));
    await refused(project, ['heads'], 'REV_DUPLICATE_REVISION', 2, [/copy_of_it/, /made_by_hand/]);
  });

  it('that does not compile, or has no upgrade, stops the run before it begins', async () => {
    const project = sqliteProject();
    revision(project, {
      id: 'aaaa11112222',
      upgrade: "await op.createTable('a', [column('id', 'integer')]);",
    });
    revision(project, { id: 'bbbb11112222', down: 'aaaa11112222', upgrade: 'let x = ;' });
    await refused(project, ['upgrade', 'head'], 'REV_REVISION_LOAD', 1, [/bbbb11112222_made_by_hand\.ts:9/]);
    expect(tables(project)).toEqual([]);
  });

  it.each([
    [
      'esbuild',
      "var revision = 'aaaa11112222';\nvar downRevision = null;\nasync function upgrade() {}\nexport { revision, downRevision, upgrade };\n",
    ],
    [
      'tsc for CommonJS',
      "Object.defineProperty(exports, '__esModule', { value: true });\nexports.revision = 'aaaa11112222';\nexports.upgrade = async () => {};\n",
    ],
  ])('as %s writes one is not passed over', async (_compiler, text) => {
    const project = sqliteProject();
    project.write('revisions/first.js', text);
    await refused(project, ['upgrade', 'head'], 'REV_HEADER', 2, [/first\.js:\d/]);
  });

  it('that never settles is said to, and is rolled back', async () => {
    const project = sqliteProject();
    revision(project, {
      id: 'aaaa11112222',
      upgrade: "await op.createTable('a', [column('id', 'integer')]); await new Promise(() => {});",
    });
    await refused(project, ['upgrade', 'head'], 'REV_REVISION_FAILED', 1, [/never settles/]);
    expect(tables(project)).not.toContain('a');
  });

  it('that prints does not spoil scripts and JSON', async () => {
    const project = sqliteProject();
    revision(project, {
      id: 'aaaa11112222',
      upgrade:
        "console.log('drop table everything;'); await op.execute('create table a (id integer) -- the table'); await op.execute('create table b (id integer)');",
    });
    const script = await project.ok(['upgrade', 'head', '--sql']);
    expect(script.stdout).not.toContain('everything');
    expect(script.stderr).toContain('everything');
    new Database(project.path('app.db')).exec(script.stdout).close();
    expect(tables(project)).toEqual(['a', 'alembic_version', 'b']);
    expect(JSON.parse((await project.ok(['upgrade', 'head', '--json'])).stdout)).toMatchObject({
      version: 1,
      steps: [],
    });
  });

  it('whose statement fails leaves the database as it was before it', async () => {
    const project = sqliteProject();
    revision(project, {
      id: 'aaaa11112222',
      upgrade: "await op.createTable('a', [column('id', 'integer')]);",
    });
    revision(project, {
      id: 'bbbb11112222',
      down: 'aaaa11112222',
      upgrade:
        "op.createTable('b', [column('id', 'integer')]); op.execute('insert into nowhere values (1)');",
    });
    await refused(project, ['upgrade', 'head'], 'REV_REVISION_FAILED', 1, [
      /bbbb11112222/,
      /nowhere/,
      /rolled back/,
    ]);
    expect(tables(project)).toEqual(['a', 'alembic_journal', 'alembic_version']);
    expect((await project.ok(['current'])).stdout).toContain('aaaa11112222');
  });

  it('whose statement fails on PostgreSQL likewise', async () => {
    const database = await freshDatabase();
    const project = sqliteProject();
    config(project, { dialect: 'postgres', url: database.url, schema: './schema' });
    revision(project, {
      id: 'aaaa11112222',
      upgrade: "await op.createTable('a', [column('id', 'integer')]);",
    });
    revision(project, {
      id: 'bbbb11112222',
      down: 'aaaa11112222',
      upgrade:
        "op.createTable('b', [column('id', 'integer')]); op.execute('insert into nowhere values (1)');",
    });
    await refused(project, ['upgrade', 'head'], 'REV_REVISION_FAILED', 1, [
      /bbbb11112222/,
      /nowhere/,
      /rolled back/,
    ]);
    const found = await database.sql(
      "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1",
    );
    expect(found.map((row) => row.relname)).toEqual(['a', 'alembic_journal', 'alembic_version']);
  });
});

describe('a state that forbids it', () => {
  it('a database behind head at --autogenerate', async () => {
    const project = sqliteProject();
    revision(project, { id: 'aaaa11112222' });
    await refused(project, ['create', '-m', 'x', '--autogenerate'], 'REV_BEHIND_HEAD', 1, [/rev upgrade/]);
    expect(project.revisions()).toHaveLength(1);
    expect(existsSync(project.path('app.db'))).toBe(false);
  });

  it('a version row that no file answers', async () => {
    const project = sqliteProject();
    revision(project, { id: 'aaaa11112222' });
    await project.ok(['upgrade', 'head']);
    const database = new Database(project.path('app.db'));
    database.exec("update alembic_version set version_num = 'ffffffffffff'");
    database.close();
    await refused(project, ['upgrade', 'head'], 'REV_ROWS', 1, [/ffffffffffff/]);
  });

  it('a likely rename, where nobody can be asked', async () => {
    const project = sqliteProject();
    await project.ok(['create', '-m', 'first', '--autogenerate']);
    await project.ok(['upgrade', 'head']);
    project.write('schema/index.ts', models.replace("text('name')", "text('full_name')"));
    await refused(project, ['create', '-m', 'x', '--autogenerate'], 'REV_AMBIGUOUS_RENAME', 4, [
      /--rename users\.name=users\.full_name/,
      /--no-rename users\.name/,
    ]);
    expect(project.revisions()).toHaveLength(1);
    await project.ok(['create', '-m', 'x', '--autogenerate', '--rename', 'users.name=users.full_name']);
    await project.ok(['upgrade', 'head']);
    await project.ok(['check']);
  });

  it('a folder that cannot be written to', async () => {
    const project = sqliteProject();
    // Also root cannot write below a file.
    rmSync(project.path('revisions'), { recursive: true });
    project.write('revisions', '');
    const result = await project.rev(['create', '-m', 'x']);
    expect(result.code).toBeGreaterThan(0);
    expect(result.stderr).toMatch(/^error REV_(UNWRITABLE|CONFIG): .*revisions/m);
    if (process.getuid?.() !== 0) {
      const other = sqliteProject();
      revision(other, { id: 'aaaa11112222' });
      chmodSync(other.path('revisions'), 0o555);
      await refused(other, ['create', '-m', 'x'], 'REV_UNWRITABLE', 1, [/revisions/]);
      chmodSync(other.path('revisions'), 0o755);
    }
  });
});

function expectNoSecret({ stdout, stderr }: RevResult): void {
  for (const text of [stdout, stderr]) expect(text).not.toMatch(/hunter2/);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
