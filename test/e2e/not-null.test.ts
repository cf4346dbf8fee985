import { afterEach, describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/postgres.js';
import { type UserProject, userProject } from '../support/project.js';
import { changeFile, readFile } from '../support/sqlite-file.js';

/**
 * A column that becomes NOT NULL while rows may have no value: nobody can guess the values, so the revision has a
 * place for them.
 */

const projects: UserProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

interface Given {
  readonly project: UserProject;
  models(columns: string): void;
  sql(text: string): Promise<unknown>;
  /** The first column of a query. */
  read(query: string): Promise<readonly unknown[]>;
}

async function given(dialect: 'sqlite' | 'postgres'): Promise<Given> {
  const project = userProject();
  projects.push(project);
  const database = dialect === 'postgres' ? await freshDatabase() : null;
  const file = project.path('app.db');
  project.write(
    'alembic.config.ts',
    [
      "import { defineConfig } from 'drizzle-alembic';",
      `export default defineConfig({ dialect: '${dialect}', url: ${JSON.stringify(database?.url ?? 'file:app.db')}, schema: './schema.ts' });`,
    ].join('\n'),
  );
  const [core, table] = dialect === 'postgres' ? ['pg', 'pgTable'] : ['sqlite', 'sqliteTable'];
  return {
    project,
    models: (columns) =>
      project.write(
        'schema.ts',
        [
          `import { integer, ${table}, text } from 'drizzle-orm/${core}-core';`,
          `export const people = ${table}('people', { id: integer('id').primaryKey(), ${columns} });`,
        ].join('\n'),
      ),
    sql: async (text) => (database ? database.sql(text) : changeFile(file, text)),
    read: async (query) =>
      database ? (await database.sql(query)).map((row) => Object.values(row)[0]) : readFile(file, query),
  };
}

const last = (project: UserProject, message: string) =>
  `revisions/${project.revisions().find((name) => name.includes(message)) ?? ''}`;

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  it('a new column is added, filled in and made NOT NULL, in one revision', async () => {
    const { project, models, sql, read } = await given(dialect);
    models("name: text('name'), mail: text('mail').notNull()");
    await project.ok(['create', '-m', 'first', '--autogenerate']);
    await project.ok(['upgrade', 'head']);
    await sql("insert into people values (1, 'Ada', 'ada@x'), (2, 'Bob', 'bob@x')");
    models("name: text('name').notNull(), slug: text('slug').notNull().unique()");
    const created = await project.ok(['create', '-m', 'slugs', '--autogenerate', '--no-rename', 'all']);
    expect(created.stderr).toContain(
      'people.slug becomes NOT NULL: fill in its rows at the marked place in upgrade',
    );
    expect(created.stderr).toContain(
      'people.mail becomes NOT NULL: fill in its rows at the marked place in downgrade',
    );
    const file = last(project, 'slugs');
    const place = `  // await op.backfill({ table: 'people', set: { slug: … }, where: '"slug" is null' });\n`;
    const source = project.read(file);
    expect(source).toContain(place);
    expect(source).toMatch(
      /addColumn\(column\('slug', 'text'\)\);[\s\S]*is null' \}\);[\s\S]*alterColumn\('slug', \{ nullable: false \}\);[\s\S]*dropColumn\('mail'\)/,
    );

    const unfilled = await project.rev(['upgrade', 'head']);
    expect(unfilled.code).toBe(1);
    expect(unfilled.stderr).toContain('REV_REVISION_FAILED');
    expect(unfilled.stderr).toMatch(/Rows hold null there|it is null in 2 rows/);
    // The same example as at the marked place.
    const [, example = 'none'] = /\/\/ (await op\.backfill\(.*slug.*)/.exec(source) ?? [];
    expect(unfilled.stderr).toContain(`Give them a value first, in the same revision: ${example}`);
    expect(await read('select mail from people order by id')).toEqual(['ada@x', 'bob@x']);

    // What is dropped can still be read where the rows are filled in, both ways.
    project.write(
      file,
      source
        .replace(/import \{ (.*) \} from 'drizzle-alembic'/, "import { $1, sql } from 'drizzle-alembic'")
        .replace(/\/\/ (.*) slug: … /, '$1 slug: sql`mail` ')
        .replace(/\/\/ (.*) mail: … /, '$1 mail: sql`slug` '),
    );
    await project.ok(['upgrade', 'head']);
    expect(await read('select slug from people order by id')).toEqual(['ada@x', 'bob@x']);
    await project.ok(['check']);
    await project.ok(['downgrade', '-1', '--yes']);
    expect(await read('select mail from people order by id')).toEqual(['ada@x', 'bob@x']);
    await project.ok(['upgrade', 'head']);
    await project.ok(['check']);
  });

  it('nothing need be filled in where there are no rows', async () => {
    const { project, models } = await given(dialect);
    models("name: text('name')");
    await project.ok(['create', '-m', 'first', '--autogenerate']);
    await project.ok(['upgrade', 'head']);
    models("name: text('name').notNull(), age: integer('age').notNull()");
    await project.ok(['create', '-m', 'more', '--autogenerate']);
    expect(project.read(last(project, 'more'))).toContain(
      '// TODO: rows that are there already need a value in people.age, people.name.',
    );
    await project.ok(['upgrade', 'head']);
    await project.ok(['check']);
    await project.ok(['downgrade', '-1', '--yes']);
    await project.ok(['upgrade', 'head']);
  });

  it('a column that becomes NOT NULL with a default shows what it may be filled with', async () => {
    const { project, models, sql, read } = await given(dialect);
    models("name: text('name')");
    await project.ok(['create', '-m', 'first', '--autogenerate']);
    await project.ok(['upgrade', 'head']);
    await sql("insert into people values (1, null), (2, 'Bob')");
    models(`name: text('name').notNull().default("it's")`);
    await project.ok(['create', '-m', 'strict', '--autogenerate']);
    const file = last(project, 'strict');
    const source = project.read(file);
    if (dialect === 'postgres') {
      expect((await project.rev(['upgrade', 'head'])).stderr).toMatch(
        /Rows hold null there|it is null in 2 rows/,
      );
      expect(await read('select name from people order by id')).toEqual([null, 'Bob']);
      project.write(file, source.replace('// await op.backfill(', 'await op.backfill('));
    } else {
      // SQLite's rebuild gives such rows the default.
      expect(source).not.toContain('TODO');
    }
    await project.ok(['upgrade', 'head']);
    expect(await read('select name from people order by id')).toEqual(["it's", 'Bob']);
    await project.ok(['check']);
  });
});
