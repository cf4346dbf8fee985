import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeRevisions } from '../../src/revisions/write.js';
import { temporaryFolder } from '../support/sqlite.js';

describe('several revisions', () => {
  const files = ['a.ts', 'b.ts', 'c.ts'].map((name) => ({ name, text: `// ${name}\n` }));

  it('are written into a folder that need not be there', () => {
    const folder = join(temporaryFolder(), 'some/where');
    expect(writeRevisions(folder, files)).toEqual(files.map(({ name }) => join(folder, name)));
    expect(readdirSync(folder)).toEqual(['a.ts', 'b.ts', 'c.ts']);
  });

  it('are all there or none, and what was there stays', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'c.ts'));
    expect(() => writeRevisions(folder, files)).toThrow(expect.objectContaining({ code: 'REV_EXISTS' }));
    expect(readdirSync(folder)).toEqual(['c.ts']);
    const fresh = join(folder, 'fresh');
    const bad = [...files, { name: 'a.ts/b.ts', text: '' }];
    expect(() => writeRevisions(fresh, bad)).toThrow(expect.objectContaining({ code: 'REV_UNWRITABLE' }));
    expect(existsSync(fresh)).toBe(false);
  });
});
