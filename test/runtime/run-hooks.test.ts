import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  downgrade,
  type RevError,
  type RunEvent,
  type RunHooks,
  sql,
  stamp,
  upgrade,
} from '../../src/index.js';
import { freshDatabase } from '../support/postgres.js';
import { smallProject } from '../support/small-project.js';
import { temporaryFolder } from '../support/sqlite.js';
import { openFile, readFile } from '../support/sqlite-file.js';

/** Functions of the project that are called when revisions are run: when, in which transaction, and what their failures do. */

const history = {
  a1: `export const upgrade = (op) => op.execute('create table a (id integer)'); export const downgrade = (op) => op.dropTable('a');`,
  b1: `export const transactional = false;
    export async function upgrade(op) { await op.execute('create table b (id integer)'); await op.execute('insert into b values (1)'); }
    export const downgrade = (op) => op.dropTable('b');`,
};

interface Place {
  readonly cwd: string;
  column(query: string): Promise<readonly unknown[]>;
}

const places: Record<string, (revisions?: Readonly<Record<string, string>>) => Promise<Place>> = {
  async sqlite(revisions = history) {
    const url = join(temporaryFolder(), 'app.db');
    const cwd = smallProject(
      `export default { dialect: 'sqlite', url: ${JSON.stringify(url)}, schema: './schema' };`,
      revisions,
    );
    return { cwd, column: async (query) => readFile(url, query) };
  },
  async postgres(revisions = history) {
    const { url, sql: ask } = await freshDatabase();
    const cwd = smallProject(
      `export default { dialect: 'postgres', url: ${JSON.stringify(url)}, schema: './schema' };`,
      revisions,
    );
    return { cwd, column: async (query) => (await ask(query)).map((row) => Object.values(row)[0]) };
  },
};

/** Notes what it is told. */
function recorder(): { readonly calls: unknown[]; readonly runHooks: RunHooks } {
  const calls: unknown[] = [];
  const ids = (steps: readonly { readonly revision: string }[]) => steps.map(({ revision }) => revision);
  return {
    calls,
    runHooks: {
      beforeUpgrade: ({ steps, before, direction, env, args, tag }) =>
        calls.push(['beforeUpgrade', ids(steps), before, { direction, env, args, tag }]),
      beforeDowngrade: ({ steps, before }) => calls.push(['beforeDowngrade', ids(steps), before]),
      afterRevision: ({ revision, direction, before, after }) =>
        calls.push([`after ${direction}`, revision, before, after]),
      afterUpgrade: ({ steps, before, after }) => calls.push(['afterUpgrade', ids(steps), before, after]),
      afterDowngrade: ({ steps, before, after }) => calls.push(['afterDowngrade', ids(steps), before, after]),
      onError: ({ error, direction }) => calls.push(['onError', direction, (error as RevError).code]),
    },
  };
}

it('hooks of a run on postgres are told of the rows of its own table', async () => {
  const { cwd } = await (places.postgres as (typeof places)[string])({
    a1: `export const upgrade = async (op) => {
      await op.execute("create schema app; create table app.alembic_version (version_num varchar(255) primary key); insert into app.alembic_version values ('theirs')");
      await op.execute('set local search_path to app');
    };`,
  });
  const { calls, runHooks } = recorder();
  await upgrade({ cwd, runHooks });
  expect(calls[1]).toEqual(['after upgrade', 'a1', [], ['a1']]);
});

