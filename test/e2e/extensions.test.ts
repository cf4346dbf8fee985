import { afterEach, describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/postgres.js';
import { type UserProject, userProject } from '../support/project.js';

/** A model with a type of an extension that the database does not have, as a user meets it. */

const projects: UserProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

describe.each(['0.45', '1.x'] as const)('a project with drizzle-orm %s', (orm) => {
  it('is told which extension is missing, before and at the upgrade, of which nothing stays', async () => {
    const { url, sql } = await freshDatabase();
    const files = userProject({ orm });
    projects.push(files);
    files.write(
      'alembic.config.ts',
      `export default { schema: './schema.ts', dialect: 'postgres', url: '${url}' };`,
    );
    files.write(
      'schema.ts',
      `import { customType, integer, pgTable } from 'drizzle-orm/pg-core';
       const citext = customType({ dataType: () => 'citext' });
       export const a = pgTable('a', { id: integer('id').primaryKey() });
       export const b = pgTable('b', { email: citext('email') });`,
    );
    const created = await files.ok(['create', '-m', 'first', '--autogenerate']);
    expect(created.stderr).toContain('There is no type citext');
    expect(created.stderr).toContain("op.execute('create extension if not exists citext')");

    const failed = await files.rev(['upgrade', 'head']);
    expect(failed.code).not.toBe(0);
    expect(failed.stderr).toContain('type "citext" does not exist');
    expect(failed.stderr).toContain("op.execute('create extension if not exists citext')");
    expect(await sql(`select to_regclass('a') as a, to_regclass('b') as b`)).toEqual([{ a: null, b: null }]);

    const [name] = files.revisions();
    const file = `revisions/${name}`;
    files.write(
      file,
      files
        .read(file)
        .replace(
          /upgrade\(op: .*\) \{\n/,
          "$&  await op.execute('create extension if not exists citext');\n",
        ),
    );
    await files.ok(['upgrade', 'head']);
    await files.ok(['check']);
    await files.ok(['downgrade', 'base', '--yes']);
    await files.ok(['upgrade', 'head']);
    await files.ok(['check']);
  });
});
