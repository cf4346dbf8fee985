import { describe, expect, it } from 'vitest';
import { chooseDatabase } from '../../src/config/databases.js';

/** Several databases in one configuration: two of them are not to be one. */

type Settings = Readonly<Record<string, unknown>>;

function choose(a: Settings, b: Settings): unknown {
  const value = { dialect: 'sqlite', databases: { a, b } };
  return chooseDatabase(value, '/project/alembic.config.ts', { wanted: undefined, any: true }).name;
}

describe('two databases of a project', () => {
  it.each([
    ['file:a.db', 'a.db'],
    ['a.db', './a.db'],
    ['sqlite:a.db', '/project/./a.db'],
    ['libsql:a.db', 'file:///project/x/../a.db'],
    ['libsql://a.turso.io', 'libsql://a.turso.io'],
  ])('are refused as one: %s and %s', (first, second) => {
    expect(() => choose({ url: first }, { url: second })).toThrow(/a and b are the same one/);
    expect(() => choose({ url: first }, { url: second, versionTable: 'alembic_version' })).toThrow(
      /the same version table/,
    );
    expect(choose({ url: first }, { url: second, versionTable: 'other' })).toBe('a');
  });

  it.each([':memory:', 'file::memory:', 'file::memory:?cache=shared', '', '   '])(
    'may have the same url where each has its own: %s',
    (url) => expect(choose({ url }, { url })).toBe('a'),
  );

  it('of PostgreSQL, too', () => {
    const url = 'postgres://localhost/app';
    const both = { url, dialect: 'postgres' };
    expect(() => choose(both, both)).toThrow(/the same one/);
    expect(choose(both, { ...both, versionTableSchema: 'other' })).toBe('a');
    const memory = { url: ':memory:', dialect: 'postgres', driver: 'pglite' };
    expect(choose(memory, memory)).toBe('a');
    const folder = { dialect: 'postgres', driver: 'pglite' };
    expect(() => choose({ ...folder, url: 'pglite:data' }, { ...folder, url: './data' })).toThrow(
      /the same one/,
    );
  });
});
