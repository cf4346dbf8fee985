import { describe, expect, it } from 'vitest';
import type { Op } from '../../src/runtime/op.js';
import { type TestRevision, type TestRunner, testRunner } from '../support/runner.js';

/** A stamp says what the database is at: what was half done there is over. */

const stop = (op: Op) => op.execute('insert into nowhere values (1)');

/** a1, and above it b1, of two operations outside of a transaction; z1 is beside them. */
const history = (broken: 'upgrade' | 'downgrade' | null): readonly TestRevision[] => [
  { id: 'a1', downgrade: () => undefined },
  {
    id: 'b1',
    down: ['a1'],
    transactional: false,
    async upgrade(op) {
      await op.execute('insert into t values (1)');
      if (broken === 'upgrade') await stop(op);
    },
    async downgrade(op) {
      await op.execute('delete from t');
      if (broken === 'downgrade') await stop(op);
    },
  },
  { id: 'z1' },
];

const half = (runner: TestRunner) =>
  runner.column('select revision from alembic_journal where progress is not null');

async function given(name: 'sqlite' | 'postgres', broken: 'upgrade' | 'downgrade'): Promise<TestRunner> {
  const runner = await testRunner(name);
  await runner.driver.run({ sql: 'create table t (n integer)' });
  await runner.upgrade(history(null), broken === 'upgrade' ? 'a1' : 'b1');
  const run =
    broken === 'upgrade'
      ? runner.upgrade(history(broken), 'b1')
      : runner.downgrade(history(broken), 'a1', {});
  await expect(run).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
  expect(await half(runner)).toEqual(['b1']);
  return runner;
}

describe.each(['sqlite', 'postgres'] as const)('a half-done revision on %s', (name) => {
  it.each([
    ['downgrade', 'a1', true],
    ['downgrade', 'a1', false],
    ['downgrade', 'b1', true],
    ['downgrade', 'b1', false],
    ['upgrade', 'b1', false],
    ['upgrade', 'a1', false],
    ['upgrade', 'a1', true],
  ] as const)(
    'whose %s was put right by hand is over by a stamp of %s (purge: %s)',
    async (way, to, purge) => {
      const runner = await given(name, way);
      await runner.stamp(history(null), to, { purge });
      expect(await half(runner)).toEqual([]);
      expect(await runner.rows()).toEqual([to]);
      expect(runner.events).toContainEqual({
        kind: 'warning',
        text: `The half-done ${way} of revision b1 is forgotten: this stamp says what the database is at.`,
      });
      await runner.upgrade(history(null));
      await runner.downgrade(history(null), 'a1');
      expect(await half(runner)).toEqual([]);
    },
  );

  it('stays so where a stamp is of another branch', async () => {
    const runner = await given(name, 'downgrade');
    await runner.stamp(history(null), 'z1');
    expect(await half(runner)).toEqual(['b1']);
    expect(await runner.rows()).toEqual(['b1', 'z1']);
  });
});
