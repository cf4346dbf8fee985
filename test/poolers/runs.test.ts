import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { postgres } from '../../src/dialects/postgres/index.js';
import { type RunHooks, upgrade } from '../../src/index.js';
import { databaseState } from '../support/database-state.js';
import { type FaultRevision, faultHistory } from '../support/fault-history.js';
import { faultProject, startRev } from '../support/fault-project.js';
import { pgBouncer } from '../support/pgbouncer.js';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';
import { smallProject } from '../support/small-project.js';

/** The command behind a pooler of transactions: refused, or with a lease as safe as without a pooler. */

function projectOf(history?: readonly FaultRevision[]): UserProject {
  const project = faultProject('postgres', '', history);
  onTestFinished(() => project.remove());
  return project;
}

async function pooled(size?: number): Promise<{ database: TestDatabase; env: Record<string, string> }> {
  const database = await freshDatabase();
  const url = await pgBouncer(database.url, { mode: 'transaction', ...(size ? { size } : {}) });
  return { database, env: { TEST_URL: url, TEST_LOCK: 'lease' } };
}

async function stateOf({ url }: TestDatabase) {
  const driver = await postgres.connect({ url, from: process.cwd() });
  try {
    return await databaseState(postgres, driver);
  } finally {
    await driver.close();
  }
}

/** What an undisturbed run without a pooler comes to. */
let wanted: Awaited<ReturnType<typeof stateOf>>;
beforeAll(async () => {
  const database = await freshDatabase();
  const project = faultProject('postgres', database.url);
  await project.ok(['upgrade', 'heads']);
  project.remove();
  wanted = await stateOf(database);
  await database.drop();
});

/** Only the way up is of interest. */
function revision(id: string, upgrade: FaultRevision['upgrade'], transactional = true): FaultRevision {
  return { id, transactional, upgrade, downgrade: () => undefined };
}