describe.each(Object.keys(places))('hooks of a run on %s', (name) => {
  const place = places[name] as (typeof places)[string];

  it('are told of the run and each revision, with the rows before and after', async () => {
    const { cwd } = await place();
    const { calls, runHooks } = recorder();
    await upgrade({ cwd, runHooks, tag: 'v2', args: { a: '1' } });
    await upgrade({ cwd, runHooks });
    await downgrade({ cwd, runHooks, target: 'base' });
    expect(calls).toEqual([
      [
        'beforeUpgrade',
        ['a1', 'b1'],
        [],
        { direction: 'upgrade', env: undefined, args: { a: '1' }, tag: 'v2' },
      ],
      ['after upgrade', 'a1', [], ['a1']],
      ['after upgrade', 'b1', ['a1'], ['b1']],
      ['afterUpgrade', ['a1', 'b1'], [], ['b1']],
      ['beforeDowngrade', ['b1', 'a1'], ['b1']],
      ['after downgrade', 'b1', ['b1'], ['a1']],
      ['after downgrade', 'a1', ['a1'], []],
      ['afterDowngrade', ['b1', 'a1'], ['b1'], []],
    ]);
  });

  it('are called neither for a dry run, nor a script, nor a stamp', async () => {
    const { cwd } = await place({ a1: history.a1 });
    const { calls, runHooks } = recorder();
    await upgrade({ cwd, runHooks, dryRun: true });
    await upgrade({ cwd, runHooks, sql: true });
    await stamp({ cwd, runHooks, target: 'heads' });
    expect(calls).toEqual([]);
  });

  it('work in the transaction of the revision: what fails there takes the revision with it', async () => {
    const { cwd, column } = await place({
      a1: history.a1,
      c1: history.a1.replaceAll(' a ', ' c ').replaceAll("'a'", "'c'"),
    });
    const runHooks: RunHooks = {
      async afterRevision({ revision, execute, db }) {
        expect(await execute(revision === 'a1' ? 'select id from a' : 'select id from c')).toEqual([]);
        await execute(sql`insert into a values (${revision === 'a1' ? 1 : 2})`);
        const rows = await execute(sql`select count(*) as n from a`);
        if (Number(rows[0]?.n) > 1) throw new Error('two are too many');
        expect(db).toBeDefined();
      },
    };
    const failure = await upgrade({ cwd, runHooks }).catch((error) => error);
    expect(failure).toMatchObject({
      code: 'REV_RUN_HOOK',
      message: 'afterRevision of runHooks failed: two are too many',
    });
    expect(await column('select id from a')).toEqual([1]);
    expect(await column('select version_num from alembic_version')).toEqual(['a1']);
    await expect(column('select id from c')).rejects.toThrow();
    await upgrade({ cwd });
    expect(await column('select id from c')).toEqual([]);
  });

  it('may forget an await, and cannot end the transaction', async () => {
    const { cwd, column } = await place({ a1: history.a1 });
    await upgrade({
      cwd,
      runHooks: {
        afterRevision: ({ execute }) => {
          execute('insert into a values (7)');
        },
      },
    });
    expect(await column('select id from a')).toEqual([7]);
    const { cwd: other, column: ask } = await place({ a1: history.a1 });
    const run = upgrade({ cwd: other, runHooks: { afterRevision: ({ execute }) => execute('commit') } });
    await expect(run).rejects.toMatchObject({
      code: 'REV_RUN_HOOK',
      message: expect.stringContaining('A function of runHooks cannot run COMMIT'),
      hint: expect.not.stringContaining('op.'),
    });
    await expect(ask('select id from a')).rejects.toThrow();
  });

  it('a revision outside of a transaction is finished by the next run', async () => {
    const { cwd, column } = await place();
    let isBroken = true;
    const runHooks: RunHooks = {
      afterRevision: ({ revision }) => {
        if (revision === 'b1' && isBroken) throw new Error('not now');
      },
    };
    await expect(upgrade({ cwd, runHooks })).rejects.toMatchObject({ code: 'REV_RUN_HOOK' });
    expect(await column('select id from b')).toEqual([1]);
    expect(await column('select version_num from alembic_version')).toEqual(['a1']);
    isBroken = false;
    await upgrade({ cwd, runHooks });
    expect(await column('select id from b')).toEqual([1]);
    expect(await column('select version_num from alembic_version')).toEqual(['b1']);
  });

  it('before and after the run each statement stands by itself', async () => {
    const { cwd, column } = await place();
    const runHooks: RunHooks = {
      async beforeUpgrade({ execute }) {
        await execute('create table log (word text)');
      },
      async afterUpgrade({ execute, db }) {
        await execute("insert into log values ('kept')");
        await (db as unknown as { transaction(work: (tx: object) => Promise<void>): Promise<void> })
          .transaction(async () => {
            await execute("insert into log values ('not kept')");
            throw new Error('back');
          })
          .catch(() => undefined);
        throw new Error('the mail server is down');
      },
    };
    const failure = await upgrade({ cwd, runHooks }).catch((error) => error);
    expect(failure).toMatchObject({ code: 'REV_RUN_HOOK', hint: expect.stringContaining('stay') });
    expect(await column('select word from log')).toEqual(['kept']);
    expect(await column('select version_num from alembic_version')).toEqual(['b1']);
  });

  it('before the run: a failure leaves the database as it is', async () => {
    const { cwd, column } = await place();
    const { calls, runHooks } = recorder();
    const failing = { ...runHooks, beforeUpgrade: () => Promise.reject(new Error('not on a Friday')) };
    await expect(upgrade({ cwd, runHooks: failing })).rejects.toMatchObject({
      code: 'REV_RUN_HOOK',
      message: 'beforeUpgrade of runHooks failed: not on a Friday',
    });
    expect(calls).toEqual([['onError', 'upgrade', 'REV_RUN_HOOK']]);
    expect(await column('select version_num from alembic_version')).toEqual([]);
  });

  it('onError is told of what failed, and its own failure is but a warning', async () => {
    const { cwd } = await place({
      a1: `export const upgrade = (op) => op.execute('insert into nowhere values (1)');`,
    });
    const events: RunEvent[] = [];
    const told: unknown[] = [];
    const run = upgrade({
      cwd,
      onEvent: (event) => events.push(event),
      runHooks: {
        onError: ({ error }) => {
          told.push(error);
          throw new Error('the pager is broken');
        },
      },
    });
    const failure = await run.catch((error) => error);
    expect(failure).toMatchObject({ code: 'REV_REVISION_FAILED' });
    expect(told).toEqual([failure]);
    expect(events).toContainEqual({
      kind: 'warning',
      text: 'onError of runHooks failed: the pager is broken',
    });
  });
});

