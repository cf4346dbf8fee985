// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of templates
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanMessage, firstParagraph } from '../../src/revisions/docstring.js';
import { type Header, readByTokens, readHeader } from '../../src/revisions/header.js';
import { newRevisionId, renderRevision, slugOf } from '../../src/revisions/render-file.js';
import { packageTemplate } from '../../src/revisions/template.js';
import { readUsualHeader } from '../../src/revisions/usual-header.js';

function headerOf(text: string): Header {
  const reading = readHeader(text);
  if (reading.kind !== 'revision') throw new Error(JSON.stringify(reading));
  return reading.header;
}

function faultOf(text: string): string {
  const reading = readHeader(text);
  return reading.kind === 'fault' ? `${reading.line}: ${reading.problem}` : reading.kind;
}

const functions = 'export async function upgrade() {}\nexport async function downgrade() {}\n';

describe('a header is read', () => {
  test('as the tool writes it', () => {
    const text = `/**
 * add author to posts
 *
 * Revision: 5c1e8b70d2a4
 * Revises:  1f9a3c27be10
 * Created:  2026-11-20T12:00:00Z
 */
import { type Op, column } from 'drizzle-alembic';

export const revision = '5c1e8b70d2a4';
export const downRevision = '1f9a3c27be10'; // string, string[] (a merge) or null (a base)
export const branchLabels = null;
export const dependsOn = null;

${functions}`;
    expect(headerOf(text)).toEqual({
      id: '5c1e8b70d2a4',
      down: ['1f9a3c27be10'],
      labels: [],
      depends: [],
      transactional: true,
      message: 'add author to posts',
      created: '2026-11-20T12:00:00Z',
    });
  });

  test.each([
    ['double quotes', `export const revision = "a"; export const downRevision = null;`],
    ['templates', 'export const revision = `a`\nexport const downRevision = null'],
    [
      'types',
      `export const revision: string = 'a';\nexport const downRevision: string | readonly string[] | null = null;`,
    ],
    [
      'assertions',
      `export const revision = 'a' as const\nexport const downRevision = null as string | null\n`,
    ],
    [
      'satisfies',
      `export const revision = 'a' satisfies string;\nexport const downRevision = [] satisfies string[];`,
    ],
    [
      'comments everywhere',
      `export /* a */ const revision /* = 'b' */ = // c\n 'a' /* d */;\nexport const downRevision = [ /* none */ ];`,
    ],
    [
      'any order',
      `export const dependsOn = null;export const downRevision = null;\nexport const revision = 'a';`,
    ],
    ['escapes', `export const revision = '\\x61'; export const downRevision = undefined;`],
    [
      'a byte order mark and a #!',
      `#!/usr/bin/env node\nexport const revision = 'a'\nexport const downRevision = null`,
    ],
    [
      'code before it',
      `import x from 'y';\nconst helper = (n: number) => { const revision = 'no'; return /['"\`]/.test(\`\${n} \${'}'}\`) };\n` +
        `// export const revision = 'comment';\nconst text = "export const revision = 'string'";\n` +
        `export const revision = 'a';\nexport const downRevision = null;`,
    ],
    ['after the functions', `${functions}export const revision = 'a';\nexport const downRevision = null;`],
    [
      'partly after the functions',
      `export const revision = 'a';\n${functions}export const downRevision = null;`,
    ],
  ])('with %s', (_, text) => {
    expect(headerOf(`${text}\n${functions}`)).toMatchObject({ id: 'a', down: [], labels: [], depends: [] });
  });

  test('with arrays, labels, dependencies and `transactional`', () => {
    const text = `export const revision = 'c';
      export const downRevision = ['a', "b",] as const;
      export const branchLabels: string[] = [
        'accounts', // the team's
      ];
      export const dependsOn = 'x';
      export const transactional = false;`;
    expect(headerOf(text)).toMatchObject({
      down: ['a', 'b'],
      labels: ['accounts'],
      depends: ['x'],
      transactional: false,
    });
  });

  test('even if `transactional` comes last', () => {
    const text = `export const revision = 'c';\nexport const downRevision = null;\n${functions}export const transactional = false;`;
    expect(headerOf(text).transactional).toBe(false);
  });
});

