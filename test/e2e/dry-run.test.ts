import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { faultHistory } from '../support/fault-history.js';
import { faultProject } from '../support/fault-project.js';
import { freshDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';

/** `--dry-run`, `--tag` and `-x`, in the built command. */

const projects: UserProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

async function projectOn(name: 'postgres' | 'sqlite', only: (id: string) => boolean): Promise<UserProject> {
  const url = name === 'postgres' ? (await freshDatabase()).url : 'file:app.db';
  const project = faultProject(
    name,
    url,
    faultHistory(name).filter(({ id }) => only(id)),
  );
  projects.push(project);
  return project;
}

describe.each(['postgres', 'sqlite'] as const)('a dry run on %s', (name) => {
  it('leaves nothing, not even a file', async () => {
    const project = await projectOn(name, (id) => ['a1', 'b1', 'd1', 'g1'].includes(id));
    const { stderr } = await project.ok(['upgrade', 'head', '--dry-run']);
    expect(stderr).toContain('4 steps can be run; all of it was rolled back.');
    if (name === 'sqlite') expect(existsSync(project.path('app.db'))).toBe(false);
    expect((await project.ok(['current'])).stdout).toBe('');
    await project.ok(['upgrade', 'head']);
  });

  it('says what it did not try', async () => {
    const project = await projectOn(name, () => true);
    const { stdout, stderr } = await project.ok(['upgrade', 'head', '--dry-run', '--json']);
    const { steps, notTried, dryRun, before } = JSON.parse(stdout);
    expect({ dryRun, before, steps: steps.length }).toEqual({ dryRun: true, before: [], steps: 2 });
    expect(notTried).toEqual(['c1', 'd1', 'e1', 'f1', 'g1', 'h1', 'i1', 'j1']);
    expect(stderr).toContain('not tried');
  });

  it('stops at a revision that leaves the transaction in the middle', async () => {
    const project = await projectOn(name, (id) => ['a1', 'b1', 'f1', 'j1'].includes(id));
    const { stdout } = await project.ok(['upgrade', 'head', '--dry-run', '--json']);
    expect(JSON.parse(stdout).notTried).toEqual(['f1', 'j1']);
    expect((await project.ok(['current'])).stdout).toBe('');
  });

  it('stops at a revision that is half done, and says so', async () => {
    const project = await projectOn(name, (id) => id === 'a1');
    const revision = (id: string, down: string, body: string) =>
      project.write(
        `revisions/${id}.mjs`,
        `export const revision = '${id}'; export const downRevision = '${down}';
         export async function upgrade(op) { ${body} }`,
      );
    const half = `await op.execute('alter table accounts add column z integer');
      await op.autocommit(() => op.execute('create table outside_of_it (n integer)'));`;
    revision('y1', 'a1', "await op.execute('create table y (n integer)');");
    revision('z1', 'y1', `${half} throw new Error('cut');`);
    revision('z2', 'z1', "await op.execute('create table z2 (n integer)');");
    expect((await project.rev(['upgrade', 'head'])).code).toBe(1);
    revision('z1', 'y1', half);
    const { stdout, stderr } = await project.ok(['upgrade', 'head', '--dry-run', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ steps: [], notTried: ['z1', 'z2'], before: ['y1'] });
    expect(stderr).toContain(
      'The upgrade of revision z1 is half done (operations done: 2): rev upgrade z1 goes on from there',
    );
    const restart = await project.rev(['upgrade', 'head', '--dry-run', '--resume', 'restart']);
    expect(restart.stderr).toMatch(/REV_REVISION_FAILED: The upgrade of revision z1 failed/);
    await project.ok(['upgrade', 'head']);
    expect((await project.ok(['upgrade', 'head', '--dry-run'])).stderr).toContain('Nothing to do.');
  });

  it('finds what a commit would find', async () => {
    const project = await projectOn(name, (id) => id === 'a1');
    project.write(
      'revisions/zz.mjs',
      `export const revision = 'zz'; export const downRevision = 'a1';
       export async function upgrade(op) {
         await op.execute('create table child (id integer references accounts (id) deferrable initially deferred)');
         await op.execute('insert into child values (99)');
       }`,
    );
    const { code, stderr } = await project.rev(['upgrade', 'head', '--dry-run']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/REV_REVISION_FAILED: The upgrade of revision zz failed/);
    expect((await project.ok(['current'])).stdout).toBe('');
  });
});

describe('options of a run', () => {
  it('--tag reaches the configuration, the journal and a script', async () => {
    const project = await projectOn('sqlite', (id) => id === 'a1');
    project.write(
      'alembic.config.mjs',
      "export default ({ tag }) => ({ dialect: 'sqlite', driver: 'libsql', url: 'file:' + tag + '.db', schema: './schema' });",
    );
    await project.ok(['upgrade', 'head', '--tag', 'v1']);
    expect(existsSync(project.path('v1.db'))).toBe(true);
    const { stdout } = await project.ok(['upgrade', 'head', '--sql', '--tag', 'v1']);
    expect(stdout).toMatch(/^-- rev upgrade from base to head \(v1\)\n/);
  });

  it.each([['x'], ['=x'], ['']])('-x %j is refused', async (value) => {
    const project = await projectOn('sqlite', (id) => id === 'a1');
    const { code, stderr } = await project.rev(['heads', '-x', value]);
    expect(code).toBe(2);
    expect(stderr).toContain("joined by '='");
  });

  it('--sql and --dry-run are two different things', async () => {
    const project = await projectOn('sqlite', (id) => id === 'a1');
    const { code, stderr } = await project.rev(['upgrade', 'head', '--sql', '--dry-run']);
    expect(code).toBe(2);
    expect(stderr).toContain('REV_USAGE');
  });
});
