import { describe, expect, it, onTestFinished } from 'vitest';
import { postgres as dialect } from '../../src/dialects/postgres/index.js';
import { type DatabaseState, databaseState } from '../support/database-state.js';
import { faultHistory, lowest } from '../support/fault-history.js';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import { type Server, start } from '../support/postgres-server.js';
import { relayTo, type Verdict } from '../support/relay.js';
import { runnerAt, type TestRevision, type TestRunner } from '../support/runner.js';
import { faultRuns, faultSeed, sample } from '../support/sampling.js';

/**
 * Harm at every statement boundary of a run on PostgreSQL. Whatever it was, running again leads to what an undisturbed
 * run leads to.
 */

const history: readonly TestRevision[] = faultHistory('postgres').map((revision, at, all) => ({
  ...revision,
  down: at === 0 ? [] : [(all[at - 1] as { id: string }).id],
}));

type Harm =
  /** The connection is cut before the question reaches the server. */
  | 'cut'
  /** It reaches the server, and the answer is lost. */
  | 'lose'
  /** An administrator ends the session. */
  | 'terminate'
  /** Ctrl-C. */
  | 'interrupt'
  /** The server is ended at once and started again: before the question, or while it is at it. */
  | 'restart'
  | 'restart meanwhile'
  /** From here on the session can write to no file. The server itself ends where that is its log, and starts again. */
  | 'full disk';

interface HarmAt {
  readonly harm: Harm;
  readonly at: number;
}

type Direction = 'upgrade' | 'downgrade';

const harms: readonly Harm[] = ['cut', 'lose', 'terminate', 'interrupt'];
const restarts: readonly Harm[] = ['restart', 'restart meanwhile'];

/** Where the databases are; the shared server is not restarted. */
type Place = Pick<Server, 'url' | 'restart' | 'fillDiskOf'> | null;

/** Runs with harm at the n-th question. Returns whether it failed, and how many questions there were. */
async function disturbed(
  database: TestDatabase,
  direction: Direction,
  harm: Harm | null,
  at: number,
  server: Place = null,
): Promise<{ readonly code: string | null; readonly questions: number }> {
  const controller = new AbortController();
  let restarted: Promise<void> | undefined;
  const relay = await relayTo(database.url, async ({ number, pid }): Promise<Verdict> => {
    if (number !== at || harm === null) return 'forward';
    if (harm === 'cut' || harm === 'lose') return harm;
    if (harm.startsWith('restart')) {
      restarted = server?.restart();
      if (harm === 'restart') await restarted;
      return 'forward';
    }
    if (harm === 'interrupt') controller.abort();
    else if (harm === 'full disk') server?.fillDiskOf(pid);
    else await database.sql(`select pg_terminate_backend(${pid})`);
    return 'forward';
  });
  let runner: TestRunner | undefined;
  try {
    runner = await runnerAt('postgres', relay.url);
    const target = direction === 'upgrade' ? 'heads' : lowest;
    await runner[direction](history, target, { signal: controller.signal });
    return { code: null, questions: relay.count };
  } catch (error) {
    return { code: (error as { code?: string }).code ?? String(error), questions: relay.count };
  } finally {
    await runner?.driver.close();
    await restarted;
    if (harm === 'full disk') await isUpAgain(database);
  }
}

/** A server that cannot write its log ends all sessions, and starts again by itself: a moment after this one has ended. */
async function isUpAgain(database: TestDatabase): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  await expect
    .poll(
      () =>
        database.sql('select 1').then(
          () => true,
          () => false,
        ),
      { timeout: 30_000, message: 'the server does not come up again' },
    )
    .toBe(true);
}

/** A run that never ends is a failure that says where, and not merely a test that does not end. */
async function orHang<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The run does not end: ${what}`)), 60_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function stateOf(database: TestDatabase, what: string): Promise<DatabaseState> {
  const runner = await runnerAt('postgres', database.url);
  await expect
    .poll(
      () =>
        database.sql(
          "select pid from pg_stat_activity where datname = current_database() and application_name = 'rev'",
        ),
      { timeout: 30_000, message: `sessions left ${what}` },
    )
    .toHaveLength(1);
  return databaseState(dialect, runner.driver);
}

/** Harm at some places of a run, and that running again ends where an undisturbed run does. */
async function expectSameEnd(
  direction: Direction,
  choose: (places: (harms: readonly Harm[]) => readonly HarmAt[]) => readonly HarmAt[],
  server: Place = null,
): Promise<void> {
  /** At its heads, where the way is down. */
  const given = async () => {
    const database = await freshDatabase(server?.url);
    if (direction === 'downgrade') await disturbed(database, 'upgrade', null, 0);
    return database;
  };
  const calm = await given();
  const { code, questions } = await disturbed(calm, direction, null, 0);
  expect(code).toBeNull();
  const wanted = await stateOf(calm, 'undisturbed');
  expect(wanted.half).toEqual([]);
  expect(wanted.versions).toEqual([direction === 'upgrade' ? 'j1' : lowest]);
  const places = (of: readonly Harm[]) =>
    of.flatMap((harm) => Array.from({ length: questions }, (_, at) => ({ harm, at: at + 1 })));
  const outcomes: Record<string, number> = {};
  const chosen = choose(places);
  for (const { harm, at } of chosen) {
    const database = await given();
    const first = await orHang(
      disturbed(database, direction, harm, at, server),
      `${harm} at question ${at} of ${questions}`,
    );
    const again = await orHang(disturbed(database, direction, null, 0), `after ${harm} at question ${at}`);
    const what = `${harm} at question ${at} of ${questions}: ${first.code}`;
    const outcome = `${harm}: ${first.code ?? 'not noticed'}`;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    expect(again.code, what).toBeNull();
    expect(await stateOf(database, what), what).toEqual(wanted);
    await database.drop();
  }
  console.info(`${direction}: ${questions} questions, ${chosen.length} of them disturbed:`, outcomes);
}

describe(`harm at statement boundaries (REV_FAULT_SEED=${faultSeed})`, () => {
  it.each<Direction>(['upgrade', 'downgrade'])(
    'leads to the same end, whatever it is and wherever: %s',
    { timeout: 3_600_000 },
    async (direction) => {
      await expectSameEnd(direction, (places) => {
        const all = places(harms);
        // The first question is postgres.js's own, and is always disturbed.
        return [...all.filter(({ at }) => at === 1), ...sample(all.filter(({ at }) => at > 1))];
      });
    },
  );

  it.each<Direction>(['upgrade', 'downgrade'])(
    'leads to the same end where the server is restarted: %s',
    { timeout: 3_600_000 },
    async (direction) => {
      // What is committed is to stay, also where a server ends that no power failure ends.
      const server = await start({ settings: { synchronous_commit: 'on' } });
      onTestFinished(() => server.stop());
      await expectSameEnd(direction, (places) => sample(places(restarts), Math.ceil(faultRuns / 3)), server);
    },
  );

  it.each<Direction>(['upgrade', 'downgrade'])(
    'leads to the same end where the disk is full: %s',
    { timeout: 3_600_000 },
    async (direction) => {
      const server = await start({ settings: { synchronous_commit: 'on' } });
      onTestFinished(() => server.stop());
      const some = Math.ceil(faultRuns / 3);
      await expectSameEnd(direction, (places) => sample(places(['full disk']), some), server);
    },
  );
});
