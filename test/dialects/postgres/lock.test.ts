import { expect, test } from 'vitest';
import type { Driver } from '../../../src/dialects/dialect.js';
import { postgres } from '../../../src/dialects/postgres/index.js';
import type { RevError } from '../../../src/errors.js';
import { untilTaken } from '../../../src/runtime/waiting.js';
import { freshDatabase } from '../../support/postgres.js';
import { session } from '../../support/postgres-session.js';

const key = { schema: null, name: 'alembic_version' };
const from = import.meta.dirname;

/** Takes the lock as a runner does. `waiting`: what is called while it waits. */
async function lock(
  driver: Driver,
  name: typeof key | { schema: string; name: string },
  timeout: number,
  waiting = () => {},
) {
  return untilTaken(await postgres.runnerLock(driver, name), { name, timeout, report: waiting });
}

test('one runner at a time: the second waits, polling, and works when the first is done', async () => {
  const { driver, url, sql } = await session();
  const second = await postgres.connect({ url, from });
  const release = await lock(driver, key, 1000);
  let waited = () => {};
  const isWaiting = new Promise<void>((resolve) => {
    waited = resolve;
  });
  const waiting = lock(second, key, 10_000, waited);
  await isWaiting;
  // It waits outside of the server: nobody is blocked, so nobody holds a snapshot.
  expect(await sql("select 1 from pg_locks where not granted and locktype = 'advisory'")).toEqual([]);
  await release();
  const releaseSecond = await waiting;
  await releaseSecond();
  await second.close();
});

test('after the time-out it says who holds the lock', async () => {
  const { driver, url } = await session();
  const holder = await postgres.connect({ url: `${url}?application_name=deploy-7`, from });
  const [row] = await holder.query<{ pid: number }>('select pg_backend_pid() as pid');
  await lock(holder, key, 0);
  const error: RevError = await lock(driver, key, 60).then(
    () => expect.unreachable(),
    (reason: RevError) => reason,
  );
  expect(error.code).toBe('REV_LOCKED');
  expect(error.message).toContain(`session ${row?.pid} (deploy-7, user postgres`);
  expect(error.hint).toContain(`pg_terminate_backend(${row?.pid})`);
  await holder.close();
});

test('the lock dies with its session', async () => {
  const { driver, url } = await session();
  const holder = await postgres.connect({ url, from });
  await lock(holder, key, 0);
  await holder.close();
  const release = await lock(driver, key, 2000);
  await release();
});

test('version tables, schemas and databases do not lock each other out', async () => {
  const { driver, url } = await session();
  const second = await postgres.connect({ url, from });
  const elsewhere = await postgres.connect({ url: (await freshDatabase()).url, from });
  await lock(driver, key, 0);
  await lock(second, { schema: 'app', name: key.name }, 0);
  await lock(second, { schema: null, name: 'other' }, 0);
  await lock(elsewhere, key, 0);
  // The default schema, named or not, is one.
  await expect(lock(second, { schema: 'public', name: key.name }, 0)).rejects.toMatchObject({
    code: 'REV_LOCKED',
  });
  await second.close();
  await elsewhere.close();
});
