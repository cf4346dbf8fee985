import type { QualifiedName } from '../../catalog/index.js';
import { type Dependents, grantable, grantee, restoreFrom, runAndRemember } from './dependents.js';
import { block } from './numbering.js';
import { publicationsOn, publicationVariables } from './publications.js';
import { identifier, literal } from './quote.js';

/**
 * What no model can say and goes with a column that is only made again: exclusion constraints, statistics, triggers,
 * publications of it, its comment and its grants.
 */
export function columnDependents(table: QualifiedName, columns: readonly string[]): Dependents {
  return { drop: block(dropBody(table, columns), declarations), restore: restoreFrom(setting) };
}

const setting = 'rev.column_remake';

const declarations = `going text[];
  coming text[];
  ${publicationVariables};
  statement text`;

function dropBody(table: QualifiedName, columns: readonly string[]): string {
  const of = `${literal(identifier(table))}::regclass`;
  const named = `attrelid = ${of} AND attname IN (${columns.map(literal).join(', ')}) AND NOT attisdropped`;
  return `WITH remade AS (
    SELECT attrelid, attnum, attname, attacl FROM pg_attribute
    WHERE ${named}
  ), standing AS (
    SELECT p.classid, p.objid FROM pg_depend p JOIN remade ON p.refobjid = attrelid AND p.refobjsubid = attnum
    WHERE p.refclassid = 'pg_class'::regclass
  ), own_constraint AS (
    SELECT c.* FROM pg_constraint c WHERE c.contype = 'x' AND c.conrelid = ${of} AND EXISTS (
      SELECT FROM standing s WHERE s.classid = 'pg_constraint'::regclass AND s.objid = c.oid
        OR s.classid = 'pg_class'::regclass AND s.objid = c.conindid)
  ), own_statistics AS (
    SELECT x.*, n.nspname FROM pg_statistic_ext x JOIN pg_namespace n ON n.oid = x.stxnamespace
      JOIN standing s ON s.classid = 'pg_statistic_ext'::regclass AND s.objid = x.oid
  ), own_trigger AS (
    SELECT t.* FROM pg_trigger t JOIN standing s ON s.classid = 'pg_trigger'::regclass AND s.objid = t.oid
    WHERE NOT t.tgisinternal
  ), statement_of (last, going, coming) AS (
    SELECT 1, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
      format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM own_constraint
    UNION ALL SELECT 1, format('DROP STATISTICS %I.%I', nspname, stxname), pg_get_statisticsobjdef(oid)
    FROM own_statistics
    UNION ALL SELECT 1, format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass), pg_get_triggerdef(oid)
    FROM own_trigger
    UNION ALL SELECT 2, NULL, format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, conrelid::regclass, description)
    FROM own_constraint JOIN pg_description ON classoid = 'pg_constraint'::regclass AND objoid = oid
    UNION ALL SELECT 2, NULL, format('COMMENT ON STATISTICS %I.%I IS %L', nspname, stxname, description)
    FROM own_statistics JOIN pg_description ON classoid = 'pg_statistic_ext'::regclass AND objoid = oid
    UNION ALL SELECT 2, NULL, format('COMMENT ON TRIGGER %I ON %s IS %L', tgname, tgrelid::regclass, description)
    FROM own_trigger JOIN pg_description ON classoid = 'pg_trigger'::regclass AND objoid = oid
    UNION ALL SELECT 2, NULL, format('COMMENT ON COLUMN %s.%I IS %L', attrelid::regclass, attname, description)
    FROM remade JOIN pg_description ON classoid = 'pg_class'::regclass AND objoid = attrelid AND objsubid = attnum
    UNION ALL SELECT 2, NULL, format('GRANT %s (%I) ON %s TO %s%s', acl.privilege_type, attname, attrelid::regclass,
      ${grantee}, ${grantable})
    FROM remade CROSS JOIN aclexplode(attacl) AS acl
  )
  SELECT array_agg(s.going) FILTER (WHERE s.going IS NOT NULL), array_agg(s.coming ORDER BY s.last)
  INTO going, coming
  FROM statement_of AS s;
  ${publicationsOn(`SELECT attrelid, attnum FROM pg_attribute WHERE ${named}`)}
  going := leaving || going;
  coming := coming || joining;
  ${runAndRemember(setting)}`;
}
