import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/runtime/events.js';
import { type TestRevision, testRunner } from '../support/runner.js';

/** A listener (`onEvent`) that throws: what is committed is not said to be undone. */

const history = (transactional: boolean): readonly TestRevision[] => [
  { id: 'a1', transactional, upgrade: (op) => op.execute('create table a (n integer)') },
  { id: 'b1', down: ['a1'], upgrade: (op) => op.execute('create table b (n integer)') },
];

const failsAt = (kind: RunEvent['kind']) => (event: RunEvent) => {
  if (event.kind === kind) throw new Error('the logger is gone');
};

describe.each(['sqlite', 'postgres'] as const)('a listener that throws on %s', (name) => {
  it.each([
    ['each', true, ['a1']],
    ['each', false, ['a1']],
    ['all', true, ['b1']],
  ] as const)(
    'when a revision is done (transaction: %s, transactional: %s) leaves it done',
    async (transaction, transactional, rows) => {
      const runner = await testRunner(name);
      await expect(
        runner.upgrade(history(transactional), 'heads', { transaction, onEvent: failsAt('stepDone') }),
      ).rejects.toMatchObject({
        code: 'REV_RUN_HOOK',
        message: 'onEvent failed when revision a1 was done: the logger is gone',
        hint: expect.stringContaining('is committed, and stays'),
      });
      expect(await runner.rows()).toEqual(rows);
      expect(await runner.column("select status from alembic_journal where revision = 'a1'")).toEqual([
        'done',
      ]);
      await runner.upgrade(history(transactional));
      expect(await runner.rows()).toEqual(['b1']);
    },
  );

  it('while a revision runs fails the revision', async () => {
    const runner = await testRunner(name);
    await expect(
      runner.upgrade(history(true), 'heads', { onEvent: failsAt('statement') }),
    ).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      hint: expect.stringContaining('rolled back'),
    });
    expect(await runner.rows()).toEqual([]);
  });
});
