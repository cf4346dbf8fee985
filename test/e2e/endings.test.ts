import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { revOnFullDisk } from '../support/full-disk.js';
import type { UserProject } from '../support/project.js';
import { config, refused, revision, sqliteProject, tables } from '../support/refusals.js';
import { changeFile, readFile } from '../support/sqlite-file.js';

/** How commands end when something around them ends them, or does not let them end. */

const main = (project: UserProject) => project.path('node_modules/drizzle-alembic/dist/cli/main.js');

describe('process.exit in a revision', () => {
  it.each([[['upgrade', 'head']], [['merge', '--check']], [['graph', '--format', 'html']]])(
    'is no success: %s',
    async (args) => {
      const project = sqliteProject();
      const two = args[0] === 'merge';
      revision(project, { id: 'aaaa11112222', upgrade: two ? '' : 'process.exit(0);' });
      if (two) {
        revision(project, { id: 'bbbb11112222', down: 'aaaa11112222', upgrade: 'process.exit(0);' });
        revision(project, { id: 'cccc11112222', down: 'aaaa11112222' });
      }
      await refused(project, args, 'REV_REVISION_FAILED', 1, [/process\.exit/]);
    },
  );
});

it.each([
  ['process.exit(0);', /process\.exit/],
  ['await new Promise(() => {});', /never settles/],
])(
  '%s in a revision undoes nothing that is done outside of a transaction, and says so',
  async (end, what) => {
    const project = sqliteProject();
    const upgrade = `await op.autocommit(() => op.execute('create table a (n)')); ${end}`;
    revision(project, { id: 'aaaa11112222', upgrade });
    const { stderr } = await refused(project, ['upgrade', 'head'], 'REV_REVISION_FAILED', 1, [
      what,
      /outside of a transaction stays.*rev status/,
    ]);
    expect(stderr).not.toMatch(/Nothing of a running revision/);
    expect(tables(project)).toContain('a');
    expect((await project.ok(['status'])).stdout).toContain('operations done: 1');
  },
);

describe('what a revision starts and does not wait for is told by its file and line', () => {
  const late = "() => {\n throw new Error('too late'); }";
  const wait = 'await new Promise((done) => setTimeout(done, 60_000));';
  // A function that throws in no call of the revision's: its line is the second one of the body.
  const place = /revisions\/[ab]{4}11112222_made_by_hand\.ts:10:\d+: too late/;

  it.each([
    ['a timer, while it runs', `setTimeout(${late}, 0); ${wait}`],
    ['a promise, while it runs', `Promise.resolve().then(${late}); await op.execute('select 1');`],
    ['what it throws itself', `await op.execute('select 1'); (${late})();`],
  ])('%s', async (_what, upgrade) => {
    const project = sqliteProject();
    revision(project, { id: 'aaaa11112222', upgrade: `await op.execute('create table a (n)'); ${upgrade}` });
    const { stderr } = await refused(project, ['upgrade', 'head'], 'REV_REVISION_FAILED', 1, [place]);
    expect(stderr).not.toMatch(/fault of rev/);
    expect(tables(project)).not.toContain('a');
  });

  it('a timer, once another revision runs', async () => {
    const project = sqliteProject();
    revision(project, {
      id: 'aaaa11112222',
      upgrade: `globalThis.start = () => setTimeout(${late}, 0);`,
    });
    revision(project, { id: 'bbbb11112222', down: 'aaaa11112222', upgrade: `globalThis.start(); ${wait}` });
    const { code, stderr } = await project.rev(['upgrade', 'head']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error REV_REVISION_FAILED: /m)]);
    expect(stderr).toMatch(place);
    expect((await project.ok(['current'])).stdout).toContain('aaaa11112222');
  });

  it('in a script, too', async () => {
    const project = sqliteProject();
    revision(project, { id: 'aaaa11112222', upgrade: `(${late})();` });
    await refused(project, ['upgrade', 'head', '--sql'], 'REV_REVISION_FAILED', 1, [place]);
  });
});

it('what a revision leaves open does not keep a command from ending', async () => {
  const project = sqliteProject();
  revision(project, { id: 'aaaa11112222', upgrade: 'setInterval(() => {}, 1000);' });
  await project.ok(['diff', 'base', 'head']);
  await project.ok(['upgrade', 'head']);
});

it('a revision that never ends is only one that cannot be seen through, for merge', async () => {
  const project = sqliteProject();
  revision(project, { id: 'aaaa11112222' });
  revision(project, {
    id: 'bbbb11112222',
    down: 'aaaa11112222',
    upgrade: 'setInterval(() => {}, 1000); await new Promise(() => {});',
  });
  revision(project, {
    id: 'cccc11112222',
    down: 'aaaa11112222',
    upgrade: 'if (!op.offline) await op.db.all("x");',
  });
  const { stderr } = await project.ok(['merge', '--dry-run']);
  expect(stderr).toMatch(/It has not[\s\S]*ended/);
  expect(stderr).toMatch(/op\.offline/);
});

it('a reader of the output that has gone is no failure', async () => {
  const project = sqliteProject();
  for (let at = 0; at < 700; at += 1) {
    const id = `${1000 + at}11112222`;
    revision(project, { id, ...(at > 0 ? { down: `${999 + at}11112222` } : {}) });
  }
  const child = spawn(process.execPath, [main(project), 'history', '--verbose'], { cwd: project.folder });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((done) => child.on('close', done));
  expect([code, stderr]).toEqual([0, '']);
});

it('a full disk leaves no half revision', async () => {
  const project = sqliteProject();
  const long = `// ${'x'.repeat(200)}\n`.repeat(60);
  revision(project, { id: 'aaaa11112222' });
  revision(project, { id: 'bbbb11112222', down: 'aaaa11112222', upgrade: long });
  revision(project, { id: 'cccc11112222', down: 'aaaa11112222' });
  const file = 'revisions/bbbb11112222_made_by_hand.ts';
  const before = project.read(file);
  const args = ['rebase', 'bbbb', '--onto', 'cccc', '--no-database', '--no-compare'];
  const { code, stderr } = await revOnFullDisk(project, 4, args);
  expect(stderr).toMatch(/REV_UNWRITABLE/);
  expect(code).toBe(1);
  expect(project.read(file)).toBe(before);
  expect(readdirSync(project.path('revisions')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

it('a script of stamp --purge empties the version table, whatever it holds', async () => {
  const project = sqliteProject();
  revision(project, { id: 'aaaa11112222' });
  const file = project.path('app.db');
  for (const [target, left] of [
    ['head', ['aaaa11112222']],
    ['base', []],
  ] as const) {
    await project.ok(['ensure-version']);
    changeFile(file, "insert or ignore into alembic_version values ('gone'), ('aaaa11112222')");
    changeFile(file, (await project.ok(['stamp', '--purge', '--sql', target])).stdout);
    expect(readFile(file, 'select version_num from alembic_version')).toEqual(left);
  }
});

it('a url with one slash missing is refused, and its password is not printed', async () => {
  const project = sqliteProject();
  config(project, { dialect: 'postgres', url: 'postgres:/u:hunter2@h/x', schema: './schema' });
  const { stdout, stderr } = await refused(project, ['current'], 'REV_URL', 2);
  expect(`${stdout}${stderr}`).not.toContain('hunter2');
});
