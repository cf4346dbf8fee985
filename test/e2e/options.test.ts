import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findEditor } from '../../src/cli/editor.js';
import type { UserProject } from '../support/project.js';
import { config, refused, revision, sqliteProject, tables } from '../support/refusals.js';

/** Options that Alembic has too, one by one, in the built command. */

const first = 'aaaa11112222';
const second = 'bbbb11112222';
const third = 'cccc11112222';

/** first; second and third on it. */
function forked(): UserProject {
  const project = sqliteProject();
  revision(project, { id: first });
  revision(project, { id: second, down: first });
  revision(project, { id: third, down: first });
  return project;
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

describe('rev heads --check', () => {
  it('is refused with several heads, with both ways out, and passes with one', async () => {
    const project = forked();
    await refused(project, ['heads', '--check'], 'REV_UNMERGED_HEADS', 1, [/rev rebase/, /rev merge/]);
    await project.ok(['heads']);
    await project.ok(['rebase', third, '--no-database']);
    expect(lines((await project.ok(['heads', '--check'])).stdout)).toHaveLength(1);
  });

  it('counts a head that another depends on only without --resolve-dependencies', async () => {
    const project = forked();
    const file = `revisions/${third}_made_by_hand.ts`;
    project.write(file, project.read(file).replace('dependsOn = null', `dependsOn = '${second}'`));
    await refused(project, ['heads', '--check'], 'REV_UNMERGED_HEADS', 1);
    const { stdout } = await project.ok(['heads', '--check', '--resolve-dependencies']);
    expect(lines(stdout)).toHaveLength(1);
    expect(stdout).toContain(third);
  });

  it('has nothing against a project without revisions', async () => {
    await sqliteProject().ok(['heads', '--check']);
  });
});

it.each(['--lock-timeout', '--statement-timeout', '--lock-wait'])(
  '%s takes no time that no server knows',
  async (option) => {
    await refused(sqliteProject(), ['upgrade', 'head', option, '99999999999'], 'REV_USAGE', 2, [
      /milliseconds/,
    ]);
  },
);

describe('several folders of revisions', () => {
  function twoFolders(settings: object = {}): UserProject {
    const project = sqliteProject();
    config(project, {
      dialect: 'sqlite',
      url: 'app.db',
      schema: './schema',
      revisions: ['./revisions', './plugin/revisions'],
      ...settings,
    });
    project.write('plugin/revisions/.gitkeep', '');
    return project;
  }
  const inPlugin = (project: UserProject) =>
    readdirSync(project.path('plugin/revisions')).filter((name) => !name.startsWith('.'));

  it('a new revision goes where its parent is, to the first without one, or to --version-path', async () => {
    const project = twoFolders();
    await project.ok(['create', '-m', 'core', '--rev-id', 'core']);
    const base = ['create', '--head', 'base', '--branch-label', 'plugin'];
    await project.ok([...base, '-m', 'begin', '--version-path', 'plugin/revisions']);
    await project.ok(['create', '-m', 'more', '--head', 'plugin@head']);
    await project.ok(['create', '-m', 'core 2', '--head', 'core']);
    expect(inPlugin(project)).toHaveLength(2);
    expect(project.revisions()).toHaveLength(2);
    await project.ok(['upgrade', 'heads']);
  });

  it('refuses a folder in which nothing would find it', async () => {
    const project = twoFolders();
    const create = ['create', '-m', 'x', '--version-path'];
    await refused(project, [...create, 'elsewhere'], 'REV_USAGE', 2, [/plugin\/revisions/]);
    await refused(project, [...create, 'plugin/revisions/deeper'], 'REV_USAGE', 2);
    expect(existsSync(project.path('elsewhere'))).toBe(false);
  });

  it('looks into folders inside of them only with `recursive`, and may sort new files into such', async () => {
    const project = twoFolders({ recursive: true, fileTemplate: '{year}/{month}/{id}_{slug}' });
    const { stdout } = await project.ok(['create', '-m', 'by date', '--rev-id', 'dated']);
    expect(stdout).toMatch(/revisions\/\d{4}\/\d{2}\/dated_by_date\.ts\n$/);
    await project.ok(['create', '-m', 'x', '--version-path', 'revisions/by-hand', '--head', 'dated']);
    project.write('revisions/node_modules/x.ts', 'export const revision = nothing;');
    expect(lines((await project.ok(['history'])).stdout)).toHaveLength(2);
    const flat = { dialect: 'sqlite', url: 'app.db', schema: './schema' };
    config(project, flat);
    expect((await project.ok(['history'])).stdout).toBe('');
    config(project, { ...flat, fileTemplate: '{year}/{id}' });
    await refused(project, ['history'], 'REV_CONFIG', 2, [/recursive: true/]);
    config(project, { ...flat, recursive: true, fileTemplate: '../{id}' });
    await refused(project, ['history'], 'REV_CONFIG', 2, [/fileTemplate/]);
  });
});

it('names of new files: every token, the time zone and the length of the slug', async () => {
  const project = sqliteProject();
  config(project, {
    dialect: 'sqlite',
    schema: './schema',
    fileTemplate: '{year}{month}{day}T{hour}{minute}{second}_{epoch}_{id}_{slug}',
    timezone: 'Asia/Kolkata',
    slugLength: 8,
  });
  const { stdout } = await project.ok(['create', '-m', 'Add the author', '--rev-id', 'one']);
  const [, date = '', epoch = ''] = /(\d{8}T\d{6})_(\d+)_one_add_the\.ts\n$/.exec(stdout) ?? [];
  const local = new Date(Number(epoch) * 1000 + 5.5 * 3_600_000).toISOString();
  expect(date).toBe(local.slice(0, 19).replace(/[-:]/g, ''));
});

describe('where the database is', () => {
  it('history -i marks it, -r takes it for an end, --verbose shows blocks', async () => {
    const project = forked();
    await project.ok(['upgrade', second]);
    const marked = lines((await project.ok(['history', '-i'])).stdout).filter((line) =>
      line.includes('(current)'),
    );
    expect(marked).toHaveLength(1);
    expect(marked[0]).toContain(second);
    expect(lines((await project.ok(['history', '-r', 'base:current'])).stdout)).toHaveLength(2);
    expect((await project.ok(['history', '--verbose'])).stdout).toMatch(/^Revises: {2}aaaa11112222$/m);
  });

  it('current --check-heads is refused until every head is applied', async () => {
    const project = forked();
    await project.ok(['upgrade', second]);
    await refused(project, ['current', '--check-heads'], 'REV_NOT_AT_HEAD', 1, [/cccc11112222/]);
    await project.ok(['upgrade', 'heads']);
    await project.ok(['current', '--check-heads']);
  });

  it('stamp --purge takes several targets', async () => {
    const project = forked();
    await project.ok(['stamp', second, third, '--purge']);
    expect(lines((await project.ok(['current'])).stdout)).toHaveLength(2);
    await project.ok(['stamp', first, '--purge']);
    expect(lines((await project.ok(['current'])).stdout)).toHaveLength(1);
  });

  it('stamp --sql starts from one place', async () => {
    const project = forked();
    const { stdout } = await project.ok(['stamp', `${first}:${second}`, `${first}:${third}`, '--sql']);
    expect(stdout).toContain(`'${third}'`);
    const several = ['stamp', `${first}:${second}`, `${second}:${third}`, '--sql'];
    await refused(project, several, 'REV_USAGE', 2, [/aaaa11112222,bbbb11112222/]);
  });

  it('branches --verbose shows blocks', async () => {
    const { stdout } = await forked().ok(['branches', '--verbose']);
    expect(stdout).toMatch(/^Revision: aaaa11112222 \(branchpoint\)$/m);
    expect(stdout).toMatch(/^Into: {5}bbbb11112222, cccc11112222$/m);
  });

  it('ensure-version --sql prints what ensure-version does', async () => {
    const project = forked();
    const { stdout } = await project.ok(['ensure-version', '--sql']);
    expect(stdout).toMatch(/^CREATE TABLE IF NOT EXISTS "alembic_version" \([\s\S]*\);\n$/);
    expect(tables(project)).toEqual([]);
    expect(JSON.parse((await project.ok(['ensure-version', '--sql', '--json'])).stdout).sql).toBe(stdout);
  });
});

describe('rev edit', () => {
  it('without a terminal or an editor says which file it is', async () => {
    const project = forked();
    const file = /revisions\/bbbb11112222_made_by_hand\.ts/;
    await refused(project, ['edit', second], 'REV_EDITOR', 1, [file]);
    const { code, stderr } = await project.rev(['edit', second], { EDITOR: 'true', VISUAL: '' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/no terminal/);
    await refused(project, ['edit', 'ffff'], 'REV_UNKNOWN_REVISION', 2);
  });

  const terminal = existsSync('/usr/bin/script') && process.platform === 'linux';
  /** In a terminal of its own, with an editor that says what it is given. */
  function inTerminal(project: UserProject, args: string, editor: string) {
    project.write(
      'note.mjs',
      "import { appendFileSync } from 'node:fs';\nappendFileSync('noted', process.argv.slice(2).join('|') + '\\n');\n",
    );
    const rev = `${process.execPath} node_modules/drizzle-alembic/dist/cli/main.js ${args}`;
    const { stdout, status } = spawnSync('/usr/bin/script', ['-qec', rev, '/dev/null'], {
      cwd: project.folder,
      env: { ...process.env, VISUAL: editor, EDITOR: 'false' },
      encoding: 'utf8',
    });
    return { stdout, status, noted: existsSync(project.path('noted')) ? lines(project.read('noted')) : [] };
  }

  it.runIf(terminal)('opens each file in turn, with the arguments of the editor', async () => {
    const project = forked();
    await project.ok(['upgrade', 'heads']);
    const editor = `${process.execPath} note.mjs --wait 'two words'`;
    const { noted, status } = inTerminal(project, 'edit current', editor);
    expect(status).toBe(0);
    expect(noted).toEqual(
      [second, third].map((id) => `--wait|two words|${project.path(`revisions/${id}_made_by_hand.ts`)}`),
    );
  });

  it.runIf(terminal)('says so when the editor fails, and when the file is no revision any more', async () => {
    const project = forked();
    expect(inTerminal(project, 'edit cccc', 'false').stdout).toContain('REV_EDITOR');
    expect(inTerminal(project, 'edit cccc', '/no/such/editor').stdout).toMatch(/ENOENT/);
    project.write(
      'spoil.mjs',
      "import { writeFileSync } from 'node:fs';\nwriteFileSync(process.argv[2], 'export const revision = 1;');\n",
    );
    const spoiled = inTerminal(project, 'edit cccc', `${process.execPath} spoil.mjs`);
    expect(spoiled.stdout).toContain('REV_HEADER');
    expect(spoiled.status).toBe(2);
  });

  it.each([
    [{ VISUAL: 'code --wait', EDITOR: 'vi' }, ['code', '--wait']],
    [{ VISUAL: ' ', EDITOR: 'vi' }, ['vi']],
    [{ EDITOR: `"/opt/my editor" -c 'set x="1"' a\\ b` }, ['/opt/my editor', '-c', 'set x="1"', 'a b']],
    [{ EDITOR: 'C:\\tools\\vim.exe -f' }, ['C:\\tools\\vim.exe', '-f']],
    [{ EDITOR: '"C:\\Program Files\\vim.exe"' }, ['C:\\Program Files\\vim.exe']],
    [{}, undefined],
  ])('reads %j', (env, expected) => {
    expect(findEditor(env)).toEqual(expected);
  });
});
