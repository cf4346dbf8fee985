import { expect, test } from 'vitest';
import { postgres } from '../../../src/dialects/postgres/index.js';
import type { RevError } from '../../../src/errors.js';
import { freshDatabase } from '../../support/postgres.js';
import { session } from '../../support/postgres-session.js';

const key = { schema: null, name: 'alembic_version' };
const from = import.meta.dirname;

test('one runner at a time: the second waits, polling, and works when the first is done', async () => {
  const { driver, url, sql } = await session();
  const second = await postgres.connect({ url, from });
  const release = await postgres.lock(driver, key, 1000, () => {});
  let waited = 0;
  const waiting = postgres.lock(second, key, 10_000, () => {
    waited += 1;
  });
  await new Promise((resolve) => setTimeout(resolve, 150));
  // It waits outside of the server: nobody is blocked, so nobody holds a snapshot.
  expect(await sql("select 1 from pg_locks where not granted and locktype = 'advisory'")).toEqual([]);
  await release();
  const releaseSecond = await waiting;
  expect(waited).toBeGreaterThan(0);
  await releaseSecond();
  await second.close();
});

test('after the time-out it says who holds the lock', async () => {
  const { driver, url } = await session();
  const holder = await postgres.connect({ url: `${url}?application_name=deploy-7`, from });
  const [row] = await holder.query<{ pid: number }>('select pg_backend_pid() as pid');
  await postgres.lock(holder, key, 0, () => {});
  const error: RevError = await postgres
    .lock(driver, key, 60, () => {})
    .then(
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
  await postgres.lock(holder, key, 0, () => {});
  await holder.close();
  const release = await postgres.lock(driver, key, 2000, () => {});
  await release();
});

test('version tables, schemas and databases do not lock each other out', async () => {
  const { driver, url } = await session();
  const second = await postgres.connect({ url, from });
  const elsewhere = await postgres.connect({ url: (await freshDatabase()).url, from });
  await postgres.lock(driver, key, 0, () => {});
  await postgres.lock(second, { schema: 'app', name: key.name }, 0, () => {});
  await postgres.lock(second, { schema: null, name: 'other' }, 0, () => {});
  await postgres.lock(elsewhere, key, 0, () => {});
  // The default schema, named or not, is one.
  await expect(
    postgres.lock(second, { schema: 'public', name: key.name }, 0, () => {}),
  ).rejects.toMatchObject({
    code: 'REV_LOCKED',
  });
  await second.close();
  await elsewhere.close();
});
