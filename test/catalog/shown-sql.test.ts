import { describe, expect, it } from 'vitest';
import { withoutValues } from '../../src/catalog/index.js';

/** SQL as it may be shown. */

describe('without values', () => {
  it.each([
    ["insert into t values ('LEAK', 4711, 1e5)", 'insert into t values (…, …, …)'],
    ["select 'it''s LEAK'", 'select …'],
    ["select E'a\\'LEAK', 'LEAK'", 'select …, …'],
    ["select E'a'\n'b\\'LEAK', x", 'select …\n, x'],
    ["select 'a\\', x, 'LEAK'", 'select …, x, …'],
    ["select /* don't /* or do */ */ 'LEAK'", 'select   …'],
    ["select 1 -- don't\n, 'LEAK'", 'select …  \n, …'],
    ["select $a$ it's $$ LEAK $a$, x$1, $1", 'select …, x$1, $1'],
    [`select "it's" from "t1" where x2 = 'LEAK'`, `select "it's" from "t1" where x2 = …`],
    // Cut off.
    ["update t set x = 'LEA", 'update t set x = …'],
    ["update t set x = 'it''s LEA''", 'update t set x = …'],
    ["update t set x = E'LEAK\\", 'update t set x = …'],
    ['do $$ begin LEA', 'do …'],
    ['do $x$ begin LEAK $$ LEAK $x', 'do …'],
    ["select 1 /* don't LEA", 'select …  '],
    ['select "it\'s LEA', 'select "it\'s LEA'],
  ])('%s', (sql, shown) => {
    expect(withoutValues(sql)).toBe(shown);
  });
});
