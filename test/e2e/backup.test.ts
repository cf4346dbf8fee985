import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { type BackupPlace, takeBackup as copyTo, deleteOldBackups } from '../../src/runtime/backup.js';
import { VersionTable } from '../../src/runtime/version-table.js';
import { databaseState } from '../support/database-state.js';
import type { UserProject } from '../support/project.js';
import { config, refused, revision, sqliteProject } from '../support/refusals.js';
import { connectSqlite } from '../support/sqlite.js';
import { changeFile, readFile } from '../support/sqlite-file.js';

/** `backup`, `restore`, `reset --drop` and backups before runs, on SQLite, in the built command. */

const first = 'aaaa11112222';
const second = 'bbbb11112222';
const settings = { dialect: 'sqlite', url: 'file:app.db', schema: './schema' };

const trigger = `create trigger lower_note after insert on t begin
  update t set note = lower(new.note) where id = new.id; end`;

async function project(backup?: Readonly<Record<string, unknown>>): Promise<UserProject> {
  const made = sqliteProject();
  if (backup) config(made, { ...settings, backup });
  revision(made, {
    id: first,
    upgrade: `await op.execute('create table t (id integer primary key autoincrement, note text)');
      await op.execute(${JSON.stringify(trigger)});
      await op.execute('create index t_note on t (note)');
      await op.execute("insert into t (note) values ('One'), ('Two'), ('Three')");
      await op.execute('delete from t where id = 3');
      await op.execute('create view notes as select note from t');`,
    downgrade: "await op.execute('drop view notes'); await op.dropTable('t');",
  });
  await made.ok(['upgrade', 'head']);
  return made;
}

function addSecond(made: UserProject, more = ''): void {
  revision(made, {
    id: second,
    down: first,
    upgrade: `await op.createTable('later', [column('n', 'integer')]);
      await op.execute('update t set note = null'); ${more}`,
    downgrade: "await op.dropTable('later');",
  });
}

async function state(made: UserProject) {
  const driver = await connectSqlite(made.path('app.db'));
  try {
    const schema = await driver.values('select type, name, tbl_name, sql from sqlite_schema order by 1, 2');
    const sequence = await driver.values('select name, seq from sqlite_sequence order by 1');
    return { ...(await databaseState(sqlite, driver)), schema, sequence };
  } finally {
    await driver.close();
  }
}

async function takeBackup(made: UserProject): Promise<string> {
  return (await made.ok(['backup'])).stdout.trim();
}

/** Files that a backup leaves in its folder, whole or not. */
const backups = (made: UserProject, folder = 'backups') =>
  existsSync(made.path(folder)) ? readdirSync(made.path(folder)).sort() : [];

describe('rev backup', () => {
  it('writes a checked copy, which only its owner may read, under the name of database, heads and time', async () => {
    const made = await project();
    const { stdout, stderr } = await made.ok(['backup', '--json']);
    const { file, heads, size } = JSON.parse(stdout);
    expect(stderr).toBe('');
    expect(file).toMatch(
      new RegExp(`^${made.path('backups')}/app.db-[0-9a-f]{8}_${first}_\\d{8}T\\d{6}Z\\.db$`),
    );
    expect(heads).toEqual([first]);
    expect(size).toBe(statSync(file).size);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(made.path('backups')).mode & 0o777).toBe(0o700);
    expect(readFile(file, 'pragma integrity_check')).toEqual(['ok']);
    expect(readFile(file, 'select note from t order by id')).toEqual(['one', 'two']);
    expect(backups(made)).toEqual([file.slice(made.path('backups').length + 1)]);
  });

  it('overwrites nothing', async () => {
    const made = await project();
    await made.ok(['backup', '--to', 'mine.db']);
    await refused(made, ['backup', '--to', 'mine.db'], 'REV_EXISTS', 2);
    await refused(made, ['backup', '--to', 'nowhere/mine.db'], 'REV_BACKUP', 1, [/nowhere/]);
  });

  it('says so where there is no database', async () => {
    const made = sqliteProject();
    await refused(made, ['backup'], 'REV_CONNECT', 1, [/no database file/]);
    expect(existsSync(made.path('app.db'))).toBe(false);
  });
});

