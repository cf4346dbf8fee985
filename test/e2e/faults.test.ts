import { existsSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { postgres } from '../../src/dialects/postgres/index.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { type DatabaseState, databaseState } from '../support/database-state.js';
import { faultHistory, lowest } from '../support/fault-history.js';
import { faultProject, startRev } from '../support/fault-project.js';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';
import { relayTo } from '../support/relay.js';
import { faultRuns, faultSeed, sample } from '../support/sampling.js';

/**
 * The command as a process that is ended at any point, by `kill -9`, Ctrl-C or a full disk. The next one ends where an
 * undisturbed one would have. And many processes at once, of which each revision is run by one.
 */

const projects: UserProject[] = [];
afterAll(() => {
  for (const project of projects) project.remove();
});

function projectOf(...args: Parameters<typeof faultProject>): UserProject {
  const project = faultProject(...args);
  projects.push(project);
  return project;
}

/** A process costs more than a connection. */
const runs = Math.ceil(faultRuns / 3);

const ways = { upgrade: 'heads', downgrade: lowest };
type Direction = keyof typeof ways;
const directions = Object.keys(ways) as Direction[];

type Signal = 'SIGKILL' | 'SIGINT';
const signals: readonly Signal[] = ['SIGKILL', 'SIGINT'];
/** That of PostgreSQL is full in test/runtime/faults-postgres.test.ts. */
type End = Signal | 'full disk';
const ends: readonly End[] = [...signals, 'full disk'];

async function stateOf(dialect: typeof postgres, url: string): Promise<DatabaseState> {
  const driver = await dialect.connect({ url, from: process.cwd() });
  try {
    return await databaseState(dialect, driver);
  } finally {
    await driver.close();
  }
}

describe(`a process that is ended (REV_FAULT_SEED=${faultSeed})`, () => {
  it.each(directions)(
    'leaves PostgreSQL such that the next one goes on: %s',
    { timeout: 3_600_000 },
    async (direction) => {
      const project = projectOf('postgres', '');
      /** Sends the signal at the n-th question, before or after the server has it. */
      const run = async (
        database: TestDatabase,
        end: { at: number; signal: Signal; late: boolean } | null,
      ) => {
        const relay = await relayTo(database.url, ({ number }) => {
          if (number !== end?.at) return 'forward';
          running.child.kill(end.signal);
          return end.signal === 'SIGINT' || end.late ? 'forward' : 'cut';
        });
        const running = startRev(project, [direction, ways[direction], '--yes'], { TEST_URL: relay.url });
        const ended = await running.ended;
        return { ...ended, questions: relay.count };
      };
      /** At its heads, where the way is down. */
      const given = async () => {
        const database = await freshDatabase();
        if (direction === 'downgrade') await project.ok(['upgrade', 'heads'], { TEST_URL: database.url });
        return database;
      };
      const calm = await given();
      const { code, questions, output } = await run(calm, null);
      expect(code, output).toBe(0);
      const wanted = await stateOf(postgres, calm.url);
      const all = signals.flatMap((signal) =>
        Array.from({ length: questions * 2 }, (_, at) => ({
          signal,
          at: (at >> 1) + 1,
          late: at % 2 === 1,
        })),
      );
      for (const end of sample(all, runs)) {
        const database = await given();
        const first = await run(database, end);
        const what = `${end.signal} at question ${end.at} of ${questions}, ${first.code ?? first.signal}: ${first.output}`;
        if (end.signal === 'SIGKILL') expect(first.signal, what).toBe('SIGKILL');
        const again = await run(database, null);
        expect(again.code, `${what}\nagain: ${again.output}`).toBe(0);
        expect(await stateOf(postgres, database.url), what).toEqual(wanted);
        await database.drop();
      }
    },
  );

  it.each(directions)(
    'leaves an SQLite file such that the next one goes on: %s',
    { timeout: 3_600_000 },
    async (direction) => {
      const project = projectOf('sqlite', '');
      const counter = project.path('counter');
      const run = async (file: string, end: { at: number; signal: End } | null) => {
        rmSync(counter, { force: true });
        const running = startRev(project, [direction, ways[direction], '--yes'], {
          TEST_URL: file,
          NODE_OPTIONS: `--require ${new URL('../fixtures/end-at-statement.cjs', import.meta.url).pathname}`,
          END_COUNTER: counter,
          END_AT: String(end?.at ?? 0),
          END_SIGNAL: end?.signal ?? '',
          END_MODULE: project.path('node_modules/libsql'),
        });
        const ended = await running.ended;
        return { ...ended, statements: existsSync(counter) ? readFileSync(counter, 'utf8').length : 0 };
      };
      /** At its heads, where the way is down. */
      const given = async (name: string) => {
        const file = project.path(`${direction}-${name}.db`);
        if (direction === 'downgrade') await project.ok(['upgrade', 'heads'], { TEST_URL: file });
        return file;
      };
      const calm = await given('calm');
      const { code, statements, output } = await run(calm, null);
      expect(code, output).toBe(0);
      expect(statements).toBeGreaterThan(100);
      const wanted = await stateOf(sqlite, calm);
      const all = ends.flatMap((signal) =>
        Array.from({ length: statements }, (_, at) => ({ signal, at: at + 1 })),
      );
      for (const [number, end] of sample(all, runs).entries()) {
        const file = await given(String(number));
        const first = await run(file, end);
        const what = `${end.signal} at statement ${end.at} of ${statements}, ${first.code ?? first.signal}: ${first.output}`;
        if (end.signal === 'SIGKILL') expect(first.signal, what).toBe('SIGKILL');
        if (end.signal === 'full disk') {
          // The last commit may be done already.
          expect([0, 1], what).toContain(first.code);
          if (first.code === 1) expect(first.output, what).toMatch(/make room|free disk space/i);
        }
        const again = await run(file, null);
        expect(again.code, `${what}\nagain: ${again.output}`).toBe(0);
        expect(await stateOf(sqlite, file), what).toEqual(wanted);
      }
    },
  );
});

describe('a process that waits for another runner', () => {
  it('ends with the first Ctrl-C', async () => {
    const database = await freshDatabase();
    const holder = await postgres.connect({ url: database.url, from: process.cwd() });
    const release = await (
      await postgres.runnerLock(holder, { schema: null, name: 'alembic_version' })
    ).take();
    const running = startRev(projectOf('postgres', database.url), ['upgrade', 'heads']);
    running.child.stderr?.on('data', (chunk) => {
      if (String(chunk).includes('waiting for it')) running.child.kill('SIGINT');
    });
    const { code, output } = await running.ended;
    expect(output).toContain('REV_INTERRUPTED');
    expect(code).toBe(130);
    await release?.();
    await holder.close();
  });
});

describe.each(['postgres', 'sqlite'] as const)('a revision on %s that waits for something else', (name) => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends with the first %s, rolled back', async (signal) => {
    const url = name === 'sqlite' ? '' : (await freshDatabase()).url;
    const project = projectOf(name, url, []);
    const file = name === 'sqlite' ? project.path('waits.db') : url;
    project.write(
      'revisions/a1.mjs',
      `export const revision = 'a1'; export const downRevision = null;
       export async function upgrade(op) {
         await op.execute('create table a (id int)');
         console.error('it waits');
         setInterval(() => undefined, 1000);
         await new Promise(() => {});
       }`,
    );
    const running = startRev(project, ['upgrade', 'heads'], { TEST_URL: file });
    running.child.stderr?.on('data', (chunk) => {
      if (String(chunk).includes('it waits')) running.child.kill(signal);
    });
    const { code, output } = await running.ended;
    expect(output).toContain('REV_INTERRUPTED');
    expect(output).toContain('It was rolled back.');
    expect(code).toBe(130);
    const driver = await (name === 'sqlite' ? sqlite : postgres).connect({ url: file, from: process.cwd() });
    try {
      const dialect = name === 'sqlite' ? sqlite : postgres;
      expect(await dialect.hasTable(driver, { schema: null, name: 'a' })).toBe(false);
    } finally {
      await driver.close();
    }
  });
});

