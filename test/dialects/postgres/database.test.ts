import { createRequire } from 'node:module';
import * as orm from 'drizzle-orm';
import * as pgCore from 'drizzle-orm/pg-core';
import * as ormV1 from 'drizzle-orm-v1';
import * as pgCoreV1 from 'drizzle-orm-v1/pg-core';
import { describe, expect, test } from 'vitest';
import type { DatabaseCallback } from '../../../src/dialects/dialect.js';
import { proxyDatabase } from '../../../src/dialects/postgres/database.js';
import { postgres } from '../../../src/dialects/postgres/index.js';
import { session, type TestSession } from '../../support/postgres-session.js';

const require = createRequire(import.meta.url);

/** What both versions can do, as far as these tests speak of it. */
type Query = PromiseLike<Record<string, unknown>[]> &
  Record<'where' | 'values' | 'set' | 'returning' | 'from' | 'orderBy', (...args: unknown[]) => Query>;
interface Database {
  select(fields?: unknown): Query;
  insert(table: unknown): Query;
  update(table: unknown): Query;
  delete(table: unknown): Query;
  execute(sql: unknown): Promise<unknown>;
  transaction(work: (tx: Database & { rollback(): never }) => Promise<unknown>): Promise<unknown>;
}

function callbackOf({ driver }: TestSession): DatabaseCallback {
  return async (sql, params, method) => ({
    rows: [...(method === 'execute' ? await driver.query(sql, params) : await driver.values(sql, params))],
  });
}

const versions = [
  [
    '0.45',
    orm,
    pgCore,
    (callback: DatabaseCallback) => postgres.database(callback, import.meta.dirname) as Database,
  ],
  [
    '1.x',
    ormV1,
    pgCoreV1,
    (callback: DatabaseCallback) =>
      proxyDatabase(
        require('drizzle-orm-v1/pg-proxy').drizzle,
        require('drizzle-orm-v1/postgres-js/codecs').postgresJsCodecs,
        callback,
      ) as Database,
  ],
] as const;

describe.each(versions)('op.db of drizzle-orm %s', (_version, of, core, make) => {
  const {
    bigint,
    boolean,
    date,
    integer,
    json,
    jsonb,
    numeric,
    pgEnum,
    pgTable,
    serial,
    text,
    timestamp,
    uuid,
  } = core as typeof pgCore;
  const { eq, sql } = of as typeof orm;
  const mood = pgEnum('mood', ['sad', 'ok']);
  const posts = pgTable('posts', {
    id: serial('id').primaryKey(),
    title: text('title').notNull(),
    at: timestamp('at', { withTimezone: true }).notNull(),
    local: timestamp('local'),
    day: date('day'),
    data: jsonb('data'),
    plain: json('plain'),
    big: bigint('big', { mode: 'bigint' }),
    small: bigint('small', { mode: 'number' }),
    price: numeric('price'),
    flag: boolean('flag').notNull().default(true),
    tags: text('tags').array(),
    numbers: integer('numbers').array(),
    mood: mood('mood'),
    moods: mood('moods').array(),
    ref: uuid('ref'),
  });

  async function given() {
    const at = await session();
    await at.sql(`create type mood as enum ('sad', 'ok');
      create table posts (id serial primary key, title text not null, at timestamptz not null, local timestamp, day date,
        data jsonb, plain json, big bigint, small bigint, price numeric, flag boolean not null default true, tags text[],
        numbers integer[], mood mood, moods mood[], ref uuid)`);
    await at.driver.query("set timezone = 'America/New_York'");
    return { ...at, db: make(callbackOf(at)) };
  }

  const row = {
    title: `it's "x" \\ $1`,
    at: new Date('2020-01-02T03:04:05.678Z'),
    local: new Date('2020-06-02T03:04:05.678Z'),
    day: '2020-01-02',
    data: { a: [1, "it's", null], b: { c: true } },
    plain: ['x', { y: 1 }],
    big: 9007199254740993n,
    small: 42,
    price: '1.50',
    flag: false,
    tags: ['a b', 'c"d', 'e,f', 'null'],
    numbers: [1, 2, 3],
    mood: 'ok',
    moods: ['ok', 'sad'],
    ref: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  };

  test('writes and reads values of every kind', async () => {
    const { db } = await given();
    expect(await db.insert(posts).values(row).returning()).toEqual([{ id: 1, ...row }]);
    expect(
      await db
        .select()
        .from(posts)
        .where(eq(posts.title as never, row.title)),
    ).toEqual([{ id: 1, ...row }]);
    expect(
      await db
        .select()
        .from(posts)
        .where(eq(posts.at as never, row.at)),
    ).toHaveLength(1);
  });

  test('reads JSON strings, numbers and nulls as what they are', async () => {
    const { db } = await given();
    for (const data of ['text', '1', 5, true, null]) {
      const [written] = await db
        .insert(posts)
        .values({ title: 't', at: row.at, data, plain: data })
        .returning();
      expect([written?.data, written?.plain]).toEqual([data, data]);
    }
  });

  test('updates, deletes, and takes raw SQL with values', async () => {
    const { db } = await given();
    await db.insert(posts).values([
      { title: 'a', at: row.at },
      { title: 'b', at: row.at },
    ]);
    await db
      .update(posts)
      .set({ title: sql`${posts.title} || ${'!'}` })
      .where(eq(posts.title as never, 'a'));
    await db.delete(posts).where(eq(posts.title as never, 'b'));
    const { title } = posts;
    expect(await db.select({ title }).from(posts)).toEqual([{ title: 'a!' }]);
    expect(await db.execute(sql`select title, flag from posts where title = ${'a!'}`)).toEqual([
      { title: 'a!', flag: true },
    ]);
  });

  test('transactions are savepoints: kept, undone alone, nested', async () => {
    const { db, driver } = await given();
    const add = (to: Database, title: string) => to.insert(posts).values({ title, at: row.at });
    await driver.transaction(async () => {
      await add(db, 'outer');
      const kept = await db.transaction(async (tx) => {
        await add(tx, 'kept');
        await tx
          .transaction(async (inner) => {
            await add(inner, 'undone');
            throw new Error('no');
          })
          .catch(() => {});
        await tx.transaction((inner) => Promise.resolve(inner.rollback())).catch(() => {});
        await tx.transaction(async (inner) => void (await add(inner, 'nested')));
        return 'result';
      });
      expect(kept).toBe('result');
      await expect(
        db.transaction(async (tx) => {
          await add(tx, 'bad');
          await tx.execute(sql`select nothing_here`);
        }),
      ).rejects.toThrow();
      await add(db, 'after');
    });
    const { title } = posts;
    const titles = await db.select({ title }).from(posts).orderBy(posts.id);
    expect(titles.map((each) => each.title)).toEqual(['outer', 'kept', 'nested', 'after']);
  });
});
