import type { QualifiedName } from '../../catalog/index.js';
import {
  type Dependents,
  defaultPrivileges,
  grantable,
  grantee,
  restoreFrom,
  runAndRemember,
} from './dependents.js';
import { block } from './numbering.js';
import { identifier, literal } from './quote.js';

/**
 * What keeps ALTER COLUMN … TYPE from converting enum columns, because it compares them with the old type, or would go
 * with a generated column: foreign keys at either end, checks, keys, indexes, statistics, generated columns. Only the
 * server knows all of them and all that they say (NOT VALID, NO INHERIT, comments, grants), so it is asked: the first
 * block takes them away and remembers in a setting of the session how to make them again, the second one does so.
 */
const setting = 'rev.enum_remake';
const anew = defaultPrivileges(`'T'`, 'typnamespace');

export function enumDependents(name: QualifiedName): Dependents {
  return { drop: block(dropBody(name), declarations), restore: restoreFrom(setting) };
}

const declarations = `of_type oid[];
  going text[];
  coming text[];
  statement text`;

/** Statements of `coming` are run in the order of their steps, as those of `going`. */
function dropBody(name: QualifiedName): string {
  const type = identifier(name);
  return `of_type := (SELECT ARRAY[oid, typarray] FROM pg_type WHERE oid = ${literal(type)}::regtype);
  WITH enum_column AS (
    SELECT attrelid, attnum FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE atttypid = ANY (of_type) AND attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p')
  ), computed AS (
    SELECT a.*, d.adbin FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attgenerated <> '' AND NOT a.attisdropped AND (a.atttypid = ANY (of_type) OR EXISTS (
      SELECT FROM pg_depend p
      WHERE (p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
          OR p.classid = 'pg_class'::regclass AND p.objid = a.attrelid AND p.objsubid = a.attnum)
        AND (p.refclassid = 'pg_type'::regclass AND p.refobjid = ANY (of_type)
          OR p.refclassid = 'pg_class'::regclass AND (p.refobjid, p.refobjsubid) IN (TABLE enum_column))))
  ), standing AS (
    SELECT p.classid, p.objid, bool_or(p.refclassid = 'pg_type'::regclass
        OR (p.refobjid, p.refobjsubid) IN (SELECT attrelid, attnum FROM computed)) AS strongly
    FROM pg_depend p
    WHERE p.refclassid = 'pg_type'::regclass AND p.refobjid = ANY (of_type)
      OR p.refclassid = 'pg_class'::regclass AND ((p.refobjid, p.refobjsubid) IN (TABLE enum_column)
        OR (p.refobjid, p.refobjsubid) IN (SELECT attrelid, attnum FROM computed))
    GROUP BY p.classid, p.objid
  ), own_constraint AS (
    SELECT c.* FROM pg_constraint c JOIN standing s ON s.classid = 'pg_constraint'::regclass AND s.objid = c.oid
    WHERE c.conrelid <> 0 AND c.conparentid = 0 AND (c.contype IN ('c', 'x') OR c.contype IN ('p', 'u') AND s.strongly)
      AND (c.contype <> 'c' OR c.coninhcount = 0)
  ), own_index AS (
    SELECT i.*, ic.relname, ic.relnamespace, ic.relkind FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
      JOIN standing s ON s.classid = 'pg_class'::regclass AND s.objid = i.indexrelid
    WHERE NOT ic.relispartition AND (s.strongly OR i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x'))
  ), gone_index AS (
    SELECT indexrelid FROM own_index UNION SELECT conindid FROM own_constraint WHERE conindid <> 0
  ), any_constraint AS (
    SELECT * FROM own_constraint
    UNION ALL SELECT * FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND (
      conindid IN (TABLE gone_index)
      OR EXISTS (SELECT FROM standing s WHERE s.classid = 'pg_constraint'::regclass AND s.objid = pg_constraint.oid))
  ), statement_of (first, last, going, coming) AS (
    SELECT CASE contype WHEN 'f' THEN 1 ELSE 2 END, CASE contype WHEN 'f' THEN 4 ELSE 3 END,
      format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
      format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM any_constraint
    UNION ALL SELECT 2, 2, format('DROP INDEX %s', indexrelid::regclass),
      CASE relkind WHEN 'I' THEN replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
        ELSE pg_get_indexdef(indexrelid) END
    FROM own_index
    UNION ALL SELECT 2, 5, format('DROP STATISTICS %I.%I', n.nspname, x.stxname), pg_get_statisticsobjdef(x.oid)
    FROM pg_statistic_ext x JOIN pg_namespace n ON n.oid = x.stxnamespace
      JOIN standing s ON s.classid = 'pg_statistic_ext'::regclass AND s.objid = x.oid AND s.strongly
    UNION ALL SELECT 3, 1, format('ALTER TABLE %s DROP COLUMN %I', attrelid::regclass, attname),
      format('ALTER TABLE %s ADD COLUMN %I %s%s GENERATED ALWAYS AS (%s) %s%s', attrelid::regclass, attname,
        format_type(atttypid, atttypmod),
        CASE WHEN attcollation <> typcollation THEN ' COLLATE ' || attcollation::regcollation ELSE '' END,
        pg_get_expr(adbin, attrelid), CASE attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END,
        CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END)
    FROM computed JOIN pg_type ON pg_type.oid = atttypid WHERE attinhcount = 0
    UNION ALL SELECT 9, 6, NULL, format('ALTER TABLE %s %s %I', i.indrelid::regclass, action.text, ic.relname)
    FROM gone_index JOIN pg_index i USING (indexrelid) JOIN pg_class ic ON ic.oid = i.indexrelid
      JOIN (VALUES ('CLUSTER ON', true), ('REPLICA IDENTITY USING INDEX', false)) AS action (text, clusters)
        ON CASE WHEN action.clusters THEN i.indisclustered ELSE i.indisreplident END
    UNION ALL SELECT 9, 6, NULL, format('ALTER INDEX %I.%I SET TABLESPACE %I', n.nspname, ic.relname, t.spcname)
    FROM gone_index JOIN pg_class ic ON ic.oid = indexrelid JOIN pg_namespace n ON n.oid = ic.relnamespace
      JOIN pg_tablespace t ON t.oid = ic.reltablespace
    UNION ALL SELECT 9, 6, NULL, format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, conrelid::regclass, description)
    FROM any_constraint JOIN pg_description ON classoid = 'pg_constraint'::regclass AND objoid = oid
    UNION ALL SELECT 9, 6, NULL, format('COMMENT ON INDEX %I.%I IS %L', n.nspname, ic.relname, description)
    FROM gone_index JOIN pg_class ic ON ic.oid = indexrelid JOIN pg_namespace n ON n.oid = ic.relnamespace
      JOIN pg_description ON classoid = 'pg_class'::regclass AND objoid = indexrelid
    UNION ALL SELECT 9, 6, NULL, format('COMMENT ON STATISTICS %I.%I IS %L', n.nspname, x.stxname, description)
    FROM pg_statistic_ext x JOIN pg_namespace n ON n.oid = x.stxnamespace
      JOIN standing s ON s.classid = 'pg_statistic_ext'::regclass AND s.objid = x.oid AND s.strongly
      JOIN pg_description ON classoid = 'pg_statistic_ext'::regclass AND objoid = x.oid
    UNION ALL SELECT 9, 6, NULL, format('COMMENT ON COLUMN %s.%I IS %L', attrelid::regclass, attname, description)
    FROM computed JOIN pg_description ON classoid = 'pg_class'::regclass AND objoid = attrelid AND objsubid = attnum
    UNION ALL SELECT 9, 6, NULL, format('GRANT %s (%I) ON %s TO %s%s', acl.privilege_type, attname, attrelid::regclass,
      ${grantee}, ${grantable})
    FROM computed CROSS JOIN aclexplode(attacl) AS acl
    UNION ALL SELECT 9, 7, NULL, format('ALTER TYPE %s OWNER TO %I', ${literal(type)}, pg_get_userbyid(typowner))
    FROM pg_type WHERE oid = of_type[1] AND pg_get_userbyid(typowner) <> current_user
    UNION ALL SELECT 9, 8, NULL, format('REVOKE ALL ON TYPE %s FROM PUBLIC, %I%s', ${literal(type)},
      pg_get_userbyid(typowner), anew.roles)
    FROM pg_type CROSS JOIN ${anew} WHERE pg_type.oid = of_type[1] AND (typacl IS NOT NULL OR anew.said)
    UNION ALL SELECT 9, 9, NULL, format('GRANT USAGE ON TYPE %s TO %s%s', ${literal(type)}, ${grantee}, ${grantable})
    FROM pg_type CROSS JOIN ${anew}
      CROSS JOIN aclexplode(CASE WHEN anew.said THEN coalesce(typacl, acldefault('T', typowner)) ELSE typacl END) AS acl
    WHERE pg_type.oid = of_type[1]
    UNION ALL SELECT 9, 9, NULL, format('COMMENT ON TYPE %s IS %L', ${literal(type)}, obj_description(of_type[1], 'pg_type'))
    WHERE obj_description(of_type[1], 'pg_type') IS NOT NULL
  )
  SELECT array_agg(s.going ORDER BY s.first, s.going) FILTER (WHERE s.going IS NOT NULL),
    array_agg(s.coming ORDER BY s.last, s.at)
  INTO going, coming
  FROM (SELECT *, row_number() OVER () AS at FROM statement_of) AS s;
  ${runAndRemember(setting)}`;
}
