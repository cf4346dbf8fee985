import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyUrl, redactText, redactUrl, resolveUrl } from '../../src/config/url.js';
import type { RevError } from '../../src/errors.js';

describe('a URL is understood', () => {
  test.each([
    ['postgres://u:p@h/db', 'postgres'],
    ['PostgreSQL://h/db', 'postgres'],
    ['app.db', 'sqlite'],
    ['/abs/app.db', 'sqlite'],
    ['C:\\data\\app.db', 'sqlite'],
    [':memory:', 'sqlite'],
    ['file:app.db', 'sqlite'],
    ['sqlite:///abs/app.db', 'sqlite'],
    ['libsql:app.db', 'sqlite'],
    ['pglite:data', 'postgres'],
    ['mysql://h/db', undefined],
    ['host=localhost dbname=app', undefined],
  ])('%s', (url, dialect) => {
    expect(classifyUrl(url)).toBe(dialect);
  });

  test.each([
    ['app.db', '/project/app.db'],
    ['./data/app.db', '/project/data/app.db'],
    ['/abs/app.db', '/abs/app.db'],
    [':memory:', ':memory:'],
    ['file:app.db', '/project/app.db'],
    ['file:./my%20app.db', '/project/my app.db'],
    ['file:/abs/app.db', '/abs/app.db'],
    ['file:///abs/my%20app.db', '/abs/my app.db'],
    ['file::memory:', ':memory:'],
    ['sqlite:app.db', '/project/app.db'],
    ['libsql:app.db', '/project/app.db'],
    ['libsql:/abs/app.db', '/abs/app.db'],
    ['libsql::memory:', ':memory:'],
    ['sqlite://app.db', '/project/app.db'],
    ['sqlite:///abs/app.db', '/abs/app.db'],
  ])('%s is the file %s', (url, path) => {
    expect(resolveUrl(url, 'sqlite', '/project')).toBe(path);
  });

  test('a server is none for PGlite', () => {
    expect(() => resolveUrl('postgres://u:secret@h/db', 'postgres', '/project', 'pglite')).toThrow(
      /postgres:\/\/u:\*\*\*@h\/db is a server's/,
    );
  });

  test.each([
    ['data', '/project/data'],
    ['./data', '/project/data'],
    ['/abs/data', '/abs/data'],
    ['pglite:./data', '/project/data'],
    ['pglite://data', '/project/data'],
    ['pglite:/abs/data', '/abs/data'],
    ['file:data', '/project/data'],
    [':memory:', ':memory:'],
    ['pglite::memory:', ':memory:'],
    ['memory://', ':memory:'],
  ])("%s is PGlite's folder %s", (url, path) => {
    expect(resolveUrl(url, 'postgres', '/project', 'pglite')).toBe(path);
  });

  test.each([
    ['app.db', 'postgres', 'The url app.db is not one of postgres, which is the configured dialect.'],
    [
      'postgres://u:secret@h/db',
      'sqlite',
      'The url postgres://u:***@h/db is not one of sqlite, which is the configured dialect.',
    ],
    [
      'mysql://u:secret@h/db',
      'postgres',
      'The url mysql://u:***@h/db is not one of postgres, which is the configured dialect.',
    ],
    [
      'file:app.db?mode=ro',
      'sqlite',
      'The url file:app.db?mode=ro has parameters, which are not supported for SQLite.',
    ],
    ['file:', 'sqlite', 'The url file: is not a path.'],
    [
      'libsql://db.example.io?authToken=secret',
      'sqlite',
      'The url libsql://db.example.io?authToken=*** is a libsql server; rev opens local files.',
    ],
  ] as const)('or refused: %s for %s', (url, dialect, message) => {
    try {
      resolveUrl(url, dialect, '/project');
      expect.unreachable('it was understood');
    } catch (thrown) {
      expect([(thrown as RevError).code, (thrown as RevError).message]).toEqual(['REV_URL', message]);
    }
  });
});

