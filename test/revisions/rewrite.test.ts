import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderRevision } from '../../src/revisions/render-file.js';
import { rewriteParents } from '../../src/revisions/rewrite.js';
import { packageTemplate } from '../../src/revisions/template.js';
import { replaceRevision } from '../../src/revisions/write.js';

/** Other parents in a revision's text: the literal and the comment's line, and not one byte more. */

const written = (down: readonly string[]) =>
  renderRevision({
    id: 'cccc',
    down,
    message: "Revises: aaaa is what downRevision = 'aaaa' says",
    created: new Date('2026-11-20T12:00:00Z'),
    dialect: 'sqlite',
    imports: [],
    upgrade: "  await op.execute(`downRevision = 'aaaa'`);",
    downgrade: '',
    template: packageTemplate('revision.ts'),
  });

describe('rewriteParents', () => {
  it.each<[readonly string[], readonly string[]]>([
    [['aaaa'], ['bbbb']],
    [['aaaa'], []],
    [[], ['bbbb']],
    [
      ['aaaa', 'dddd'],
      ['bbbb', 'dddd'],
    ],
    [['aaaa', 'dddd'], ['bbbb']],
    [['aaaa'], ['bbbb', 'dddd']],
  ])('of a file as create writes it: %j → %j', (from, to) => {
    expect(rewriteParents(written(from), from, to)).toBe(written(to));
  });

  const header = (literal: string) => `export const revision = 'c';\nexport const downRevision${literal}`;
  it.each<[string, string]>([
    [header(` = 'aaaa';`), header(` = 'bbbb';`)],
    [header(` = "aaaa" as const;`), header(` = "bbbb" as const;`)],
    [header(' = `aaaa`'), header(' = `bbbb`')],
    [header(`: string | null = 'aaaa' // aaaa\n`), header(`: string | null = 'bbbb' // aaaa\n`)],
    [header(` =\r\n  'aaaa';\r\n`), header(` =\r\n  'bbbb';\r\n`)],
    [header(` = ['aaaa'];`), header(` = ['bbbb'];`)],
    [header(` = [\n  "aaaa", // why\n];`), header(` = [\n  "bbbb", // why\n];`)],
    [`\uFEFF${header(` = 'aaaa';`)}`, `\uFEFF${header(` = 'bbbb';`)}`],
    [
      `#!/usr/bin/env node\r\n/* x\r\n * Revises: aaaa  \r\n */\r\n${header(` = 'aaaa';`)}`,
      `#!/usr/bin/env node\r\n/* x\r\n * Revises: bbbb  \r\n */\r\n${header(` = 'bbbb';`)}`,
    ],
    [
      `/** Revises: aaaa (people) */\n${header(` = 'aaaa';`)}`,
      `/** Revises: aaaa (people) */\n${header(` = 'bbbb';`)}`,
    ],
  ])('keeps everything else of %j', (text, expected) => {
    expect(rewriteParents(text, ['aaaa'], ['bbbb'])).toBe(expected);
  });

  it('keeps the layout of an array, and of one whose length changes the quotes', () => {
    const text = header(` = [\n  'aaaa',\n  'dddd', // the other\n];`);
    expect(rewriteParents(text, ['aaaa', 'dddd'], ['bbbb', 'dddd'])).toBe(text.replace('aaaa', 'bbbb'));
    expect(rewriteParents(header(` = ["aaaa", "dddd"];`), ['aaaa', 'dddd'], ['bbbb'])).toBe(
      header(` = "bbbb";`),
    );
  });
});

describe('replaceRevision', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'rev-replace-'));

  it('keeps the mode and a link, and leaves no draft', () => {
    const dir = folder();
    const file = join(dir, 'real.ts');
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    symlinkSync(file, join(dir, 'link.ts'));
    replaceRevision(join(dir, 'link.ts'), 'new', 'old');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(dir).sort()).toEqual(['link.ts', 'real.ts']);
  });

  it('refuses a file that has been changed meanwhile', () => {
    const dir = folder();
    const file = join(dir, 'real.ts');
    writeFileSync(file, 'newer');
    expect(() => replaceRevision(file, 'new', 'old')).toThrow(/cannot be replaced/);
    expect(readFileSync(file, 'utf8')).toBe('newer');
    expect(readdirSync(dir)).toEqual(['real.ts']);
  });
});
