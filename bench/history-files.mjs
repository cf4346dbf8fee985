/** Revision files of ordinary size (about 1.5 KB) in a temporary project, for measurements. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Ids that are as long and as mixed as real ones, the same in each run. */
export const idOf = (at) => ((at + 1) * 0x9e3779b97f4a7).toString(16).padStart(14, '0').slice(-12);

/** Writes a project with `count` revisions in a line, each tenth a merge of two. Returns its folder. */
export function writeProject(count) {
  const folder = mkdtempSync(join(tmpdir(), 'rev-bench-'));
  mkdirSync(join(folder, 'revisions'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(repository, join(folder, 'node_modules/drizzle-alembic'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'alembic.config.ts'),
    `import { defineConfig } from 'drizzle-alembic';

export default defineConfig({ dialect: 'sqlite', url: 'file:bench.db', schema: './schema' });
`,
  );
  for (let at = 0; at < count; at++) {
    const id = idOf(at);
    writeFileSync(join(folder, 'revisions', `${id}_add_author_to_posts.ts`), revisionText(at, id));
  }
  return folder;
}

function parentsOf(at) {
  if (at === 0) return [];
  if (at % 10 === 9) return [at - 2, at - 1].map(idOf);
  return [idOf(at % 10 === 8 ? at - 2 : at - 1)];
}

function revisionText(at, id) {
  const parents = parentsOf(at);
  const down =
    parents.length > 1
      ? `[${parents.map((each) => `'${each}'`).join(', ')}]`
      : parents.length === 1
        ? `'${parents[0]}'`
        : 'null';
  const created = new Date(Date.UTC(2020, 0, 1) + at * 3_600_000).toISOString().replace('.000Z', 'Z');
  return `/**
 * add author to posts, number ${at}
 *
 * Revision: ${id}
 * Revises:  ${parents.join(', ') || 'base'}
 * Created:  ${created}
 */
import { type Op, check, column, foreignKey, primaryKey, sql } from 'drizzle-alembic';

export const revision = '${id}';
export const downRevision = ${down};
export const branchLabels = null;
export const dependsOn = null;

export async function upgrade(op: Op<'sqlite'>) {
  await op.createTable('authors_${at}', [
    column('id', 'integer', { nullable: false }),
    column('name', 'text', { nullable: false }),
    column('email', 'text', { nullable: false, default: '' }),
    column('bytes', 'integer', { nullable: false }),
    column('kib', 'integer', { generated: sql\`("bytes" + 1023) / 1024\` }),
    primaryKey(['id']),
    check('authors_${at}_bytes', sql\`"bytes" between 0 and 52428800\`),
    foreignKey('authors_${at}_email_fk', ['email'], 'accounts', ['email'], { onDelete: 'cascade' }),
  ]);
  await op.alterTable('posts_${at}', (table) => {
    table.addColumn(column('author_id', 'integer'));
    table.addConstraint(foreignKey('posts_${at}_author_fk', ['author_id'], 'authors_${at}', ['id']));
  });
  await op.createIndex('posts_${at}_author_id_idx', 'posts_${at}', ['author_id']);
}

export async function downgrade(op: Op<'sqlite'>) {
  await op.dropIndex('posts_${at}_author_id_idx');
  await op.alterTable('posts_${at}', (table) => {
    table.dropConstraint('posts_${at}_author_fk');
    table.dropColumn('author_id');
  });
  // lossy: all rows of table authors_${at} cannot come back
  await op.dropTable('authors_${at}');
}
`;
}
