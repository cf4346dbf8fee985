import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCodes, RevError } from '../../src/errors.js';

/** Rows of the tables in docs/errors.md: `` | `REV_X` | 1 | … | … | ``. */
const rows = [
  ...readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8').matchAll(
    /^\| `(REV_\w+)` \| (\d+) \| ([^|]+) \|/gm,
  ),
].map(([, code = '', exitCode = '', what = '']) => ({ code, exitCode: Number(exitCode), what: what.trim() }));

describe('docs/errors.md', () => {
  it.each(errorCodes)('says once what %s is, with its exit code', (code) => {
    const found = rows.filter((row) => row.code === code);
    expect(found).toHaveLength(1);
    expect(found[0]?.exitCode).toBe(new RevError(code, '').exitCode);
    expect(found[0]?.what).not.toBe('');
  });

  it('knows no code that there is not', () => {
    const known: readonly string[] = errorCodes;
    expect(rows.filter(({ code }) => !known.includes(code))).toEqual([]);
  });
});