describe('a file of the usual form', () => {
  const file = `/**
 * add author to posts
 *
 * Because posts have one.
 *
 * Revision: 5c1e8b70d2a4
 * Revises:  1f9a3c27be10, 2f9a3c27be10
 * Depends on: b1b1b1b1b1b1
 * Created:  2026-11-20T12:00:00Z
 */
import { type Op, column } from 'drizzle-alembic';
import { posts } from '../schema';

export const revision = '5c1e8b70d2a4';
export const downRevision = ['1f9a3c27be10', '2f9a3c27be10'];
export const branchLabels = 'accounts';
export const dependsOn = 'b1b1b1b1b1b1'; // the accounts

export async function upgrade(op: Op<'postgres'>) {
  await op.execute(\`select '\${1}'\`);
}

${functions.split('\n')[1]}
`;

  test('is read by one regular expression', () => {
    expect(readUsualHeader(file)).toBeDefined();
    expect(readUsualHeader(file.replaceAll('\n', '\r\n'))).toBeDefined();
    expect(headerOf(file)).toMatchObject({
      message: 'add author to posts',
      down: ['1f9a3c27be10', '2f9a3c27be10'],
      labels: ['accounts'],
    });
  });

  test('is read as by tokens, whatever is changed in it', () => {
    const parts = [
      ...[
        '*/',
        '/*',
        '//',
        "'",
        '`',
        '\\',
        '\n',
        '\n\n',
        '\r',
        ' ',
        '\t',
        ';',
        ',',
        '[',
        ']',
        '{',
        '}',
        '(',
        '*',
      ],
      ...[
        'null',
        'x',
        'é',
        '\u2028',
        '\ufeff',
        '\0',
        ' *\n',
        ' * Created:  2020-01-01T00:00:00Z\n',
        ' * Revision: y\n',
      ],
      ...["export const revision = 'z';\n", 'export const transactional = false;\n', '/**\n * other\n */\n'],
      ...["import { a } from 'b';\n", "export const branchLabels = ['p', 'q'];\n", '2026-99-99T12:00:00Z'],
    ];
    const lines = file.split(/(?<=\n)/);
    const edit = fc.record({
      kind: fc.constantFrom('insert', 'delete', 'cut line', 'double line', 'swap lines'),
      at: fc.nat(file.length),
      line: fc.nat(lines.length - 2),
      length: fc.integer({ min: 1, max: 12 }),
      part: fc.constantFrom(...parts),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const text = edits.reduce((now, { kind, at, line, length, part }) => {
          if (kind === 'insert') return now.slice(0, at) + part + now.slice(at);
          if (kind === 'delete') return now.slice(0, at) + now.slice(at + length);
          const all = now.split(/(?<=\n)/);
          const [one = '', two = ''] = all.slice(line, line + 2);
          if (kind === 'cut line') all.splice(line, 1);
          if (kind === 'double line') all.splice(line, 0, one);
          if (kind === 'swap lines') all.splice(line, 2, two, one);
          return all.join('');
        }, file);
        expect(readHeader(text)).toEqual(readByTokens(text.replace(/^\ufeff/, '')));
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('a header that is not literal is refused', () => {
  const id = `export const revision = 'a';\n`;
  test.each([
    [`export const revision = id;`, '1: revision is not a literal (id)'],
    [`\n\nexport const revision = 'a' + 'b';`, '3: revision is not a literal (+)'],
    [`export const revision = 'a'\n  .trim();`, '2: revision is not a literal (.)'],
    ['export const revision = `${a}`;', '1: revision is not a literal (`${a}`)'],
    [`${id}export const downRevision = ['b', c];`, '2: downRevision is not a literal (c)'],
    [`${id}export const downRevision = [...b];`, '2: downRevision is not a literal (.)'],
    [
      `${id}export const downRevision = condition ? 'b' : null;`,
      '2: downRevision is not a literal (condition)',
    ],
    [`${id}export const downRevision = true;`, '2: downRevision is not a string, an array or null'],
    [
      `${id}export const downRevision = null;\nexport const transactional = 'no';`,
      '3: transactional is neither true nor false',
    ],
    [`${id}`, '1: it exports no downRevision'],
    [`// nothing\n${functions}`, '2: it exports no revision id'],
    [`export const revision = 1;`, '1: revision is not a literal (1)'],
    [`export const revision = null; export const downRevision = null`, '1: revision is not a string'],
    [`${id}${id}`, '2: revision is exported twice'],
    [`export const revision;`, '1: revision has no value'],
    [`export function helper() {}`, 'other'],
    ['', 'other'],
  ])('%s', (text, problem) => {
    expect(faultOf(text)).toBe(problem);
  });

  test.each([
    ['blank lines and then code', `${'\n'.repeat(1_000)}x;`],
    ['blanks and then code', `${' \t'.repeat(1_000)}x;`],
    ['templates in templates', '`${'.repeat(100_000)],
    ['opening brackets', '{'.repeat(100_000)],
    ['a comment that never ends', `/*${'*'.repeat(1_000_000)}`],
    ['one long line', `x = /a/ + '${'y'.repeat(5_000_000)}' + /${'z'.repeat(5_000_000)}/;`],
    ['exports without end', 'export '.repeat(100_000)],
    ['many constants', 'export const revisions = 1;\n'.repeat(50_000)],
  ])('and no text makes the reader hang or overflow: %s', (_, text) => {
    expect(faultOf(text)).toBe('other');
  });

  test('and no text makes the reader throw', () => {
    const parts = [
      'export',
      ' const ',
      'revision',
      ' = ',
      "'",
      '`',
      '${',
      '}',
      '/*',
      '*/',
      '//',
      '\n',
      '[',
      ']',
      '/',
      '\\',
      ';',
      'a',
      'é',
      '\u2028',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...parts)).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (source) => void readHeader(source)),
      { numRuns: 2000 },
    );
  });
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        '*/',
        '/*',
        '*\\/',
        '${id}',
        '${',
        '`',
        "'",
        '"',
        '\\',
        '\n',
        '\n\n',
        '\r',
        '\u2028',
        '\u202e',
        '\0',
        '\ud800',
        '*',
        ' ',
        'Created: 1999-01-01',
        'Revision: x',
        'add a table',
        'ü',
      ),
      { maxLength: 12 },
    )
    .map((all) => all.join('')),
);

describe('what is rendered is read back', () => {
  const template = packageTemplate('revision.ts');
  const name = fc.oneof(hostile, fc.constantFrom('a', '5c1e8b70d2a4'));

  test('for hostile messages, ids and labels', () => {
    fc.assert(
      fc.property(
        fc.record({
          id: name,
          down: fc.array(name),
          labels: fc.array(name),
          depends: fc.array(name),
          message: hostile,
        }),
        fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true }),
        fc.constantFrom('', "  await op.execute(sql`select '${x}' /* * */`);"),
        (parts, created, upgrade) => {
          const text = renderRevision({
            ...parts,
            created,
            dialect: 'sqlite',
            imports: [],
            upgrade,
            downgrade: '',
            template,
          });
          const { id, down, labels, depends } = parts;
          const iso = created.toISOString().replace(/\.\d+Z$/, 'Z');
          const read = headerOf(text);
          expect(read).toEqual({
            id,
            down,
            labels,
            depends,
            transactional: true,
            message: firstParagraph(parts.message),
            created: iso,
          });
          expect(
            renderRevision({
              ...parts,
              created,
              dialect: 'sqlite',
              imports: [],
              upgrade,
              downgrade: '',
              template,
            }),
          ).toBe(text);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('and is TypeScript that compiles', async () => {
    const { transformSync } = await import('oxc-transform');
    fc.assert(
      fc.property(hostile, name, (message, label) => {
        const text = renderRevision({
          id: 'a',
          down: [label],
          labels: [label],
          message,
          created: new Date(0),
          dialect: 'postgres',
          imports: [{ name: 'column', from: 'drizzle-alembic' }],
          upgrade: '  await op.createTable();',
          downgrade: '',
          template,
        });
        expect(transformSync('a.ts', text).errors).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test('byte for byte', () => {
    const text = renderRevision({
      id: '5c1e8b70d2a4',
      down: ['1f9a3c27be10', '2f9a3c27be10'],
      labels: ['accounts'],
      depends: ['b1b1b1b1b1b1'],
      message: 'add author\n\nBecause posts have one. */ ${id}',
      created: new Date('2026-11-20T12:00:00.123Z'),
      dialect: 'postgres',
      imports: ['column', 'sql', 'sql'].map((name) => ({ name, from: 'drizzle-alembic' })),
      upgrade: "  await op.addColumn('posts', column('author_id', 'integer'));",
      downgrade: '',
      template,
    });
    expect(text).toBe(`/**
 * add author
 *
 * Because posts have one. *\\/ \${id}
 *
 * Revision: 5c1e8b70d2a4
 * Revises:  1f9a3c27be10, 2f9a3c27be10
 * Depends on: b1b1b1b1b1b1
 * Created:  2026-11-20T12:00:00Z
 */
import { type Op, column, sql } from 'drizzle-alembic';

export const revision = '5c1e8b70d2a4';
export const downRevision = ['1f9a3c27be10', '2f9a3c27be10'];
export const branchLabels = 'accounts';
export const dependsOn = 'b1b1b1b1b1b1';

export async function upgrade(op: Op<'postgres'>) {
  await op.addColumn('posts', column('author_id', 'integer'));
}

export async function downgrade() {}
`);
  });

  test('unless a template of the user has lost the header', () => {
    const parts = {
      id: 'a',
      down: [],
      message: 'm',
      created: new Date(0),
      dialect: 'sqlite',
      imports: [],
      upgrade: '',
      downgrade: '',
    } as const;
    expect(() => renderRevision({ ...parts, template: 'export const revision = ${id};' })).toThrow(
      /downRevision/,
    );
  });
});

describe('names', () => {
  test.each([
    ['Add author to posts', 'add_author_to_posts'],
    ["it's -- 100% done!", 'it_s_100_done'],
    ['Größe der Straße ändern', 'größe_der_straße_ändern'],
    ['add a column for the very long name of something', 'add_a_column_for_the_very_long_name_of'],
    ['x'.repeat(50), 'x'.repeat(40)],
    [`${'word '.repeat(7)}ends`, 'word_word_word_word_word_word_word_ends'],
    ['../../etc/passwd', 'etc_passwd'],
    ['', ''],
    ['***', ''],
  ])('%s', (message, slug) => {
    expect(slugOf(message, 40)).toBe(slug);
  });

  test('an id is 12 hexadecimal digits, the same for the same input and nonce only', () => {
    const parts = { down: ['a'], message: 'm', body: 'b', nonce: 'n' };
    expect(newRevisionId(parts)).toMatch(/^[0-9a-f]{12}$/);
    expect(newRevisionId(parts)).toBe(newRevisionId({ ...parts }));
    expect(newRevisionId(parts)).not.toBe(newRevisionId({ ...parts, nonce: 'o' }));
    expect(newRevisionId({ ...parts, message: 'mb', body: '' })).not.toBe(
      newRevisionId({ ...parts, message: 'm', body: 'b' }),
    );
  });

  test('a message is cleaned of what a comment would not show', () => {
    expect(cleanMessage('  a\u0000b \r\n\r\n\r\n\r\n c\u202e ')).toBe('a b\n\nc');
  });
});
