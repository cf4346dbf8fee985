import { describe, expect, it } from 'vitest';
import type { KitMigration, Snapshot } from '../../../src/drizzle/kit/history.js';
import { mergedState } from '../../../src/drizzle/kit/merged-state.js';
import { halfway, withoutRenames } from '../../../src/drizzle/kit/old-snapshot.js';
import { findRenames } from '../../../src/drizzle/kit/renames.js';

const column = (name: string, type = 'integer', more: object = {}) => ({ [name]: { name, type, ...more } });
const table = (schema: string, name: string, columns: object, more: object = {}) => ({
  [`${schema || 'public'}.${name}`]: {
    name,
    schema,
    columns,
    indexes: {},
    foreignKeys: {},
    compositePrimaryKeys: {},
    uniqueConstraints: {},
    checkConstraints: {},
    ...more,
  },
});

describe('a snapshot without its renames', () => {
  it('has the old names wherever they stand', () => {
    const snapshot: Snapshot = {
      tables: {
        ...table(
          '',
          'people',
          { ...column('key'), ...column('mood', 'humour[]', { typeSchema: 'public' }) },
          {
            compositePrimaryKeys: { pk: { name: 'pk', columns: ['key'] } },
            uniqueConstraints: { u: { name: 'u', columns: ['key', 'mood'] } },
            indexes: {
              i: {
                columns: [
                  { expression: 'key', isExpression: false },
                  { expression: 'key', isExpression: true },
                ],
              },
            },
          },
        ),
        ...table('app', 'posts', column('author'), {
          foreignKeys: {
            f: {
              tableFrom: 'posts',
              tableTo: 'people',
              schemaTo: 'public',
              columnsFrom: ['author'],
              columnsTo: ['key'],
            },
          },
        }),
      },
      enums: { 'public.humour': { name: 'humour', schema: 'public', values: ['a'] } },
      schemas: { app: 'app' },
    };
    const renames = findRenames(
      [
        'ALTER SCHEMA "blog" RENAME TO "app";',
        'ALTER TYPE "public"."mood" RENAME TO "humour";',
        'ALTER TABLE "users" RENAME TO "people";',
        'ALTER TABLE "people" RENAME COLUMN "id" TO "key";',
      ],
      'postgres',
    );
    expect(withoutRenames(snapshot, renames)).toEqual({
      tables: {
        ...table(
          '',
          'users',
          { ...column('id'), ...column('mood', 'mood[]', { typeSchema: 'public' }) },
          {
            compositePrimaryKeys: { pk: { name: 'pk', columns: ['id'] } },
            uniqueConstraints: { u: { name: 'u', columns: ['id', 'mood'] } },
            indexes: {
              i: {
                columns: [
                  { expression: 'id', isExpression: false },
                  { expression: 'key', isExpression: true },
                ],
              },
            },
          },
        ),
        ...table('blog', 'posts', column('author'), {
          foreignKeys: {
            f: {
              tableFrom: 'posts',
              tableTo: 'users',
              schemaTo: 'public',
              columnsFrom: ['author'],
              columnsTo: ['id'],
            },
          },
        }),
      },
      enums: { 'public.mood': { name: 'mood', schema: 'public', values: ['a'] } },
      schemas: { blog: 'blog' },
    });
  });
});

describe('a state between two', () => {
  it('is not needed where nothing could be taken for a rename', () => {
    const one: Snapshot = { tables: table('', 'a', column('x')) };
    const two: Snapshot = { tables: { ...table('', 'a', { ...column('x'), ...column('y') }) } };
    expect(halfway(one, two)).toBeNull();
    expect(halfway(two, one)).toBeNull();
  });

  it('has lost columns and tables, with what stands on them, and has got enums', () => {
    const from: Snapshot = {
      tables: {
        ...table(
          '',
          'a',
          { ...column('x'), ...column('old') },
          {
            indexes: { i: { columns: [{ expression: 'old', isExpression: false }] }, j: { columns: ['x'] } },
            foreignKeys: {
              f: {
                tableFrom: 'a',
                tableTo: 'gone',
                schemaTo: 'public',
                columnsFrom: ['x'],
                columnsTo: ['id'],
              },
            },
          },
        ),
        ...table('', 'gone', column('id')),
      },
      enums: { 'public.old': { name: 'old', schema: 'public' } },
    };
    const to: Snapshot = {
      tables: { ...table('', 'a', { ...column('x'), ...column('new') }), ...table('', 'come', column('id')) },
      enums: { 'public.new': { name: 'new', schema: 'public' } },
    };
    expect(halfway(from, to)).toEqual({
      tables: table('', 'a', column('x'), { indexes: { j: { columns: ['x'] } } }),
      enums: {
        'public.old': { name: 'old', schema: 'public' },
        'public.new': { name: 'new', schema: 'public' },
      },
    });
  });
});

describe('the state that a merge begins with', () => {
  const entity = (name: string, type = 'text') => ({ entityType: 'columns', table: 't', name, type });
  const migration = (name: string, parents: readonly string[], ddl: readonly object[]): KitMigration => ({
    ...{ name, parents, message: name, file: name, sql: '', when: 0 },
    snapshot: { id: name, ddl },
  });

  it('has what each branch has changed since they parted', () => {
    const fork = migration('fork', [], [entity('a'), entity('b'), entity('c')]);
    const left = migration('left', ['fork'], [entity('a', 'integer'), entity('b'), entity('c'), entity('l')]);
    const right = migration('right', ['fork'], [entity('a'), entity('c', 'blob'), entity('r')]);
    const byName = new Map([fork, left, right].map((each) => [each.name, each]));
    expect(mergedState([left, right], byName).ddl).toEqual([
      entity('a', 'integer'),
      entity('c', 'blob'),
      entity('l'),
      entity('r'),
    ]);
  });
});
