import { describe, expect, it } from 'vitest';
import { inlineParams } from '../../src/runtime/inline-params.js';

const literal = (value: unknown) =>
  typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);

describe('values written into SQL', () => {
  it('replaces numbered placeholders by position, also twice', () => {
    expect(inlineParams('select $2, $1, $2', ['a', 2], literal)).toBe("select 2, 'a', 2");
  });

  it('replaces question marks in order', () => {
    expect(inlineParams('insert into t values (?, ?)', [1, "it's"], literal)).toBe(
      "insert into t values (1, 'it''s')",
    );
  });

  it('leaves strings, names, comments and dollar quotes alone', () => {
    const sql = `select '?', "a?", $$ ? $$, $x$ $1 $x$, ? -- ?\n/* ? */`;
    expect(inlineParams(sql, [7], literal)).toBe(`select '?', "a?", $$ ? $$, $x$ $1 $x$, 7 -- ?\n/* ? */`);
  });

  it('refuses a placeholder without a value', () => {
    expect(() => inlineParams('select ?, ?', [1], literal)).toThrow(/missing/);
  });
});