describe('runHooks of the configuration', () => {
  it('may copy an SQLite database before it is changed', async () => {
    const url = join(temporaryFolder(), 'app.db');
    const cwd = smallProject(
      `export default { dialect: 'sqlite', url: ${JSON.stringify(url)}, schema: './schema' };`,
      history,
    );
    const runHooks: RunHooks = {
      async beforeUpgrade({ before, execute }) {
        if (before.length > 0) await execute(sql`vacuum into ${`${url}.${before.join('-')}`}`);
      },
    };
    await upgrade({ cwd, target: 'a1', runHooks });
    await upgrade({ cwd, runHooks });
    await upgrade({ cwd, runHooks });
    expect(readFile(`${url}.a1`, 'select version_num from alembic_version')).toEqual(['a1']);
    expect(readFile(url, 'select version_num from alembic_version')).toEqual(['b1']);
  });

  it('are called before those of the program, and know the environment', async () => {
    const url = join(temporaryFolder(), 'app.db');
    const cwd = smallProject(
      `export default ({ env }) => ({ dialect: 'sqlite', url: ${JSON.stringify(url)}, schema: './schema',
        runHooks: { afterRevision: ({ execute, env }) => execute("insert into a values (1)") } });`,
      { a1: history.a1 },
    );
    const told: unknown[] = [];
    await upgrade({
      cwd,
      env: 'staging',
      runHooks: {
        async afterRevision({ execute, env }) {
          told.push(env, await execute('select id from a'));
        },
      },
    });
    expect(told).toEqual(['staging', [{ id: 1 }]]);
    openFile(url).close();
  });

  it('are checked by name and kind', async () => {
    const cwd = (hooks: string) =>
      smallProject(
        `export default { dialect: 'sqlite', schema: './schema', url: 'a.db', runHooks: ${hooks} };`,
        {},
      );
    await expect(upgrade({ cwd: cwd('{ afterUpgrad() {} }') })).rejects.toMatchObject({
      code: 'REV_CONFIG',
      message: expect.stringContaining("'runHooks' has no afterUpgrad"),
    });
    await expect(upgrade({ cwd: cwd('{ afterUpgrade: 1 }') })).rejects.toMatchObject({ code: 'REV_CONFIG' });
  });
});
