import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { freshDatabase } from '../support/postgres.js';
import { repository, type UserProject, userProject } from '../support/project.js';

/** Formatters leave a revision as it was written, so that formatting a project changes none of its history. */

const projects: UserProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

it.each(['sqlite', 'postgres'] as const)('what is written on %s is formatted already', async (dialect) => {
  const project = userProject();
  projects.push(project);
  project.copy(dialect === 'sqlite' ? 'schema' : 'test/fixtures/tracker-postgres', 'schema');
  const url = dialect === 'sqlite' ? 'file:tracker.db' : (await freshDatabase()).url;
  project.write(
    'alembic.config.ts',
    `export default { dialect: '${dialect}', url: ${JSON.stringify(url)}, schema: './schema' };`,
  );
  await project.ok(['create', '-m', 'first', '--autogenerate']);
  await project.ok(['upgrade', 'head']);
  const users = project.read('schema/users.ts');
  const wider =
    "avatarUrl: text('avatar_url').notNull(), bio: text('bio').notNull().default('?'.repeat(70)),";
  expect(users).toContain("avatarUrl: text('avatar_url'),");
  project.write('schema/users.ts', users.replace("avatarUrl: text('avatar_url'),", wider));
  project.write(
    'alembic.config.ts',
    project.read('alembic.config.ts').replace("'./schema'", "'./schema/users.ts'"),
  );
  await project.ok(['create', '-m', 'second', '--autogenerate', '--no-rename', 'all']);

  expectFormatted(project);
});

it('so is what is written for several databases', async () => {
  const project = userProject();
  projects.push(project);
  project.copy('schema', 'statistics');
  project.copy('test/fixtures/tracker-postgres', 'main');
  const long = 'the_one_with_the_statistics_of_last_year';
  const own = (name: string) => `import { defineOperation } from 'drizzle-alembic';
export const audit = defineOperation({ name: 'audit', from: '../operations/${name}.js',
  sql: (_input: { tables: string[]; note: string }) => 'select 1', invert: (input) => audit(input) });`;
  project.write('operations/a.ts', own('a'));
  project.write(`operations/${long}_and_of_this_one.ts`, own(`${long}_and_of_this_one`));
  project.write(
    'alembic.config.ts',
    `import { audit } from './operations/a.js';
import { audit as other } from './operations/${long}_and_of_this_one.js';
const audited = (audit, note) => ({
  rewrite: (operations) => [...operations, audit({ tables: ['users', 'posts', 'tags'], note })],
});
const sqlite = { dialect: 'sqlite', schema: './statistics', autogenerate: audited(other, 'every now and then') };
export default { databases: {
  main: {
    dialect: 'postgres', url: ${JSON.stringify((await freshDatabase()).url)}, schema: './main',
    autogenerate: audited(audit, 'at the end of each day'),
  },
  statistics: { ...sqlite, url: 'file:statistics.db' },
  ${long}: { ...sqlite, url: 'file:old.db' },
} };`,
  );
  await project.ok(['create', '-m', 'first', '--autogenerate']);
  const text = project.read(`revisions/${project.revisions()[0]}`);
  expect(text).toContain("await op.on('statistics', async (op: Op<'sqlite'>) => {");
  expect(text).toContain(`await op.on(\n    '${long}',\n`);
  expect(text).toContain('import { audit as audit2 } from');
  expectFormatted(project);
});

/** By Biome, with what it does where nothing else is said. */
function expectFormatted(project: UserProject): void {
  project.write(
    'biome.json',
    JSON.stringify({
      root: true,
      // All else is the default.
      formatter: { indentStyle: 'space' },
      javascript: { formatter: { quoteStyle: 'single' } },
    }),
  );
  const biome = join(repository, 'node_modules/@biomejs/biome/bin/biome');
  const files = project.revisions();
  const before = files.map((file) => project.read(`revisions/${file}`));
  execFileSync(process.execPath, [biome, 'format', '--write', 'revisions'], {
    cwd: project.folder,
    stdio: 'pipe',
  });
  expect(files.map((file) => project.read(`revisions/${file}`))).toEqual(before);
}
