import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { postgres } from '../../src/dialects/postgres/index.js';
import { databaseState } from '../support/database-state.js';
import { freshDatabase, serverMajor, type TestDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';
import { config, refused, revision, sqliteProject } from '../support/refusals.js';

/** Backups of PostgreSQL, by its own programs: they are beside the server that REV_TEST_POSTGRES_BIN names. */

const first = 'aaaa11112222';
const second = 'bbbb11112222';
const bin = process.env.REV_TEST_POSTGRES_BIN ?? '';

beforeAll(() => {
  if (!existsSync(join(bin, 'pg_dump')))
    throw new Error('No pg_dump beside the server: see vitest.extensions.config.ts.');
});

interface Made {
  readonly project: UserProject;
  readonly database: TestDatabase;
  set(backup: Readonly<Record<string, unknown>>): void;
}

async function make(backup: Readonly<Record<string, unknown>> = {}, url?: string): Promise<Made> {
  const database = await freshDatabase();
  const project = sqliteProject();
  const set = (more: Readonly<Record<string, unknown>>) =>
    config(project, {
      dialect: 'postgres',
      url: url ?? database.url,
      schema: './schema',
      schemas: ['app'],
      backup: { bin, ...more },
    });
  set(backup);
  revision(project, {
    id: first,
    upgrade: `await op.execute(${JSON.stringify(start)});`,
    downgrade: "await op.execute('drop schema app cascade; drop table t cascade');",
  });
  return { project, database, set };
}

const start = `
  create schema app;
  create type app.mood as enum ('sad', 'happy');
  create table t (id bigserial primary key, note text, mood app.mood, made timestamptz default now());
  create table app.child (id integer generated always as identity primary key, t bigint references t, at date);
  create index on t (lower(note));
  create function app.lower_note() returns trigger language plpgsql as 'begin new.note := lower(new.note); return new; end';
  create trigger lower_note before insert on t for each row execute function app.lower_note();
  create view app.notes as select note from t;
  create materialized view app.moods as select mood, count(*) from t group by 1;
  insert into t (note, mood) values ('One', 'sad'), ('Two
\\.
COMMIT;', 'happy');
  insert into app.child (t) select id from t;
  select setval('t_id_seq', 70);
  create publication pub for table t;
  comment on table t is 'it''s "t"'`;

/** Makes new things, and changes all that there was. */
function addSecond(project: UserProject, more = ''): void {
  revision(project, {
    id: second,
    down: first,
    upgrade: `await op.execute(${JSON.stringify(`
      create schema later; create table later.newer (id serial primary key, t bigint references t);
      create view later.of_t as select id from t;
      create function newer() returns int language sql as 'select 1';
      alter table t add column more app.mood; update t set note = 'lost'; delete from app.child;
      drop view app.notes; drop publication pub; create publication newer for all tables;
      alter type app.mood add value 'new'; select setval('t_id_seq', 900); create extension citext`)});
      ${more}`,
  });
}

async function state({ url }: TestDatabase) {
  const driver = await postgres.connect({ url, from: process.cwd() });
  try {
    const own = await databaseState(postgres, driver);
    const column = async (sql: string) => (await driver.values(sql)).map((row) => row.join(' '));
    return {
      ...own,
      journal: await column(
        'select revision, direction, status, started_at from alembic_journal order by 1, 4',
      ),
      sequences: await column('select schemaname, sequencename, last_value from pg_sequences order by 1, 2'),
      others: await column(`select nspname, 'schema' from pg_namespace where nspname !~ '^pg_'
        union all select extname, 'extension' from pg_extension union all select pubname, 'publication' from pg_publication
        union all select proname, 'function' from pg_proc where oid >= 16384
          and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
        union all select tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
        union all select relname, pg_get_userbyid(relowner) || relacl::text from pg_class where oid >= 16384
          and relkind in ('r', 'v', 'm', 'S') and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e')
        order by 1, 2`),
    };
  } finally {
    await driver.close();
  }
}

const folderOf = (project: UserProject) =>
  existsSync(project.path('backups')) ? readdirSync(project.path('backups')).sort() : [];

/** Programs that do this and then what the real ones do; they write their arguments down. */
function programs(project: UserProject, before: Readonly<Record<string, string>>): string {
  const folder = project.path('programs');
  mkdirSync(folder);
  for (const name of ['pg_dump', 'pg_restore', 'psql']) {
    writeFileSync(
      join(folder, name),
      `#!/bin/sh\necho "$0 $*" >> ${folder}/arguments\n${before[name] ?? ''}\nexec ${join(bin, name)} "$@"\n`,
    );
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

describe('rev backup and rev restore', () => {
  it('bring everything back as it was, and leave nothing that came afterwards', async () => {
    const { project, database } = await make({ before: 'upgrade' });
    await project.ok(['upgrade', 'head', '--no-backup']);
    const before = await state(database);
    addSecond(project);
    const run = JSON.parse((await project.ok(['upgrade', 'head', '--json'])).stdout);
    expect(run.backup).toMatch(
      new RegExp(`^${project.path('backups')}/${database.name}_${first}_\\d{8}T\\d{6}Z\\.dump$`),
    );
    expect(statSync(run.backup).mode & 0o777).toBe(0o600);
    expect(await state(database)).not.toEqual(before);
    const { stdout } = await project.ok(['restore', run.backup, '--yes', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ before: [second], after: [first] });
    expect(await state(database)).toEqual(before);
    await project.ok(['upgrade', 'head', '--no-backup']);
  });

  it('bring a failed run back by the command that its hint says', async () => {
    const { project, database } = await make({ before: 'upgrade' });
    await project.ok(['upgrade', 'head']);
    const before = await state(database);
    addSecond(
      project,
      "await op.autocommit(async (out) => { await out.execute('drop table app.child'); }); throw new Error('on purpose');",
    );
    const { code, stderr } = await project.rev(['upgrade', 'head']);
    expect(code).toBe(1);
    await project.ok(['restore', /rev restore (\S+)/.exec(stderr)?.[1] ?? '', '--yes']);
    expect(await state(database)).toEqual(before);
  });

  it('tell no secret to the arguments of a program', async () => {
    const { project, database, set } = await make();
    await project.ok(['upgrade', 'head']);
    const folder = programs(project, {});
    set({ bin: folder });
    const file = (await project.ok(['backup'])).stdout.trim();
    await project.ok(['restore', file, '--yes']);
    const told = readFileSync(join(folder, 'arguments'), 'utf8');
    expect(told).toMatch(/pg_dump --format=custom/);
    expect(told).toMatch(/psql /);
    expect(told).not.toContain(new URL(database.url).password);
    expect(told).not.toContain('postgres://');
  });

  it('restore into a database whose extension somebody else owns, without being a superuser', async () => {
    const database = await freshDatabase();
    const role = `${database.name}_app`;
    await database.sql(`create role ${role} login password 'p w/%1'; alter database ${database.name} owner to ${role};
      create schema extensions; create extension pg_trgm schema extensions; grant usage on schema extensions to ${role};
      create extension postgis; grant create on schema public to ${role}`);
    onTestFinished(async () => {
      const maintenance = await freshDatabase();
      await database.drop();
      await maintenance.sql(`drop role ${role}`);
    });
    const url = new URL(database.url);
    url.username = role;
    url.password = encodeURIComponent('p w/%1');
    const { project } = await make({}, url.href);
    revision(project, {
      id: first,
      upgrade: `await op.execute("create table t (n integer, words text, at geometry(Point, 4326))");
        await op.execute("create index on t using gin (words extensions.gin_trgm_ops)");`,
    });
    await project.ok(['upgrade', 'head']);
    await database.sql(`insert into t values (1, 'words', 'SRID=4326;POINT(1 2)')`);
    const before = await state(database);
    const file = (await project.ok(['backup'])).stdout.trim();
    await database.sql(
      `drop table t; create table made_since (n integer); alter table made_since owner to ${role}`,
    );
    await project.ok(['restore', file, '--yes']);
    expect(await state(database)).toEqual(before);
    await database.sql('create table extensions.of_postgres (n integer)');
    await refused(project, ['restore', file, '--yes'], 'REV_RESTORE', 1, [/must be owner/, /as it was/]);
    expect(await database.sql('select words from t')).toEqual([{ words: 'words' }]);
  });

  it('restore under another owner, where that is wanted', async () => {
    const { project, database } = await make();
    await project.ok(['upgrade', 'head']);
    const role = `${database.name}_gone`;
    await database.sql(
      `create role ${role}; alter table app.child owner to ${role}; grant select on t to ${role}`,
    );
    const file = (await project.ok(['backup'])).stdout.trim();
    await database.sql(`drop table app.child; revoke all on t from ${role}; drop role ${role}`);
    const before = await state(database);
    await refused(project, ['restore', file, '--yes'], 'REV_RESTORE', 1, [/does not exist/, /--no-owner/]);
    expect(await state(database)).toEqual(before);
    await project.ok(['restore', file, '--yes', '--no-owner']);
    expect(await database.sql("select tableowner from pg_tables where tablename = 'child'")).toEqual([
      { tableowner: 'postgres' },
    ]);
  });

  it('give up where others use the tables, and leave all as it was', async () => {
    const { project, database } = await make();
    await project.ok(['upgrade', 'head']);
    const file = (await project.ok(['backup'])).stdout.trim();
    const before = await state(database);
    await database.sql('begin; select * from t');
    await refused(project, ['restore', file, '--yes', '--lock-timeout', '100'], 'REV_RESTORE', 1, [
      /lock timeout/,
    ]);
    await database.sql('commit');
    expect(await state(database)).toEqual(before);
  });

  it('leave all as it was where the archive is cut', async () => {
    const { project, database } = await make();
    await project.ok(['upgrade', 'head']);
    await database.sql(`insert into t (note) select md5(n::text) from generate_series(1, 20000) n`);
    const before = await state(database);
    const file = (await project.ok(['backup'])).stdout.trim();
    const bytes = readFileSync(file);
    writeFileSync(project.path('cut.dump'), bytes.subarray(0, Math.floor(bytes.length * 0.7)));
    await refused(project, ['restore', 'cut.dump', '--yes'], 'REV_RESTORE', 1);
    expect(await state(database)).toEqual(before);
  });

  it('leave all as it was where the process is killed in the middle of a restore', async () => {
    const { project, database, set } = await make();
    await project.ok(['upgrade', 'head']);
    const file = (await project.ok(['backup'])).stdout.trim();
    await database.sql('create table made_since (n integer)');
    const before = await state(database);
    const marker = project.path('marker');
    // The script has been written, and pg_restore has not ended.
    const slow = `case "$*" in *--use-list*) ${join(bin, 'pg_restore')} "$@"; echo $$ > ${marker}; exec sleep 600;; esac`;
    set({ bin: programs(project, { pg_restore: slow }) });
    const main = project.path('node_modules/drizzle-alembic/dist/cli/main.js');
    const child = spawn(process.execPath, [main, 'restore', file, '--yes'], {
      cwd: project.folder,
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    while (!existsSync(marker) || readFileSync(marker, 'utf8') === '')
      await new Promise((go) => setImmediate(go));
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    process.kill(Number(readFileSync(marker, 'utf8')));
    expect(await state(database)).toEqual(before);
  });

  it('restore the archive of a younger pg_restore, which sets what this server does not know', async () => {
    const { project, database, set } = await make();
    await project.ok(['upgrade', 'head']);
    const before = await state(database);
    const file = (await project.ok(['backup'])).stdout.trim();
    const younger = `${join(bin, 'pg_restore')} "$@" | sed 's/^SET ${(await serverMajor()) >= 17 ? 'none' : 'lock'}_timeout = 0;/SET transaction_timeout = 0;/'; exit`;
    set({ bin: programs(project, { pg_restore: younger }) });
    await project.ok(['restore', file, '--yes']);
    expect(await state(database)).toEqual(before);
  });

  it('refuse what is no archive, and ask before anything is replaced', async () => {
    const { project } = await make();
    await project.ok(['upgrade', 'head']);
    project.write('text.dump', 'create table t (n integer);');
    await refused(project, ['restore', 'text.dump', '--yes'], 'REV_RESTORE', 1, [/no archive of pg_dump/]);
    const file = (await project.ok(['backup'])).stdout.trim();
    await refused(project, ['restore', file], 'REV_CONSENT', 4, [/replaces all of/, new RegExp(first)]);
    addSecond(project);
    revision(project, { id: second, upgrade: '' });
    rmSync(project.path(`revisions/${first}_made_by_hand.ts`));
    await refused(project, ['restore', file], 'REV_CONSENT', 4, [/no file of this project has aaaa11112222/]);
  });
});

describe('a backup that cannot be taken', () => {
  it('stops the run where there is no pg_dump', async () => {
    const { project, database, set } = await make({ before: 'upgrade' });
    set({ before: 'upgrade', bin: project.path('nowhere') });
    await refused(project, ['upgrade', 'head'], 'REV_BACKUP', 1, [
      /pg_dump is not in .*nowhere/,
      /postgresql-client/,
    ]);
    expect(await database.sql("select relname from pg_class where relname ~ '^alembic'")).toEqual([]);
    config(project, { dialect: 'postgres', url: database.url, schema: './schema' });
    const { stderr } = await project.rev(['backup'], { PATH: project.path('nowhere') });
    expect(stderr).toMatch(/REV_BACKUP: pg_dump is not on PATH/);
    await project.ok(['backup'], { PATH: [bin, process.env.PATH].join(delimiter) });
  });

  it('says so where pg_dump is older than the server', async () => {
    const { project, set } = await make();
    set({ bin: programs(project, { pg_dump: 'echo "pg_dump (PostgreSQL) 9.6.24"; exit' }) });
    await refused(project, ['backup'], 'REV_BACKUP', 1, [/of PostgreSQL 9\.6\.24/, /must not be older/]);
    expect(folderOf(project)).toEqual([]);
  });

  it('say what psql has said, also where it ends while it is being written to', async () => {
    const { project, database, set } = await make();
    await project.ok(['upgrade', 'head']);
    await database.sql(`insert into t (note) select md5(n::text) from generate_series(1, 100000) n`);
    const file = (await project.ok(['backup'])).stdout.trim();
    const before = await state(database);
    // Its end of the pipe is full and has a reader when it is closed.
    const refuses = `case "$*" in *--quiet*) sleep 1; echo 'psql:<stdin>:7: ERROR: no' >&2; exit 3;; esac`;
    set({ bin: programs(project, { psql: refuses }) });
    await refused(project, ['restore', file, '--yes'], 'REV_RESTORE', 1, [
      /as it was: psql failed: ERROR: no/,
    ]);
    expect(await state(database)).toEqual(before);
    set({});
    // Many pieces, and a warning of Node's for listeners that are left.
    const { stderr } = await project.ok(['restore', file, '--yes']);
    expect(stderr).not.toMatch(/Warning/);
    expect(await state(database)).toEqual(before);
  });

  it('leaves no file where pg_dump fails, or the disk is full', async () => {
    const { project, database, set } = await make();
    await project.ok(['upgrade', 'head']);
    await database.sql(`insert into t (note) select md5(n::text) from generate_series(1, 50000) n`);
    const password = new URL(database.url).password;
    const fails = `[ "$1" = --version ] || { echo "pg_dump: error: no, $PGPASSWORD" >&2; exit 1; }`;
    set({ bin: programs(project, { pg_dump: fails }) });
    const { stdout } = await project.rev(['backup', '--json']);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'REV_BACKUP',
      message: 'pg_dump failed: no, ***',
    });
    expect(stdout).not.toContain(password);
    writeFileSync(
      project.path('programs/pg_dump'),
      `#!/bin/sh\nulimit -f 100\nexec ${join(bin, 'pg_dump')} "$@"\n`,
    );
    // As a full disk would, the limit makes a write fail; the signal that comes with it is not for a program that writes.
    const full = await project.rev(['backup']);
    expect(full.code).toBe(1);
    expect(full.stderr).toMatch(/REV_BACKUP: pg_dump failed: /);
    expect(folderOf(project)).toEqual([]);
  });
});

describe('rev reset --drop', () => {
  it('drops what is compared, and leaves other schemas and extensions', async () => {
    const { project, database } = await make();
    await project.ok(['upgrade', 'head']);
    await database.sql('create extension citext; create schema theirs; create table theirs.kept (n citext)');
    await refused(project, ['reset', '--drop'], 'REV_CONSENT', 4, [/table public\.t\b/, /schema app/]);
    const { dropped } = JSON.parse((await project.ok(['reset', '--drop', '--yes', '--json'])).stdout);
    expect(dropped).toContain('table public.alembic_version');
    const left = await database.sql(`select n.nspname || '.' || relname as name from pg_class c
      join pg_namespace n on n.oid = relnamespace where n.nspname !~ '^(pg_|information)' order by 1`);
    expect(left).toEqual([{ name: 'theirs.kept' }]);
    await database.sql('drop publication pub');
    await project.ok(['upgrade', 'head']);
  });

  it('refuses where something else would go along', async () => {
    const { project, database } = await make();
    await project.ok(['upgrade', 'head']);
    await database.sql(`create schema theirs; create view theirs.of_t as select note from t;
      create table theirs.moody (mood app.mood)`);
    const before = await state(database);
    const along = [/view theirs\.of_t/, /theirs\.moody\.mood/];
    await refused(project, ['reset', '--drop', '--yes'], 'REV_IN_USE', 1, along);
    expect(await state(database)).toEqual(before);
  });
});
