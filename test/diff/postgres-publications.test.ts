import { sql } from 'drizzle-orm';
import { bigint, integer, pgEnum, pgTable } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { compareCatalogs } from '../../src/commands/compare.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { serverMajor } from '../support/postgres.js';
import { catalogOf, expectCatalogScenario, type Models } from '../support/postgres-scenarios.js';
import { session } from '../support/postgres-session.js';

/** Column lists and row filters of publications (PostgreSQL 15) stand on columns, and no model says them. */

const major = await serverMajor();

const lists = `select p.pubname, pr.prrelid::regclass::text as table, pg_get_expr(pr.prqual, pr.prrelid) as filter,
    (select json_agg(attname order by attname) from pg_attribute
      where attrelid = pr.prrelid and attnum = any (pr.prattrs::int2[])) as columns
  from pg_publication_rel pr join pg_publication p on p.oid = pr.prpubid order by 1, 2`;

describe.runIf(major >= 15)('a publication with columns and a filter', () => {
  const models = (a: () => ReturnType<typeof integer>): Models => ({
    t: pgTable('t', { id: integer('id').primaryKey(), a: a(), b: integer('b') }),
  });
  const given = `create table child () inherits (t);
    create publication listed for table only t (id, a); create publication filtered for table t where (a > 1 and b > 0);
    create publication whole for table t; create publication lone for table only t (b) where (b > 2), child;`;

  it('is carried through a new type of the columns', async () => {
    await expectCatalogScenario({
      before: models(() => integer('a')),
      given,
      after: models(() => bigint('a', { mode: 'number' }) as never),
      survives: lists,
    });
  });

  it('is carried through a new name and type', async () => {
    const { lines } = await expectCatalogScenario({
      before: models(() => integer('a')),
      given,
      after: models(() => bigint('c', { mode: 'number' }) as never),
      renames: ['t.a=t.c'],
      finds: [
        lists,
        [
          { pubname: 'filtered', table: 'child', filter: '((c > 1) AND (b > 0))', columns: null },
          { pubname: 'filtered', table: 't', filter: '((c > 1) AND (b > 0))', columns: null },
          { pubname: 'listed', table: 't', filter: null, columns: ['c', 'id'] },
          { pubname: 'lone', table: 'child', filter: null, columns: null },
          { pubname: 'lone', table: 't', filter: '(b > 2)', columns: ['b'] },
          { pubname: 'whole', table: 'child', filter: null, columns: null },
          { pubname: 'whole', table: 't', filter: null, columns: null },
        ],
      ],
    });
    expect(lines).toEqual(['alter table t: rename column a to c; alter column c: type bigint']);
  });

  it('is carried through an enum that is made anew', async () => {
    const mood = (...values: readonly [string, ...string[]]) => {
      const type = pgEnum('mood', values);
      return { type, t: pgTable('t', { id: integer('id').primaryKey(), m: type('m') }) };
    };
    await expectCatalogScenario({
      before: mood('sad', 'ok'),
      given: 'create publication p for table t (id, m)',
      after: mood('ok', 'sad'),
      survives: lists,
    });
  });

  it('keeps a column from being dropped, and is named', async () => {
    const at = await session();
    await at.sql(`create table t (id integer primary key, a integer, b integer);
      create publication listed for table only t (id, a); create publication filtered for table t where (a > 1);
      create publication whole for table t`);
    const after = catalogOf({ t: pgTable('t', { id: integer('id').primaryKey(), b: integer('b') }) });
    const found = await compareCatalogs(postgres, at.driver, await at.inspect(), after, { denied: 'all' });
    expect(
      found.along.blocked.map(({ object, column }) => [
        object.kind,
        object.name.name,
        object.sql?.drop,
        column,
      ]),
    ).toEqual([
      ['publication', 'filtered', 'alter publication filtered drop table only t', 'a'],
      ['publication', 'listed', 'alter publication listed drop table only t', 'a'],
    ]);
  });

  it.runIf(major >= 18)('is carried through a generated column that is made again', async () => {
    const computed = (expression: string): Models => ({
      t: pgTable('t', {
        id: integer('id').primaryKey(),
        g: integer('g').generatedAlwaysAs(sql.raw(expression)),
      }),
    });
    await expectCatalogScenario({
      before: computed('id + 1'),
      given: 'create publication p for table t (id, g)',
      after: computed('id + 2'),
      survives: lists,
    });
  });
});

it('a publication has its table again after the way back', async () => {
  const other = pgTable('other', { id: integer('id') });
  await expectCatalogScenario({
    before: { other, t: pgTable('t', { id: integer('id').primaryKey() }) },
    given: 'create publication p for table t',
    after: { other },
  });
});
