import { describe, expect, it } from 'vitest';
import { compareCatalogs } from '../../src/commands/compare.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { describe as describeOperation } from '../../src/operations/index.js';
import { type Line, lines, readPg } from '../drizzle/lines.js';
import { extensionPlaces, installed } from '../support/extensions.js';
import { autogenerate, runAll } from '../support/oracle.js';
import { expectScenario } from '../support/postgres-scenarios.js';
import { everything, session } from '../support/postgres-session.js';

/** Types and operator classes of the extensions that come with PostgreSQL, wherever they are installed. */

describe.each(lines)('with drizzle-orm $line', (line: Line) => {
  const { sql } = line.orm;
  const { check, customType, index, integer, pgPolicy, pgTable, pgView, text, uniqueIndex, varchar } =
    line.pg;
  const ofType = (type: string) => customType<{ data: string }>({ dataType: () => type });
  const [citext, hstore, ltree] = [ofType('citext'), ofType('hstore'), ofType('ltree')];
  const read = (models: Record<string, unknown>) => readPg(line, models).catalog;

  const people = (changed: boolean) =>
    pgTable(
      'people',
      {
        id: integer('id').primaryKey(),
        name: text('name').notNull(),
        email: changed ? citext('email').notNull().default('Nobody') : text('email'),
        nick: changed ? text('nick') : citext('nick').default('x'),
        tags: hstore('tags').default('a=>1'),
        place: changed ? ltree('place') : text('place'),
        words: citext('words').array(),
        ...(changed ? { also: hstore('also') } : { gone: ltree('gone').default('Top.Gone') }),
      },
      (t) => [
        uniqueIndex('people_email').on(t.email),
        index('people_name').using('gin', t.name.op('gin_trgm_ops')),
        index('people_near').using(
          'gist',
          changed ? sql`${t.name} gist_trgm_ops(siglen=32)` : t.name.op('gist_trgm_ops'),
        ),
        ...(changed ? [index('people_place').using('gist', t.place)] : []),
      ],
    );

  it.each(extensionPlaces)('columns and indexes change, with the extensions in %s', async (place) => {
    const operations = await expectScenario({
      prepare: installed(['citext', 'hstore', 'ltree', 'pg_trgm'], place),
      before: read({ people: people(false) }),
      given: `insert into people (id, name, email, nick, place) values (1, 'Ada', 'ada@a.b', 'A', 'Top.Science')`,
      after: read({ people: people(true) }),
      survives: 'select id, name, email::text, nick::text, tags::text, place::text from people',
    });
    expect(operations.map(({ kind }) => kind)).not.toContain('dropSchema');
  });

  it.each(extensionPlaces.slice(0, 2))(
    'views use their operators, with the extension in %s',
    async (place) => {
      const models = (changed: boolean) => {
        const t = pgTable('t', {
          id: integer('id').primaryKey(),
          name: changed ? text('name') : varchar('name'),
        });
        const near = pgView('near', { id: integer('id') }).as(
          sql`select id from t where name % 'ada' ${sql.raw(changed ? 'or similarity(name, id::text) > 0.5' : '')}`,
        );
        return read({ t, near });
      };
      await expectScenario({
        prepare: installed(['pg_trgm'], place),
        before: models(false),
        given: `insert into t values (1, 'ada')`,
        after: models(true),
        survives: 'select * from near',
      });
    },
  );

  it('leaves tables and views of extensions alone, whether or not the models have them', async () => {
    const at = await session();
    await at.sql('create extension pg_stat_statements; create table t (id integer primary key)');
    const live = await at.inspect();
    expect(live.views).toEqual([]);
    expect(live.uncompared.map(({ kind, name }) => `${kind} ${name.name}`)).toContain(
      'view of extension pg_stat_statements',
    );
    const t = pgTable('t', { id: integer('id').primaryKey() });
    const drawn = pgTable('pg_stat_statements', { queryid: integer('queryid') });
    for (const models of [{ t }, { t, drawn }]) {
      const found = await compareCatalogs(
        postgres,
        at.driver,
        await at.inspect(everything),
        read(models),
        {},
      );
      expect(found.operations).toEqual([]);
      expect(found.unverified).toEqual(
        'drawn' in models ? ['Not compared: pg_stat_statements. It belongs to an extension.'] : [],
      );
    }
  });

  it('a column of a type that is not there yet is all that changes', async () => {
    const at = await session();
    const t = (more: Record<string, ReturnType<typeof citext>>) =>
      pgTable(
        't',
        { id: integer('id').primaryKey(), state: varchar('state').default(sql`lower('A')`), ...more },
        (c) => [
          check('states', sql`${c.state} in ('a', 'b')`),
          index('open').on(c.id).where(sql`${c.state} <> 'b'`),
          pgPolicy('mine', { using: sql`${c.state} in ('a', 'b')` }),
        ],
      );
    const v = pgView('v', { id: integer('id') }).as(sql`select id from t where state in ('a', 'b')`);
    const first = read({ t: t({}), v });
    await runAll(postgres, at.driver, await autogenerate(postgres, at.driver, first));
    const after = read({ t: t({ email: citext('email') }), v });
    const found = await compareCatalogs(postgres, at.driver, await at.inspect(), after, {});
    expect(found.operations.map(describeOperation)).toEqual(['alter table t: add column email']);
    expect(found.unverified).toEqual([]);
  });

  it.each([
    ['create index on t using hnsw (a)', 'vector'],
    ['create index on t using gin (a gin_trgm_ops)', 'pg_trgm'],
    ['alter table t add b geometry(point)', 'postgis'],
    ['alter table t add b halfvec(3)', 'vector'],
  ])('%s: the error names the extension', async (statement, extension) => {
    const { driver, sql: run } = await session();
    await run('create table t (a text)');
    await expect(driver.run({ sql: statement })).rejects.toMatchObject({
      hint: expect.stringContaining(`'create extension if not exists ${extension}'`),
    });
  });
});
