import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { faultHistory } from '../support/fault-history.js';
import { faultProject } from '../support/fault-project.js';
import { freshDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';
import { temporaryFolder } from '../support/sqlite.js';
import { readFile } from '../support/sqlite-file.js';

/** Programs that upgrade when they start: ten replicas at once, and one that is told to stop. */

const projects: UserProject[] = [];
afterAll(() => {
  for (const project of projects) project.remove();
});

const programs = {
  'by the configuration': `
    import { assertUpToDate, upgrade } from 'drizzle-alembic';
    const { steps } = await upgrade();
    await assertUpToDate();
    console.log(JSON.stringify(steps.map(({ revision }) => revision)));`,
  'by its own client of postgres.js': `
    import { assertUpToDate, upgrade } from 'drizzle-alembic';
    import postgres from 'postgres';
    const connection = postgres(process.env.TEST_URL, { max: 2 });
    const { steps } = await upgrade({ connection });
    await assertUpToDate({ connection });
    await connection\`select 1\`;
    await connection.end();
    console.log(JSON.stringify(steps.map(({ revision }) => revision)));`,
  'by its own database of libsql': `
    import { assertUpToDate, upgrade } from 'drizzle-alembic';
    import Database from 'libsql';
    const connection = new Database(process.env.TEST_URL);
    const { steps } = await upgrade({ connection });
    await assertUpToDate({ connection });
    connection.close();
    console.log(JSON.stringify(steps.map(({ revision }) => revision)));`,
};

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(
  project: UserProject,
  program: string,
  env: Readonly<Record<string, string>>,
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  // Written once: whoever starts while it is written again reads an empty program.
  const file = `start-${createHash('sha256').update(program).digest('hex')}.mjs`;
  if (!existsSync(project.path(file))) project.write(file, program);
  const { REV_ENV: _env, ...inherited } = process.env;
  const child = spawn(process.execPath, [file], {
    cwd: project.folder,
    env: { ...inherited, ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    child,
    ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr }))),
  };
}

describe('ten replicas that start together', () => {
  const cases = [
    ['postgres', 'by the configuration'],
    ['postgres', 'by its own client of postgres.js'],
    ['sqlite', 'by the configuration'],
    ['sqlite', 'by its own database of libsql'],
  ] as const;

  it.each(cases)('on %s, %s: each revision is run once, and all of them go on', async (dialect, how) => {
    const history = faultHistory(dialect);
    const project = faultProject(dialect, '', history);
    projects.push(project);
    const url = dialect === 'postgres' ? (await freshDatabase()).url : join(temporaryFolder(), 'app.db');
    const replicas = Array.from({ length: 10 }, () => start(project, programs[how], { TEST_URL: url }));
    const ended = await Promise.all(replicas.map((replica) => replica.ended));
    for (const { code, stderr } of ended) expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const run = ended.flatMap(({ stdout }) => JSON.parse(stdout) as string[]);
    expect(run.sort()).toEqual(history.map(({ id }) => id).sort());
  });
});

const stoppable = `
  import { upgrade } from 'drizzle-alembic';
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  await upgrade({ signal: stop.signal }).catch((error) => {
    console.log(error.code);
    process.exitCode = error.exitCode;
  });`;

/** A program whose revision makes a table and sleeps then, and does so now. */
async function asleep() {
  const { url, sql } = await freshDatabase();
  const project = faultProject('postgres', url, []);
  projects.push(project);
  project.write(
    'revisions/a1.mjs',
    `export const revision = 'a1'; export const downRevision = null;
     export async function upgrade(op) { await op.execute('create table a (id int)'); await op.execute('select pg_sleep(600)'); }`,
  );
  const sleeping = start(project, stoppable, {});
  await expect
    .poll(() => sql("select 1 from pg_stat_activity where query = 'select pg_sleep(600)'"), {
      timeout: 60_000,
    })
    .toHaveLength(1);
  return { project, sql, sleeping };
}

describe('a program that is told to stop', () => {
  it('while a revision runs: it is rolled back', async () => {
    const { sql, sleeping } = await asleep();
    sleeping.child.kill('SIGTERM');
    expect(await sleeping.ended).toMatchObject({ code: 130, stdout: 'REV_INTERRUPTED\n' });
    expect(await sql("select to_regclass('a') as a")).toEqual([{ a: null }]);
    expect(await sql('select 1 from alembic_version')).toEqual([]);
  });

  it('while it waits for another runner', async () => {
    const { project, sleeping } = await asleep();
    const waiting = `${stoppable.replace('signal: stop.signal', 'signal: stop.signal, onEvent: ({ kind }) => console.log(kind)')}`;
    const second = start(project, waiting, {});
    await new Promise((resolve) => second.child.stdout?.once('data', resolve));
    second.child.kill('SIGTERM');
    expect(await second.ended).toMatchObject({ code: 130, stdout: 'waiting\nREV_INTERRUPTED\n' });
    sleeping.child.kill('SIGTERM');
    expect(await sleeping.ended).toMatchObject({ code: 130 });
  });
});

describe('REV_ENV', () => {
  const config = (url: string) =>
    `export default ({ env }) => ({ dialect: 'sqlite', driver: 'libsql', url: ${JSON.stringify(url)} + '-' + env, schema: './schema' });`;

  it('names the environment in programs and on the command line, and the option goes before it', async () => {
    const project = faultProject('sqlite', '');
    projects.push(project);
    const url = join(temporaryFolder(), 'app');
    project.write('alembic.config.mjs', config(url));
    const program = (options: string) =>
      `import { upgrade } from 'drizzle-alembic'; await upgrade(${options});`;
    const rows = (env: string) => readFile(`${url}-${env}`, 'select version_num from alembic_version');
    for (const [options, env] of [
      ['', 'staging'],
      ["{ env: 'production' }", 'production'],
    ] as const) {
      const { code, stderr } = await start(project, program(options), { REV_ENV: 'staging' }).ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(rows(env)).toEqual(['j1']);
    }
    await project.ok(['upgrade', 'head'], { REV_ENV: 'cli' });
    expect(rows('cli')).toEqual(['j1']);
  });

  it('that is empty names none', async () => {
    const project = faultProject('sqlite', join(temporaryFolder(), 'app.db'));
    projects.push(project);
    await project.ok(['upgrade', 'head'], { REV_ENV: '' });
    const { code, stderr } = await start(project, programs['by the configuration'], { REV_ENV: '' }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await project.rev(['current', '--env', 'prod'])).toMatchObject({ code: 2 });
  });
});
