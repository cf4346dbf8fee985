import { describe, expect, it } from 'vitest';
import type { Op } from '../../src/runtime/op.js';
import { freshDatabase } from '../support/postgres.js';
import { runnerAt, testRunner } from '../support/runner.js';

/** The level of a transaction, which the runner has begun. */

const set = 'set transaction isolation level serializable';
const refusal = {
  code: 'REV_REVISION_FAILED',
  hint: expect.stringContaining('?default_transaction_isolation=serializable'),
};
const note = (op: Op) =>
  op.execute("create table noted as select current_setting('transaction_isolation') as level");

describe('the level of isolation', () => {
  it.each([
    ['in the transaction', (op: Op) => op.execute(set)],
    ['after a comment', (op: Op) => op.execute(`-- first\n  ${set}`)],
    ['as a setting', (op: Op) => op.execute("set local transaction_isolation = 'serializable'")],
    ['outside of it', (op: Op) => op.autocommit(() => op.execute(set))],
  ])('cannot be set by a revision: %s', async (_, upgrade) => {
    const runner = await testRunner('postgres');
    const failure = await runner.upgrade([{ id: 'a1', upgrade }]).catch((error: unknown) => error);
    expect(failure).toMatchObject(refusal);
    expect((failure as { hint: string }).hint).not.toContain('op.autocommit');
  });

  it('can be set as the hint says', async () => {
    const url = new URL((await freshDatabase()).url);
    url.searchParams.set('default_transaction_isolation', 'serializable');
    const runner = await runnerAt('postgres', url.href);
    await runner.upgrade([{ id: 'a1', upgrade: note }]);
    expect(await runner.column('select level from noted')).toEqual(['serializable']);
  });
});
