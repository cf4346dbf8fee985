import { describe, expect, it } from 'vitest';
import { type RunHooks, upgrade } from '../../src/index.js';
import { freshDatabase } from '../support/postgres.js';
import { smallProject } from '../support/small-project.js';

/** What can be in no transaction, before and after a run whose lock is a row. */

async function given() {
  const { url, sql } = await freshDatabase();
  const cwd = smallProject(
    `export default { dialect: 'postgres', lock: 'lease', url: ${JSON.stringify(url)}, schema: './schema' };`,
    { a1: 'export const upgrade = (op) => op.execute("create table a (id integer)");' },
  );
  await sql('create table t (n integer)');
  await sql('create procedure ends(inout n integer) language plpgsql as $$ begin commit; n := n + 1; end $$');
  return { cwd, sql };
}

describe.each(['beforeUpgrade', 'afterUpgrade'] as const)('with a lease, in %s', (name) => {
  it.each([
    ['vacuum t', []],
    ['create index concurrently t_n on t (n)', []],
    ['call ends(1)', [{ n: 2 }]],
  ])('%s runs, and gives its rows', async (statement, rows) => {
    const { cwd } = await given();
    const got: unknown[] = [];
    const hook: RunHooks['beforeUpgrade'] = async ({ execute }) => {
      got.push(await execute(statement));
    };
    await upgrade({ cwd, runHooks: { [name]: hook } });
    expect(got).toEqual([rows]);
  });
});