describe('a backup before a run', () => {
  it('is taken before an upgrade that has something to do, and told', async () => {
    const made = await project({ before: 'upgrade' });
    const before = backups(made);
    const idle = JSON.parse((await made.ok(['upgrade', 'head', '--json'])).stdout);
    expect(idle.backup).toBeNull();
    expect(backups(made)).toEqual(before);
    addSecond(made);
    const { backup } = JSON.parse((await made.ok(['upgrade', 'head', '--json'])).stdout);
    expect(backup).toMatch(new RegExp(`/app.db-[0-9a-f]{8}_${first}_`));
    expect(readFile(backup, "select count(*) from sqlite_schema where name = 'later'")).toEqual([0]);
    expect(JSON.parse((await made.ok(['downgrade', '-1', '--yes', '--json'])).stdout).backup).toBeNull();
  });

  it('is taken by --backup, and not with --no-backup', async () => {
    const made = await project({ before: ['upgrade', 'downgrade'], dir: 'kept' });
    addSecond(made);
    const has = async (...args: string[]) => JSON.parse((await made.ok([...args, '--json'])).stdout).backup;
    expect(await has('upgrade', 'head', '--no-backup')).toBeNull();
    expect(await has('downgrade', '-1', '--yes')).toMatch(
      new RegExp(`^${made.path('kept')}/app.db-[0-9a-f]{8}_${second}_`),
    );
    config(made, settings);
    expect(await has('upgrade', 'head')).toBeNull();
    expect(await has('redo', '--yes', '--backup')).toMatch(
      new RegExp(`^${made.path('backups')}/app.db-[0-9a-f]{8}_${second}_`),
    );
    expect(backups(made)).toHaveLength(1);
    await refused(made, ['upgrade', 'head', '--backup', '--no-backup'], 'REV_USAGE', 2);
    await refused(made, ['upgrade', 'head', '--backup', '--sql'], 'REV_USAGE', 2);
  });

  it('stops the run where it fails, before anything is touched', async () => {
    const made = sqliteProject();
    config(made, { ...settings, backup: { before: 'upgrade', dir: 'app.db' } });
    revision(made, { id: first, upgrade: "await op.createTable('t', [column('n', 'integer')]);" });
    changeFile(made.path('app.db'), 'create table mine (n integer)');
    const { stderr } = await made.rev(['upgrade', 'head']);
    expect(stderr).toContain('REV_BACKUP');
    expect(readFile(made.path('app.db'), 'select name from sqlite_schema')).toEqual(['mine']);
  });

  it('keeps as many as it is told, and deletes no others', async () => {
    const made = await project();
    config(made, { ...settings, backup: { keep: 2 } });
    const prefix = basename(await takeBackup(made)).split('_')[0];
    const own = [1, 2, 3].map((n) => `${prefix}_${first}_2020010${n}T000000Z.db`);
    rmSync(made.path('backups'), { recursive: true });
    mkdirSync(made.path('backups'));
    const others = [
      // Of a file with that name in another folder, or of which nobody knows.
      `app.db-00000000_${first}_20200101T000000Z.db`,
      `app.db_${first}_20200101T000000Z.db`,
      `${prefix}_eu_${first}_20200101T000000Z.db`,
      `my-${prefix}_${first}_20200101T000000Z.db`,
      `${prefix}_${first}_20200101T000000Z.dump`,
      `${prefix}_${first}_20200101T000000Z.db.gz`,
      'notes.txt',
    ];
    for (const name of [...own, ...others]) writeFileSync(made.path('backups', name), 'x');
    const { file, removed } = JSON.parse((await made.ok(['backup', '--json'])).stdout);
    expect(removed).toEqual(own.slice(0, 2).map((name) => made.path('backups', name)));
    expect(backups(made)).toEqual([...others, own[2], file.split('/').at(-1)].sort());
  });
});

