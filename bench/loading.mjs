/**
 * How long it takes to read what a user wrote: headers, revisions, models. Needs `npm run build`.
 *
 *     node bench/loading.mjs [folder of the built package]
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const dist = pathToFileURL(`${resolve(process.argv[2] ?? 'dist')}/`).href;
const { scan } = await import(`${dist}revisions/scan.js`);
const { load } = await import(`${dist}revisions/load.js`);
const { loadModules } = await import(`${dist}loading/load.js`);

const folder = mkdtempSync(join(tmpdir(), 'rev-bench-'));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(resolve('node_modules/drizzle-orm'), join(folder, 'node_modules/drizzle-orm'));
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');

async function measure(name, work) {
  const start = performance.now();
  const result = await work();
  console.log(name.padEnd(56), `${(performance.now() - start).toFixed(0).padStart(6)} ms`);
  return result;
}

function write(name, text) {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const idOf = (number) => number.toString(16).padStart(12, '0');
for (let number = 1; number <= 10_000; number += 1) {
  const id = idOf(number);
  const down = number === 1 ? null : `'${idOf(number - 1)}'`;
  write(
    `revisions/${id}_add_author_to_posts.ts`,
    `/**
 * add author to posts ${number}
 *
 * Revision: ${id}
 * Revises:  ${down ?? 'base'}
 * Created:  2026-11-20T12:00:00Z
 */
import { type Op, column, foreignKey } from 'drizzle-alembic';

export const revision = '${id}';
export const downRevision = ${down};
export const branchLabels = null;
export const dependsOn = null;

export async function upgrade(op: Op<'postgres'>) {
  await op.alterTable('posts', (table) => {
    table.addColumn(column('author_id', 'integer'));
    table.addConstraint(foreignKey('posts_author_id_fk', ['author_id'], 'users', ['id'], { onDelete: 'cascade' }));
  });
  await op.createIndex('posts_author_id_idx', 'posts', ['author_id']);
}

export async function downgrade(op: Op<'postgres'>) {
  await op.dropIndex('posts_author_id_idx');
}
`,
  );
}
const revisions = join(folder, 'revisions');
await measure('read 10,000 revision files', () => {
  for (const name of readdirSync(revisions)) readFileSync(join(revisions, name), 'utf8');
});
const found = await measure('scan 10,000 headers', () => scan([revisions]));
await measure('load the first revision (with the package itself)', () => load(found[0]));
await measure('load 1 revision', () => load(found[1]));
await measure('load 1,000 revisions', async () => {
  for (const revision of found.slice(2, 1002)) await load(revision);
});
if (process.argv.includes('--all'))
  await measure('load the other revisions', async () => {
    for (const revision of found.slice(1002)) await load(revision);
  });

const table = (number, references) => `
export const table${number} = pgTable('table_${number}', {
  id: integer('id').primaryKey(),
  name: text('name').notNull(),
  parent: integer('parent').references(() => ${references}.id),
}, (table) => [index('table_${number}_name_idx').on(table.name)]);
`;
const imports = `import { index, integer, pgTable, text } from 'drizzle-orm/pg-core';\n`;
const options = { code: 'REV_SCHEMA' };
await import(pathToFileURL(resolve('node_modules/drizzle-orm/pg-core/index.js')).href);
const one = write(
  'one.ts',
  imports + Array.from({ length: 1000 }, (_, number) => table(number, 'table0')).join(''),
);
await measure('load 1,000 tables in one module', () => loadModules([one], options));
const many = Array.from({ length: 300 }, (_, number) => {
  const other = (number + 7) % 300;
  return write(
    `many/table${number}.ts`,
    `${imports}import { table${other} as other } from './table${other}';\n${table(number, 'other')}`,
  );
});
await measure('load 300 modules that import each other', () => loadModules(many, options));
await measure('load them again', () => loadModules(many, options));
rmSync(folder, { recursive: true, force: true });
