import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { redo } from '../../src/commands/redo.js';
import { type RevError, type RunHooks, upgrade } from '../../src/index.js';
import { freshDatabase } from '../support/postgres.js';
import { smallProject } from '../support/small-project.js';
import { temporaryFolder } from '../support/sqlite.js';
import { readFile } from '../support/sqlite-file.js';

/** Down and up again: in two runs, or in one transaction. */

const down = (column: string) => `export const downgrade = (op) => op.dropColumn('t', '${column}');`;
const add = (column: string) =>
  `export const upgrade = (op) => op.execute('alter table t add column ${column} integer');`;
const history = {
  a1: `export const upgrade = (op) => op.execute('create table t (id integer)'); export const downgrade = (op) => op.dropTable('t');`,
  b1: `${add('b')} ${down('b')}`,
  c1: `${add('c')} ${down('c')}`,
};

interface Place {
  readonly cwd: string;
  column(query: string): Promise<readonly unknown[]>;
}

type Settings = Readonly<Record<string, unknown>>;

async function given(
  dialect: string,
  revisions: Readonly<Record<string, string>> = history,
  settings: Settings = {},
): Promise<Place> {
  const database = dialect === 'postgres' ? await freshDatabase() : undefined;
  const url = database?.url ?? join(temporaryFolder(), 'app.db');
  const cwd = smallProject(
    `export default ${JSON.stringify({ dialect, url, schema: './schema', ...settings })};`,
    revisions,
  );
  const column = async (query: string) =>
    database ? (await database.sql(query)).map((row) => Object.values(row)[0]) : readFile(url, query);
  return { cwd, column };
}

function redoIn(
  cwd: string,
  target: string,
  { atomic, runHooks, onAsk }: { atomic?: boolean; runHooks?: RunHooks; onAsk?: () => void } = {},
) {
  const confirm = async () => {
    onAsk?.();
    return true;
  };
  const environment = {
    cwd,
    args: {},
    runHooks,
    ask: { confirm, typeWord: confirm, isRename: confirm },
    report: () => undefined,
    now: () => new Date(),
    nonce: () => 'ffff',
  };
  return redo(environment, target, { atomic });
}

/** Its upgrade fails the second time. */
const failing = `export const upgrade = async (op) => {
    await op.execute('alter table t add column c integer');
    if (globalThis.redoFails) throw new Error('not again');
  }; ${down('c')}`;

async function failingAgain<T>(work: () => Promise<T>): Promise<T> {
  const state = globalThis as { redoFails?: boolean };
  state.redoFails = true;
  try {
    return await work();
  } finally {
    delete state.redoFails;
  }
}

function recorder(): { readonly calls: unknown[]; readonly runHooks: RunHooks } {
  const calls: unknown[] = [];
  const ids = (steps: readonly { readonly revision: string }[]) => steps.map(({ revision }) => revision);
  return {
    calls,
    runHooks: {
      beforeUpgrade: ({ steps, before, direction }) =>
        calls.push(['beforeUpgrade', direction, ids(steps), before]),
      beforeDowngrade: ({ steps, before, direction }) =>
        calls.push(['beforeDowngrade', direction, ids(steps), before]),
      afterRevision: ({ revision, direction, before, after }) =>
        calls.push(['afterRevision', direction, revision, before, after]),
      afterUpgrade: ({ steps, before, after, direction }) =>
        calls.push(['afterUpgrade', direction, ids(steps), before, after]),
      afterDowngrade: ({ steps, before, after, direction }) =>
        calls.push(['afterDowngrade', direction, ids(steps), before, after]),
      onError: ({ error, direction }) => calls.push(['onError', direction, (error as RevError).code]),
    },
  };
}

