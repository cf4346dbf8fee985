import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import postgresJs from 'postgres';
import { describe, expect, it, onTestFinished } from 'vitest';
import { backup, restore, upgrade } from '../../src/index.js';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';
import { config, refused, revision, sqliteProject } from '../support/refusals.js';
import { relayTo } from '../support/relay.js';

/** Which server and which tables a backup of PostgreSQL is of, and what a restore leaves alone. */

const id = 'aaaa11112222';
const bin = process.env.REV_TEST_POSTGRES_BIN ?? '';

function projectOf(url: string | undefined, more: Readonly<Record<string, unknown>> = {}): UserProject {
  const project = sqliteProject();
  config(project, { dialect: 'postgres', url, schema: './schema', schemas: [], backup: { bin }, ...more });
  revision(project, {
    id,
    upgrade:
      "await op.createTable('t', [column('n', 'integer')]); await op.execute('insert into t values (1)');",
    downgrade: "await op.dropTable('t');",
  });
  return project;
}

async function make(more: Readonly<Record<string, unknown>> = {}) {
  const database = await freshDatabase();
  const project = projectOf(database.url, more);
  await project.ok(['upgrade', 'head', '--no-backup']);
  return { database, project };
}

const fileOf = async (project: UserProject, env: Readonly<Record<string, string>> = {}) =>
  (await project.ok(['backup'], env)).stdout.trim();

const rowsOf = async ({ sql }: TestDatabase) => (await sql('select n from t')).map(({ n }) => n);

const tablesOf = async ({ sql }: TestDatabase) =>
  (await sql("select relname from pg_class where relkind = 'r' and oid >= 16384 order by 1")).map(
    ({ relname }) => relname,
  );

describe('the programs of PostgreSQL', () => {
  it('go where the URL says, whatever the environment says', async () => {
    const { database, project } = await make();
    project.write('services.conf', '[elsewhere]\nhost=127.0.0.1\nport=1\ndbname=nothing\nuser=nobody\n');
    const env = {
      PGSERVICE: 'elsewhere',
      PGSERVICEFILE: project.path('services.conf'),
      PGHOSTADDR: '127.0.0.9',
      PGDATABASE: 'nothing',
      PGOPTIONS: '-c search_path=nowhere',
    };
    const file = await fileOf(project, env);
    await database.sql('insert into t values (2)');
    await project.ok(['restore', file, '--yes'], env);
    expect(await rowsOf(database)).toEqual([1]);
  });

  it('never give a backup the name of a whole URL', async () => {
    const { database } = await make();
    const url = new URL(database.url);
    const { password } = url;
    // Then it is the user's own database.
    url.pathname = '';
    const project = projectOf(url.href);
    const name = basename(await fileOf(project));
    expect(name).toMatch(/^postgres_base_\d{8}T\d{6}Z\.dump$/);
    expect(readdirSync(project.path('backups')).join()).not.toContain(password);
  });

  it('tell the databases of one project apart', async () => {
    const { url, name } = await freshDatabase();
    const project = projectOf(undefined, {
      databases: { one: { url }, two: { url, versionTable: 'other' } },
    });
    await project.ok(['backup']);
    expect(readdirSync(project.path('backups')).map((each) => each.split('_base_')[0])).toEqual([
      `one.${name}`,
      `two.${name}`,
    ]);
  });
});

describe('a client that a program hands in', () => {
  const clientOf = (database: TestDatabase, options: object) => {
    const { hostname, port, username, password } = new URL(database.url);
    const client = postgresJs({
      host: hostname,
      port: Number(port),
      username,
      database: database.name,
      password: () => password,
      ...options,
    });
    onTestFinished(() => client.end());
    return client;
  };

  it('is backed up under the name of its database, and restored', async () => {
    const database = await freshDatabase();
    const cwd = projectOf(undefined, { backup: { before: 'upgrade', bin } }).folder;
    const connection = clientOf(database, {});
    const { backup: before = '' } = await upgrade({ cwd, connection });
    expect(basename(before)).toMatch(new RegExp(`^${database.name}_base_`));
    const { file } = await backup({ cwd, connection });
    await database.sql('insert into t values (2)');
    expect(await restore({ cwd, connection, file })).toMatchObject({ before: [id], after: [id] });
    expect(await rowsOf(database)).toEqual([1]);
  });

  it('is refused before anything is run, where pg_dump cannot follow it', async () => {
    const database = await freshDatabase();
    const project = projectOf(undefined, { backup: { before: 'upgrade', bin } });
    const { hostname, port } = new URL(database.url);
    const socket = async () => {
      const made = connect(Number(port), hostname);
      await once(made, 'connect');
      return made;
    };
    await expect(
      upgrade({ cwd: project.folder, connection: clientOf(database, { socket }) }),
    ).rejects.toMatchObject({ code: 'REV_UNSUPPORTED', hint: expect.stringContaining('url') });
    expect(await tablesOf(database)).toEqual([]);
    expect(existsSync(project.path('backups'))).toBe(false);
  });
});