describe('a URL is shown without its password', () => {
  test.each([
    [
      'postgres://user:secret@host:5432/db?sslmode=require',
      'postgres://user:***@host:5432/db?sslmode=require',
    ],
    ['postgres://user@host/db', 'postgres://user@host/db'],
    ['postgres://host/db', 'postgres://host/db'],
    ['postgres://h1:5432,h2:5433/db', 'postgres://h1:5432,h2:5433/db'],
    ['postgres://[::1]:5432/db', 'postgres://[::1]:5432/db'],
    ['postgres://user:sec@ret@host/db', 'postgres://user:***@host/db'],
    ['postgres://user:sec/r?e#t@host/db', 'postgres://user:***@host/db'],
    ['postgres://user:secret', 'postgres://user:***'],
    ['postgres://host/db?user=me&password=secret', 'postgres://host/db?user=me&password=***'],
    ['postgres://host/db?password=se@cret', 'postgres://***'],
    ['postgres://host/db?pass%77ord=secret', 'postgres://host/db?password=***'],
    ['postgres://host/db?sslpassword=secret&x=1', 'postgres://host/db?sslpassword=***'],
    ['user:secret@host/db', 'user:***@host/db'],
    ['host=h user=u password=secret dbname=d', 'host=h user=u password=***'],
    ['./app.db', './app.db'],
    [':memory:', ':memory:'],
  ])('%s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });

  /** Something that no other part of the URL holds, with characters that mean something in one. */
  const password = fc
    .array(fc.constantFrom(...'@:/?#&=%+ "\'\\[]é💡$*.', 'Q', '7', '%40', '%', '%zz'), {
      minLength: 0,
      maxLength: 8,
    })
    .map((parts) => `QQ${parts.join('')}ZZ`);
  const spelled = (text: string) => [text, encodeURIComponent(text), encodeURI(text)];
  const rest = fc.constantFrom('', '/', '/app', '/app?sslmode=require', ':5432/app', ',h2:5433/app?a=b#c');
  const user = fc.constantFrom('', 'me', 'me%40work', 'a.b');

  test('wherever it stands, and however it is written', () => {
    fc.assert(
      fc.property(
        password,
        fc.nat(2),
        user,
        rest,
        fc.constantFrom('postgres://', 'postgresql://', 'mysql://', '', 'postgres:'),
        (text, spelling, name, tail, scheme) => {
          const secret = spelled(text)[spelling] ?? text;
          const urls = [
            `${scheme}${name}:${secret}@host${tail}`,
            `${scheme}host/app?user=${name}&password=${encodeURIComponent(text)}`,
            `${scheme}host/app?sslpassword=${encodeURIComponent(text)}&a=b`,
            `${scheme}host/app?a=b&authToken=${secret}`,
            `${scheme}host:5432/app?password=${secret}`,
          ];
          for (const url of urls) {
            for (const shown of [redactUrl(url), redactText(`cannot open ${url}`, url)]) {
              expect(shown).not.toContain('QQ');
              for (const form of spelled(text)) expect(shown).not.toContain(form);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  const other = fc.string().filter((text) => !text.toUpperCase().includes('Q'));

  test('and a text is, in every spelling of it', () => {
    fc.assert(
      fc.property(password, other, other, (text, before, after) => {
        const url = `postgres://me:${encodeURIComponent(text)}@host/app`;
        for (const form of [...spelled(text), JSON.stringify(text)]) {
          expect(redactText(`${before}${form}${after}`, url)).not.toContain(text);
          expect(redactText(`${before} ${form} ${after}`, url)).not.toContain('QQ');
        }
      }),
      { numRuns: 500 },
    );
  });

  test('but a text without one stays as it is', () => {
    expect(redactText('nothing to hide', 'postgres://me@host/app')).toBe('nothing to hide');
    expect(redactText('nothing to hide', '')).toBe('nothing to hide');
    expect(redactText('nothing to hide', 'app.db')).toBe('nothing to hide');
  });

  test('and no text makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, url) => {
        redactUrl(url);
        redactText(text, url);
      }),
      { numRuns: 500 },
    );
  });
});