describe.each(['postgres', 'sqlite'] as const)('twenty processes at once on %s', (name) => {
  it.each([
    ['with parts outside of transactions', faultHistory(name)],
    [
      'without',
      faultHistory(name).filter(({ id, transactional }) => transactional && id !== 'f1' && id !== 'i1'),
    ],
  ] as const)('run each revision once, %s', { timeout: 600_000 }, async (_, history) => {
    const project = projectOf(name, '', history);
    const url = async () => (name === 'sqlite' ? project.path('many.db') : (await freshDatabase()).url);
    const dialect = name === 'sqlite' ? sqlite : postgres;
    const alone = name === 'sqlite' ? project.path('alone.db') : await url();
    await project.ok(['upgrade', 'heads'], { TEST_URL: alone });
    const TEST_URL = await url();
    const results = await Promise.all(
      Array.from({ length: 20 }, () => startRev(project, ['upgrade', 'heads', '--json'], { TEST_URL }).ended),
    );
    expect(results.filter(({ code }) => code !== 0).map(({ output }) => output)).toEqual([]);
    const steps = results.flatMap(({ output }) =>
      (JSON.parse(output.slice(output.indexOf('{'))) as { steps: { revision: string }[] }).steps.map(
        ({ revision }) => revision,
      ),
    );
    expect(steps.sort()).toEqual(history.map(({ id }) => id).sort());
    expect(await stateOf(dialect, TEST_URL)).toEqual(await stateOf(dialect, alone));
  });
});