/** Waits for a query to have a row. */
const until = ({ sql }: TestDatabase, query: string) =>
  expect.poll(async () => (await sql(query)).length, { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);

describe('without a lease', () => {
  it.each(['upgrade heads', 'upgrade heads --dry-run', 'upgrade heads --atomic', 'stamp j1'])(
    'rev %s is refused before anything is written',
    async (line) => {
      const { database, env } = await pooled();
      const { code, stdout, stderr } = await projectOf().rev(line.split(' '), {
        TEST_URL: env.TEST_URL ?? '',
      });
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain('error REV_POOLER');
      expect(stderr).toContain("lock: 'lease'");
      expect(stderr).not.toContain(new URL(database.url).password);
      const tables = await database.sql("select 1 from pg_class where relnamespace = 'public'::regnamespace");
      expect(tables).toEqual([]);
    },
  );

  it('what only reads is not refused', async () => {
    const { env } = await pooled();
    await projectOf().ok(['status'], { TEST_URL: env.TEST_URL ?? '' });
  });
});

describe('with a lease', () => {
  it.each([20, 2])(
    'twenty processes run each revision once, with %i sessions of the server',
    async (size) => {
      const { database, env } = await pooled(size);
      const project = projectOf();
      const results = await Promise.all(
        Array.from({ length: 20 }, () => startRev(project, ['upgrade', 'heads', '--json'], env).ended),
      );
      expect(results.filter(({ code }) => code !== 0).map(({ output }) => output)).toEqual([]);
      const steps = results.flatMap(({ output }) =>
        (JSON.parse(output.slice(output.indexOf('{'))) as { steps: { revision: string }[] }).steps.map(
          ({ revision }) => revision,
        ),
      );
      expect(steps.sort()).toEqual(
        faultHistory('postgres')
          .map(({ id }) => id)
          .sort(),
      );
      expect(await stateOf(database)).toEqual(wanted);
    },
  );

  it('goes on when its holder was killed in a transaction', async () => {
    const { database, env } = await pooled();
    const project = projectOf([
      revision('a1', (op) => op.execute('create table a (n integer)')),
      revision('b1', async (op) => {
        await op.execute('insert into a values (1)');
        await op.execute('select pg_sleep(1)');
      }),
    ]);
    const first = startRev(project, ['upgrade', 'heads'], env);
    await until(
      database,
      "select 1 from pg_stat_activity where state = 'active' and query = 'select pg_sleep(1)'",
    );
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    const { stderr } = await project.ok(['upgrade', 'heads'], env);
    expect(stderr).toContain('waiting for it');
    expect(stderr).not.toContain('upgrade a1');
    expect(await database.sql('select n from a')).toEqual([{ n: 1 }]);
    expect(await database.sql('select version_num from alembic_version')).toEqual([{ version_num: 'b1' }]);
  });

  it('is cancelled by Ctrl-C, and gives the lease back', async () => {
    const { database, env } = await pooled();
    const project = projectOf([revision('a1', (op) => op.execute('select pg_sleep(60)'))]);
    const running = startRev(project, ['upgrade', 'heads'], env);
    const asleep = "select 1 from pg_stat_activity where state = 'active' and query = 'select pg_sleep(60)'";
    await until(database, asleep);
    running.child.kill('SIGINT');
    const { code, output } = await running.ended;
    expect(code, output).toBe(130);
    expect(await database.sql(asleep)).toEqual([]);
    expect(await database.sql('select holder from alembic_version_lease')).toEqual([{ holder: null }]);
  });

  it('waits for the index that the server still makes when its holder was killed', async () => {
    const { database, env } = await pooled();
    await database.sql('create table a (n integer)');
    const project = projectOf([
      revision('a1', (op) => op.execute('create index concurrently a_n on a (n)'), false),
    ]);
    // The index has to wait for a writer.
    const writer = await postgres.connect({ url: database.url, from: process.cwd() });
    onTestFinished(() => writer.close());
    const made =
      "select indexrelid::int as oid, indisvalid as valid from pg_index where indrelid = 'a'::regclass";
    let second: ReturnType<typeof startRev> | undefined;
    let index: readonly unknown[] = [];
    await writer.transaction(async () => {
      await writer.run({ sql: 'insert into a values (1)' });
      const first = startRev(project, ['upgrade', 'heads'], env);
      await until(database, made);
      first.child.kill('SIGKILL');
      await first.ended;
      index = await database.sql(made);
      expect(index).toMatchObject([{ valid: false }]);
      const [holder] = await database.sql('select token from alembic_version_lease');
      second = startRev(project, ['upgrade', 'heads'], env);
      // It has taken the lease over, and asks what became of the index.
      await until(
        database,
        `select 1 from alembic_version_lease where token > ${holder?.token} and exists (
           select from pg_stat_activity where query like '%starts_with($1, query)%' and pid <> pg_backend_pid())`,
      );
    });
    const ended = await second?.ended;
    expect(ended?.code, ended?.output).toBe(0);
    expect(await database.sql(made)).toEqual(index.map((row) => ({ ...(row as object), valid: true })));
  });
});

describe('functions of runHooks', () => {
  it('write where the lease is held, and nothing where it was lost', async () => {
    const { database, env } = await pooled();
    await database.sql('create table t (word text)');
    const config = { dialect: 'postgres', url: env.TEST_URL, lock: 'lease', schema: './schema' };
    const cwd = smallProject(`export default ${JSON.stringify(config)};`, {
      a1: `export const upgrade = (op) => op.execute('create table a (n integer)');`,
      b1: `export const upgrade = (op) => op.execute('create table b (n integer)');`,
    });
    const writing =
      (word: string) =>
      ({ execute }: { execute(statement: string): unknown }) =>
        execute(`insert into t values ('${word}')`);
    const runHooks = {
      beforeUpgrade: writing('before'),
      afterRevision: writing('revision'),
      afterUpgrade: writing('after'),
    };
    await upgrade({ cwd, target: 'a1', runHooks });
    const losing: RunHooks['beforeUpgrade'] = async (run) => {
      await database.sql('update alembic_version_lease set token = token + 1');
      await writing('too late')(run);
    };
    await expect(upgrade({ cwd, runHooks: { beforeUpgrade: losing } })).rejects.toMatchObject({
      code: 'REV_LOCKED',
    });
    expect(await database.sql('select word from t')).toEqual(
      ['before', 'revision', 'after'].map((word) => ({ word })),
    );
  });
});
