import { expect, it } from 'vitest';
import { column } from '../../../src/index.js';
import { testRunner } from '../../support/runner.js';

it('a table whose deferred constraint is not checked yet is not altered, and the hint says how', async () => {
  const runner = await testRunner('postgres');
  const statements = [
    'create table p (id integer primary key)',
    'create table c (id integer primary key, p integer references p deferrable initially deferred)',
  ];
  for (const sql of statements) await runner.driver.run({ sql });
  const upgrade = runner.upgrade([
    {
      id: 'a1',
      upgrade: async (op) => {
        await op.bulkInsert('p', [{ id: 1 }]);
        await op.bulkInsert('c', [{ id: 1, p: 1 }]);
        await op.addColumn('c', column('n', 'integer'));
      },
    },
  ]);
  await expect(upgrade).rejects.toMatchObject({
    code: 'REV_REVISION_FAILED',
    hint: expect.stringContaining("op.execute('set constraints all immediate')"),
  });
});
