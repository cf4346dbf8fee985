import { displayName, type QualifiedName } from '../../catalog/index.js';
import { defaultPrivileges, grantable, grantee, restoreFrom } from './dependents.js';
import { block } from './numbering.js';
import { identifier, literal } from './quote.js';

/**
 * Functions and domains that name an enum keep its old type alive, so they go and come back when it is made anew. That
 * needs that nothing stands on them but what goes as well: the first block refuses all else before anything is touched,
 * in the user's names, and remembers in a setting of the session what the others do.
 */
export interface RoutinesOfEnum {
  readonly check: string;
  readonly drop: string;
  readonly restore: string;
}

const setting = 'rev.enum_routines';
const anew = defaultPrivileges('belonging.type', 'belonging.namespace');

export function routinesOfEnum(name: QualifiedName): RoutinesOfEnum {
  return {
    check: block(checkBody(name), 'of_type oid[];\n  refused text;\n  going text[];\n  coming text[]'),
    drop: block(
      `FOR statement IN SELECT json_array_elements_text(current_setting(${literal(setting)})::json -> 'going') LOOP
    EXECUTE statement;
  END LOOP;`,
      'statement text',
    ),
    restore: restoreFrom(setting, 'coming'),
  };
}

/** More than any chain of functions and domains has; only a circle gets there. */
const deepest = 50;

const hint =
  'Take it away before that and make it again after it, in the same revision: op.execute("drop …"), op.execute("create …").';

