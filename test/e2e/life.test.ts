import { afterEach, describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/postgres.js';
import { type OrmLine, type UserProject, userProject } from '../support/project.js';

/**
 * The life of a project as a user lives it, with the built command in a process of its own, for both dialects and
 * both lines of drizzle-orm.
 */

const projects: UserProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

async function tracker(dialect: 'sqlite' | 'postgres', orm: OrmLine): Promise<UserProject> {
  const project = userProject({ orm });
  projects.push(project);
  project.copy(dialect === 'sqlite' ? 'schema' : 'test/fixtures/tracker-postgres', 'schema');
  const url = dialect === 'sqlite' ? 'file:tracker.db' : (await freshDatabase()).url;
  project.write(
    'alembic.config.ts',
    [
      "import { defineConfig } from 'drizzle-alembic';",
      `export default defineConfig({ dialect: '${dialect}', url: ${JSON.stringify(url)}, schema: './schema' });`,
    ].join('\n'),
  );
  return project;
}

const noChanges = 'No changes: the models and the database agree.';

describe.each([
  ['sqlite', '0.45'],
  ['sqlite', '1.x'],
  ['postgres', '0.45'],
  ['postgres', '1.x'],
] as const)('a project on %s with drizzle-orm %s', (dialect, orm) => {
  it('goes from models to a database, through a change and back', async () => {
    const project = await tracker(dialect, orm);
    await project.ok(['create', '-m', 'first', '--autogenerate']);
    await project.ok(['upgrade', 'head']);
    expect((await project.ok(['check'])).stderr).toContain(noChanges);

    const again = await project.ok(['create', '-m', 'nothing', '--autogenerate']);
    expect(again.stderr).toContain('Nothing was written');
    expect(project.revisions()).toHaveLength(1);

    const users = project.read('schema/users.ts');
    project.write(
      'schema/users.ts',
      users.replace("avatarUrl: text('avatar_url'),", "$& bio: text('bio').default('?'),"),
    );
    const difference = await project.rev(['check']);
    expect(difference.code).toBe(1);
    expect(difference.stderr).toContain('REV_DIFFERENCES');
    expect(difference.stdout).toMatch(/^\+.*bio/m);

    await project.ok(['create', '-m', 'tell something about yourself', '--autogenerate']);
    const file = project.revisions().find((name) => name.includes('tell_something')) ?? '';
    const source = project.read(`revisions/${file}`);
    expect(source).toContain(
      `export async function upgrade(op: Op<'${dialect}'>) {
  await op.alterTable('users', (table) => {
    table.addColumn(column('bio', 'text', { default: '?' }));
  });
}`,
    );
    expect(source).toContain(
      `  // lossy: the values of column users.bio cannot come back
  await op.alterTable('users', (table) => {
    table.dropColumn('bio');
  });`,
    );

    await project.ok(['upgrade', 'head']);
    expect((await project.ok(['check'])).stderr).toContain(noChanges);
    await project.ok(['downgrade', 'base', '--yes']);
    expect((await project.ok(['current'])).stdout).toBe('');
    await project.ok(['upgrade', 'head']);
    expect((await project.ok(['check'])).stderr).toContain(noChanges);
  });
});

describe('the example of the repository', () => {
  it.each(['0.45', '1.x'] as const)(
    'has the revisions that its models need, with drizzle-orm %s',
    async (orm) => {
      const project = userProject({ orm });
      projects.push(project);
      for (const name of ['schema', 'revisions', 'alembic.config.ts']) project.copy(name, name);
      await project.ok(['upgrade', 'head']);
      expect((await project.ok(['check'])).stderr).toContain(noChanges);
      await project.ok(['downgrade', 'base', '--yes']);
      await project.ok(['upgrade', 'head']);
      const history = JSON.parse((await project.ok(['history', '--json'])).stdout);
      expect(history.version).toBe(1);
      expect(history.revisions.length).toBeGreaterThanOrEqual(5);
      expect(history.revisions.some((each: { mergePoint: boolean }) => each.mergePoint)).toBe(true);
    },
  );
});
