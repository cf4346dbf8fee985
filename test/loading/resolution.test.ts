/** What import specifiers mean in projects as people have them. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadModule } from '../../src/loading/load.js';
import { project } from './project.js';

const sources = {
  'src/a.ts': `import { b } from '@/b'; export const a = b;`,
  'src/b.ts': 'export const b = 1;',
};
const paths = '"paths": { "@/*": ["./src/*"] }';

test.each<[string, Record<string, string>]>([
  ['by tsconfig paths', { 'tsconfig.json': `{ "compilerOptions": { ${paths} } }` }],
  [
    'although the file is not included',
    { 'tsconfig.json': `{ "compilerOptions": { ${paths} }, "include": ["lib"] }` },
  ],
  [
    'by a referenced project',
    {
      'tsconfig.json': '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }',
      'tsconfig.app.json': `{ "compilerOptions": { "composite": true, ${paths} }, "include": ["src"] }`,
    },
  ],
  [
    'by what the tsconfig extends',
    {
      'base/tsconfig.json': '{ "compilerOptions": { "baseUrl": "../src", "paths": { "@/*": ["./*"] } } }',
      'tsconfig.json': '{ "extends": ["./base/tsconfig.json"] }',
    },
  ],
])('an alias is found %s', async (_, files) => {
  const folder = project({ ...sources, ...files });
  expect((await loadModule(join(folder, 'src/a.ts'), { code: 'REV_SCHEMA' })).a).toBe(1);
});

test.each<[string, Record<string, string>, unknown]>([
  [
    'a path from baseUrl',
    {
      'tsconfig.json': '{ "compilerOptions": { "baseUrl": "." } }',
      'a.ts': `export { b as a } from 'src/b';`,
      'src/b.ts': 'export const b = 1;',
    },
    1,
  ],
  [
    'a neighbour beside a tsconfig whose base is not installed',
    {
      'tsconfig.json': '{ "extends": "@tsconfig/nowhere" }',
      'a.ts': `export { b as a } from './b';`,
      'b.ts': `import { is } from 'drizzle-orm'; export const b = typeof is;`,
    },
    'function',
  ],
  [
    'a neighbour beside a tsconfig that is no JSON',
    { 'tsconfig.json': '{ "extends', 'a.ts': `export { b as a } from './b';`, 'b.ts': 'export const b = 1;' },
    1,
  ],
  [
    'TypeScript in node_modules, the index of a folder, decorators, namespaces',
    {
      'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
      'node_modules/typed/package.json': '{ "name": "typed", "exports": "./src/index.ts", "type": "module" }',
      'node_modules/typed/src/index.ts': 'export enum X { y = 4 }',
      'a.ts': `import { X } from 'typed'; import { q } from './dir'; function noted(_: unknown, __: string) {}
        class A { @noted x = 1 } export namespace N { export const z = 1 } export const a = X.y + q + N.z + new A().x;`,
      'dir/index.ts': 'export const q = 1;',
    },
    7,
  ],
  [
    'files whose names mean something in a URL',
    {
      'a.ts': `export { b as a } from './ä b%20#?/b#c';`,
      'ä b%20#?/b#c.ts': `import { c } from './c.cjs'; export const b = c;`,
      'ä b%20#?/c.cjs': 'exports.c = 1;',
    },
    1,
  ],
])('%s is found', async (_, files, expected) => {
  const folder = project(files);
  expect((await loadModule(join(folder, 'a.ts'), { code: 'REV_SCHEMA' })).a).toBe(expected);
});

test('a file that was missing is found once it is there', async () => {
  const folder = project({ 'a.ts': `export { b } from './b';` });
  const load = () => loadModule(join(folder, 'a.ts'), { code: 'REV_SCHEMA' });
  await expect(load()).rejects.toThrow('cannot find "./b"');
  writeFileSync(join(folder, 'b.ts'), 'export const b = 2;');
  expect((await load()).b).toBe(2);
});
