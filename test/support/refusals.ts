import { existsSync } from 'node:fs';
import { expect, onTestFinished } from 'vitest';
import { type ProjectOptions, type RevResult, type UserProject, userProject } from './project.js';
import { readFile } from './sqlite-file.js';

/** Projects that are wrong in one place, and what their user is told. */

export const models = `
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
export const users = sqliteTable('users', { id: integer('id').primaryKey(), name: text('name') });
`;

export function sqliteProject(options: ProjectOptions = {}): UserProject {
  const project = userProject(options);
  onTestFinished(() => project.remove());
  project.write('schema/index.ts', models);
  project.write('revisions/.gitkeep', '');
  config(project, { dialect: 'sqlite', url: 'file:app.db', schema: './schema' });
  return project;
}

export function config(project: UserProject, settings: Readonly<Record<string, unknown>>): void {
  project.write(
    'alembic.config.ts',
    `import { defineConfig } from 'drizzle-alembic';\nexport default defineConfig(${JSON.stringify(settings)});\n`,
  );
}

interface Header {
  readonly id: string;
  readonly down?: string;
  readonly upgrade?: string;
  readonly downgrade?: string | null;
}

export function revision(project: UserProject, { id, down, upgrade = '', downgrade = '' }: Header): void {
  const back = downgrade === null ? '' : `export async function downgrade(op) {${downgrade}}`;
  project.write(
    `revisions/${id}_made_by_hand.ts`,
    `/**
 * made by hand
 */
import { column, sql } from 'drizzle-alembic';
export const revision = '${id}';
export const downRevision = ${down ? `'${down}'` : 'null'};
export const branchLabels = null;
export const dependsOn = null;
export async function upgrade(op) {${upgrade}}
${back}
`,
  );
}

/** A refusal as cli.md says: the code, the exit code, a next step, no stack, and the same as JSON. */
export async function refused(
  project: UserProject,
  args: readonly string[],
  code: string,
  exit: number,
  says: readonly RegExp[] = [],
): Promise<RevResult> {
  const result = await project.rev(args);
  expect(result.stderr).toMatch(new RegExp(`^error ${code}: `, 'm'));
  expect(result.code).toBe(exit);
  expect(result.stderr).not.toMatch(/^\s+at .*(node:|\.js:|\.ts:)/m);
  for (const pattern of says) expect(result.stderr).toMatch(pattern);
  const json = await project.rev([...args, '--json']);
  const { version, error } = JSON.parse(json.stdout);
  expect(version).toBe(1);
  expect(error.code).toBe(code);
  expect(error.hint).toBeTruthy();
  expect(json.code).toBe(exit);
  return result;
}

export const tables = (project: UserProject) => {
  if (!existsSync(project.path('app.db'))) return [];
  return readFile(
    project.path('app.db'),
    "select name from sqlite_schema where type = 'table' order by name",
  );
};