describe('retention', () => {
  it('keeps the newest ones of one second, too', async () => {
    const made = await project({ dir: 'backups', keep: 2 });
    const prefix = basename(await takeBackup(made)).split('_')[0];
    rmSync(made.path('backups'), { recursive: true });
    const driver = await connectSqlite(made.path('app.db'));
    const time = new Date('2026-11-21T10:45:00Z');
    const taken: string[] = [];
    try {
      for (let n = 1; n <= 13; n += 1) {
        // Of the heads of one second the later one may come first in the alphabet.
        await driver.run({ sql: `update alembic_version set version_num = '${n % 2 ? 'z1' : 'a1'}'` });
        const place: BackupPlace = { dir: made.path('backups'), database: { name: prefix ?? '' }, keep: 2 };
        const options = { dialect: sqlite, place, report: () => undefined };
        const table = new VersionTable(sqlite, { schema: null, name: 'alembic_version' });
        const { file } = await copyTo({ ...options, driver, table, now: () => time, lockTimeout: 0 });
        await deleteOldBackups(options, file);
        taken.push(basename(file));
      }
    } finally {
      await driver.close();
    }
    expect(backups(made)).toEqual(taken.slice(-2).sort());
  });

  it('lets the clean one go only once a run has succeeded', async () => {
    const made = await project({ before: 'upgrade', keep: 1 });
    for (const file of backups(made)) rmSync(made.path('backups', file));
    const broken = (last: string) =>
      revision(made, {
        id: second,
        down: first,
        upgrade: `await op.autocommit(async () => { await op.execute("update t set note = 'half'"); });
          ${last}`,
      });
    broken("throw new Error('not yet');");
    for (let n = 0; n < 3; n += 1) {
      const { code, stderr } = await made.rev(['upgrade', 'head']);
      expect(code, stderr).toBe(1);
    }
    const all = backups(made);
    expect(all).toHaveLength(3);
    const notes = all.map((file) => readFile(made.path('backups', file), 'select note from t order by id'));
    expect(notes).toContainEqual(['one', 'two']);
    broken('');
    const { backup } = JSON.parse((await made.ok(['upgrade', 'head', '--json'])).stdout);
    expect(backups(made)).toEqual([basename(backup)]);
  });
});

