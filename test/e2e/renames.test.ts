import { afterEach, expect, it } from 'vitest';
import { freshDatabase } from '../support/postgres.js';
import { type UserProject, userProject } from '../support/project.js';

/** Renames on the command line: asked for with the flags ready to paste, never guessed. */

const projects: UserProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

const models = (schema: string, mood: string, sad: string) => `
  import { integer, pgSchema } from 'drizzle-orm/pg-core';
  export const ${schema} = pgSchema('${schema}');
  export const ${mood} = ${schema}.enum('${mood}', ['${sad}', 'ok', 'glad']);
  export const people = ${schema}.table('people', { id: integer('id').primaryKey(), feels: ${mood}('feels').default('${sad}') });
`;

it('enums, their values and schemas are renamed as tables and columns are', async () => {
  const project = userProject();
  projects.push(project);
  const database = await freshDatabase();
  project.write(
    'alembic.config.ts',
    `export default { dialect: 'postgres', url: ${JSON.stringify(database.url)}, schema: './schema.ts' };`,
  );
  project.write('schema.ts', models('app', 'mood', 'sad'));
  await project.ok(['create', '-m', 'first', '--autogenerate']);
  await project.ok(['upgrade', 'head']);
  await database.sql('insert into app.people values (1)');

  project.write('schema.ts', models('app', 'feeling', 'sad'));
  const asked = await project.rev(['create', '-m', 'feel', '--autogenerate']);
  expect(asked.code).toBe(4);
  expect(asked.stderr).toContain('REV_AMBIGUOUS_RENAME');
  expect(asked.stderr).toContain('--rename app.mood=app.feeling');
  await project.ok(['create', '-m', 'feel', '--autogenerate', '--rename', 'app.mood=app.feeling']);
  await project.ok(['upgrade', 'head']);

  project.write('schema.ts', models('app', 'feeling', 'unhappy'));
  const value = await project.rev(['create', '-m', 'value', '--autogenerate']);
  expect(value.code).toBe(4);
  expect(value.stderr).toContain('--rename app.feeling.sad=app.feeling.unhappy');

  project.write('schema.ts', models('core', 'feeling', 'unhappy'));
  const both = await project.ok([
    'create',
    '-m',
    'value and schema',
    '--autogenerate',
    '--rename',
    'app=core',
    '--rename',
    'app.feeling.sad=unhappy',
  ]);
  expect(both.stderr).toContain('rename schema app to core');
  expect(both.stderr).toContain('rename value sad of enum core.feeling to unhappy');
  await project.ok(['upgrade', 'head']);
  await project.ok(['check']);
  expect(await database.sql('select feels::text from core.people')).toEqual([{ feels: 'unhappy' }]);
  await project.ok(['downgrade', 'base', '--yes']);
});
