import type { QualifiedName } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import type { Driver, Droppable, Scope } from '../dialect.js';
import { identifier, literal } from './quote.js';

/** Everything that is in some schemas, and its removal. What belongs to an extension stays, and so do extensions. */

interface Found {
  readonly classid: string;
  readonly objid: string;
  /** As pg_identify_object says it: `table`, `operator class`. */
  readonly kind: string;
  /** As a statement writes it. */
  readonly identity: string;
  readonly schema: string;
  readonly name: string;
  readonly isRelation: boolean;
}

interface PostgresDroppable extends Droppable {
  readonly objid: string;
}

const ofExtension = (classid: string, objid: string) =>
  `EXISTS (SELECT FROM pg_depend e WHERE e.classid = ${classid} AND e.objid = ${objid} AND e.deptype = 'e')`;

/**
 * Made by another object for itself, as a range type makes its functions and casts: it goes with that, and cannot go alone.
 * The columns of a partition key belong in the same way to their own table.
 */
export const ofAnother = (classid: string, objid: string) =>
  `EXISTS (SELECT FROM pg_depend i WHERE i.classid = ${classid} AND i.objid = ${objid} AND i.objsubid = 0
    AND i.deptype = 'i' AND (i.refclassid, i.refobjid) <> (i.classid, i.objid))`;

/** The schemas of users: nspname. */
export const userSchemas = `SELECT nspname FROM pg_namespace n WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
  AND NOT ${ofExtension(`'pg_namespace'::regclass`, 'n.oid')}`;

/** Those that an extension's objects are in: they stay, because it would go with them. */
export const schemasOfExtensions = `SELECT n.nspname FROM pg_namespace n WHERE n.nspname = 'public'
  OR EXISTS (SELECT FROM pg_extension WHERE extnamespace = n.oid)
  OR EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
    AND ${ofExtension('d.classid', 'd.objid')})`;

export async function droppable(
  driver: Driver,
  scope: Scope,
  tables: readonly QualifiedName[] = [],
): Promise<readonly Droppable[]> {
  const [row] = await driver.query<{ current: string | null }>('select current_schema() as current');
  const named = scope.schemas ?? (await column(driver, userSchemas));
  const schemas = [...new Set([...(row?.current ? [row.current] : []), ...named])];
  const places = tables.flatMap(({ schema }) => (schema === null ? [] : [schema]));
  const found = await inSchemas(driver, [...new Set([...schemas, ...places])]);
  const isOurs = ({ isRelation, schema, name }: Found) => {
    const table = { schema: schema === row?.current ? null : schema, name };
    if (
      isRelation &&
      tables.some((each) => each.name === name && sameSchema(each.schema, schema, row?.current))
    )
      return true;
    return schemas.includes(schema) && (!isRelation || scope.includes(table));
  };
  const objects = found.filter(isOurs);
  // A schema goes if nothing stays in it. The default one always stays: a revision does not make it.
  const kept = new Set([...(await column(driver, schemasOfExtensions)), row?.current]);
  for (const each of found) if (!isOurs(each)) kept.add(each.schema);
  return [
    ...objects.map(asDroppable),
    ...schemas.filter((schema) => named.includes(schema) && !kept.has(schema)).map(emptySchema),
  ];
}

/** null is the default one. */
function sameSchema(one: string | null, other: string, current: string | null | undefined): boolean {
  return (one ?? current) === other;
}

/** Throws REV_IN_USE where what is not among the objects would go with them. */
export async function dropAll(driver: Driver, objects: readonly Droppable[]): Promise<void> {
  const ids = (objects as readonly PostgresDroppable[]).map(({ objid }) => objid);
  const before = await others(driver, ids);
  await driver.runAll(objects.map(({ drop }) => drop));
  const after = new Set((await others(driver, [])).map(({ id }) => id));
  const lost = before.filter(({ id }) => !after.has(id));
  if (lost.length === 0) return;
  throw new RevError(
    'REV_IN_USE',
    ['This would go along, and is not among what is dropped:', ...lost.map(({ text }) => text)].join('\n  '),
    {
      hint: 'Nothing was dropped. Drop it first, or let the configuration compare it, too (schemas, include).',
      data: { objects: lost.map(({ text }) => text) },
    },
  );
}

