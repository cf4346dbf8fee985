import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { userProject } from '../support/project.js';
import { refused } from '../support/refusals.js';

function emptyProject() {
  const project = userProject();
  onTestFinished(() => project.remove());
  return project;
}

const configOf = (project: ReturnType<typeof emptyProject>) =>
  readFileSync(project.path('alembic.config.ts'), 'utf8');

it.each([
  ['postgres://me:hunter2@localhost/app', 'postgres'],
  ['pglite:data', 'postgres'],
  ['file:other.db', 'sqlite'],
  ['libsql://db.example.com?authToken=hunter2', 'sqlite'],
])('--url %s says which dialect, and is not written down', async (url, dialect) => {
  const project = emptyProject();
  const { stderr } = await project.ok(['init', '--url', url]);
  expect(configOf(project)).toContain(`dialect: '${dialect}'`);
  expect(configOf(project)).not.toMatch(/hunter2|other|example/);
  expect(stderr).toContain('1. Set DATABASE_URL to your url');
  expect(stderr).not.toContain('hunter2');
});

it('a url of another dialect, or of none that is known, is refused before anything is written', async () => {
  const project = emptyProject();
  await refused(project, ['init', '--url', 'mysql://me:hunter2@localhost/app'], 'REV_URL', 2, [/mysql/]);
  await refused(project, ['init', '--dialect', 'postgres', '--url', 'app.db'], 'REV_URL', 2, [/app\.db/]);
  expect(existsSync(project.path('alembic.config.ts'))).toBe(false);
});

it("a file that drizzle-kit is told of is no default of PostgreSQL's", async () => {
  const project = emptyProject();
  mkdirSync(project.path('db'));
  writeFileSync(project.path('db/schema.ts'), 'export {};');
  writeFileSync(
    project.path('drizzle.config.ts'),
    "export default { dialect: 'sqlite', schema: './db/schema.ts', dbCredentials: { url: 'kit.db' } };",
  );
  await project.ok(['init', '--url', 'postgres://localhost/app']);
  expect(configOf(project)).toContain("dialect: 'postgres'");
  expect(configOf(project)).not.toContain('kit.db');
});
