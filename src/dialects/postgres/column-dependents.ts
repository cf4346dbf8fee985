import type { Catalog, QualifiedName } from '../../catalog/index.js';
import { nameKey } from '../../catalog/index.js';
import type { AlterTable } from '../../operations/index.js';
import { belongingsOfViews, runAgain } from './belongings.js';
import { block } from './numbering.js';
import { publicationsOn, publicationVariables } from './publications.js';
import { identifier, literal } from './quote.js';

/**
 * What PostgreSQL does not let stand on a column while its type changes: views and what reads them, rules, policies,
 * triggers of that column, publications of it; and what it forgets then, storage and compression. Only the server knows
 * all of them and all that they say, so it is asked: one block takes them away and remembers in a setting of the session
 * how to make them again, another does so.
 */

const setting = literal('rev.column_dependents');

export interface Around {
  readonly drop: string;
  readonly restore: string;
}

const restore = block(
  `${runAgain(`nullif(current_setting(${setting}, true), '')::json`)}
  PERFORM set_config(${setting}, '', false);`,
  'item json',
);

/** The statements of an alterTable, and around them what its new types need. */
export function aroundNewTypes(
  operation: AlterTable,
  before: Catalog,
  statements: readonly string[],
): readonly string[] {
  const columns = retypedColumns(operation);
  if (columns.length === 0 || !hasDependents(operation.table, columns, before)) return statements;
  const around = dependentsOf(columnsNamed(operation.table, columns));
  return [around.drop, ...statements, around.restore];
}

export function retypedColumns({ changes }: AlterTable): readonly string[] {
  const names = new Map<string, string>();
  const retyped = new Set<string>();
  for (const change of changes) {
    // A column that is renamed here is known to the server by its old name yet.
    if (change.kind === 'renameColumn') names.set(change.to, names.get(change.from) ?? change.from);
    if (change.kind !== 'alterColumn') continue;
    if (change.to.type !== undefined || change.to.collation !== undefined) {
      retyped.add(names.get(change.name) ?? change.name);
    }
  }
  return [...retyped];
}

function hasDependents(table: QualifiedName, columns: readonly string[], before: Catalog): boolean {
  const key = nameKey({ schema: table.schema, name: table.name });
  const isOf = (name: QualifiedName) => nameKey({ schema: name.schema, name: name.name }) === key;
  return (
    before.views.some(
      (view) =>
        // A catalog of a replayed history does not know what a view reads.
        view.uses === undefined ||
        view.uses.some((use) => isOf(use) && use.columns.some((name) => columns.includes(name))),
    ) ||
    before.tables.some((each) =>
      each.policies?.some(
        ({ uses }) =>
          uses === undefined ||
          uses.some((use) => isOf(use) && use.columns.some((name) => columns.includes(name))),
      ),
    ) ||
    before.uncompared.some(
      (each) =>
        // Heirs change with their table, and what stands on them is not listed.
        each.kind === 'inheriting table' ||
        each.kind === 'partition' ||
        (['trigger', 'rule', 'storage of column', 'publication'].includes(each.kind) &&
          each.table &&
          isOf(each.table)),
    )
  );
}

/** Whether anything is there that may read columns and is no part of its table. */
export function hasReaders(catalog: Catalog): boolean {
  return (
    catalog.views.length + catalog.uncompared.length > 0 || catalog.tables.some(({ policies }) => policies)
  );
}

/** Columns by name, of a table and those that inherit them: attrelid, attnum. */
function columnsNamed(table: QualifiedName, names: readonly string[]): string {
  return `WITH RECURSIVE of_table (oid) AS (
      SELECT ${literal(identifier(table))}::regclass::oid
      UNION SELECT inhrelid FROM of_table JOIN pg_inherits ON inhparent = of_table.oid
    )
    SELECT attrelid, attnum FROM pg_attribute JOIN of_table ON attrelid = of_table.oid
    WHERE attname IN (${names.map(literal).join(', ')})`;
}

/** Columns of a type and of its arrays, and what speaks of the type itself. */
export function dependentsOfType(type: QualifiedName): Around {
  const oids = `(SELECT unnest(ARRAY[oid, typarray]) FROM pg_type WHERE oid = ${literal(identifier(type))}::regtype)`;
  return dependentsOf(
    `SELECT attrelid, attnum FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE atttypid IN ${oids} AND attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p')`,
    `p.refclassid = 'pg_type'::regclass AND p.refobjid IN ${oids}`,
  );
}

const grants = `CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END`;

