import { describe, expect, it } from 'vitest';
import { postgres } from '../../src/dialects/postgres/index.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { statementText, terminated } from '../../src/runtime/script-text.js';

describe('values written into SQL of PostgreSQL', () => {
  const text = (sql: string, ...params: unknown[]) => statementText({ sql, params }, postgres);

  it('replaces placeholders by position, also twice', () => {
    expect(text('select $2, $1, $2', 'a', 'b')).toBe("select 'b', 'a', 'b'");
  });

  it('takes a question mark for what it is there: an operator', () => {
    expect(text(`update j set v = $1 where doc ? 'k' and doc ?| array['a']`, "it's")).toBe(
      `update j set v = 'it''s' where doc ? 'k' and doc ?| array['a']`,
    );
  });

  it.each([
    String.raw`E'it\'s $1' || e'\\' `,
    `E'a'\n  '\\'$1'`,
    `'\\' || '$1'`,
    `'it''s $1'`,
    `"a$1" || "b""$1"`,
    '$$ $1 $$ || $tag1$ $1 $tag$ $tag1$',
    '/* /* $1 */ $1 */ ',
    '-- $1\n',
    'a$1, täg$1 ',
  ])('leaves alone: %s', (kept) => {
    expect(text(`select ${kept}, $1`, 'x')).toBe(`select ${kept}, 'x'`);
  });

  it('refuses a placeholder without a value', () => {
    expect(() => text('select $1, $2', 1)).toThrow(/missing for \$2/);
  });
});

describe('values written into SQL of SQLite', () => {
  const text = (sql: string, ...params: unknown[]) => statementText({ sql, params }, sqlite);

  it('replaces question marks in order, and numbered ones by their number', () => {
    expect(text('select ?, ?, ?1, ?', 1, "it's", 3)).toBe("select 1, 'it''s', 1, 3");
  });

  it.each([`'?'`, `"a?"`, '`a?`', '[a?]', '-- ?\n', '/* ? */', '$1'])('leaves alone: %s', (kept) => {
    expect(text(`select ${kept}, ?`, 7)).toBe(`select ${kept}, 7`);
  });

  it('keeps a literal apart from what stands beside it', () => {
    expect(text('select 1 -?, n from t limit?', -2, 5)).toBe('select 1 - -2, n from t limit 5');
  });

  it('refuses a placeholder without a value', () => {
    expect(() => text('select ?, ?', 1)).toThrow(/missing/);
  });
});

describe('the end of a statement', () => {
  type Case = readonly [sql: string, text: string];
  const both: readonly Case[] = [
    ['select 1', 'select 1;'],
    ['select 1;  ', 'select 1;'],
    ['select 1 -- all;', 'select 1 -- all;\n;'],
    ['select 1 -- all', 'select 1 -- all\n;'],
    ['select 1; -- all', 'select 1; -- all'],
    ['select 1 /* all; */', 'select 1 /* all; */\n;'],
    ["select 'it''s -- x;'", "select 'it''s -- x;';"],
    ['select "a""b;"', 'select "a""b;";'],
    ['-- nothing;', '-- nothing;'],
  ];

  it.each<Case>([
    ...both,
    ['select 1 /* /* x */ ; */', 'select 1 /* /* x */ ; */\n;'],
    ['do $$ a; $$', 'do $$ a; $$;'],
  ])('of PostgreSQL: %s', (sql, text) => expect(terminated(sql, postgres)).toBe(text));

  it.each<Case>([
    ...both,
    ['select [--x;]', 'select [--x;];'],
    ['select `/*;`', 'select `/*;`;'],
    // SQLite runs it.
    ['select 1 /* open;', 'select 1 /* open;*/\n;'],
    ['select 1; /* open *', 'select 1; /* open **/'],
  ])('of SQLite: %s', (sql, text) => expect(terminated(sql, sqlite)).toBe(text));

  it.each([
    ["select 'open;", postgres],
    ["select E'\\';", postgres],
    ['select $a$ $$;', postgres],
    ['select 1 /* /* open; */', postgres],
    ["select 'open;", sqlite],
    ['select [open;', sqlite],
  ] as const)('is refused where there is none: %s', (sql, dialect) => {
    expect(() => terminated(sql, dialect)).toThrow(expect.objectContaining({ code: 'REV_OFFLINE' }));
  });
});
