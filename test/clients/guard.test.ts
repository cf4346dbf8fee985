import { afterAll, describe, expect, it } from 'vitest';
import { carelessPsql, psql, sqlite3 } from '../support/clients.js';
import { faultHistory } from '../support/fault-history.js';
import { faultProject } from '../support/fault-project.js';
import { freshDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';
import { readFile } from '../support/sqlite-file.js';

/** `--sql --guard`: the script goes on only from the version rows that it is for. */

const projects: UserProject[] = [];
afterAll(() => {
  for (const project of projects) project.remove();
});

interface Database {
  readonly url: string;
  readonly run: (script: string) => ReturnType<typeof psql>;
  /** The first column. */
  readonly ask: (sql: string) => Promise<readonly unknown[]>;
}

async function databaseOf(name: 'postgres' | 'sqlite', project: UserProject): Promise<Database> {
  if (name === 'sqlite') {
    const file = project.path(`${Math.random()}.db`);
    return { url: file, run: (script) => sqlite3(file, script), ask: async (sql) => readFile(file, sql) };
  }
  const { url, sql } = await freshDatabase();
  return {
    url,
    run: (script) => psql(url, script),
    ask: async (text) => (await sql(text)).map((row) => Object.values(row)[0]),
  };
}

describe.each(['postgres', 'sqlite'] as const)('a guarded script on %s', (name) => {
  const project = faultProject(name, '', faultHistory(name).slice(0, 2));
  projects.push(project);
  project.write(
    'revisions/c2.mjs',
    `export const revision = 'c2'; export const downRevision = 'a1';
     export const transactional = false;
     export const upgrade = async (op) => { await op.execute("insert into ran values ('c2')"); };
     export const downgrade = async (op) => { await op.execute("insert into ran values ('c2 down')"); };`,
  );
  const script = async (...args: string[]) =>
    (await project.ok([...args, '--sql', '--guard'], { TEST_URL: 'nowhere' })).stdout;
  const versions = 'select version_num from alembic_version order by 1';

  it.each([
    ['upgrade', 'base:a1', 'base'],
    ['upgrade', 'a1:b1', 'a1'],
    ['upgrade', 'a1:c2', 'a1'],
    ['upgrade', 'b1,c2:heads', 'b1, c2'],
    ['upgrade', 'b1:heads', 'b1'],
    ['downgrade', 'b1:a1', 'b1'],
    ['downgrade', 'c2:a1', 'c2'],
    ['downgrade', 'b1,c2:base', 'b1, c2'],
    ['stamp', 'a1:b1', 'a1'],
    ['stamp', 'b1:base', 'b1'],
  ])('%s %s runs from %s alone', { timeout: 120_000 }, async (command, range, start) => {
    const text = await script(command, range);
    for (const rows of [[], ['a1'], ['b1'], ['c2'], ['b1', 'c2'], ['b1', 'zz']]) {
      const { run, ask } = await databaseOf(name, project);
      await run('create table alembic_version (version_num varchar(255) not null primary key);');
      for (const row of rows) await run(`insert into alembic_version values ('${row}');`);
      // What the revisions expect; which rows are there is the script's business alone.
      const table = name === 'sqlite' ? 'sqlite_schema' : 'pg_class';
      await run('create table ran (step text);');
      const before = await ask(versions);
      const { code, output } = await run(text);
      if ((rows.join(', ') || 'base') === start) {
        // The tables are not there, so it may fail, but not because of where it starts.
        expect(output, rows.join()).not.toContain('the database is not at');
        continue;
      }
      expect(code, rows.join()).not.toBe(0);
      expect(output, rows.join()).toContain(`the database is not at ${start}, where`);
      expect(await ask(versions)).toEqual(before);
      expect(await ask('select * from ran')).toEqual([]);
      expect(
        await ask(`select 1 from ${table} where ${name === 'sqlite' ? '' : 'rel'}name = 'accounts'`),
      ).toEqual([]);
    }
  });

  it('stops after a part outside of a transaction, where the rows have changed meanwhile', async () => {
    const { run, ask } = await databaseOf(name, project);
    const outside = faultProject(name, '', faultHistory(name).slice(0, 1));
    projects.push(outside);
    outside.write(
      'revisions/e1.mjs',
      `export const revision = 'e1'; export const downRevision = 'a1';
       export const upgrade = async (op) => {
         await op.execute("insert into ran values ('before')");
         await op.autocommit(() => op.execute("insert into ran values ('outside')"));
         await op.execute("insert into ran values ('after')");
       };
       export const downgrade = () => {};`,
    );
    const text = (await outside.ok(['upgrade', 'a1:e1', '--sql', '--guard'], { TEST_URL: 'nowhere' })).stdout;
    const [start, end, more] = text.split(/(?<='outside'\);\n)/);
    expect(more).toBeUndefined();
    await run('create table alembic_version (version_num varchar(255) not null primary key);');
    await run("insert into alembic_version values ('a1'); create table ran (step text);");
    const meanwhile = "update alembic_version set version_num = 'zz';\n";
    const { code, output } = await run(`${start}${meanwhile}${end}`);
    expect(code).not.toBe(0);
    expect(output).toContain('the database is not at a1, where');
    expect(await ask('select step from ran')).toEqual(['before', 'outside']);
    expect(await ask(versions)).toEqual(['zz']);
    await run("update alembic_version set version_num = 'a1';");
    expect(await run(text)).toMatchObject({ code: 0 });
    expect(await ask(versions)).toEqual(['e1']);
  });

  it('stops where there is no version table', async () => {
    const { run, ask } = await databaseOf(name, project);
    await run('create table ran (step text);');
    const { code, output } = await run(await script('upgrade', 'a1:b1'));
    expect(code).not.toBe(0);
    expect(output).toMatch(/alembic_version/);
    expect(await ask('select * from ran')).toEqual([]);
  });

  it('is for scripts that start somewhere', async () => {
    const alone = await project.rev(['upgrade', 'head', '--guard'], { TEST_URL: 'nowhere' });
    expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining('REV_USAGE') });
    const purge = await project.rev(['stamp', 'b1', '--sql', '--guard', '--purge']);
    expect(purge).toMatchObject({ code: 2, stderr: expect.stringContaining('REV_USAGE') });
  });
});

