import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnOf } from '../../../src/dialects/sqlite/connections/connection.js';
import { parseKey } from '../../../src/dialects/sqlite/index-keys.js';
import { parseTable } from '../../../src/dialects/sqlite/parse-table.js';
import { tokenize } from '../../../src/dialects/sqlite/tokens.js';
import { openFile } from '../../support/sqlite-file.js';

const quotings: readonly ((name: string) => string)[] = [
  (name) => `"${name.replaceAll('"', '""')}"`,
  (name) => `\`${name.replaceAll('`', '``')}\``,
  (name) => (name.includes(']') ? `"${name.replaceAll('"', '""')}"` : `[${name}]`),
  (name) => `'${name.replaceAll("'", "''")}'`,
];
const spaces = fc.constantFrom(' ', '\n', '\t ', ' /* , ) " */ ', " -- it's, a (comment\n", '/**/');
const names = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((name) => !name.includes('\0')),
  fc.constantFrom('a', 'order', 'primary key', '(', '),', "o'clock", '"', '`', '[', '--', '/*', 'check', 'é'),
);

describe('tokens', () => {
  test('every way of quoting gives the name back', () => {
    fc.assert(
      fc.property(names, fc.nat(3), (name, way) => {
        const text = quotings[way]?.(name) ?? '';
        expect(tokenize(`x ${text} y`).map((token) => token.value)).toEqual(['x', name, 'y']);
      }),
    );
  });

  test('comments, strings, blobs, numbers and symbols', () => {
    const sql = `a--b 'c\n+/* d */x'0F' 'it''s' 1.5e-3 0x1F .5 1_000 ?1 :n ->>'k' a||b <>5 $x [a b] "q""q" \`b\``;
    expect(tokenize(sql).map((token) => `${token.kind} ${token.value}`)).toMatchInlineSnapshot(`
      [
        "word a",
        "symbol +",
        "blob x'0F'",
        "string it's",
        "number 1.5e-3",
        "number 0x1F",
        "number .5",
        "number 1_000",
        "variable ?1",
        "variable :n",
        "symbol ->>",
        "string k",
        "word a",
        "symbol ||",
        "word b",
        "symbol <>",
        "number 5",
        "variable $x",
        "name a b",
        "name q"q",
        "name b",
      ]
    `);
  });

  test('any text becomes tokens whose places are in order', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        let end = 0;
        for (const token of tokenize(text)) {
          expect(token.start).toBeGreaterThanOrEqual(end);
          expect(token.end).toBeGreaterThan(token.start);
          end = token.end;
        }
        expect(end).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe('stored tables', () => {
  test('all that pragmas lose', () => {
    const parsed = parseTable(`CREATE TABLE "t" ( -- the table, "t"
      id INTEGER CONSTRAINT pk PRIMARY KEY DESC ON CONFLICT REPLACE AUTOINCREMENT,
      [a b] VARCHAR ( 20 ) CONSTRAINT nn NOT NULL ON CONFLICT IGNORE DEFAULT 'x, ) y' COLLATE NOCASE
        CONSTRAINT "ck 1" CHECK ( length("a b") > 0 /* ) */ AND '(' <> ')' ),
      c double precision DEFAULT -1.5 UNIQUE ON CONFLICT FAIL,
      d DEFAULT (1 + (2)) REFERENCES other ON DELETE SET NULL ON UPDATE CASCADE MATCH FULL
        NOT DEFERRABLE INITIALLY IMMEDIATE,
      e INT NULL GENERATED ALWAYS AS (id * 2) STORED,
      f AS (coalesce("a b", ')')),
      g text REFERENCES p (x) DEFERRABLE INITIALLY DEFERRED NOT NULL,
      CONSTRAINT uq UNIQUE (c COLLATE RTRIM DESC, d) ON CONFLICT ROLLBACK
      CHECK (c > 1) CONSTRAINT fk FOREIGN KEY (c, d) REFERENCES "ot her" (x, y) ON DELETE NO ACTION
    ) STRICT, WITHOUT ROWID`);
    expect(parsed).toMatchSnapshot();
  });

  test.each([
    'CREATE TABLE IF NOT EXISTS main.t(a)',
    'create temp table t (a, b)',
    'CREATE TABLE t(a INT,b TEXT)',
    `CREATE TABLE 't' ('a' "long type"(1,-2), b)`,
    'CREATE TABLE t (id INTEGER, PRIMARY KEY (id AUTOINCREMENT))',
    'CREATE TABLE t (a CONSTRAINT nothing, b)',
    'CREATE TABLE t (a DEFAULT current_timestamp, b DEFAULT +1, c DEFAULT x\'00\', d DEFAULT null, e default "q")',
    'CREATE TABLE t (a text check(a) on conflict fail not null)',
    'CREATE TABLE t (a text collate "nocase" unique, b references t deferrable, foreign key (a) references t(b))',
  ])('%s', (sql) => {
    expect(parseTable(sql)).toMatchSnapshot();
  });

  test('what is no table is refused with the place', () => {
    expect(() => parseTable('CREATE TABLE t (a, b) NONSENSE')).toThrow(/near «NONSENSE»/);
    expect(() => parseTable('CREATE TABLE t (a CHECK )')).toThrow(/Cannot read the stored definition/);
    expect(() => parseTable('CREATE VIEW t AS SELECT 1')).toThrow(/near «VIEW/);
  });

  test('names, checks and defaults are read as SQLite reads them, however they are quoted and spaced', () => {
    fc.assert(
      fc.property(
        fc.record({
          column: names,
          check: names,
          text: fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\0')),
          way: fc.nat(2),
          space: fc.array(spaces, { minLength: 12, maxLength: 12 }),
        }),
        ({ column, check, text, way, space }) => {
          const quote = quotings[way] ?? String;
          const literal = `'${text.replaceAll("'", "''")}'`;
          const parts = [
            ...[
              'CREATE TABLE',
              't',
              '(',
              quote(column),
              'text',
              'DEFAULT',
              literal,
              'CONSTRAINT',
              quote(check),
            ],
            ...['CHECK', '(', `${quote(column)} <> ${literal} or (1)`, ')', ')'],
          ];
          const sql = parts
            .map((part, at) => part + (space[at] ?? ' '))
            .join('')
            .trim();
          const database = openFile(':memory:');
          let stored: string;
          try {
            database.exec(sql);
            stored = String(columnOf(database, 'select sql from sqlite_schema')[0]);
          } catch {
            // Not a text that SQLite stores (it has its own limits on names).
            return;
          } finally {
            database.close();
          }
          const parsed = parseTable(stored);
          expect(parsed.columns.map((each) => each.name)).toEqual([column]);
          expect(parsed.columns[0]).toMatchObject({ type: 'text', default: literal });
          expect(parsed.checks).toEqual([
            { name: check, expression: `${quote(column)} <> ${literal} or (1)`, column },
          ]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test.each([
  ['name', { column: 'name', order: 'asc', nulls: null }],
  ['"t"."NAME" desc', { column: 'name', order: 'desc', nulls: null }],
  ['(`name`) collate nocase DESC', { column: 'name', order: 'desc', nulls: null, collation: 'NOCASE' }],
  ['lower(name)', { expression: 'lower(name)', order: 'asc', nulls: null }],
  ["(lower(name) || ' desc') asc", { expression: "lower(name) || ' desc'", order: 'asc', nulls: null }],
  ['unknown', { expression: 'unknown', order: 'asc', nulls: null }],
])('index key %s', (sql, key) => {
  expect(parseKey(sql, ['id', 'name'])).toEqual(key);
});
