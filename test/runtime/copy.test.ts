import { describe, expect, it } from 'vitest';
import type { Op } from '../../src/runtime/op.js';
import { testRunner } from '../support/runner.js';

/** COPY by the client: nobody would send the rows, and the server would wait for them for ever. */

describe('COPY on PostgreSQL', () => {
  it.each([
    'copy t from stdin',
    'insert into t values (1); COPY t (n) FROM\n STDIN WITH (format csv);',
    'copy (select * from t) to stdout',
    '/* rows */ copy t to stdout csv',
  ])('is refused before anything is sent: %s', async (statement) => {
    const runner = await testRunner('postgres');
    await runner.driver.run({ sql: 'create table t (n integer)' });
    for (const upgrade of [
      (op: Op) => op.execute(statement),
      (op: Op) => op.autocommit(() => op.execute(statement)),
    ]) {
      await expect(runner.upgrade([{ id: 'a1', upgrade }])).rejects.toMatchObject({
        code: 'REV_REVISION_FAILED',
        message: expect.stringMatching(/cannot run COPY (?:FROM STDIN|TO STDOUT)/),
        hint: expect.stringContaining('op.bulkInsert'),
      });
    }
    expect(await runner.column('select n from t')).toEqual([]);
  });

  it('of a file of the server is nothing of the kind', async () => {
    const runner = await testRunner('postgres');
    await runner.driver.run({ sql: 'create table t (n text)' });
    const upgrade = (op: Op) =>
      op.execute("copy (select 'copy x from stdin' as \"to stdout\") to program 'cat > /dev/null'");
    await runner.upgrade([{ id: 'a1', upgrade }]);
    expect(await runner.rows()).toEqual(['a1']);
  });
});
