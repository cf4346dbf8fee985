import { expect, onTestFinished, test } from 'vitest';
import type { Driver } from '../../src/dialects/dialect.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { RevError } from '../../src/errors.js';
import { type Sqld, startSqld } from '../support/sqld.js';
import { sqldKeys } from '../support/sqld-keys.js';

async function server(...flags: readonly string[]): Promise<Sqld> {
  const started = await startSqld(...flags);
  onTestFinished(() => started.stop());
  return started;
}

async function connect(url: string, driver?: string): Promise<Driver> {
  const connected = await sqlite.connect({ url, from: process.cwd(), ...(driver && { driver }) });
  onTestFinished(() => connected.close());
  return connected;
}

const failure = async (work: Promise<unknown>): Promise<RevError> => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(RevError);
  return thrown as RevError;
};

test('every spelling of its url opens it', async () => {
  const { url } = await server();
  const { host } = new URL(url);
  for (const each of [`http://${host}`, `http://${host}/`, `ws://${host}`, `libsql://${host}?tls=0`]) {
    expect(await (await connect(each)).values('select 1')).toEqual([[1]]);
  }
});

test('values arrive as they were sent', async () => {
  const driver = await connect((await server()).url);
  const values = [1, 1.5, -0.25, 'ä"\u{1f600}\u0000b', null, Buffer.from([0, 255]), 2 ** 53 - 1, true, ''];
  const marks = values.map(() => '?').join(', ');
  expect(await driver.values(`select ${marks}`, values)).toEqual([
    values.map((each) => (each === true ? 1 : each)),
  ]);
  expect(await driver.values('select typeof(?), typeof(?)', [1, 1.5])).toEqual([['integer', 'real']]);
  expect(await driver.query("select 1 as a, x'00' as b")).toEqual([{ a: 1, b: Buffer.from([0]) }]);
  await expect(driver.values('select ?', [Number.POSITIVE_INFINITY])).rejects.toThrow('takes no Infinity');
});

test('a definition keeps its text, with its comments', async () => {
  const driver = await connect((await server()).url);
  const table = 'CREATE TABLE t (\n  a int -- first\n)';
  const view = 'CREATE VIEW v as SELECT /* all */ a FROM t';
  await driver.run({ sql: table });
  await driver.run({ sql: `${view};` });
  expect(await driver.values('select sql from sqlite_schema')).toEqual([[table], [view]]);
});

// What a server may do at any moment: the next statement would be a transaction of its own.
test('a transaction that the server ends for another writer leaves nothing, and nothing of it runs after', async () => {
  const { url } = await server();
  const [driver, other] = [await connect(url), await connect(url)];
  await driver.run({ sql: 'create table t (a)' });
  const error = await failure(
    driver.transaction(async () => {
      await driver.run({ sql: 'insert into t values (1)' });
      // It waits until the server gives it the turn.
      await other.transaction(() => other.run({ sql: 'insert into t values (2)' }));
      const cut = await failure(driver.run({ sql: 'insert into t values (3)' }));
      expect(cut.code).toBe('REV_LOCKED');
      await failure(
        driver.runAll([{ sql: 'insert into t values (4)' }, { sql: 'insert into t values (5)' }]),
      );
    }),
  );
  expect(error.message).toContain('everything in it was rolled back');
  expect(await driver.values('select a from t')).toEqual([[2]]);
  expect(await driver.values('pragma foreign_keys')).toEqual([[1]]);
  await driver.transaction(() => driver.run({ sql: 'insert into t values (6)' }));
  expect(await other.values('select a from t')).toEqual([[2], [6]]);
});

test('the same where the commit is what comes next', async () => {
  const { url } = await server();
  const [driver, other] = [await connect(url), await connect(url)];
  await driver.run({ sql: 'create table t (a)' });
  const work = driver.transaction(
    async () => {
      await driver.run({ sql: 'insert into t values (1)' });
      await other.transaction(() => other.run({ sql: 'insert into t values (2)' }));
    },
    { keepsForeignKeys: true },
  );
  expect((await failure(work)).code).toBe('REV_LOCKED');
  expect(await driver.values('select a from t')).toEqual([[2]]);
});