function checkBody(name: QualifiedName): string {
  const type = identifier(name);
  const refusal = `The enum ${displayName(name)} is made anew, which does not go with what uses it: `;
  return `of_type := (SELECT ARRAY[oid, typarray] FROM pg_type WHERE oid = ${literal(type)}::regtype);
  WITH RECURSIVE enum_column AS (
    SELECT attrelid, attnum FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE atttypid = ANY (of_type) AND attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p')
  ), standing AS (
    SELECT p.* FROM pg_depend p WHERE p.deptype IN ('n', 'a') AND (
      p.refclassid = 'pg_type'::regclass AND p.refobjid = ANY (of_type)
      OR p.refclassid = 'pg_class'::regclass AND (p.refobjid, p.refobjsubid) IN (TABLE enum_column))
  ), named AS (
    SELECT 'pg_proc'::regclass::oid AS classid, oid, 0::oid AS elements FROM pg_proc
    UNION ALL SELECT 'pg_type'::regclass, oid, typarray FROM pg_type WHERE typtype = 'd'
  ), path (classid, oid, elements, depth) AS (
    SELECT n.*, 1 FROM standing s JOIN named n ON n.classid = s.classid AND n.oid = s.objid
    UNION
    SELECT n.*, path.depth + 1 FROM path
      JOIN pg_depend p ON p.refclassid = path.classid AND p.refobjid IN (path.oid, path.elements) AND p.deptype = 'n'
      JOIN named n ON n.classid = p.classid AND n.oid = p.objid AND n.oid <> path.oid
    WHERE path.depth < ${deepest}
  ), holder AS (
    SELECT classid, oid, elements, max(depth) AS depth FROM path GROUP BY classid, oid, elements
  ), on_holder AS (
    SELECT p.*, h.classid AS held_class, h.oid AS held FROM holder h
      JOIN pg_depend p ON p.refclassid = h.classid AND p.refobjid IN (h.oid, h.elements) AND p.deptype IN ('n', 'a')
    WHERE (p.classid, p.objid) NOT IN (SELECT classid, oid FROM holder)
  ), generated AS (
    SELECT d.oid FROM pg_attrdef d JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum AND attgenerated <> ''
  ), other (classid, objid, objsubid, held) AS (
    SELECT classid, oid, 0, NULL FROM holder WHERE depth = ${deepest}
      OR classid = 'pg_proc'::regclass AND oid IN (SELECT oid FROM pg_proc WHERE prokind = 'a')
      OR EXISTS (SELECT FROM pg_depend e WHERE e.classid = holder.classid AND e.objid = holder.oid AND e.deptype = 'e')
    UNION SELECT classid, objid, objsubid, NULL FROM standing
    WHERE refclassid = 'pg_type'::regclass AND (classid, objid) NOT IN (SELECT holder.classid, holder.oid FROM holder)
      AND CASE classid
        WHEN 'pg_class'::regclass
          THEN (SELECT relkind FROM pg_class WHERE oid = objid) NOT IN ('r', 'p', 'v', 'm', 'i', 'I')
        WHEN 'pg_attrdef'::regclass THEN objid NOT IN (TABLE generated) AND NOT EXISTS (
          SELECT FROM pg_attrdef WHERE oid = objid AND (adrelid, adnum) IN (TABLE enum_column))
        ELSE classid NOT IN ('pg_constraint'::regclass, 'pg_rewrite'::regclass, 'pg_policy'::regclass,
          'pg_trigger'::regclass, 'pg_statistic_ext'::regclass) END
    UNION SELECT classid, objid, objsubid, pg_describe_object(held_class, held, 0) FROM on_holder o
    WHERE NOT EXISTS (
      -- A constraint of a domain goes with it.
      SELECT FROM pg_constraint JOIN holder ON holder.classid = 'pg_type'::regclass AND holder.oid = contypid
      WHERE o.classid = 'pg_constraint'::regclass AND pg_constraint.oid = o.objid
    ) AND NOT (
      -- What names a column of the type as well is taken away with that.
      EXISTS (SELECT FROM standing s WHERE (s.classid, s.objid, s.objsubid) = (o.classid, o.objid, o.objsubid))
      AND CASE classid
        WHEN 'pg_class'::regclass THEN (SELECT relkind FROM pg_class WHERE oid = objid) IN ('i', 'I')
          OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = objid AND attnum = objsubid AND attgenerated <> '')
        WHEN 'pg_attrdef'::regclass THEN objid IN (TABLE generated)
        ELSE classid IN ('pg_constraint'::regclass, 'pg_rewrite'::regclass, 'pg_policy'::regclass,
          'pg_trigger'::regclass) END)
  ), domain AS (
    SELECT t.*, h.depth, format('%I.%I', n.nspname, t.typname) AS name FROM holder h
      JOIN pg_type t ON h.classid = 'pg_type'::regclass AND t.oid = h.oid JOIN pg_namespace n ON n.oid = t.typnamespace
  ), domain_check AS (
    SELECT c.*, domain.name FROM domain JOIN pg_constraint c ON c.contypid = domain.oid AND c.contype = 'c'
  ), routine AS (
    SELECT f.*, h.depth, f.oid::regprocedure::text AS name FROM holder h
      JOIN pg_proc f ON h.classid = 'pg_proc'::regclass AND f.oid = h.oid AND f.prokind <> 'a'
  ), belonging (kind, name, owner, acl, comment, type, namespace) AS (
    SELECT 'ROUTINE', name, proowner, proacl, obj_description(oid, 'pg_proc'), 'f'::"char", pronamespace
    FROM routine
    UNION ALL SELECT 'DOMAIN', name, typowner, typacl, obj_description(oid, 'pg_type'), 'T', typnamespace FROM domain
  ), statement_of (first, last, going, coming) AS (
    -- A body may read a view that is not back yet.
    SELECT 0, 0, NULL, 'SET LOCAL check_function_bodies = off' FROM routine
    UNION SELECT 0, ${deepest} + 9, NULL,
      format('SET LOCAL check_function_bodies = %L', current_setting('check_function_bodies')) FROM routine
    UNION ALL SELECT ${deepest} - depth, depth, 'DROP ROUTINE ' || name, pg_get_functiondef(oid) FROM routine
    UNION ALL SELECT ${deepest} - depth, depth, 'DROP DOMAIN ' || name,
      format('CREATE DOMAIN %s AS %s%s%s', name, format_type(typbasetype, typtypmod),
        ' DEFAULT ' || pg_get_expr(typdefaultbin, 0), CASE WHEN typnotnull THEN ' NOT NULL' END)
    FROM domain
    UNION ALL SELECT 0, ${deepest} + 1, format('ALTER DOMAIN %s DROP CONSTRAINT %I', name, conname),
      format('ALTER DOMAIN %s ADD CONSTRAINT %I %s', name, conname, pg_get_constraintdef(oid))
    FROM domain_check
    UNION ALL SELECT 0, ${deepest} + 2, NULL,
      format('COMMENT ON CONSTRAINT %I ON DOMAIN %s IS %L', conname, name, obj_description(oid, 'pg_constraint'))
    FROM domain_check WHERE obj_description(oid, 'pg_constraint') IS NOT NULL
    UNION ALL SELECT 0, ${deepest} + 2, NULL, format('COMMENT ON %s %s IS %L', kind, name, comment)
    FROM belonging WHERE comment IS NOT NULL
    UNION ALL SELECT 0, ${deepest} + 3, NULL, format('ALTER %s %s OWNER TO %I', kind, name, pg_get_userbyid(owner))
    FROM belonging WHERE pg_get_userbyid(owner) <> current_user
    UNION ALL SELECT 0, ${deepest} + 4, NULL,
      format('REVOKE ALL ON %s %s FROM PUBLIC, %I%s', kind, name, pg_get_userbyid(owner), anew.roles)
    FROM belonging CROSS JOIN ${anew} WHERE acl IS NOT NULL OR anew.said
    UNION ALL SELECT 0, ${deepest} + 5, NULL,
      format('GRANT %s ON %s %s TO %s%s', acl.privilege_type, kind, name, ${grantee}, ${grantable})
    FROM belonging CROSS JOIN ${anew} CROSS JOIN aclexplode(CASE WHEN anew.said
      THEN coalesce(belonging.acl, acldefault(belonging.type, owner)) ELSE belonging.acl END) AS acl
  )
  SELECT (SELECT string_agg(what, '; ' ORDER BY what) FROM (
      SELECT regexp_replace(pg_describe_object(classid, objid, objsubid), '^rule _RETURN on ', '')
        || coalesce(', which stands on ' || held, '') AS what FROM other) AS each),
    array_agg(s.going ORDER BY s.first, s.going) FILTER (WHERE s.going IS NOT NULL),
    array_agg(s.coming ORDER BY s.last, s.coming)
  INTO refused, going, coming FROM statement_of AS s;
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'dependent_objects_still_exist', MESSAGE = ${literal(refusal)} || refused,
      HINT = ${literal(hint)};
  END IF;
  PERFORM set_config(${literal(setting)}, json_build_object('going', coalesce(going, '{}'), 'coming', coalesce(coming, '{}'))::text,
    false);`;
}
