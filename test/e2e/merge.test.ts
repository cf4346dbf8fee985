import { describe, expect, it } from 'vitest';
import type { UserProject } from '../support/project.js';
import { refused, revision, sqliteProject } from '../support/refusals.js';

/** Two people, one head: what `rev merge` says of their branches, in the built command. */

const first = 'aaaa11112222';
const mine = 'bbbb11112222';
const theirs = 'cccc11112222';

/** A table, and two branches from there. */
function branched(ours: string, others: string): UserProject {
  const project = sqliteProject();
  revision(project, {
    id: first,
    upgrade: `await op.createTable('users', [column('id', 'integer'), column('name', 'text')]);`,
  });
  revision(project, { id: mine, down: first, upgrade: ours });
  revision(project, { id: theirs, down: first, upgrade: others });
  return project;
}

const addBio = `await op.addColumn('users', column('bio', 'text'));`;
const addAge = `await op.addColumn('users', column('age', 'integer'));`;

describe('rev merge', () => {
  it('shows what the branches do, and writes the merge', async () => {
    const project = branched(addBio, addAge);
    const { stdout, stderr } = await project.ok(['merge']);
    expect(stderr).toMatch(/branch bbbb11112222 +branch cccc11112222\n/);
    expect(stderr).toMatch(/alter table users: add column bio +alter table users: add column age\n/);
    expect(stderr).toContain('Same table, different parts: users.');
    expect(stderr).not.toContain('warning');
    const name = project.revisions().find((each) => stdout.includes(each)) ?? '';
    expect(name).toContain('_merge_bbbb11112222_and_cccc11112222.ts');
    expect(project.read(`revisions/${name}`)).toContain(`downRevision = ['${mine}', '${theirs}'];`);
    expect((await project.ok(['heads'])).stdout.split('\n')).toHaveLength(2);
    await project.ok(['upgrade', 'head']);
  });

  it('warns of a conflict, and writes it into the revision', async () => {
    const project = branched(addBio, addBio);
    const { stdout, stderr } = await project.ok(['merge', '-m', 'both bios']);
    expect(stderr).toContain('warning: the branches conflict');
    expect(stderr).toMatch(/^ {2}column users\.bio$/m);
    const source = project.read(`revisions/${project.revisions().find((each) => stdout.includes(each))}`);
    expect(source).toContain(
      ' * both bios\n *\n * The branches conflict:\n * - column users.bio: bbbb11112222 (',
    );
    expect(stdout).toContain('_both_bios.ts');
    expect((await project.ok(['show', 'head'])).stdout).toContain('    both bios\n');
  });

  it('with --check refuses a conflict and writes nothing', async () => {
    const project = branched(addBio, addBio);
    await refused(project, ['merge', '--check'], 'REV_CONFLICT', 1, [/column users\.bio/]);
    expect(project.revisions()).toHaveLength(3);
    const quiet = branched(addBio, addAge);
    await quiet.ok(['merge', '--check', '--dry-run']);
  });

  it('gives all of it as data', async () => {
    const project = branched(addBio, `await op.dropTable('users');`);
    const { stdout, stderr } = await project.ok(['merge', '--dry-run', '--json']);
    const { branches, overlaps, parents, written, source } = JSON.parse(stdout);
    expect(parents).toEqual([mine, theirs]);
    expect(branches).toEqual([
      [
        {
          revision: mine,
          message: 'made by hand',
          operations: ['alter table users: add column bio'],
          opaque: [],
        },
      ],
      [{ revision: theirs, message: 'made by hand', operations: ['drop table users'], opaque: [] }],
    ]);
    expect(overlaps).toEqual([
      {
        kind: 'conflict',
        object: 'table users',
        sides: [
          [{ revision: mine, operation: 'alter table users: add column bio' }],
          [{ revision: theirs, operation: 'drop table users' }],
        ],
      },
    ]);
    expect(written).toBe(false);
    expect(source).toContain('The branches conflict');
    expect(stderr).toContain('warning');
    expect(project.revisions()).toHaveLength(3);
  });

  it.each([
    ['raw SQL', "await op.execute('update users set name = 1');", 'runs SQL of its own'],
    ['a query', 'await op.db.run(sql`delete from users`);', 'asks or changes the database'],
    ['a look at the schema', 'await op.inspect();', 'reads the schema'],
    ['what fails without a database', "throw new Error('no server');", 'no server'],
  ])('calls %s opaque', async (_what, upgrade, says) => {
    const project = branched(addBio, upgrade);
    const { stderr } = await project.ok(['merge', '--dry-run']);
    expect(stderr).toContain(says);
    expect(stderr).toContain('Not seen through (cccc11112222)');
  });

  it('takes a revision that does not compile for opaque: a merge does not run it', async () => {
    const project = branched(addBio, 'this is no program');
    const { stderr } = await project.ok(['merge']);
    expect(stderr).toContain('Not seen through (cccc11112222)');
  });

  it('does not run anything with --no-compare', async () => {
    const project = branched(addBio, `process.stderr.write('I was run');`);
    expect((await project.ok(['merge', '--dry-run'])).stderr).toContain('I was run');
    const { stderr } = await project.ok(['merge', '--no-compare']);
    expect(stderr).not.toContain('I was run');
    expect(stderr).not.toContain('add column');
    await refused(project, ['merge', '--no-compare', '--check', mine, theirs, '--splice'], 'REV_USAGE', 2);
  });

  it('leaves out what the branches share, also further up', async () => {
    const project = branched(addBio, addAge);
    revision(project, { id: 'dddd11112222', down: theirs, upgrade: addBio });
    const { stdout } = await project.ok(['merge', '--dry-run', '--json']);
    const { branches, overlaps } = JSON.parse(stdout);
    expect(branches.map((each: { revision: string }[]) => each.map(({ revision: id }) => id))).toEqual([
      [mine],
      [theirs, 'dddd11112222'],
    ]);
    expect(overlaps).toHaveLength(1);
  });

  it('compares three branches in pairs', async () => {
    const project = branched(addBio, addAge);
    revision(project, { id: 'dddd11112222', down: first, upgrade: addAge });
    const { overlaps, branches } = JSON.parse((await project.ok(['merge', '--dry-run', '--json'])).stdout);
    expect(branches).toHaveLength(3);
    expect(overlaps.map(({ kind }: { kind: string }) => kind).sort()).toEqual([
      'conflict',
      'sameTable',
      'sameTable',
    ]);
  });

  it('refuses a revision and its own ancestor, and a single head', async () => {
    const project = branched(addBio, addAge);
    await refused(project, ['merge', first, mine, '--splice'], 'REV_TARGET', 2, [/ancestor/]);
    await refused(project, ['merge', mine, mine], 'REV_USAGE', 2);
    await project.ok(['merge']);
    await refused(project, ['merge'], 'REV_USAGE', 2, [/nothing to merge/i]);
  });
});