describe('version tables in several schemas', () => {
  it('are told apart: the backup is at the heads of its own', async () => {
    const { database, project } = await make();
    for (const schema of ['aaa', 'zzz']) {
      await database.sql(`create schema ${schema}; create table ${schema}.alembic_version (version_num varchar(255));
        insert into ${schema}.alembic_version values ('of_${schema}')`);
    }
    const file = await fileOf(project);
    const { stderr } = await refused(project, ['restore', file], 'REV_CONSENT', 4, [
      /the backup: at aaaa11112222,/,
    ]);
    expect(stderr).not.toContain('of_');
    await project.ok(['restore', file, '--yes']);
    // The schema that is the default one comes with the backup.
    const other = await make({ schemas: ['own'] });
    await other.database.sql(`create schema own; alter table t set schema own; alter table alembic_version set schema own;
      alter database ${other.database.name} set search_path = own, public`);
    const own = await fileOf(other.project);
    await other.database.sql('drop schema own cascade');
    const { stdout } = await other.project.ok(['restore', own, '--yes', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ before: [], after: [id] });
  });
});

describe('the lease', () => {
  const lease = { lock: 'lease' };
  const tokenOf = async ({ sql }: TestDatabase, table: string) => {
    const [row] = await sql(`select token, holder from ${table}`);
    return { token: Number(row?.token), holder: row?.holder };
  };

  it.each([
    ['public', {}],
    ['ops', { versionTableSchema: 'ops' }],
  ])('is in no backup, and goes on over a restore: schema %s', async (schema, more) => {
    const database = await freshDatabase();
    await database.sql(`create schema if not exists ${schema}`);
    const project = projectOf(database.url, { ...lease, ...more });
    await project.ok(['upgrade', 'head']);
    const table = `${schema}.alembic_version_lease`;
    const file = await fileOf(project);
    expect(execFileSync(join(bin, 'pg_restore'), ['--list', file]).toString()).not.toContain('_lease');
    // An archive of another program has it.
    const theirs = project.path('theirs.dump');
    execFileSync(join(bin, 'pg_dump'), ['--format=custom', `--file=${theirs}`, database.url]);
    let before = await tokenOf(database, table);
    for (const archive of [file, theirs]) {
      await database.sql('insert into t values (2)');
      await project.ok(['restore', archive, '--yes']);
      expect(await rowsOf(database)).toEqual([1]);
      const after = await tokenOf(database, table);
      expect(after).toEqual({ token: before.token + 1, holder: null });
      before = after;
    }
    expect(await tablesOf(database)).toEqual([
      'alembic_journal',
      'alembic_version',
      'alembic_version_lease',
      't',
    ]);
  });

  it('goes with rev reset --drop, whether it is older than the run or not', async () => {
    const { database, project } = await make();
    const drop = async () =>
      JSON.parse((await project.ok(['reset', '--drop', '--yes', '--json'])).stdout).dropped;
    config(project, { dialect: 'postgres', url: database.url, schema: './schema', schemas: [], ...lease });
    expect(await drop()).toContain('table public.alembic_version_lease');
    expect(await tablesOf(database)).toEqual([]);
    await project.ok(['upgrade', 'head']);
    await drop();
    expect(await tablesOf(database)).toEqual([]);
    await project.ok(['upgrade', 'head']);
    // Of a lock that is not used any more.
    config(project, { dialect: 'postgres', url: database.url, schema: './schema', schemas: [] });
    await drop();
    expect(await tablesOf(database)).toEqual([]);
  });
});

describe('a restore whose server is lost', () => {
  const restored = [1];
  const asItWas = [1, 2];
  it.each([
    ['before the COMMIT reached it', /^COMMIT/, 'cut', asItWas, /either as it was, or as the backup is/],
    ['while it made the COMMIT', /^COMMIT/, 'lose', restored, /either as it was, or as the backup is/],
    ['in the middle', /^CREATE TABLE/, 'cut', asItWas, /The database is as it was: psql failed/],
  ] as const)('%s says what is known', async (_, statement, verdict, rows, message) => {
    const { database, project } = await make();
    const file = await fileOf(project);
    await database.sql('insert into t values (2)');
    const relay = await relayTo(database.url, ({ sql }) => (statement.test(sql) ? verdict : 'forward'));
    await refusedOnce(project, ['restore', file, '--yes', '--url', relay.url], message);
    await expect.poll(() => rowsOf(database), { timeout: 30_000 }).toEqual(rows);
  });

  async function refusedOnce(project: UserProject, args: readonly string[], message: RegExp): Promise<void> {
    const { code, stderr } = await project.rev(args);
    expect(stderr).toMatch(/^error REV_RESTORE: /m);
    expect(stderr).toMatch(message);
    if (/either/.test(message.source)) {
      expect(stderr).not.toContain('The database is as it was:');
      expect(stderr).toContain('rev current');
    }
    expect(code).toBe(1);
  }
});
