import { describe, expect, it } from 'vitest';
import { makeCatalog, type Table } from '../../src/catalog/index.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { diff } from '../../src/diff/diff.js';
import { column } from '../../src/operations/index.js';

const table = (name: string, ...columns: readonly string[]): Table => ({
  kind: 'table',
  schema: null,
  name,
  columns: columns.map((each) => column(each, 'text')),
  primaryKey: null,
  uniques: [],
  checks: [],
  foreignKeys: [],
  indexes: [],
});
const catalog = (...tables: readonly Table[]) => makeCatalog({ dialect: 'sqlite', tables });

describe('renames', () => {
  it('that stand in the configuration say nothing once the new name is there, even if the old one is used again', () => {
    const both = catalog(table('users', 'a'), table('people', 'b', 'bb'));
    const renames = { standing: ['users=people', 'people.b=people.bb'] };
    expect(diff(both, both, sqlite.rules, { renames }).operations).toEqual([]);
  });

  it('that stand in the configuration are done while only the old name is there', () => {
    const { operations } = diff(catalog(table('users', 'a')), catalog(table('people', 'a')), sqlite.rules, {
      renames: { standing: ['users=people'] },
    });
    expect(operations.map((each) => each.kind)).toEqual(['renameTable']);
  });

  it('that cannot be say which side is missing', () => {
    const [before, after] = [catalog(table('users', 'a')), catalog(table('people', 'a'))];
    const said = (rename: string) => () => diff(before, after, sqlite.rules, { renames: { said: [rename] } });
    expect(said('users=poeple')).toThrow(/poeple is not in the models/);
    expect(said('usres=people')).toThrow(/usres is not in the database/);
    expect(said('users')).toThrow(/Cannot read the rename/);
  });
});
