/** Everything that a project of models may be made of, in ES module projects and in CommonJS ones. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { RevError } from '../../src/errors.js';
import { loadModule, loadModules } from '../../src/loading/load.js';
import { link, project } from './project.js';

const options = { code: 'REV_SCHEMA' } as const;
const counts = globalThis as { [name: `count_${string}`]: number | undefined };
const count = (name: string) => `globalThis.count_${name} = (globalThis.count_${name} ?? 0) + 1;`;

const app = {
  'tsconfig.json': `{ // a comment
    "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./src/*"], "settings": ["./src/settings.ts"] } } }`,
  'src/schema.ts': `
    import { integer, pgTable, text, PgTable } from 'drizzle-orm/pg-core';
    import { sep } from 'path';
    import legacy from 'legacy-package';
    import { Mood, Size } from '@/moods';
    import { limit } from 'settings';
    import { posts } from './posts';
    import { tags } from './tags.js';
    import data from './data.json';
    import plain = require('./plain.cjs');
    export { Row } from './types';
    export { posts, tags };
    export const users = pgTable('users', { id: integer('id').primaryKey(), name: text('name').default(Mood.Happy) });
    export const facts = {
      sep, limit, mood: Mood.Happy, size: Size.Large, legacy: legacy.name, data: data.name, plain: plain.value,
      url: import.meta.url, metaDirname: import.meta.dirname, dirname: __dirname, filename: __filename,
      later: await Promise.resolve('awaited'), lazy: (await import('./lazy')).lazy,
      instance: users instanceof PgTable,
    };
    class Decorated { declare field: string; accessor other = 1; #hidden = 2; get hidden() { return this.#hidden; } }
    export const decorated = new Decorated().hidden satisfies number;`,
  'src/moods.ts': `export enum Mood { Happy = 'happy' } export const enum Size { Small, Large }`,
  'src/settings.ts': 'export const limit: number = 7;',
  'src/posts.ts': `
    import { integer, pgTable } from 'drizzle-orm/pg-core';
    import { users } from './schema';
    export const posts = pgTable('posts', { author: integer('author').references(() => users.id) });`,
  'src/tags.ts': `import { pgTable, text } from 'drizzle-orm/pg-core'; export const tags = pgTable('tags', { name: text() });`,
  'src/types.ts': 'export interface Row { id: number }',
  'src/lazy.ts': `export const lazy = 'lazy';`,
  'src/data.json': '{ "name": "from json" }',
  'src/plain.cjs': 'module.exports = { value: 42 };',
  'node_modules/legacy-package/package.json': '{ "name": "legacy-package", "main": "main.js" }',
  'node_modules/legacy-package/main.js': `module.exports = { name: 'legacy' };`,
};

describe.each([
  ['ES modules', '{ "type": "module" }'],
  ['CommonJS', '{ "name": "app" }'],
])('a project of %s', (kind, manifest) => {
  test('loads aliases, enums, JSON, top-level await, CommonJS, circular imports, and knows where its files are', async () => {
    const folder = project({ 'package.json': manifest, ...app });
    const file = join(folder, 'src/schema.ts');
    const schema = await loadModule(file, options);
    expect(schema.facts).toEqual({
      sep: '/',
      limit: 7,
      mood: 'happy',
      size: 1,
      legacy: 'legacy',
      data: 'from json',
      plain: 42,
      url: pathToFileURL(file).href,
      metaDirname: join(folder, 'src'),
      dirname: join(folder, 'src'),
      filename: file,
      later: 'awaited',
      lazy: 'lazy',
      instance: true,
    });
    expect(schema.decorated).toBe(2);
    expect(Object.keys(schema)).not.toContain('Row');
    const tables = [schema.users, schema.posts, schema.tags].map(
      (table) => is(table, PgTable) && getTableName(table),
    );
    expect(tables).toEqual(['users', 'posts', 'tags']);
  });

  test('shares the drizzle-orm that the project itself has', async () => {
    const folder = project({
      'package.json': manifest,
      'alone.ts': `import { pgTable, PgTable } from 'drizzle-orm/pg-core'; export { PgTable }; export const a: PgTable = pgTable('a', {});`,
      'graph.ts': `import { PgTable } from 'drizzle-orm/pg-core'; import { a } from './alone'; export const own = a instanceof PgTable; export { PgTable };`,
    });
    const [alone, graph] = await loadModules([join(folder, 'alone.ts'), join(folder, 'graph.ts')], options);
    expect(graph?.own).toBe(true);
    expect(alone?.PgTable).toBe(graph?.PgTable);
    expect(alone?.PgTable).toBe(PgTable);
  });

  test(`evaluates a module once, however often it is imported and loaded (${kind})`, async () => {
    const [a, b, shared, helper] = ['a', 'b', 'shared', 'helper'].map(
      (name) => `${kind.slice(0, 2)}_${name}`,
    ) as [string, string, string, string];
    const folder = project({
      'package.json': manifest,
      'config.ts': `import { value } from './shared'; export default { value };`,
      'a.ts': `${count(a)} import { b } from './b'; import { value } from './shared'; export const a = () => [b, value]; export { Kind } from './shared';`,
      'b.ts': `${count(b)} import { a } from './a'; import './shared.js'; export const b = () => a;`,
      'shared.ts': `${count(shared)} export const value = { shared: true }; export type Kind = 'x'; export default class Named {}`,
      'late.ts': `import Named, { value } from './shared'; import * as all from './a'; export { Named, value, all }; export const helper = require('./helper.cts');`,
      'helper.cts': `${count(helper)} export = { helper: true };`,
      'later.ts': `import helper = require('./helper.cts'); export { helper };`,
    });
    const load = (name: string) => loadModule(join(folder, name), options);
    const config = (await load('config.ts')).default as { value: object };
    const models = await loadModules(
      ['a.ts', 'b.ts', 'shared.ts'].map((name) => join(folder, name)),
      options,
    );
    const [late, later] = await Promise.all([load('late.ts'), load('later.ts')]);
    expect(late.value).toBe(config.value);
    expect(models[2]?.value).toBe(config.value);
    expect((late.all as { a: unknown }).a).toBe(models[0]?.a);
    expect(late.Named).toBe(models[2]?.default);
    expect(later.helper).toBe(late.helper);
    expect(await load('a.ts')).toBe(models[0]);
    expect([a, b, shared, helper].map((name) => counts[`count_${name}`])).toEqual([1, 1, 1, 1]);
  });
});

test('a monorepo: each package has its own drizzle-orm, workspace packages are TypeScript behind symlinks', async () => {
  const orm = (version: string) => ({
    [`node_modules/.pnpm/drizzle-orm@${version}/node_modules/drizzle-orm/package.json`]: `{ "name": "drizzle-orm", "version": "${version}", "type": "module",
      "exports": { ".": { "import": "./index.js", "require": "./index.cjs" } } }`,
    [`node_modules/.pnpm/drizzle-orm@${version}/node_modules/drizzle-orm/index.js`]: `export const version = '${version}';`,
    [`node_modules/.pnpm/drizzle-orm@${version}/node_modules/drizzle-orm/index.cjs`]: `throw new Error('the CommonJS copy');`,
  });
  const root = project(
    {
      'package.json': '{ "private": true, "type": "module" }',
      ...orm('1.0.0'),
      ...orm('2.0.0'),
      'packages/db/package.json':
        '{ "name": "@acme/db", "type": "module", "exports": { ".": "./src/index.ts", "./*": "./src/*.ts" } }',
      'packages/db/src/index.ts': `import { version } from 'drizzle-orm'; import { name } from '#name'; export const db: string = version + name;`,
      'packages/db/src/more.ts': `export { version as more } from 'drizzle-orm';`,
      'packages/app/package.json': '{ "name": "app", "imports": { "#own": "./src/own.ts" } }',
      'packages/app/src/schema.ts': `import { db } from '@acme/db'; import { more } from '@acme/db/more'; import { own } from '#own'; import { version } from 'drizzle-orm'; export const all = [db, more, own, version];`,
      'packages/app/src/own.ts': `export const own = 'own';`,
    },
    { packages: [] },
  );
  const manifest = join(root, 'packages/db/package.json');
  const { readFileSync, writeFileSync } = await import('node:fs');
  writeFileSync(
    manifest,
    readFileSync(manifest, 'utf8').replace('"type"', '"imports": { "#name": "./src/name.ts" }, "type"'),
  );
  writeFileSync(join(root, 'packages/db/src/name.ts'), `export const name = '-db';`);
  const store = (version: string) =>
    join(root, `node_modules/.pnpm/drizzle-orm@${version}/node_modules/drizzle-orm`);
  link(join(root, 'packages/db/node_modules/drizzle-orm'), store('1.0.0'));
  link(join(root, 'packages/app/node_modules/drizzle-orm'), store('2.0.0'));
  link(join(root, 'packages/app/node_modules/@acme/db'), join(root, 'packages/db'));
  const schema = await loadModule(join(root, 'packages/app/src/schema.ts'), options);
  expect(schema.all).toEqual(['1.0.0-db', '1.0.0', 'own', '2.0.0']);
});

test('JavaScript works too: ES modules that import TypeScript, and CommonJS as Node loads it', async () => {
  const folder = project({
    'package.json': '{ "name": "app" }',
    'esm.mjs': `import { value } from './value.ts'; export default value;`,
    'value.ts': 'export const value: number = 3;',
    'common.cjs': `exports.default = 1; exports.path = __filename; exports.util = require('node:util') !== undefined;`,
    'detected.js': `export const detected = true;`,
    'common.js': `module.exports = { plain: 1 };`,
  });
  const load = (name: string) => loadModule(join(folder, name), options);
  expect((await load('esm.mjs')).default).toBe(3);
  expect(await load('common.cjs')).toMatchObject({ path: join(folder, 'common.cjs'), util: true });
  expect((await load('detected.js')).detected).toBe(true);
  expect((await load('common.js')).default).toEqual({ plain: 1 });
});

test('drizzle-alembic is the very package that is running, in a short load and in a bundle', async () => {
  const folder = project({
    'alone.ts': `import { RevError, column as make } from 'drizzle-alembic'; export { RevError }; export const column = make('id', 'integer');`,
    'graph.ts': `export { RevError } from 'drizzle-alembic'; import './other'; export const lazy = (await import('drizzle-alembic')).RevError;`,
    'other.ts': 'export {};',
  });
  const [alone, graph] = await loadModules([join(folder, 'alone.ts'), join(folder, 'graph.ts')], options);
  expect(alone?.column).toMatchObject({ name: 'id', type: 'integer' });
  for (const found of [alone?.RevError, graph?.RevError, graph?.lazy]) expect(found).toBe(RevError);
});
