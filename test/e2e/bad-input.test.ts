import { existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { postgresUrl } from '../support/postgres.js';
import { type RevResult, userProject } from '../support/project.js';
import { config, refused, revision, sqliteProject, tables } from '../support/refusals.js';

/** What a user can get wrong, and what they are told: a code, the next step, no stack trace, no password, nothing half-done. */

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

  it("an option's value that is spelled like a command is not taken for the command", async () => {
    const project = sqliteProject();
    revision(project, {
      id: 'aaaa11112222',
      upgrade: "await op.createTable('kept', [column('id', 'integer')]);",
      downgrade: "await op.dropTable('kept');",
    });
    await project.ok(['upgrade', 'head']);
    for (const line of [
      ['--env', 'reset', 'status'],
      ['--database', 'reset', 'current'],
    ])
      await refused(project, [...line, '--yes'], 'REV_USAGE', 2);
    expect(tables(project)).toContain('kept');
  });
});

describe('a configuration that is none', () => {
  it('is missing', async () => {
    const project = userProject();
    onTestFinished(() => project.remove());
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
    const dialect = driver === 'postgres' ? 'postgres' : 'sqlite';
    config(project, { dialect, url, driver, schema: './schema' });
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
