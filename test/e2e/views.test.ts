import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/postgres.js';
import { type UserProject, userProject } from '../support/project.js';

/** Views, policies and roles with the built command, as a user meets them. */

const projects: UserProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

function project(orm: '0.45' | '1.x', config: string, schema: string): UserProject {
  const made = userProject({ orm });
  projects.push(made);
  made.write('alembic.config.ts', `export default { schema: './schema.ts', ${config} };`);
  made.write('schema.ts', schema);
  return made;
}

describe.each(['0.45', '1.x'] as const)('a project with drizzle-orm %s', (orm) => {
  it('on PostgreSQL takes views, policies and roles up and down', async () => {
    const { url, sql } = await freshDatabase();
    const role = `rev_${randomBytes(4).toString('hex')}`;
    const schema = (column: string, type: string) => `
      import { sql } from 'drizzle-orm';
      import { gt } from 'drizzle-orm';
      import { integer, bigint, pgMaterializedView, pgPolicy, pgRole, pgTable, pgView, text } from 'drizzle-orm/pg-core';
      export const reader = pgRole('${role}');
      export const posts = pgTable('posts', { id: integer('id').primaryKey(), ${column}: ${type}, title: text('title') }, (t) => [
        pgPolicy('readers', { for: 'select', to: reader, using: sql\`\${t.${column}} > 0\` }),
      ]);
      export const top = pgView('top').as((qb) => qb.select().from(posts).where(gt(posts.${column}, 1)));
      export const counts = pgMaterializedView('counts', { n: integer() }).as(sql\`select count(*)::integer as n from \${top}\`);
    `;
    const files = project(orm, `dialect: 'postgres', url: '${url}'`, schema('rank', "integer('rank')"));
    const unmanaged = await files.ok(['create', '-m', 'first', '--autogenerate', '--dry-run']);
    expect(unmanaged.stderr).toContain(`Not compared: role ${role}.`);
    expect(unmanaged.stderr).toContain(
      `There is no role ${role}, to which the policy readers of posts applies`,
    );
    files.write(
      'alembic.config.ts',
      `export default { schema: './schema.ts', dialect: 'postgres', url: '${url}', roles: true };`,
    );
    await files.ok(['create', '-m', 'first', '--autogenerate']);
    await files.ok(['upgrade', 'head']);
    await files.ok(['check']);
    await sql(`insert into posts values (1, 5, 'a'); refresh materialized view counts; grant select on top to ${role};
      create unique index counts_n on counts (n)`);
    files.write('schema.ts', schema('rank', "bigint('rank', { mode: 'number' })"));
    await files.ok(['create', '-m', 'second', '--autogenerate']);
    const second = files.revisions().find((name) => name.includes('second')) ?? '';
    const text = files.read(`revisions/${second}`);
    expect(text).toContain("await op.dropView('counts', { materialized: true, keep: true });");
    expect(text).toContain("await op.createView('top', sql");
    const script = await files.ok(['upgrade', '--sql', 'head']);
    expect(script.stdout).toContain('CREATE VIEW "top"');
    await files.ok(['upgrade', 'head']);
    await files.ok(['check']);
    expect(await sql('select n from counts')).toEqual([{ n: 1 }]);
    expect(await sql(`select has_table_privilege('${role}', 'top', 'select') as granted`)).toEqual([
      { granted: true },
    ]);
    await files.ok(['downgrade', '-1', '--yes']);
    expect(await sql('select n from counts')).toEqual([{ n: 1 }]);
    await files.ok(['upgrade', 'head']);
    await files.ok(['check']);
    await sql(`revoke all on top from ${role}`);
    await files.ok(['downgrade', 'base', '--yes']);
    expect(await sql(`select 1 from pg_roles where rolname = '${role}'`)).toEqual([]);
  });

  it('on SQLite takes views up and down', async () => {
    const schema = (from: number) => `
      import { gt } from 'drizzle-orm';
      import { integer, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
      export const posts = sqliteTable('posts', { id: integer('id').primaryKey(), title: text('title') });
      export const some = sqliteView('some').as((qb) => qb.select().from(posts).where(gt(posts.id, ${from})));
    `;
    const files = project(orm, `dialect: 'sqlite', url: 'file:app.db'`, schema(1));
    await files.ok(['create', '-m', 'first', '--autogenerate']);
    await files.ok(['upgrade', 'head']);
    await files.ok(['check']);
    files.write('schema.ts', schema(2));
    expect((await files.rev(['check'])).code).not.toBe(0);
    await files.ok(['create', '-m', 'second', '--autogenerate']);
    await files.ok(['upgrade', 'head']);
    await files.ok(['check']);
    await files.ok(['downgrade', 'base', '--yes']);
    await files.ok(['upgrade', 'head']);
    await files.ok(['check']);
  });
});
