import { describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';
import { config, refused, revision, sqliteProject } from '../support/refusals.js';

/** Two people's revisions on one head become a line, in the built command. */

const first = 'aaaa11112222';
const theirs = 'bbbb11112222';
const mine = 'cccc11112222';
const top = 'dddd11112222';

const table = `await op.createTable('users', [column('id', 'integer')]);`;
const add = (name: string) => `await op.addColumn('users', column('${name}', 'text'));`;
const drop = (name: string) => `await op.dropColumn('users', '${name}');`;

/** first; theirs on it; mine and top on it. */
function forked(ours = 'bio'): UserProject {
  const project = sqliteProject();
  project.write('app.db', '');
  revision(project, { id: first, upgrade: table, downgrade: "await op.dropTable('users');" });
  revision(project, { id: theirs, down: first, upgrade: add('age'), downgrade: drop('age') });
  revision(project, { id: mine, down: first, upgrade: add(ours), downgrade: drop(ours) });
  revision(project, { id: top, down: mine, upgrade: add('city'), downgrade: drop('city') });
  return project;
}

const fileOf = (id: string) => `revisions/${id}_made_by_hand.ts`;

const databases = [
  ['sqlite', async (_project: UserProject) => undefined],
  [
    'postgres',
    async (project: UserProject) => {
      const { url } = await freshDatabase();
      config(project, { dialect: 'postgres', url, schema: './schema' });
    },
  ],
] as const;

describe.each(databases)('rev rebase on %s', (_dialect, connect) => {
  it('makes a line of two branches, which then runs', async () => {
    const project = forked();
    await connect(project);
    await project.ok(['upgrade', theirs]);
    const before = project.read(fileOf(mine));
    const { stdout, stderr } = await project.ok(['rebase', top]);
    expect(stdout.trim()).toBe(project.path(fileOf(mine)));
    expect(stderr).toContain(`${mine} now revises ${theirs} instead of ${first}.`);
    expect(stderr).toContain(`What stands on it comes along: ${top}.`);
    expect(stderr).toContain('Same table, different parts: users.');
    expect(project.read(fileOf(mine))).toBe(before.replace(`'${first}'`, `'${theirs}'`));
    expect((await project.ok(['heads'])).stdout.split('\n')).toHaveLength(2);
    await project.ok(['upgrade', 'head']);
    await project.ok(['downgrade', 'base', '--yes']);
  });

  it('refuses what is applied, and says how it is done', async () => {
    const project = forked();
    await connect(project);
    await project.ok(['upgrade', top]);
    const before = project.read(fileOf(mine));
    const { stderr } = await refused(project, ['rebase', top], 'REV_APPLIED', 4, [
      /bbbb11112222 would count as applied without having run/,
    ]);
    expect(project.read(fileOf(mine))).toBe(before);
    const steps = [...stderr.matchAll(/^ {4}rev (.+)$/gm)].map(([, line = '']) => line.split(' '));
    expect(steps).toHaveLength(3);
    for (const step of steps) await project.ok(step);
    expect((await project.ok(['current'])).stdout).toContain(`${mine} -> ${top}`);
  });

  it('takes what is applied together with all that it comes to stand on', async () => {
    const project = forked();
    await connect(project);
    await project.ok(['upgrade', 'heads']);
    await project.ok(['rebase', top]);
    expect((await project.ok(['upgrade', 'head'])).stderr).toContain(theirs);
    expect((await project.ok(['current', '--check-heads'])).stdout).toContain(top);
  });

  it('refuses to lose a parent that is applied', async () => {
    const project = forked();
    await connect(project);
    await project.ok(['upgrade', top]);
    await refused(project, ['rebase', top, '--parent', mine, '--onto', first], 'REV_APPLIED', 4, [
      /cccc11112222 would count as not applied/,
    ]);
  });
});

describe('rev rebase', () => {
  it('shows the change with --dry-run and writes nothing', async () => {
    const project = forked();
    const before = project.read(fileOf(mine));
    const { stdout } = await project.ok(['rebase', top, '--dry-run']);
    expect(stdout).toContain(`--- ${fileOf(mine)}`);
    expect(stdout).toContain(`-export const downRevision = '${first}';`);
    expect(stdout).toContain(`+export const downRevision = '${theirs}';`);
    expect(project.read(fileOf(mine))).toBe(before);
  });

  it('keeps line ends and quotes, and leaves no draft', async () => {
    const project = forked();
    const windows = `/**\r\n * mine\r\n *\r\n * Revises:  ${first}\r\n */\r\nexport const revision = "${mine}"\r\nexport const downRevision: string | null  =  "${first}" // aaaa11112222\r\nexport async function upgrade(op) {}\r\n`;
    project.write(fileOf(mine), windows);
    await project.ok(['rebase', top]);
    expect(project.read(fileOf(mine))).toBe(
      windows.replace(`Revises:  ${first}`, `Revises:  ${theirs}`).replace(`"${first}"`, `"${theirs}"`),
    );
    expect(project.revisions()).toHaveLength(4);
  });

  it('gives all of it as data', async () => {
    const project = forked();
    const { stdout } = await project.ok(['rebase', 'cccc', '--onto', 'bbbb', '--json']);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      version: 1,
      revision: mine,
      from: [first],
      to: [theirs],
      moved: [mine, top],
      written: true,
      file: project.path(fileOf(mine)),
    });
    expect(result.overlaps).toHaveLength(1);
    expect(result.branches).toHaveLength(2);
  });

  it('warns of a conflict as a merge does, and refuses it with --check', async () => {
    const project = forked('age');
    await refused(project, ['rebase', top, '--check'], 'REV_CONFLICT', 1, [/column users\.age/]);
    expect(project.read(fileOf(mine))).toContain(`downRevision = '${first}'`);
    const { stderr } = await project.ok(['rebase', top]);
    expect(stderr).toContain('warning: the branches conflict');
  });

  it('does not take a database file that is not there for one that has nothing applied', async () => {
    const project = forked();
    const away = ['rebase', top, '--url', 'file:ap.db'];
    await refused(project, away, 'REV_CONNECT', 1, [/There is no database file .*ap\.db/, /--no-database/]);
    await project.ok([...away, '--no-database']);
  });

  it('without a name says which choices there are', async () => {
    await refused(forked(), ['rebase'], 'REV_USAGE', 2, [
      /rev rebase bbbb11112222 {3}\(puts it onto dddd11112222\)/,
      /rev rebase dddd11112222 {3}\(puts it onto bbbb11112222\)/,
    ]);
  });

  it('has nothing to do where the branch stands there already', async () => {
    const { stderr, stdout } = await forked().ok(['rebase', top, '--onto', first]);
    expect(stderr).toContain('Nothing to do');
    expect(stdout).toBe('');
  });

  it('refuses itself, a descendant, and names that are none', async () => {
    const project = forked();
    await refused(project, ['rebase', mine, '--onto', mine], 'REV_TARGET', 2);
    await refused(project, ['rebase', mine, '--onto', top], 'REV_TARGET', 2, [/circle/]);
    await refused(project, ['rebase', mine, '--onto', 'ffff'], 'REV_UNKNOWN_REVISION', 2);
  });

  it('needs a database, or to be told that there is none to ask', async () => {
    const project = forked();
    config(project, { dialect: 'sqlite', schema: './schema' });
    await refused(project, ['rebase', top], 'REV_CONFIG', 2, [/--no-database/]);
    const unreachable = ['--url', 'postgres://me:secret-word@127.0.0.1:1/none'];
    config(project, { dialect: 'postgres', schema: './schema' });
    const { stderr } = await refused(project, ['rebase', top, ...unreachable], 'REV_CONNECT', 1, [
      /--no-database/,
    ]);
    expect(stderr).not.toContain('secret-word');
    await project.ok(['rebase', top, '--no-database']);
    expect(project.read(fileOf(mine))).toContain(`downRevision = '${theirs}'`);
  });

  it('refuses a file that could not be written back as it is', async () => {
    const project = forked();
    const file = project.path(fileOf(mine));
    const { appendFileSync } = await import('node:fs');
    appendFileSync(file, Buffer.from([0x2f, 0x2f, 0xe9, 0x0a]));
    await refused(project, ['rebase', top], 'REV_UNWRITABLE', 1, [/UTF-8/]);
  });
});
