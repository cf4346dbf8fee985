import { beforeAll, describe, expect, it } from 'vitest';
import { emptyCatalog } from '../../src/catalog/index.js';
import { compareCatalogs } from '../../src/commands/compare.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { describe as describeOperation } from '../../src/operations/index.js';
import { kitSql } from '../drizzle/kit.js';
import { type Line, lines, readPg } from '../drizzle/lines.js';
import { type ExtensionPlace, extensionPlaces, installed } from '../support/extensions.js';
import { autogenerate, everything, expectNoChanges, runAll } from '../support/oracle.js';
import { freshDatabase } from '../support/postgres.js';
import { expectScenario } from '../support/postgres-scenarios.js';
import { session } from '../support/postgres-session.js';

/** PostGIS: types with a modifier of their own, and an extension that has tables and views. */

beforeAll(async () => {
  const { sql, drop } = await freshDatabase();
  const found = await sql(`select name from pg_available_extensions where name = 'postgis'`);
  await drop();
  if (found.length === 0) throw new Error('This PostgreSQL has no PostGIS: see vitest.extensions.config.ts.');
});

describe.each(lines)('with drizzle-orm $line', (line: Line) => {
  const { sql } = line.orm;
  const { customType, geometry, index, integer, pgTable, pgView, text } = line.pg;
  const ofType = (type: string) => customType<{ data: string }>({ dataType: () => type });
  const read = (models: Record<string, unknown>) => readPg(line, models).catalog;

  const places = (changed: boolean) =>
    pgTable(
      'places',
      {
        id: integer('id').primaryKey(),
        at: geometry('at', { type: 'point', mode: 'xy' }).default({ x: 1, y: 2 }),
        center: geometry('center', { type: 'point', mode: 'tuple', srid: changed ? 3857 : 4326 }),
        area: ofType(changed ? 'geometry(MultiPolygon, 4326)' : 'geometry(Polygon,4326)')('area'),
        any: ofType(changed ? 'geometry(Point)' : 'geometry')('any'),
        sphere: changed ? text('sphere') : ofType('geography(Point,4326)')('sphere'),
        deep: ofType('geometry(PointZ)')('deep'),
        many: ofType('geometry(Point)')('many').array(),
        ...(changed
          ? { added: ofType('geography')('added') }
          : { gone: ofType('geometry(LineString)')('gone') }),
      },
      (t) => [
        index('places_at').using('gist', t.at),
        index('places_area').using(changed ? 'spgist' : 'gist', t.area),
        index('places_deep').using('gist', t.deep.op('gist_geometry_ops_nd')),
        index('places_here').on(t.id).where(sql`${t.area} is not null`),
      ],
    );
  const given = `insert into places (id, "any", sphere, deep) values (1, 'point(1 2)', 'point(3 4)', 'point z(1 2 3)')`;

  it.each(extensionPlaces)('columns and indexes change, with PostGIS in %s', async (place) => {
    const schema = place === 'public' ? 'public' : 'extensions';
    const operations = await expectScenario({
      prepare: installed(['postgis'], place),
      before: read({ places: places(false) }),
      given,
      after: read({ places: places(true) }),
      survives: `select id, "any"::text, ${schema}.st_astext(sphere::text::${schema}.geography) as sphere, deep::text from places`,
    });
    expect(operations.map(({ kind }) => kind)).not.toContain('dropSchema');
  });

  it.each(extensionPlaces.slice(0, 2))(
    'views and generated columns use its functions, in %s',
    async (place) => {
      const models = (changed: boolean) => {
        const spots = pgTable('spots', {
          id: integer('id').primaryKey(),
          at: geometry('at', { type: 'point', mode: 'xy' }),
          near: ofType('geometry')('near').generatedAlwaysAs(sql.raw(`st_buffer(at, ${changed ? 2 : 1})`)),
        });
        const east = pgView('east', { id: integer('id') }).as(
          sql`select id from spots where st_x(at) > 0 and at && st_makeenvelope(0, 0, ${sql.raw(changed ? '20' : '10')}, 10)`,
        );
        return read({ spots, east });
      };
      await expectScenario({
        prepare: installed(['postgis'], place),
        before: models(false),
        given: `insert into spots values (1, 'point(3 4)')`,
        after: models(true),
        survives: 'select * from east',
      });
    },
  );

  it.each([false, true])(
    'a database that drizzle-kit made has no differences (later models: %s)',
    async (changed) => {
      const { driver, sql: run } = await session();
      await run('create extension postgis');
      const models = { places: places(changed) };
      for (const statement of await kitSql(line, models)) {
        // 0.31 cannot write the default, and quotes a type with its modifier.
        const mended = statement.replace('DEFAULT [object Object]', "DEFAULT 'point(1 2)'");
        await run(mended.replaceAll('"geography(Point,4326)"', 'geography(Point,4326)'));
      }
      await expectNoChanges(postgres, driver, read(models));
    },
  );

  it('refuses a new SRID for points of another one, and changes nothing', async () => {
    const { driver, sql: run } = await session();
    await run('create extension postgis');
    const models = (type: string) =>
      read({ t: pgTable('t', { id: integer('id').primaryKey(), at: ofType(type)('at') }) });
    await runAll(postgres, driver, await autogenerate(postgres, driver, models('geometry(Point)')));
    // Points without one get it; those of another are the server's to refuse.
    await run(`insert into t values (1, 'point(1 2)'), (2, 'srid=3857;point(1 2)')`);
    const operations = await autogenerate(postgres, driver, models('geometry(Point,4326)'));
    await expect(runAll(postgres, driver, operations)).rejects.toThrow(/SRID/);
    await expectNoChanges(postgres, driver, models('geometry(Point)'));
    await run('delete from t where id = 2');
    await runAll(postgres, driver, operations);
    expect(await run('select st_srid(at) as srid from t')).toEqual([{ srid: 4326 }]);
  });

  it.each(['public', 'a schema of the search path'] as const satisfies ExtensionPlace[])(
    'its tables and views are neither dropped nor made, in %s',
    async (place) => {
      const { driver, sql: run, inspect } = await session();
      await run(`${installed(['postgis'], place)} create table t (id integer primary key, srid integer)`);
      if (place === 'public') await run('alter table t add foreign key (srid) references spatial_ref_sys');
      const t = pgTable('t', {
        id: integer('id').primaryKey(),
        srid: place === 'public' ? integer('srid').references(() => spatial.srid) : integer('srid'),
      });
      const spatial = pgTable('spatial_ref_sys', { srid: integer('srid').primaryKey() });
      const drawn = pgView('geometry_columns', { srid: integer('srid') }).as(sql`select 1 as srid`);
      const models = place === 'public' ? { t, spatial, drawn } : { t };
      const found = await compareCatalogs(postgres, driver, await inspect(everything), read(models), {});
      expect(found.operations).toEqual([]);
      expect(found.actual.tables.map(({ name }) => name)).toEqual(['t']);
      expect(found.actual.views).toEqual([]);
      expect(found.actual.uncompared.map(({ kind, name }) => `${kind} ${name.name}`)).toEqual([
        'extension postgis',
        'table of extension spatial_ref_sys',
        'view of extension geography_columns',
        'view of extension geometry_columns',
      ]);
    },
  );
});

it('nothing of its further extensions is dropped, in whatever schemas they are', async () => {
  const { driver, sql } = await session();
  await sql(`create extension postgis; create extension postgis_raster; create extension postgis_topology;
    create table t (id integer)`);
  const operations = await autogenerate(postgres, driver, emptyCatalog('postgres'));
  expect(operations.map(describeOperation)).toEqual(['drop table t']);
  await runAll(postgres, driver, operations);
});
