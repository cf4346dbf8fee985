import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type OrmLine, userProject } from '../support/project.js';

/** The command line on PGlite: PostgreSQL in the process, in a folder of data. */

const models = (more: string) => `
  import { sql } from 'drizzle-orm';
  import { index, integer, pgEnum, pgTable, pgView, text, timestamp } from 'drizzle-orm/pg-core';
  export const mood = pgEnum('mood', ['sad', 'ok'${more === '' ? '' : ", 'fine'"}]);
  export const users = pgTable('users', {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    name: text('name').notNull().default('x'),
    mood: mood('mood'),
    tags: text('tags').array().notNull().default(sql\`'{}'::text[]\`),
    at: timestamp('at', { withTimezone: true }).defaultNow(),${more}
  }, (t) => [index('users_lower').on(sql\`lower(\${t.name})\`)]);
  export const names = pgView('names').as((query) => query.select({ name: users.name }).from(users));`;

describe.each(['0.45', '1.x'] as const satisfies readonly OrmLine[])('PGlite with drizzle-orm %s', (orm) => {
  // Each command starts a database of its own.
  it('is compared, upgraded, checked and taken down', { timeout: 600_000 }, async () => {
    const project = userProject({ orm });
    onTestFinished(() => project.remove());
    project.write(
      'alembic.config.ts',
      `export default { dialect: 'postgres', driver: 'pglite', url: './data', schema: './schema' };`,
    );
    project.write('schema/index.ts', models(''));
    await project.ok(['create', '-m', 'first', '--autogenerate']);
    expect(existsSync(project.path('data'))).toBe(false);
    await project.ok(['upgrade', 'head']);
    await project.ok(['check']);
    project.write('schema/index.ts', models(" age: integer('age'),"));
    expect(await project.rev(['check'])).toMatchObject({ code: 1 });
    await project.ok(['create', '-m', 'second', '--autogenerate']);
    await project.ok(['upgrade', 'head']);
    await project.ok(['check']);
    const { stdout } = await project.ok(['downgrade', 'base', '--yes', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ after: [] });
  });

  it('says which package is missing', async () => {
    const project = userProject({ orm, without: ['@electric-sql'] });
    onTestFinished(() => project.remove());
    project.write(
      'alembic.config.ts',
      `export default { dialect: 'postgres', url: 'pglite:data', schema: './schema' };`,
    );
    project.write('revisions/.keep', '');
    const { code, stderr } = await project.rev(['current']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('npm i @electric-sql/pglite'),
    });
  });
});
