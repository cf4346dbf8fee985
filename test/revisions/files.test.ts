import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RevError } from '../../src/errors.js';
import { load, loadAll } from '../../src/revisions/load.js';
import { revisionFileName } from '../../src/revisions/render-file.js';
import { type RevisionFile, scan } from '../../src/revisions/scan.js';
import { writeRevision } from '../../src/revisions/write.js';
import { project } from '../loading/project.js';

function revision(id: string, down: string | null, rest = 'export function upgrade() {}'): string {
  return `/** message of ${id} */\nexport const revision = '${id}';\nexport const downRevision = ${down === null ? null : `'${down}'`};\n${rest}\n`;
}

function refusal(work: () => unknown): RevError {
  try {
    work();
  } catch (thrown) {
    return thrown as RevError;
  }
  return expect.unreachable('it was not refused');
}

describe('a folder is scanned', () => {
  test('for revisions, and nothing is evaluated', () => {
    const folder = project({
      'b_second.ts': revision('b', 'a', 'throw new Error("evaluated")'),
      'a_first.mjs': revision('a', null),
      'helper.ts': 'export const now = () => 1;',
      'types.d.ts': 'export declare const revision: string;',
      'a.test.ts': revision('t', null),
      '.hidden.ts': revision('h', null),
      'notes.md': '# notes',
      'sub/c.ts': revision('c', null),
      'd_compiled.ts': revision('d', 'b'),
      'd_compiled.js': revision('d', 'b'),
    });
    const found = scan([folder, `${folder}/`]);
    expect(found.map(({ id, down, message }) => [id, down, message])).toEqual([
      ['a', [], 'message of a'],
      ['b', ['a'], 'message of b'],
      ['d', ['b'], 'message of d'],
    ]);
    expect(found[1]).toMatchObject({
      file: join(folder, 'b_second.ts'),
      source: join(folder, 'b_second.ts'),
    });
  });

  test('further than its first bytes when a header needs it', () => {
    const long = `// ${'é'.repeat(9000)}\n`;
    const folder = project({ 'a.ts': long + revision('a', null), 'b.ts': revision('b', 'a', long) });
    expect(scan([folder]).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('to its end, wherever a constant stands and however much comes before it', () => {
    const rest = `export async function upgrade() {\n${'  // a change\n'.repeat(20_000)}}\n`;
    const late = `${rest}export const dependsOn = 'x';\nexport const transactional = false;`;
    const folder = project({ 'a.ts': revision('a', null, late) });
    expect(scan([folder])).toMatchObject([{ depends: ['x'], transactional: false }]);
  });

  test('alike where a buffer ends inside of a header', () => {
    const header = revision('abc', 'xyz', 'export function upgrade() {}');
    for (const size of [4096, 8192, 65_536]) {
      const files = Array.from({ length: header.length + 2 }, (_, cut) => [
        `${String(cut).padStart(4, '0')}.ts`,
        `//${' '.repeat(size - cut - 3)}\n${header.replace("'abc'", `'abc${cut}'`)}`,
      ]);
      const found = scan([project(Object.fromEntries(files))]);
      expect(found.map(({ id }) => id)).toEqual(files.map((_, cut) => `abc${cut}`));
    }
  });

  test('and what is wrong is named with file and line', () => {
    const folder = project({ 'a.ts': "import { id } from './b';\nexport const revision = id;\n" });
    const error = refusal(() => scan([folder]));
    expect(error.code).toBe('REV_HEADER');
    expect(error.message).toBe(`${folder}/a.ts:2: revision is not a literal (id).`);
    expect(error.hint).toContain("export const revision = '");
  });

  test('a file that is named like a revision, or has its functions, must be one', () => {
    const named = project({ '5c1e8b70d2a4_add.ts': 'export const a = 1;' });
    expect(refusal(() => scan([named])).code).toBe('REV_HEADER');
    const acts = project({ 'add.ts': 'export const upgrade = async () => {};' });
    expect(refusal(() => scan([acts])).message).toContain('add.ts:1: it exports no revision id');
  });

  test('two files with one id are both named', () => {
    const folder = project({ 'a.ts': revision('a', null), 'b.ts': revision('a', null) });
    const error = refusal(() => scan([folder]));
    expect(error.code).toBe('REV_DUPLICATE_REVISION');
    expect(error.message).toContain(`${folder}/a.ts and ${folder}/b.ts`);
  });

  test('a folder that is not there is an error, unless nothing is expected of it', () => {
    const folder = join(project({}), 'revisions');
    expect(refusal(() => scan([folder])).code).toBe('REV_CONFIG');
    expect(scan([folder], { missing: 'empty' })).toEqual([]);
  });
});

describe('a revision is loaded', () => {
  async function refused(file: RevisionFile): Promise<RevError> {
    return load(file).then(
      () => expect.unreachable('it loaded'),
      (error: RevError) => error,
    );
  }

  test('with its functions, whatever it imports', async () => {
    const folder = project({
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
      'a.ts': revision(
        'a',
        null,
        `enum E { x = 5 }\nconst late = await Promise.resolve(2);\nexport const upgrade = () => E.x + late;`,
      ),
      'b.ts': revision(
        'b',
        'a',
        `import { three } from './helper'; import { is } from 'drizzle-orm'; export function upgrade() { return three; } export function downgrade(op: string) { return [op, typeof is]; } export const transactional = false;`,
      ),
      'c.ts': revision('c', 'b', `import { three } from '@/helper'; export const upgrade = () => three`),
      'helper.ts':
        'globalThis.count_helpers = (globalThis.count_helpers ?? 0) + 1; export const three: number = 3;',
    });
    const [a, b, c] = await loadAll<string>(scan([folder]));
    expect(a?.upgrade('op')).toBe(7);
    expect(a?.downgrade).toBeUndefined();
    expect(b?.downgrade?.('op')).toEqual(['op', 'function']);
    expect(b?.transactional).toBe(false);
    expect(c?.upgrade('op')).toBe(3);
    expect((globalThis as { count_helpers?: number }).count_helpers).toBe(1);
  });

  test('or refused', async () => {
    const folder = project({
      'a.ts': revision('a', null, ''),
      'b.ts': revision('b', 'a', 'export const upgrade = 1;'),
      'c.ts': revision('c', 'b', 'export function upgrade() {}\nthrow new Error("at load");'),
    });
    const [a, b, c] = scan([folder]) as [RevisionFile, RevisionFile, RevisionFile];
    for (const [file, message] of [
      [a, `${folder}/a.ts: The revision a exports no function 'upgrade'.`],
      [b, `${folder}/b.ts: The revision b exports 'upgrade', but it is no function.`],
      [c, `${folder}/c.ts:5:7: at load`],
    ] as const) {
      const error = await refused(file);
      expect([error.code, error.message]).toEqual(['REV_REVISION_LOAD', message]);
    }
  });

  test('but not when what it exports is not what its header said', async () => {
    const folder = project({ 'a.ts': revision('a', null) });
    const [file] = scan([folder]) as [RevisionFile];
    writeFileSync(file.file, revision('a', 'other'));
    const error = await refused(file);
    expect([error.code, error.message]).toEqual([
      'REV_HEADER',
      `${folder}/a.ts: 'downRevision' is not what the top of the file says.`,
    ]);
  });
});

describe('a revision is written', () => {
  test('whole, into a folder that it makes, and never over another file', () => {
    const folder = join(project({}), 'new', 'revisions');
    const file = writeRevision(folder, 'a_b.ts', 'text');
    expect(readFileSync(file, 'utf8')).toBe('text');
    const error = refusal(() => writeRevision(folder, 'a_b.ts', 'other'));
    expect([error.code, error.message]).toEqual(['REV_EXISTS', `The file ${file} exists already.`]);
    expect(readFileSync(file, 'utf8')).toBe('text');
    expect(readdirSync(folder)).toEqual(['a_b.ts']);
  });

  test('or the folder is named', () => {
    const root = project({ file: '' });
    const folder = join(root, 'file', 'revisions');
    const error = refusal(() => writeRevision(folder, 'a.ts', 'text'));
    expect(error.code).toBe('REV_UNWRITABLE');
    expect(error.message).toContain(folder);
    mkdirSync(join(root, 'locked'));
    chmodSync(join(root, 'locked'), 0o500);
    if (process.getuid?.() === 0) return;
    expect(refusal(() => writeRevision(join(root, 'locked'), 'a.ts', 'text')).code).toBe('REV_UNWRITABLE');
  });

  test('under a name that the configuration gives', () => {
    const options = {
      id: '5c1e8b70d2a4',
      message: 'Add author',
      created: new Date('2026-11-20T23:30:05Z'),
      slugLength: 40,
    };
    const name = (fileTemplate: string, timezone = 'UTC') =>
      revisionFileName({ ...options, fileTemplate, timezone });
    expect(name('{id}_{slug}')).toBe('5c1e8b70d2a4_add_author.ts');
    expect(name('{year}-{month}-{day}_{hour}{minute}{second}_{id}', 'Europe/Berlin')).toBe(
      '2026-11-21_003005_5c1e8b70d2a4.ts',
    );
    expect(name('{epoch}_{id}')).toBe('1795217405_5c1e8b70d2a4.ts');
    expect(revisionFileName({ ...options, message: '', fileTemplate: '{id}_{slug}', timezone: 'UTC' })).toBe(
      '5c1e8b70d2a4.ts',
    );
    expect(
      refusal(() => revisionFileName({ ...options, id: '../x', fileTemplate: '{id}', timezone: 'UTC' })).code,
    ).toBe('REV_NAME');
  });
});