/** Statements are run in the order of their steps; views leave after those that read them, and come before. */
function dependentsOf(columns: string, or = 'false'): Around {
  const enabled = (state: string) =>
    `CASE ${state} WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END`;
  const drop = `WITH RECURSIVE changed AS (
    ${columns}
  ), standing AS (
    SELECT DISTINCT p.classid, p.objid FROM pg_depend p
    WHERE p.refclassid = 'pg_class'::regclass AND (p.refobjid, p.refobjsubid) IN (TABLE changed) OR ${or}
  ), reading (oid, depth) AS (
    SELECT r.ev_class, 0 FROM standing s JOIN pg_rewrite r ON r.oid = s.objid AND r.rulename = '_RETURN'
    WHERE s.classid = 'pg_rewrite'::regclass
    UNION
    SELECT r.ev_class, reading.depth + 1 FROM reading
      JOIN pg_depend p ON p.refclassid = 'pg_class'::regclass AND p.refobjid = reading.oid
        AND p.classid = 'pg_rewrite'::regclass
      JOIN pg_rewrite r ON r.oid = p.objid AND r.rulename = '_RETURN' AND r.ev_class <> reading.oid
  ), going_view AS (
    SELECT oid, max(depth) AS depth FROM reading GROUP BY oid
  ), aside AS (
    SELECT classid, objid FROM standing
    UNION SELECT p.classid, p.objid FROM pg_depend p JOIN going_view v ON p.refobjid = v.oid
    WHERE p.refclassid = 'pg_class'::regclass
  ), going_rule AS (
    SELECT r.* FROM aside a JOIN pg_rewrite r ON r.oid = a.objid AND r.rulename <> '_RETURN'
    WHERE a.classid = 'pg_rewrite'::regclass AND r.ev_class NOT IN (SELECT oid FROM going_view)
  ), going_trigger AS (
    SELECT t.* FROM aside a JOIN pg_trigger t ON t.oid = a.objid AND NOT t.tgisinternal AND t.tgparentid = 0
    WHERE a.classid = 'pg_trigger'::regclass AND t.tgrelid NOT IN (SELECT oid FROM going_view)
  ), going_policy AS (
    SELECT y.* FROM aside a JOIN pg_policy y ON y.oid = a.objid WHERE a.classid = 'pg_policy'::regclass
  ), statement_of (first, step, going, sql, "column") AS (
    SELECT 2 + (SELECT max(depth) FROM going_view) - v.depth, 10 + v.depth / 1000000.0,
      format('DROP %s %I.%I', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, n.nspname, c.relname),
      format('CREATE %s %I.%I %s%s%s AS %s%s',
        CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, n.nspname, c.relname,
        CASE WHEN c.relkind = 'm' THEN 'USING ' || quote_ident(am.amname) ELSE '' END,
        coalesce(' WITH (' || array_to_string(c.reloptions, ', ') || ')', ''),
        coalesce(' TABLESPACE ' || quote_ident(t.spcname), ''),
        rtrim(pg_get_viewdef(c.oid), ';'),
        CASE WHEN c.relkind = 'm' AND NOT c.relispopulated THEN ' WITH NO DATA' ELSE '' END), false
    FROM going_view v JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_am am ON am.oid = c.relam LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
    UNION ALL SELECT 0, b.step, NULL, b.sql, b."column" FROM (
    ${belongingsOfViews('going_view')}
    ) AS b (step, sql, "column")
    UNION ALL SELECT 1, 30, format('DROP RULE %I ON %s', rulename, ev_class::regclass), pg_get_ruledef(oid), false
    FROM going_rule
    UNION ALL SELECT 0, 31, NULL, format('ALTER TABLE %s %s RULE %I', ev_class::regclass, ${enabled('ev_enabled')},
      rulename), false
    FROM going_rule WHERE ev_enabled <> 'O'
    UNION ALL SELECT 1, 32, format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass), pg_get_triggerdef(oid), false
    FROM going_trigger
    UNION ALL SELECT 0, 33, NULL, format('ALTER TABLE %s %s TRIGGER %I', tgrelid::regclass, ${enabled('tgenabled')},
      tgname), false
    FROM going_trigger WHERE tgenabled <> 'O'
    UNION ALL SELECT 1, 34, format('DROP POLICY %I ON %s', polname, polrelid::regclass),
      format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', polname, polrelid::regclass,
        CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
        CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
          ELSE 'ALL' END,
        (SELECT string_agg(${grants}, ', ') FROM unnest(polroles) AS r),
        coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', ''),
        coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', '')), false
    FROM going_policy
    UNION ALL SELECT 0, 36, NULL, format('DO %L', format(
      'BEGIN ALTER TABLE %s ALTER COLUMN %I SET %s; EXCEPTION WHEN feature_not_supported THEN NULL; END',
      attrelid::regclass, attname, said)), true
    FROM changed JOIN pg_attribute USING (attrelid, attnum) JOIN pg_type ON pg_type.oid = atttypid
      CROSS JOIN LATERAL (VALUES
        (CASE WHEN attstorage <> typstorage THEN 'STORAGE ' || CASE attstorage WHEN 'p' THEN 'PLAIN'
          WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END),
        ('COMPRESSION ' || CASE attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END)
      ) AS of_column (said)
    WHERE said IS NOT NULL
    UNION ALL SELECT 0, 35, NULL, format('COMMENT ON %s %I ON %s IS %L', of.kind, of.name, of.rel::regclass,
      description), false
    FROM (
      SELECT 'pg_rewrite'::regclass AS class, oid, 'RULE' AS kind, rulename AS name, ev_class AS rel FROM going_rule
      UNION ALL SELECT 'pg_trigger'::regclass, oid, 'TRIGGER', tgname, tgrelid FROM going_trigger
      UNION ALL SELECT 'pg_policy'::regclass, oid, 'POLICY', polname, polrelid FROM going_policy
    ) AS of JOIN pg_description ON classoid = of.class AND objoid = of.oid
  )
  SELECT array_agg(s.going ORDER BY s.first, s.going) FILTER (WHERE s.going IS NOT NULL),
    coalesce(json_agg(json_build_object('sql', s.sql, 'column', s."column") ORDER BY s.step, s.sql), '[]')
  INTO going, coming FROM statement_of AS s;
  ${publicationsOn(columns, or)}
  FOREACH statement IN ARRAY coalesce(leaving || going, going, '{}') LOOP
    EXECUTE statement;
  END LOOP;
  PERFORM set_config(${setting}, (coming::jsonb || coalesce((SELECT jsonb_agg(jsonb_build_object('sql', sql,
    'column', false)) FROM unnest(joining) AS sql), '[]'))::text, false);`;
  return {
    drop: block(drop, `going text[];\n  coming json;\n  ${publicationVariables};\n  statement text`),
    restore,
  };
}
