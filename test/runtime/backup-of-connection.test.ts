import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { expect, it, onTestFinished } from 'vitest';
import { backup, downgrade, restore, upgrade } from '../../src/index.js';
import { smallProject } from '../support/small-project.js';
import { temporaryFolder } from '../support/sqlite.js';
import { openFile, readFile } from '../support/sqlite-file.js';

/** Backups of what a program has handed in: the connection says what it is, and no URL is asked. */

const history = {
  a1: `export async function upgrade(op) { await op.execute('create table t (n integer)'); }
    export async function downgrade(op) { await op.dropTable('t'); }`,
  b1: `export async function upgrade(op) { await op.execute('insert into t values (1)'); throw new Error('on purpose'); }
    export async function downgrade(op) {}`,
};

const project = (dialect: 'postgres' | 'sqlite', more = '') =>
  smallProject(
    `export default { dialect: '${dialect}', schema: './schema', backup: { before: ['upgrade', 'downgrade'] }, ${more} };`,
    history,
  );

const require = createRequire(import.meta.url);

/** The package's own database object, as a program has it. */
function database(path: string) {
  const opened = new (require('better-sqlite3'))(path);
  onTestFinished(() => void opened.close());
  return opened;
}

const file = () => join(temporaryFolder(), 'shop.db');

it.each(['', "url: 'file:elsewhere.db'"])(
  'a backup has the name of the file that is open, with the configuration { %s }',
  async (more) => {
    const [cwd, path] = [project('sqlite', more), file()];
    const options = { cwd, connection: database(path) };
    const { backup: taken = '' } = await upgrade({ ...options, target: 'a1' });
    expect(taken).toMatch(new RegExp(`^${join(cwd, 'backups')}/shop\\.db-[0-9a-f]{8}_base_`));
    const { file: own } = await backup(options);
    expect(readFile(own, 'select version_num from alembic_version')).toEqual(['a1']);
    // As the command line would name it.
    const { file: same } = await backup({ cwd, url: path });
    expect(same.split('_')[0]).toBe(own.split('_')[0]);
    await downgrade({ ...options, target: 'base' });
    expect((await restore({ ...options, file: own })).after).toEqual(['a1']);
    expect(existsSync(join(cwd, 'elsewhere.db'))).toBe(false);
  },
);

it('a restore without a file, and a connection beside a url, are told what is wrong', async () => {
  const options = { cwd: project('sqlite', ''), connection: database(file()) };
  await expect(restore(options as unknown as Parameters<typeof restore>[0])).rejects.toMatchObject({
    code: 'REV_USAGE',
    message: 'A restore needs the file of a backup.',
  });
  await expect(upgrade({ ...options, url: file() })).rejects.toMatchObject({ code: 'REV_USAGE' });
});

it('the way back is by the connection', async () => {
  const options = { cwd: project('sqlite', "url: 'file:elsewhere.db'"), connection: database(file()) };
  await upgrade({ ...options, target: 'a1' });
  const failure = await upgrade(options).catch((error: unknown) => error);
  const { hint, data } = failure as { hint: string; data: { backup: string } };
  expect(hint).toContain(`restore({ file: "${data.backup}", connection })`);
  expect(hint).not.toContain('rev restore');
});

it('into a database in memory there is no way back, and none is told', async () => {
  const options = { cwd: project('sqlite'), connection: database(':memory:') };
  const failure = await upgrade(options).catch((error: unknown) => error);
  const { hint, data } = failure as { hint: string; data: { backup: string } };
  expect(hint).toContain(`before this run: ${data.backup}`);
  expect(hint).not.toContain('restore');
  expect(data.backup).toMatch(/\/memory_base_/);
  expect(openFile(data.backup).open).toBe(true);
});

it('a run of a PGlite is refused before anything is run, where it wants a backup', async () => {
  const client = new PGlite();
  onTestFinished(() => client.close());
  const cwd = project('postgres');
  const options = { cwd, connection: client };
  await expect(upgrade(options)).rejects.toMatchObject({
    code: 'REV_UNSUPPORTED',
    hint: expect.stringContaining('dumpDataDir'),
  });
  const { rows } = await client.query(
    "select relname from pg_class where relnamespace = 'public'::regnamespace",
  );
  expect(rows).toEqual([]);
  expect(readdirSync(cwd)).not.toContain('backups');
  await upgrade({ ...options, target: 'a1', backup: false });
});
