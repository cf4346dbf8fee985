import { describe, expect, it } from 'vitest';
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