describe.each(['sqlite', 'postgres'])('redo in one transaction on %s', (dialect) => {
  it.each([
    ['--atomic', { atomic: true }, {}],
    ["transaction: 'all'", {}, { transaction: 'all' }],
  ])('undoes both ways if one fails (%s)', async (_, options, settings) => {
    const { cwd, column } = await given(dialect, { ...history, c1: failing }, settings);
    await upgrade({ cwd });
    const { calls, runHooks } = recorder();
    const failure = await failingAgain(() =>
      redoIn(cwd, '-2', { ...options, runHooks }).catch((error: unknown) => error),
    );
    expect(failure).toMatchObject({
      code: 'REV_REVISION_FAILED',
      message: expect.stringMatching(/^The upgrade of revision c1 .*not again/s),
      hint: expect.stringContaining('The whole run was rolled back.'),
    });
    expect(calls.at(-1)).toEqual(['onError', 'upgrade', 'REV_REVISION_FAILED']);
    expect(await column('select version_num from alembic_version')).toEqual(['c1']);
    expect(await column('select c from t')).toEqual([]);
  });

  it('asks once, and tells each way of its part', async () => {
    const { cwd, column } = await given(dialect, {
      ...history,
      b1: `export const upgrade = async (op) => { await op.execute('alter table t add column b integer'); await op.execute('insert into t (id, b) values (1, 1)'); }; ${down('b')}`,
    });
    await upgrade({ cwd });
    const { calls, runHooks } = recorder();
    let asked = 0;
    const result = await redoIn(cwd, 'a1', {
      atomic: true,
      runHooks,
      onAsk: () => {
        asked += 1;
      },
    });
    expect(asked).toBe(1);
    expect(result.steps.map(({ direction, revision }) => [direction, revision])).toEqual([
      ['downgrade', 'c1'],
      ['downgrade', 'b1'],
      ['upgrade', 'b1'],
      ['upgrade', 'c1'],
    ]);
    expect([result.before, result.after]).toEqual([['c1'], ['c1']]);
    expect(calls).toEqual([
      ['beforeDowngrade', 'downgrade', ['c1', 'b1'], ['c1']],
      ['beforeUpgrade', 'upgrade', ['b1', 'c1'], ['a1']],
      ['afterRevision', 'downgrade', 'c1', ['c1'], ['b1']],
      ['afterRevision', 'downgrade', 'b1', ['b1'], ['a1']],
      ['afterRevision', 'upgrade', 'b1', ['a1'], ['b1']],
      ['afterRevision', 'upgrade', 'c1', ['b1'], ['c1']],
      ['afterDowngrade', 'downgrade', ['c1', 'b1'], ['c1'], ['a1']],
      ['afterUpgrade', 'upgrade', ['b1', 'c1'], ['a1'], ['c1']],
    ]);
    expect(
      await column(
        "select revision || ' ' || direction from alembic_journal where status = 'done' order by started_at",
      ),
    ).toEqual([
      'a1 upgrade',
      'b1 upgrade',
      'c1 upgrade',
      'c1 downgrade',
      'b1 downgrade',
      'b1 upgrade',
      'c1 upgrade',
    ]);
  });

  it('refuses a revision outside of a transaction before anything is done', async () => {
    const { cwd, column } = await given(dialect, {
      ...history,
      b1: `export const transactional = false; ${history.b1}`,
    });
    await upgrade({ cwd });
    const { calls, runHooks } = recorder();
    await expect(redoIn(cwd, 'a1', { atomic: true, runHooks })).rejects.toMatchObject({
      code: 'REV_USAGE',
      message: 'Revision b1 cannot run in a transaction, so the run cannot be one.',
    });
    expect(calls).toEqual([['onError', 'downgrade', 'REV_USAGE']]);
    expect(await column('select version_num from alembic_version')).toEqual(['c1']);
  });

  it('is two runs otherwise: the way down stays', async () => {
    const { cwd, column } = await given(dialect, { ...history, c1: failing });
    await upgrade({ cwd });
    await failingAgain(async () => {
      await expect(redoIn(cwd, '-1')).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
    });
    expect(await column('select version_num from alembic_version')).toEqual(['b1']);
  });
});
