/** What a user is told when a module of theirs does not load: their own file, line and column, and no stack. */

import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { RevError } from '../../src/errors.js';
import { loadModule } from '../../src/loading/load.js';
import { locate } from '../../src/loading/locate.js';
import { project } from './project.js';

async function failure(file: string): Promise<RevError> {
  return loadModule(file, { code: 'REV_CONFIG' }).then(
    () => expect.unreachable('it loaded'),
    (error: RevError) => error,
  );
}

const files = {
  'package.json': '{ "type": "module" }',
  'syntax.ts': `// é\n\nexport const é = 1; const x: = 3;`,
  'throws.ts': `interface A { a: string }\n\nenum B { c }\nexport const d: A = (() => {\n  throw new TypeError('no luck');\n})();`,
  'helper.ts': `type A = string;\n\nexport function fail(): never { throw new Error('from the helper'); }`,
  'deep.ts': `import { fail } from './helper';\nfail();`,
  'missing-import.ts': `import { a } from 'drizzle-orm';\nimport { b } from './nowhere';\nconsole.log(a, b);`,
  'missing-export.ts': `type A = 1;\nimport {\n  readFileSync,\n  nothing,\n} from 'node:fs';\nconsole.log(readFileSync, nothing);`,
  'missing-package.ts': `\nimport { b } from 'no-such-package';\nconsole.log(b);`,
  'text.ts': `throw 'a text';`,
  'url.ts': `throw new Error('cannot reach postgres://me:hunter2@db/app');`,
};

test.each([
  ['syntax.ts', 'syntax.ts:3:30: Unexpected "="'],
  ['throws.ts', 'throws.ts:5:9: TypeError: no luck'],
  ['deep.ts', 'helper.ts:3:39: from the helper'],
  ['missing-import.ts', 'missing-import.ts:2:19: cannot find "./nowhere"'],
  ['missing-package.ts', 'missing-package.ts:2:19: cannot find "no-such-package"'],
  [
    'missing-export.ts',
    `missing-export.ts:4:3: SyntaxError: The requested module 'node:fs' does not provide an export named 'nothing'`,
  ],
  ['text.ts', 'text.ts: threw a text'],
  ['url.ts', 'url.ts:1:7: cannot reach postgres://me:***@db/app'],
  ['none.ts', 'none.ts: the file does not exist'],
])('%s', async (name, message) => {
  const folder = project(files);
  const error = await failure(join(folder, name));
  expect(error.code).toBe('REV_CONFIG');
  expect(error.message).toBe(`${folder}/${message}`);
  expect(error.data.file).toBe(join(folder, message.slice(0, message.indexOf('.ts') + 3)));
});

test('an error that a loaded function throws later is found in the source', async () => {
  const folder = project(files);
  const { fail } = await loadModule(join(folder, 'helper.ts'), { code: 'REV_REVISION_LOAD' });
  try {
    (fail as () => never)();
  } catch (thrown) {
    expect(locate(thrown)).toEqual({ file: join(folder, 'helper.ts'), line: 3, column: 39 });
  }
  expect.assertions(1);
});

test('a module that failed can be loaded again once it is repaired', async () => {
  const { writeFileSync } = await import('node:fs');
  const folder = project(files);
  const file = join(folder, 'text.ts');
  await failure(file);
  writeFileSync(file, 'export const fine = true;');
  expect((await loadModule(file, { code: 'REV_CONFIG' })).fine).toBe(true);
});

test('nothing is written anywhere, so a read-only disk is no hindrance', async () => {
  const folder = project({
    'package.json': '{}',
    'a.ts': `import { b } from './b'; export const a = b;`,
    'b.ts': 'export const b = 1;',
  });
  mkdirSync(join(folder, 'node_modules', '.cache'), { recursive: true });
  // A folder of its own for temporary files: other tests write to the common one meanwhile.
  const temporary = join(project({}), 'tmp');
  mkdirSync(temporary);
  vi.stubEnv('TMPDIR', temporary);
  const before = readdirSync(folder, { recursive: true });
  await loadModule(join(folder, 'a.ts'), { code: 'REV_CONFIG' });
  vi.unstubAllEnvs();
  expect(readdirSync(folder, { recursive: true })).toEqual(before);
  expect(readdirSync(temporary)).toEqual([]);
});

test('a model file that runs rev when it is loaded is refused instead of waiting for itself', async () => {
  const folder = project({
    'migrate.ts': `import './other';\n\nawait globalThis.runRev();`,
    'other.ts': 'export {};',
  });
  const file = join(folder, 'migrate.ts');
  Object.assign(globalThis, { runRev: () => loadModule(file, { code: 'REV_CONFIG' }) });
  const error = await failure(file);
  expect(error.message).toBe(`${file}:3:18: The module calls rev while it is loaded by rev itself.`);
});
