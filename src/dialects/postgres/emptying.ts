import type { Driver } from '../dialect.js';
import { column, droppable, dropStatement, ofAnother, schemasOfExtensions, userSchemas } from './drop-all.js';
import { hasTable } from './inspect.js';
import { identifier } from './quote.js';

/**
 * A database as empty as a new one, so that a backup can be made again in it with nothing beside it. Extensions that the
 * backup has stay: mostly a superuser has made them, and whoever restores need not be one.
 */

/** Beginnings of the lines of an archive's contents that are not to be made again, because what they make stays. */
export type KeptEntries = readonly string[];

export interface TablePlace {
  readonly schema: string;
  readonly name: string;
}

/**
 * @param wanted extensions that the backup has.
 * @param apart tables that stay, and so their schemas.
 */
export async function emptying(
  driver: Driver,
  wanted: readonly string[],
  apart: readonly TablePlace[],
): Promise<readonly string[]> {
  const [current] = await column(driver, 'SELECT current_schema()');
  const objects = await droppable(driver, {
    includes: ({ schema, name }) =>
      !apart.some((each) => each.name === name && each.schema === (schema ?? current)),
  });
  const stay = new Set([...(await column(driver, schemasOfExtensions)), ...(await schemasOf(driver, apart))]);
  const schemas = (await column(driver, userSchemas)).filter((schema) => !stay.has(schema));
  const extensions = (await column(driver, 'SELECT extname FROM pg_extension WHERE oid >= 16384')).filter(
    (name) => !wanted.includes(name),
  );
  return [
    ...(await outsideOfSchemas(driver)),
    ...objects.filter(({ text }) => !text.startsWith('schema ')).map(({ drop }) => drop.sql),
    ...(await driver.query<RowsOfExtension>(rowsOfExtensions))
      .filter(({ writable }) => writable)
      .map(({ table, condition }) => `DELETE FROM ${table} ${condition}`),
    ...extensions.map((name) => `DROP EXTENSION IF EXISTS ${identifier(name)} CASCADE`),
    ...schemas.map((schema) => `DROP SCHEMA ${identifier(schema)} CASCADE`),
    'SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata',
  ];
}

/** Those of the tables that are there. */
async function schemasOf(driver: Driver, tables: readonly TablePlace[]): Promise<readonly string[]> {
  const found = await Promise.all(tables.map((table) => hasTable(driver, table)));
  return tables.filter((_, at) => found[at]).map(({ schema }) => schema);
}

/** @param apart tables that an archive may have nevertheless: another program has made it. */
export async function keptEntries(driver: Driver, apart: readonly TablePlace[]): Promise<KeptEntries> {
  const extensions = await column(driver, 'SELECT extname FROM pg_extension WHERE oid >= 16384');
  const schemas = [...(await column(driver, schemasOfExtensions)), ...(await schemasOf(driver, apart))];
  const closed = (await driver.query<RowsOfExtension>(rowsOfExtensions)).filter(({ writable }) => !writable);
  return [
    ...extensions.flatMap((name) => [`EXTENSION - ${name}`, `COMMENT - EXTENSION ${name}`]),
    ...schemas.map((schema) => `SCHEMA - ${schema}`),
    ...apart.flatMap(({ schema, name }) =>
      ['TABLE', 'TABLE DATA', 'CONSTRAINT']
        .map((kind) => `${kind} ${schema} ${name}`)
        .concat(['ACL', 'COMMENT'].map((kind) => `${kind} ${schema} TABLE ${name}`)),
    ),
    ...closed.flatMap(({ schema, name }) => [
      `TABLE DATA ${schema} ${name}`,
      `SEQUENCE SET ${schema} ${name}`,
    ]),
  ];
}

type RowsOfExtension = {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  readonly condition: string;
  readonly writable: boolean;
};

/** Rows of users in the tables of extensions, which a backup has, too (PostgreSQL's manual, pg_extension_config_dump). */
const rowsOfExtensions = `
  SELECT n.nspname AS schema, c.relname AS name, format('%I.%I', n.nspname, c.relname) AS table,
    coalesce(e.condition, '') AS condition,
    c.relkind = 'r' AND has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'DELETE') AS writable
  FROM pg_extension, unnest(extconfig, extcondition) AS e (id, condition)
    JOIN pg_class c ON c.oid = e.id JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'S')`;

/** What belongs to the database, and to no schema. */
async function outsideOfSchemas(driver: Driver): Promise<readonly string[]> {
  const catalogs = [
    'event_trigger',
    'publication',
    'cast',
    'foreign_server',
    'foreign_data_wrapper',
    'language',
    'am',
  ];
  const rows = await driver.query<{ kind: string; identity: string }>(
    catalogs
      .map(
        (catalog, at) => `SELECT ${at} AS step, i.type AS kind, i.identity
        FROM pg_${catalog} o CROSS JOIN pg_identify_object('pg_${catalog}'::regclass, o.oid, 0) i
        WHERE o.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend e
          WHERE e.classid = 'pg_${catalog}'::regclass AND e.objid = o.oid AND e.deptype = 'e')
          AND NOT ${ofAnother(`'pg_${catalog}'::regclass`, 'o.oid')}`,
      )
      .join('\n UNION ALL ')
      .concat('\n ORDER BY step, identity'),
  );
  return rows.map(({ kind, identity }) => dropStatement(kind, identity));
}
