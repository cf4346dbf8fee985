import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startRev } from '../support/fault-project.js';
import type { UserProject } from '../support/project.js';
import { config, refused, revision, sqliteProject } from '../support/refusals.js';
import { changeFile, readFile } from '../support/sqlite-file.js';

/** Which backups there are afterwards, under which names, and where a restore goes to. */

const first = 'aaaa11112222';
const second = 'bbbb11112222';
const settings = { dialect: 'sqlite', url: 'file:app.db', schema: './schema' };

function project(more: Readonly<Record<string, unknown>> = {}): UserProject {
  const made = sqliteProject();
  config(made, { ...settings, ...more });
  revision(made, { id: first, upgrade: "await op.createTable('t', [column('n', 'integer')]);" });
  return made;
}

const backups = (made: UserProject): readonly string[] =>
  existsSync(made.path('backups')) ? readdirSync(made.path('backups')).sort() : [];

const backupOf = async (made: UserProject, ...args: string[]): Promise<string> =>
  JSON.parse((await made.ok([...args, '--json'])).stdout).backup;

describe('replicas that start together', () => {
  it('leave the backup of the one that changes something, where only one is kept', async () => {
    const made = project({ backup: { before: 'upgrade', keep: 1 } });
    const [begun, go] = [made.path('begun'), made.path('go')];
    revision(made, {
      id: second,
      down: first,
      upgrade: `const { existsSync, writeFileSync } = await import('node:fs');
        await op.execute('insert into t values (1)');
        writeFileSync(${JSON.stringify(begun)}, '');
        while (!existsSync(${JSON.stringify(go)})) await new Promise((next) => setTimeout(next, 20));`,
    });
    const one = startRev(made, ['upgrade', 'heads']);
    await expect.poll(() => existsSync(begun), { timeout: 60_000 }).toBe(true);
    const kept = backups(made);
    expect(kept).toEqual([expect.stringContaining('_base_')]);
    // The first revision is committed, the second one is not: to another runner there is something to do.
    const two = startRev(made, ['upgrade', 'heads']);
    let said = '';
    two.child.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    await expect.poll(() => said, { timeout: 60_000 }).toMatch(/waiting for it|done /);
    expect(backups(made)).toEqual(kept);
    writeFileSync(go, '');
    const ended = await Promise.all([one.ended, two.ended]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(backups(made)).toEqual(kept);
    expect(ended[1]?.output).not.toContain('backup to');
    expect(readFile(made.path('app.db'), 'select n from t')).toEqual([1]);
  });
});

describe('the names of backups', () => {
  it('differ for files of one name in two folders, and each keeps its own', async () => {
    const made = project({ backup: { before: 'upgrade', keep: 1 } });
    for (const folder of ['one', 'two']) mkdirSync(made.path(folder));
    const [one, two] = [
      await backupOf(made, 'upgrade', 'head', '--url', 'one/app.db'),
      await backupOf(made, 'upgrade', 'head', '--url', 'two/app.db'),
    ];
    expect(basename(one).split('_')[0]).not.toBe(basename(two).split('_')[0]);
    expect(backups(made)).toEqual([one, two].map((file) => basename(file)).sort());
    // By another path it is the same file.
    const again = await backupOf(
      made,
      'downgrade',
      'base',
      '--yes',
      '--backup',
      '--url',
      `file:${made.path('one/../one/app.db')}`,
    );
    expect(backups(made)).toEqual([again, two].map((file) => basename(file)).sort());
  });

  it('differ for several databases', async () => {
    const made = project({
      url: undefined,
      databases: { one: { url: 'file:app.db' }, two: { url: 'file:app.db', versionTable: 'other' } },
      backup: { keep: 1 },
    });
    await made.ok(['upgrade', 'head', '--database', 'one']);
    await made.ok(['backup']);
    const names = backups(made).map((name) => name.split('_')[0]);
    expect(names).toEqual([
      expect.stringMatching(/^one\.app\.db-[0-9a-f]{8}$/),
      expect.stringMatching(/^two\.app\.db-[0-9a-f]{8}$/),
    ]);
  });
});

describe('old backups', () => {
  it('that cannot be deleted are told, and the run goes on', async () => {
    const made = project({ backup: { before: 'upgrade', keep: 1 } });
    const prefix = basename(await backupOf(made, 'upgrade', 'head')).split('_')[0];
    const stuck = made.path('backups', `${prefix}_base_20200101T000000Z.db`);
    mkdirSync(stuck);
    writeFileSync(`${stuck}/mine`, '');
    revision(made, { id: second, down: first, upgrade: "await op.execute('insert into t values (1)');" });
    const { stdout, stderr } = await made.ok(['upgrade', 'head']);
    expect(stdout).not.toContain('warning');
    expect(stderr).toMatch(/warning.*Older backups were not all deleted/);
    expect(existsSync(`${stuck}/mine`)).toBe(true);
    expect(readFile(made.path('app.db'), 'select n from t')).toEqual([1]);
  });
});

describe('the way back of a failed run', () => {
  it.each([
    ['another url', {}, ['--url', 'other.db']],
    [
      'one of several databases',
      { url: undefined, databases: { one: { url: 'file:other.db' }, two: { url: 'file:two.db' } } },
      ['--database', 'one'],
    ],
  ])('leads to the same database: %s', async (_, more, args) => {
    const made = project({ ...more, backup: { before: 'upgrade' } });
    await made.ok(['upgrade', 'head', ...args]);
    revision(made, {
      id: second,
      down: first,
      upgrade: "await op.execute('insert into t values (1)'); throw new Error('on purpose');",
    });
    const { stderr } = await made.rev(['upgrade', 'head', ...args]);
    const [, command = ''] = /rev (restore .*)$/m.exec(stderr) ?? [];
    changeFile(made.path('other.db'), 'insert into t values (2)');
    await made.ok([...command.split(' '), '--yes']);
    expect(readFile(made.path('other.db'), 'select n from t')).toEqual([]);
    expect(existsSync(made.path('app.db'))).toBe(false);
  });
});

it('rev restore says that a file is the database itself, by whatever name', async () => {
  const made = project();
  await made.ok(['upgrade', 'head']);
  symlinkSync(made.path('app.db'), made.path('link.db'));
  linkSync(made.path('app.db'), made.path('second.db'));
  for (const name of ['app.db', 'link.db', 'second.db'])
    await refused(made, ['restore', name, '--yes'], 'REV_RESTORE', 1, [/is the database itself/]);
});

it('rev restore names the backup where SQLite cannot even check it', async () => {
  const made = project();
  await made.ok(['upgrade', 'head']);
  changeFile(
    made.path('app.db'),
    `create table big (t text); create index i on big (t);
     with recursive n (n) as (select 1 union all select n + 1 from n where n < 500)
       insert into big select hex(randomblob(100)) from n`,
  );
  await made.ok(['backup', '--to', 'whole.db']);
  writeFileSync(made.path('damaged.db'), readFileSync(made.path('whole.db')).fill(0xff, 4096 * 4, 4096 * 8));
  const { stderr } = await refused(made, ['restore', 'damaged.db', '--yes'], 'REV_RESTORE', 1, [
    /damaged\.db is damaged/,
    /the database is as it was/,
  ]);
  expect(stderr).not.toMatch(/restore a backup/);
});

describe('rev restore where there is no database', () => {
  it('makes no file if it is refused, and one if it is not', async () => {
    const made = project();
    await made.ok(['upgrade', 'head', '--url', 'old.db']);
    const none = () => readdirSync(made.folder).filter((name) => name.startsWith('app.db'));
    await refused(made, ['restore', 'old.db'], 'REV_CONSENT', 4, [/replaces all of .*app\.db/]);
    expect(none()).toEqual([]);
    made.write('text.db', 'no database');
    await refused(made, ['restore', 'text.db', '--yes'], 'REV_RESTORE', 1);
    expect(none()).toEqual([]);
    changeFile(
      made.path('old.db'),
      'insert into t values (1); create table big as select hex(randomblob(9000)) as b',
    );
    writeFileSync(made.path('damaged.db'), readFileSync(made.path('old.db')).fill(0xff, 4096 + 8));
    await refused(made, ['restore', 'damaged.db', '--yes'], 'REV_RESTORE', 1);
    writeFileSync(made.path('cut.db'), readFileSync(made.path('old.db')).subarray(0, 9000));
    await refused(made, ['restore', 'cut.db', '--yes'], 'REV_RESTORE', 1, [/The backup is damaged/]);
    expect(none()).toEqual([]);
    await refused(made, ['restore', 'old.db', '--yes', '--url', 'nowhere/app.db'], 'REV_CONNECT', 1, [
      /mkdir -p/,
    ]);
    await made.ok(['restore', 'old.db', '--yes']);
    expect(readFile(made.path('app.db'), 'select n from t')).toEqual([1]);
    expect(none()).toEqual(['app.db']);
  });

  it('says small sizes as they are', async () => {
    const made = project();
    await made.ok(['upgrade', 'head', '--url', 'old.db']);
    const { stderr } = await made.rev(['restore', 'old.db']);
    expect(stderr).toMatch(/the database: at base, 0 bytes/);
    expect(stderr).toMatch(/the backup: at aaaa11112222, \d+\.\d kB/);
  });
});