/** What a schema holds by itself: not what belongs to a table, such as an index or an identity. Tables first. */
async function inSchemas(driver: Driver, schemas: readonly string[]): Promise<readonly Found[]> {
  if (schemas.length === 0) return [];
  return driver.query<Found & Record<string, unknown>>(`
    SELECT d.classid::text, d.objid::text, i.type AS kind, i.identity, n.nspname AS schema,
      coalesce(c.relname, i.name, '') AS name, c.relkind IN ('r', 'p', 'v', 'm', 'f') IS TRUE AS "isRelation"
    FROM pg_namespace n
      JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid AND d.deptype = 'n'
      CROSS JOIN pg_identify_object(d.classid, d.objid, 0) i
      LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
    WHERE n.nspname IN (${schemas.map(literal).join(', ')})
      AND d.classid NOT IN ('pg_extension'::regclass, 'pg_default_acl'::regclass)
      AND NOT ${ofExtension('d.classid', 'd.objid')}
      AND NOT ${ofAnother('d.classid', 'd.objid')}
      AND NOT EXISTS (SELECT FROM pg_depend o WHERE o.classid = d.classid AND o.objid = d.objid
        AND o.deptype = 'a' AND o.refclassid = 'pg_class'::regclass AND c.relkind = 'S')
    ORDER BY c.relkind IN ('r', 'p', 'f') IS NOT TRUE, c.relkind IN ('v', 'm') IS NOT TRUE, i.type, i.identity`);
}

function asDroppable({ objid, kind, identity }: Found): PostgresDroppable {
  return { text: `${kind} ${identity}`, drop: { sql: dropStatement(kind, identity) }, objid };
}

/** Gone already, where something before has taken it along. */
export function dropStatement(kind: string, identity: string): string {
  return `DROP ${keywords[kind] ?? kind.toUpperCase()} IF EXISTS ${identity} CASCADE`;
}

const keywords: Readonly<Record<string, string>> = {
  'composite type': 'TYPE',
  'statistics object': 'STATISTICS',
  'foreign-data wrapper': 'FOREIGN DATA WRAPPER',
};

function emptySchema(schema: string): PostgresDroppable {
  return { text: `schema ${schema}`, drop: { sql: `DROP SCHEMA ${identifier(schema)}` }, objid: '' };
}

/** What users have made beside these objects, and does not belong to one of them as an index does. */
async function others(
  driver: Driver,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly text: string }[]> {
  const gone = `(${['0', ...ids.filter((id) => id !== '')].join(', ')})`;
  return driver.query<{ id: string; text: string }>(`
    SELECT concat_ws('.', classid, objid, part) AS id, format('%s %s', i.type, i.identity) AS text
    FROM (
      SELECT 'pg_class'::regclass AS classid, oid AS objid, 0 AS part, oid AS owner FROM pg_class
      WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      UNION ALL SELECT 'pg_class'::regclass, indexrelid, 0, indrelid FROM pg_index
      UNION ALL SELECT 'pg_class'::regclass, attrelid, attnum, attrelid FROM pg_attribute WHERE NOT attisdropped AND attnum > 0
      UNION ALL SELECT 'pg_attrdef'::regclass, oid, 0, adrelid FROM pg_attrdef
      UNION ALL SELECT 'pg_constraint'::regclass, oid, 0, conrelid FROM pg_constraint WHERE contype IN ('f', 'c') AND conrelid <> 0
      UNION ALL SELECT 'pg_trigger'::regclass, oid, 0, tgrelid FROM pg_trigger WHERE NOT tgisinternal
      UNION ALL SELECT 'pg_policy'::regclass, oid, 0, polrelid FROM pg_policy
      UNION ALL SELECT 'pg_proc'::regclass, oid, 0, oid FROM pg_proc WHERE NOT ${ofAnother("'pg_proc'::regclass", 'pg_proc.oid')}
      UNION ALL SELECT 'pg_type'::regclass, oid, 0, oid FROM pg_type WHERE typtype IN ('e', 'd', 'r')
    ) AS object CROSS JOIN pg_identify_object(classid, objid, part) i
    WHERE objid >= 16384 AND objid NOT IN ${gone} AND owner NOT IN ${gone}
      AND NOT EXISTS (SELECT FROM pg_class t WHERE t.oid = owner AND t.relkind IN ('i', 'I', 't', 'c'))
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = owner AND d.deptype IN ('a', 'i') AND d.refobjid IN ${gone})
    ORDER BY 2`);
}

export async function column(driver: Driver, sql: string): Promise<readonly string[]> {
  return (await driver.values(sql)).map(([value]) => String(value));
}
