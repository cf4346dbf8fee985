import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject, onTestFinished } from 'vitest';

/** An empty database of the test server (postgres-server.ts). Inside a test it is dropped when the test is over. */
export interface TestDatabase {
  readonly name: string;
  /** As the superuser, with its password. */
  readonly url: string;
  /** Runs statements as they are and returns the rows of the last one; for what a test is given and then looks at. */
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
  drop(): Promise<void>;
}

let server: Promise<string> | undefined;

/** The test server's URL: superuser, database `postgres`. Starts it if this is the first to ask. */
export async function postgresUrl(): Promise<string> {
  server ??= fetch(inject('postgresStarter')).then(async (response) => {
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  });
  return server;
}

/** The server's major version: some things that a schema can say are younger than the oldest that is supported. */
export async function serverMajor(): Promise<number> {
  const session = postgres(await postgresUrl(), { max: 1, fetch_types: false });
  try {
    const [row] = await session.unsafe<{ version: string }[]>('show server_version_num');
    const [value] = Object.values(row ?? {});
    return Math.floor(Number(value) / 10_000);
  } finally {
    await session.end({ timeout: 1 });
  }
}

/** @param server another server's URL, of a test that has its own */
export async function freshDatabase(server?: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const maintenance = server ?? (await postgresUrl());
  await runOnce(maintenance, `create database ${name} template template0`);
  const url = new URL(maintenance);
  url.pathname = `/${name}`;
  let session: postgres.Sql | undefined;
  const database: TestDatabase = {
    name,
    url: url.href,
    async sql(text) {
      session ??= postgres(url.href, { max: 1, onnotice: () => {} });
      const result = (await session.unsafe(text)) as unknown as Record<string, unknown>[] & {
        count?: number;
      };
      return result.count === undefined
        ? ((result.at(-1) ?? []) as unknown as Record<string, unknown>[])
        : [...result];
    },
    async drop() {
      await session?.end({ timeout: 1 });
      session = undefined;
      await runOnce(maintenance, `drop database if exists ${name} with (force)`);
    },
  };
  try {
    onTestFinished(() => database.drop());
  } catch {
    // Made in a hook: whoever made it drops it, or the server's end does.
  }
  return database;
}

async function runOnce(url: string, statement: string): Promise<void> {
  const session = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    await session.unsafe(statement);
  } finally {
    await session.end({ timeout: 1 });
  }
}
