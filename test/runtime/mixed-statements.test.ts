import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { Op } from '../../src/runtime/op.js';
import { type TestRunner, testRunner } from '../support/runner.js';

/** Outside of a transaction: several statements in one operation, of which some can be in a transaction and some cannot. */

async function account(name: 'sqlite' | 'postgres'): Promise<TestRunner> {
  const runner = await testRunner(name);
  await runner.driver.run({ sql: 'create table acc (cents integer)' });
  await runner.driver.run({ sql: 'insert into acc values (1)' });
  return runner;
}

const cents = (runner: TestRunner) => runner.column('select cents from acc');
const times100 = 'update acc set cents = cents * 100';

const one = (upgrade: (op: Op) => unknown) => [{ id: 'a1', upgrade, transactional: false }];

describe('on SQLite', () => {
  const texts = (last: string): readonly [string, (op: Op) => unknown][] => [
    ['a text', (op) => op.execute(`PRAGMA foreign_keys = OFF; ${times100}; ${last}`)],
    ['a text that begins otherwise', (op) => op.execute(`/* ; */ ${times100}; ${last}; vacuum`)],
    [
      'an object',
      (op) =>
        op.createObject({
          kind: 'x',
          name: 'y',
          create: [sql`pragma foreign_keys = off`, sql.raw(times100), sql.raw(last)],
          drop: sql`select 1`,
        }),
    ],
  ];

  it.each(texts('create tabel x (i)'))('%s is refused before anything of it runs', async (_what, upgrade) => {
    const runner = await account('sqlite');
    for (const _attempt of [1, 2]) {
      await expect(runner.upgrade(one(upgrade))).rejects.toMatchObject({
        code: 'REV_REVISION_FAILED',
        message: expect.stringContaining('cannot run in a transaction'),
        hint: expect.stringContaining('its own op.execute'),
      });
    }
    expect(await cents(runner)).toEqual([1]);
    // As it was taken for nothing done, it may be written otherwise.
    await runner.upgrade(one((op) => op.execute('vacuum').then(() => op.execute(times100))));
    expect(await cents(runner)).toEqual([100]);
  });

  it.each(texts('create table x (i)'))('%s in a transaction is as it was', async (what, upgrade) => {
    const runner = await account('sqlite');
    const run = runner.upgrade([{ id: 'a1', upgrade }]);
    if (what.includes('otherwise')) await expect(run).rejects.toThrow(/VACUUM/);
    else await run;
    expect(await cents(runner)).toEqual([what.includes('otherwise') ? 1 : 100]);
  });

  it('statements that are all of the kind that runs by itself run', async () => {
    const runner = await account('sqlite');
    await runner.upgrade(
      one(async (op) => {
        await op.execute('PRAGMA foreign_keys = OFF; PRAGMA cache_size = 77;');
        await op.execute(times100);
        await op.execute('-- one; two\nPRAGMA foreign_keys = ON');
      }),
    );
    expect(await cents(runner)).toEqual([100]);
    expect(await runner.column('pragma cache_size')).toEqual([77]);
    expect(await runner.column('pragma foreign_keys')).toEqual([1]);
  });

  it('several that can be in a transaction are in one, whatever words they hold', async () => {
    const runner = await account('sqlite');
    const upgrade = one((op) => op.execute(`${times100}; select 'x; pragma y'; create tabel x (i)`));
    await expect(runner.upgrade(upgrade)).rejects.toThrow();
    expect(await cents(runner)).toEqual([1]);
  });
});

it('on PostgreSQL, an object one of whose statements cannot be in a transaction is refused', async () => {
  const runner = await account('postgres');
  const create = [sql.raw(times100), sql`create unique index concurrently i on acc (cents)`, sql`nonsense`];
  const upgrade = one((op) => op.createObject({ kind: 'x', name: 'y', create, drop: sql`select 1` }));
  await runner.driver.run({
    sql: `create procedure p() language plpgsql as $$ begin commit; end $$`,
  });
  const called = one((op) =>
    op.createObject({
      kind: 'x',
      name: 'y',
      create: [sql.raw(times100), sql`call p()`],
      drop: sql`select 1`,
    }),
  );
  for (const revisions of [upgrade, upgrade, called, called]) {
    await expect(runner.upgrade(revisions)).rejects.toMatchObject({
      hint: expect.stringContaining('its own op.execute'),
    });
  }
  expect(await cents(runner)).toEqual([1]);
});
