import { describe, expect, it } from 'vitest';
import { column, foreignKey, primaryKey, unique } from '../../src/operations/index.js';
import { TableChanges } from '../../src/runtime/table-changes.js';
import { testRunner } from '../support/runner.js';

describe('a column that is dropped although something in its table names it', () => {
  it.each([
    [
      'create table t (id integer primary key, a text, b text)',
      'create index te on t (lower(a))',
      'this index',
    ],
    [
      'create table t (id integer primary key, a int, b int)',
      'create index tw on t (b) where a > 1',
      'this index',
    ],
    [
      'create table t (id integer primary key, a int, b int, check (a > b))',
      'select 1',
      'the check or column',
    ],
  ])('is refused with what to do first: %s; %s', async (table, index, what) => {
    const runner = await testRunner('sqlite');
    await runner.driver.run({ sql: table });
    await runner.driver.run({ sql: index });
    const upgrade = runner.upgrade([{ id: 'a1', upgrade: (op) => op.dropColumn('t', 'a') }]);
    await expect(upgrade).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      hint: expect.stringContaining(`If the revision drops a, let it first drop ${what}`),
    });
  });
});

it('a mistyped column of a new index is no dropped one alone to the hint', async () => {
  const runner = await testRunner('sqlite');
  await runner.driver.run({ sql: 'create table t (id integer primary key, email text)' });
  const upgrade = runner.upgrade([{ id: 'a1', upgrade: (op) => op.createIndex('i', 't', ['emial']) }]);
  await expect(upgrade).rejects.toMatchObject({
    hint: expect.stringContaining('Mend the name if it is mistyped. If the revision drops emial, let it'),
  });
});

it('a table that is named in another letter case is not found, and the hint has its name', async () => {
  const runner = await testRunner('sqlite');
  await runner.driver.run({ sql: 'create table Users (id integer primary key, nm text)' });
  const upgrade = runner.upgrade([
    { id: 'a1', upgrade: (op) => op.alterColumn('users', 'nm', { type: 'integer' }) },
  ]);
  await expect(upgrade).rejects.toMatchObject({
    message: expect.stringContaining('There is no table users.'),
    hint: expect.stringContaining('There is Users: write the name in its letter case'),
  });
});

describe('what is no column and no collation is refused where it is said', () => {
  it.each<[string, () => unknown, string]>([
    ['unique', () => unique('u', []), 'The unique constraint u is of no column.'],
    ['primary key', () => primaryKey([]), 'The primary key is of no column.'],
    ['foreign key', () => foreignKey(null, [], 'p', []), 'The foreign key is of no column.'],
    [
      'column',
      () => column('a', 'text', { collation: null as unknown as string }),
      'The collation of column a is no name.',
    ],
    [
      'alterColumn',
      () => new TableChanges().alterColumn('a', { collation: null as unknown as string }),
      'The collation of column a is no name.',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: 'REV_OPERATION', message }));
  });
});