describe('a guarded script', () => {
  it('changes nothing in transactions even where psql goes on after an error', async () => {
    const history = faultHistory('postgres').filter(({ id }) => ['a1', 'b1', 'd1'].includes(id));
    const project = faultProject('postgres', '', history);
    projects.push(project);
    const { url, sql } = await freshDatabase();
    await project.ok(['upgrade', 'd1'], { TEST_URL: url });
    const text = (await project.ok(['downgrade', 'b1:base', '--sql', '--guard'])).stdout;
    const { output } = await carelessPsql(url, text);
    expect(output).toContain('the database is not at b1, where');
    expect(output).toContain('the database is not at a1, where');
    expect(await sql('select version_num from alembic_version')).toEqual([{ version_num: 'd1' }]);
    expect(await sql('select count(*)::int as n from accounts')).toEqual([{ n: 3 }]);
  });

  it('waits for another one, and then finds that its work is done', async () => {
    const project = faultProject('postgres', '', faultHistory('postgres').slice(0, 2));
    projects.push(project);
    const { url, sql } = await freshDatabase();
    await project.ok(['upgrade', 'a1'], { TEST_URL: url });
    const text = (await project.ok(['upgrade', 'a1:b1', '--sql', '--guard'])).stdout;
    const results = await Promise.all([psql(url, text), psql(url, text), psql(url, text)]);
    expect(results.map(({ code }) => code).sort()).toEqual([0, 3, 3]);
    expect(await sql("select count(*)::int as n from ran where step = 'b1'")).toEqual([{ n: 1 }]);
  });
});