describe('rev restore', () => {
  it('brings rows, schema, sequences, triggers, version rows and journal back after an upgrade', async () => {
    const made = await project({ before: 'upgrade' });
    const before = await state(made);
    addSecond(made);
    const { backup: file } = JSON.parse((await made.ok(['upgrade', 'head', '--json'])).stdout);
    expect(await state(made)).not.toEqual(before);
    const { stdout } = await made.ok(['restore', file, '--yes', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ file, before: [second], after: [first] });
    expect(await state(made)).toEqual(before);
    await made.ok(['upgrade', 'head']);
  });

  it('is what the hint of a failed run says', async () => {
    const made = await project({ before: 'upgrade' });
    const before = await state(made);
    addSecond(made);
    revision(made, { id: 'cccc11112222', down: second, upgrade: "throw new Error('on purpose');" });
    const { stderr, code } = await made.rev(['upgrade', 'head']);
    expect(code).toBe(1);
    const file = /rev restore (\S+)/.exec(stderr)?.[1] ?? '';
    await made.ok(['restore', file, '--yes']);
    const after = await state(made);
    expect({ ...after, rows: after.rows }).toEqual(before);
  });

  it('is of the database of the failed run, whatever the configuration makes of its options', async () => {
    const made = sqliteProject();
    made.write(
      'alembic.config.ts',
      `import { defineConfig } from 'drizzle-alembic';
      export default defineConfig(({ args, tag }) => ({ dialect: 'sqlite', schema: './schema',
        url: \`file:\${args.db ?? 'first'}\${args.where ?? ''}\${tag ?? ''}.db\` }));`,
    );
    const { path } = made;
    revision(made, { id: first, upgrade: "await op.execute('create table t (n)');" });
    const options = ['-x', "db=it's one", '-x', 'where=$HOME', '--tag', 'v 2'];
    await made.ok(['upgrade', 'head', ...options]);
    await made.ok(['upgrade', 'head']);
    revision(made, { id: second, down: first, upgrade: "throw new Error('on purpose');" });
    const { stderr } = await made.rev(['upgrade', 'head', '--backup', ...options]);
    const command = /this run: rev (restore .*)/.exec(stderr)?.[1] ?? '';
    changeFile(path("it's one$HOMEv 2.db"), 'drop table t');
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${command}`])
      .toString()
      .trimEnd()
      .split('\n');
    expect(words.slice(2)).toEqual(['--tag', 'v 2', '-x', "db=it's one", '-x', 'where=$HOME']);
    changeFile(path('first.db'), 'insert into t values (1)');
    await made.ok([...words, '--yes']);
    expect(readFile(path("it's one$HOMEv 2.db"), 'select count(*) from t')).toEqual([0]);
    expect(readFile(path('first.db'), 'select count(*) from t')).toEqual([1]);
  });

  it('is told in words where the command would have a secret in it', async () => {
    const made = sqliteProject();
    revision(made, { id: first, upgrade: "throw new Error('on purpose');" });
    for (const option of ['dbPassword=hunter2', 'db=postgres://app:hunter2@db/shop']) {
      const { stderr } = await made.rev(['upgrade', 'head', '--backup', '-x', option]);
      expect(stderr).not.toContain('hunter2');
      expect(stderr).not.toContain('rev restore /');
      expect(stderr).toMatch(/before this run: \S+\.db\n.*rev restore this file and the same -x as the run/);
    }
  });

  it('leaves those who have the database open with a whole one, also in WAL mode', async () => {
    const made = await project();
    changeFile(made.path('app.db'), 'pragma journal_mode = wal');
    const file = await takeBackup(made);
    const before = await state(made);
    const other = await connectSqlite(made.path('app.db'));
    try {
      await other.run({ sql: 'create table made_since (n integer)' });
      expect(await other.values('select count(*) from made_since')).toEqual([[0]]);
      await made.ok(['restore', file, '--yes']);
      expect(await other.values("select count(*) from sqlite_schema where name = 'made_since'")).toEqual([
        [0],
      ]);
      expect(await other.values('select note from t order by id')).toEqual([['one'], ['two']]);
      expect(await other.values('pragma journal_mode')).toEqual([['wal']]);
      await other.run({ sql: "insert into t (note) values ('After')" });
    } finally {
      await other.close();
    }
    expect((await state(made)).rows.t).toHaveLength((before.rows.t?.length ?? 0) + 1);
    expect(readFile(made.path('app.db'), 'pragma integrity_check')).toEqual(['ok']);
  });

  it('makes a lost database anew', async () => {
    const made = await project();
    const file = await takeBackup(made);
    const before = await state(made);
    writeFileSync(made.path('app.db'), '');
    await made.ok(['restore', file, '--yes']);
    expect(await state(made)).toEqual(before);
  });

  it('asks, saying what is replaced by what, and whether the backup is another history', async () => {
    const made = await project();
    const file = await takeBackup(made);
    await refused(made, ['restore', file], 'REV_CONSENT', 4, [
      /replaces all of .*app\.db/,
      new RegExp(first),
    ]);
    changeFile(file, "update alembic_version set version_num = 'ffff99998888'");
    await refused(made, ['restore', file], 'REV_CONSENT', 4, [/no file of this project has ffff99998888/]);
    changeFile(file, 'drop table alembic_version');
    await refused(made, ['restore', file], 'REV_CONSENT', 4, [/no version table/]);
  });

  it('refuses what is no backup', async () => {
    const made = await project();
    const before = await state(made);
    await refused(made, ['restore', 'nowhere.db', '--yes'], 'REV_RESTORE', 1, [/no file/]);
    await refused(made, ['restore', 'revisions', '--yes'], 'REV_RESTORE', 1, [/is no file/]);
    for (const [name, text] of [
      ['empty.db', ''],
      ['text.db', 'PGDMP is not SQLite'],
    ] as const) {
      made.write(name, text);
      await refused(made, ['restore', name, '--yes'], 'REV_RESTORE', 1, [/no SQLite database/]);
    }
    const damaged = await takeBackup(made);
    const bytes = readFileSync(damaged);
    writeFileSync(made.path('damaged.db'), bytes.fill(0xff, 4096 + 8, bytes.length));
    await refused(made, ['restore', 'damaged.db', '--yes'], 'REV_RESTORE', 1);
    expect(await state(made)).toEqual(before);
  });
});

describe('what is cut', () => {
  const size = 60_000;

  async function large(): Promise<UserProject> {
    const made = await project();
    changeFile(
      made.path('app.db'),
      `create table big (n integer, text text); with recursive n (n) as (select 1 union all select n + 1 from n
        where n < ${size}) insert into big select n, hex(randomblob(400)) from n`,
    );
    return made;
  }

  /** Kills a command as soon as the condition holds. */
  async function killed(made: UserProject, args: readonly string[], when: () => boolean): Promise<void> {
    const main = made.path('node_modules/drizzle-alembic/dist/cli/main.js');
    const child = spawn(process.execPath, [main, ...args], { cwd: made.folder, stdio: 'ignore' });
    const ended = once(child, 'exit');
    while (!when() && child.exitCode === null) await new Promise((resolve) => setImmediate(resolve));
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
  }

  const bytesOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

  it('is no backup by its name, where the process was killed while it wrote', async () => {
    const made = await large();
    const part = () => backups(made).find((name) => name.endsWith('.part'));
    await killed(made, ['backup'], () => bytesOf(made.path('backups', part() ?? 'none')) > 0);
    expect(backups(made).filter((name) => !name.startsWith('.rev-backup-'))).toEqual([]);
    const file = await takeBackup(made);
    expect(readFile(file, 'select count(*) from big')).toEqual([size]);
  });

  it.each(['delete', 'wal'])('is no restore: the database is as it was, in mode %s', async (mode) => {
    const made = await large();
    changeFile(made.path('app.db'), `pragma journal_mode = ${mode}`);
    const file = await takeBackup(made);
    changeFile(made.path('app.db'), "update big set text = 'new'; create table newer (n integer)");
    const journal = made.path(mode === 'wal' ? 'app.db-wal' : 'app.db-journal');
    await killed(made, ['restore', file, '--yes'], () => bytesOf(journal) > 100_000);
    expect(readFile(made.path('app.db'), "select count(*) from big where text = 'new'")).toEqual([size]);
    expect(readFile(made.path('app.db'), 'select count(*) from newer')).toEqual([0]);
    expect(readFile(made.path('app.db'), 'pragma integrity_check')).toEqual(['ok']);
    await made.ok(['restore', file, '--yes']);
    expect(readFile(made.path('app.db'), "select count(*) from big where text = 'new'")).toEqual([0]);
  });

  it('leaves no file where the disk is full, and stops the run', async () => {
    const made = await large();
    addSecond(made);
    const main = made.path('node_modules/drizzle-alembic/dist/cli/main.js');
    // As a full disk would, the limit makes a write fail.
    const limited = `ulimit -f 2000; exec "$0" "$@"`;
    const child = spawn('sh', ['-c', limited, process.execPath, main, 'upgrade', 'head', '--backup'], {
      cwd: made.folder,
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(said).toMatch(/error REV_BACKUP: The database could not be copied: /);
    expect(backups(made)).toEqual([]);
    expect(readFile(made.path('app.db'), 'select version_num from alembic_version')).toEqual([first]);
  });
});

describe('rev reset --drop', () => {
  it('lists what is there, asks, and drops it all, the version table and the journal too', async () => {
    const made = await project();
    changeFile(made.path('app.db'), 'create virtual table words using fts5(body)');
    const listed = [/view notes/, /table t\b/, /table words\b/, /table alembic_journal/];
    await refused(made, ['reset', '--drop'], 'REV_CONSENT', 4, listed);
    const { stdout } = await made.ok(['reset', '--drop', '--yes', '--backup', '--json']);
    const { dropped, backup } = JSON.parse(stdout);
    expect(dropped).toContain('table alembic_version');
    expect(
      readFile(made.path('app.db'), "select name from sqlite_schema where name not like 'sqlite%'"),
    ).toEqual([]);
    expect(readFile(backup, 'select count(*) from t')).toEqual([2]);
    expect((await made.ok(['reset', '--drop', '--yes'])).stderr).toContain('Nothing to drop');
    await made.ok(['upgrade', 'head']);
  });

  it('keeps what is not compared', async () => {
    const made = await project();
    changeFile(made.path('app.db'), 'create table theirs (n integer)');
    config(made, { ...settings, exclude: ['theirs'] });
    await made.ok(['reset', '--drop', '--yes']);
    expect(
      readFile(made.path('app.db'), "select name from sqlite_schema where name not like 'sqlite%'"),
    ).toEqual(['theirs']);
  });
});
