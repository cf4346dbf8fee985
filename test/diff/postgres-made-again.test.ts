import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  integer,
  pgEnum,
  pgTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { compareCatalogs } from '../../src/commands/compare.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { invert } from '../../src/operations/index.js';
import { catalogOf, expectCatalogScenario, type Models } from '../support/postgres-scenarios.js';
import { session } from '../support/postgres-session.js';

/** Indexes and constraints that a change makes again under their name keep what no model can say of them. */

const ofIndexes = `
  select c.relname, i.indisreplident, i.indisclustered, obj_description(c.oid, 'pg_class') as comment,
    (select obj_description(oid, 'pg_constraint') from pg_constraint where conindid = c.oid) as on_constraint,
    (select relreplident from pg_class where oid = i.indrelid),
    (select json_agg(attstattarget order by attnum) from pg_attribute
      where attrelid = c.oid and coalesce(attstattarget, -1) >= 0) as targets
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relname like 't\\_%' and c.relname <> 't_pkey' order by 1`;

describe('an index whose keys change', () => {
  const models = (...keys: readonly ['a', 'b'] | readonly ['a']): Models => ({
    t: pgTable(
      't',
      { id: integer('id').primaryKey(), a: integer('a').notNull(), b: integer('b').notNull() },
      (t) => [
        uniqueIndex('t_a').on(...(keys.map((key) => t[key]) as [typeof t.a])),
        index('t_e').on(sql`(a + 1)`, ...keys.map((key) => t[key])),
      ],
    ),
  });

  it('stays the replica identity, and keeps its clustering, comment and statistics targets', async () => {
    const { lines } = await expectCatalogScenario({
      before: models('a'),
      given: `alter table t replica identity using index t_a; alter table t cluster on t_e;
        comment on index t_a is 'it''s a'; alter index t_e alter column 1 set statistics 77;
        insert into t values (1, 1, 1)`,
      after: models('a', 'b'),
      survives: ofIndexes,
    });
    expect(lines).toEqual([
      'drop index t_a on t',
      'drop index t_e on t',
      'create unique index t_a on t',
      'create index t_e on t',
    ]);
  });

  it('is the replica identity no more where it cannot be, and that is said', async () => {
    const before = models('a');
    const after: Models = {
      t: pgTable(
        't',
        { id: integer('id').primaryKey(), a: integer('a').notNull(), b: integer('b').notNull() },
        (t) => [index('t_a').on(t.a)],
      ),
    };
    const at = await session();
    await at.apply(...(await said(at, before)).operations);
    await at.sql('alter table t replica identity using index t_a; alter table t cluster on t_e');
    const found = await said(at, after);
    expect(found.along.lines).toEqual([
      'clustered index t_e on t goes with the index, and downgrade does not bring it back',
      'replica identity t_a on t goes with the index, and downgrade does not bring it back: where t is replicated, choose another one (alter table … replica identity …)',
    ]);
    await at.apply(...found.operations);
    expect(await at.sql("select indisreplident from pg_index where indexrelid = 't_a'::regclass")).toEqual([
      { indisreplident: false },
    ]);
  });
});

it('a unique constraint whose columns change keeps the same', async () => {
  const models = (...keys: readonly ['a', 'b'] | readonly ['a']): Models => ({
    t: pgTable('t', { a: integer('a').notNull(), b: integer('b').notNull(), c: text('c') }, (t) => [
      unique('t_a').on(...(keys.map((key) => t[key]) as [typeof t.a])),
      check('t_c', sql.raw(`${keys.at(-1)} > 0`)),
    ]),
  });
  await expectCatalogScenario({
    before: models('a'),
    given: `alter table t replica identity using index t_a; alter table t cluster on t_a;
      comment on constraint t_a on t is 'a'; comment on constraint t_c on t is 'c'`,
    after: models('a', 'b'),
    survives: `${ofIndexes.replace('order by 1', '')} union all select 't_c', null, null, null,
      obj_description(oid, 'pg_constraint'), null, null from pg_constraint where conname = 't_c'`,
  });
});

it('a unique constraint whose columns change keeps the same beside an enum that is made anew', async () => {
  const models = (values: readonly [string, ...string[]], ...keys: readonly ['a', 'b'] | readonly ['a']) => {
    const mood = pgEnum('mood', values);
    return {
      mood,
      t: pgTable('t', { a: integer('a').notNull(), b: integer('b').notNull(), m: mood('m') }, (t) => [
        unique('t_a').on(...(keys.map((key) => t[key]) as [typeof t.a])),
      ]),
    };
  };
  await expectCatalogScenario({
    before: models(['sad', 'ok'], 'a'),
    given: 'alter table t replica identity using index t_a; alter table t cluster on t_a',
    after: models(['ok', 'sad'], 'a', 'b'),
    survives: ofIndexes,
  });
});

describe('what reads a column whose type changes', () => {
  const models = (a: () => ReturnType<typeof integer>): Models => ({
    t: pgTable('t', { id: integer('id').primaryKey(), a: a() }, (t) => [
      uniqueIndex('t_a').on(sql`coalesce(a, 0)`),
      index('t_w').on(t.id).where(sql`coalesce(a, 1) > 1`),
      index('t_plain').on(t.a),
      check('t_c', sql`coalesce(a, 2) > 1`),
    ]),
  });
  const small = () => integer('a');
  const big = () => bigint('a', { mode: 'number' }) as never;
  const texts = `select pg_get_indexdef(indexrelid) as text from pg_index where indrelid = 't'::regclass
    union all select pg_get_constraintdef(oid) from pg_constraint where conrelid = 't'::regclass order by 1`;

  it('is written as it was after the way back', async () => {
    const at = await session();
    await at.apply(...(await said(at, models(small))).operations);
    await at.sql(
      `insert into t values (1, 2); comment on index t_a is 'a'; comment on constraint t_c on t is 'c'`,
    );
    const before = await at.sql(texts);
    const { operations } = await said(at, models(big));
    await at.apply(...operations);
    expect((await said(at, models(big))).operations).toEqual([]);
    await at.apply(...(invert(operations) ?? []));
    expect(await at.sql(texts)).toEqual(before);
    expect((await said(at, models(small))).operations).toEqual([]);
    expect(
      await at.sql(`select obj_description('t_a'::regclass, 'pg_class') as of_index,
        obj_description(oid, 'pg_constraint') as of_check from pg_constraint where conname = 't_c'`),
    ).toEqual([{ of_index: 'a', of_check: 'c' }]);
  });
});

type Session = Awaited<ReturnType<typeof session>>;

async function said(at: Session, models: Models) {
  return compareCatalogs(postgres, at.driver, await at.inspect(), catalogOf(models), { denied: 'all' });
}