test('a statement that ends the transaction is told from a server that does', async () => {
  const driver = await connect((await server()).url);
  await driver.run({ sql: 'create table t (a unique)' });
  const insert = 'insert or rollback into t values (1), (1)';
  expect((await failure(driver.transaction(() => driver.run({ sql: insert })))).message).toContain(
    'UNIQUE constraint failed: t.a',
  );
  const commit = driver.transaction(() =>
    driver.run({ sql: 'insert into t values (2); commit; insert into t values (3)' }),
  );
  expect((await failure(commit)).message).toContain('what came before it is committed');
  expect(await driver.values('select a from t')).toEqual([[2]]);
});

test('a server that comes back: outside of a transaction it goes on, inside it is lost', async () => {
  const sqld = await server();
  const driver = await connect(sqld.url);
  await driver.run({ sql: 'create table t (a)' });
  await sqld.restart();
  expect(await driver.values('select count(*) from t')).toEqual([[0]]);
  const error = await failure(
    driver.transaction(async () => {
      await driver.run({ sql: 'insert into t values (1)' });
      await sqld.restart();
      await driver.run({ sql: 'insert into t values (2)' });
    }),
  );
  expect(error).toMatchObject({
    code: 'REV_CONNECT',
    hint: expect.stringContaining('not committed is undone'),
  });
  expect(await driver.values('select count(*) from t')).toEqual([[0]]);
});

test('a server that is not there, and what is no libsql server', async () => {
  const sqld = await server();
  await sqld.stop();
  const gone = await failure(connect(sqld.url));
  expect(gone).toMatchObject({ code: 'REV_CONNECT', message: expect.stringContaining('ECONNREFUSED') });
  const { admin } = await server();
  expect(await failure(connect(admin))).toMatchObject({ code: 'REV_CONNECT' });
});

test('a token opens it; without one, with another one or to write with one for reading is refused', async () => {
  const keys = sqldKeys();
  onTestFinished(() => keys.remove());
  const { url } = await server(...keys.flags);
  const writer = await connect(`${url}?authToken=${keys.token('rw')}`);
  await writer.run({ sql: 'create table t (a)' });
  expect((await failure(connect(url))).code).toBe('REV_AUTH');
  const others = sqldKeys();
  onTestFinished(() => others.remove());
  const wrong = others.token('rw');
  const refused = await failure(connect(`${url}?authToken=${wrong}`));
  expect(refused).toMatchObject({ code: 'REV_AUTH', hint: expect.stringContaining('authToken') });
  expect(JSON.stringify([refused.message, refused.hint, refused.data])).not.toContain(wrong);
  const reader = await connect(`${url}?authToken=${keys.token('ro')}`);
  expect(await reader.values('select count(*) from t')).toEqual([[0]]);
  expect((await failure(reader.run({ sql: 'insert into t values (1)' }))).code).toBe('REV_AUTH');
});

test('a token that no header can hold is refused, and one with a line end after it is taken', async () => {
  const keys = sqldKeys();
  onTestFinished(() => keys.remove());
  const { url } = await server(...keys.flags);
  const token = keys.token('rw');
  const odd = await failure(connect(`${url}?authToken=${encodeURIComponent(`${token}\nx`)}`));
  expect(odd.code).toBe('REV_CONNECT');
  expect(odd.message).not.toContain(token);
  await connect(`${url}?authToken=${encodeURIComponent(`${token}\n`)}`);
});

test('a driver for files is refused, libsql is not asked for', async () => {
  const { url } = await server();
  expect(await failure(connect(url, 'better-sqlite3'))).toMatchObject({
    code: 'REV_CONFIG',
    message: expect.stringContaining('opens files'),
  });
  expect(await (await connect(url, 'libsql')).values('select 1')).toEqual([[1]]);
});

test('the lock between transactions is refused: there is none', async () => {
  const driver = await connect((await server()).url);
  const key = { schema: null, name: 'alembic_version' };
  const lock = await sqlite.lockBetween(driver, key);
  expect(await failure(lock.take())).toMatchObject({
    code: 'REV_UNSUPPORTED',
    message: expect.stringContaining('libsql server'),
  });
});
