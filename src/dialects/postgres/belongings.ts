import { defaultPrivileges, grantable, grantee } from './dependents.js';

/**
 * What hangs on a relation, an index, a constraint, a policy or a trigger and that no model can say, as the statements that make it again:
 * rows (step, statement, column). Only the server knows all of it. `column`: the statement is about one column, and
 * says nothing any more where that column is gone.
 */

/** @param views a common table expression of views: oid. */
export function belongingsOfViews(views: string): string {
  const held = `${views} JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace`;
  const name = `format('%I.%I', n.nspname, c.relname)`;
  const kind = `CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END`;
  const anew = defaultPrivileges(`'r'`, 'c.relnamespace');
  const ofClass = `classoid = 'pg_class'::regclass`;
  return [
    `SELECT 20, pg_get_indexdef(i.indexrelid), false
    FROM ${views} JOIN pg_index i ON i.indrelid = ${views}.oid`,
    belongingsOfIndexes(
      `(SELECT indexrelid AS oid FROM ${views} JOIN pg_index ON indrelid = ${views}.oid) AS of_view`,
    ),
    `SELECT 21, pg_get_statisticsobjdef(s.oid), false
    FROM ${views} JOIN pg_statistic_ext s ON s.stxrelid = ${views}.oid`,
    `SELECT 22, format('COMMENT ON STATISTICS %I.%I IS %L', sn.nspname, s.stxname, description), false
    FROM ${views} JOIN pg_statistic_ext s ON s.stxrelid = ${views}.oid JOIN pg_namespace sn ON sn.oid = s.stxnamespace
      JOIN pg_description ON classoid = 'pg_statistic_ext'::regclass AND objoid = s.oid`,
    `SELECT 22, format('ALTER STATISTICS %I.%I SET STATISTICS %s', sn.nspname, s.stxname, s.stxstattarget), false
    FROM ${views} JOIN pg_statistic_ext s ON s.stxrelid = ${views}.oid JOIN pg_namespace sn ON sn.oid = s.stxnamespace
    WHERE s.stxstattarget >= 0`,
    `SELECT 22, format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET STATISTICS %s', ${name}, a.attname,
      a.attstattarget), true
    FROM ${held} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'm' AND a.attstattarget >= 0`,
    `SELECT 22, format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET (%s)', ${name}, a.attname,
      array_to_string(a.attoptions, ', ')), true
    FROM ${held} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attoptions IS NOT NULL AND NOT a.attisdropped
    WHERE c.relkind = 'm'`,
    `SELECT 22, format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', ${name}, a.attname,
      pg_get_expr(d.adbin, d.adrelid)), true
    FROM ${held} JOIN pg_attrdef d ON d.adrelid = c.oid
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum`,
    `SELECT 23, pg_get_triggerdef(t.oid), false
    FROM ${views} JOIN pg_trigger t ON t.tgrelid = ${views}.oid AND NOT t.tgisinternal`,
    `SELECT 24, format('COMMENT ON TRIGGER %I ON %s IS %L', t.tgname, ${name}, description), false
    FROM ${held} JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
      JOIN pg_description ON classoid = 'pg_trigger'::regclass AND objoid = t.oid`,
    `SELECT 23, pg_get_ruledef(r.oid), false
    FROM ${views} JOIN pg_rewrite r ON r.ev_class = ${views}.oid AND r.rulename <> '_RETURN'`,
    `SELECT 24, format('COMMENT ON RULE %I ON %s IS %L', r.rulename, ${name}, description), false
    FROM ${held} JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename <> '_RETURN'
      JOIN pg_description ON classoid = 'pg_rewrite'::regclass AND objoid = r.oid`,
    `SELECT 25, format('COMMENT ON %s %s IS %L', ${kind}, ${name}, description), false
    FROM ${held} JOIN pg_description ON ${ofClass} AND objoid = c.oid AND objsubid = 0`,
    `SELECT 25, format('COMMENT ON COLUMN %s.%I IS %L', ${name}, a.attname, description), true
    FROM ${held} JOIN pg_description ON ${ofClass} AND objoid = c.oid AND objsubid > 0
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = objsubid`,
    `SELECT 26, format('ALTER %s %s OWNER TO %I', ${kind}, ${name}, pg_get_userbyid(c.relowner)), false
    FROM ${held} WHERE pg_get_userbyid(c.relowner) <> current_user`,
    `SELECT 27, format('REVOKE ALL ON %s FROM PUBLIC, %I%s', ${name}, pg_get_userbyid(c.relowner), anew.roles), false
    FROM ${held} CROSS JOIN ${anew} WHERE c.relacl IS NOT NULL OR anew.said`,
    `SELECT 28, format('GRANT %s ON %s TO %s%s', string_agg(acl.privilege_type, ', ' ORDER BY acl.privilege_type),
      ${name}, ${grantee}, ${grantable}), false
    FROM ${held} CROSS JOIN ${anew}
      CROSS JOIN aclexplode(CASE WHEN anew.said THEN coalesce(c.relacl, acldefault('r', c.relowner)) ELSE c.relacl END) AS acl
    GROUP BY n.nspname, c.relname, acl.grantee, acl.is_grantable`,
    `SELECT 28, format('GRANT %s (%I) ON %s TO %s%s', acl.privilege_type, a.attname, ${name}, ${grantee},
      ${grantable}), true
    FROM ${held} JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
      CROSS JOIN aclexplode(a.attacl) AS acl`,
  ].join('\n    UNION ALL ');
}

/**
 * What the index that is made again cannot be any more (the replica identity, without being unique), it is not.
 * @param indexes of which each is made again by other means: oid.
 */
export function belongingsOfIndexes(indexes: string): string {
  const held = `${indexes} JOIN pg_index i ON i.indexrelid = oid JOIN pg_class ic ON ic.oid = indexrelid
      JOIN pg_namespace n ON n.oid = ic.relnamespace`;
  const ifItCan = (statement: string, ...values: readonly string[]) =>
    `format('DO %L', format('BEGIN ${statement}; EXCEPTION WHEN wrong_object_type OR feature_not_supported
      OR undefined_column THEN RAISE WARNING ''%%'', SQLERRM; END', ${values.join(', ')}))`;
  return [
    `SELECT 21, format('ALTER INDEX %I.%I SET TABLESPACE %I', n.nspname, ic.relname, t.spcname), false
    FROM ${held} JOIN pg_tablespace t ON t.oid = ic.reltablespace`,
    `SELECT 21, format('COMMENT ON INDEX %I.%I IS %L', n.nspname, ic.relname, description), false
    FROM ${held} JOIN pg_description ON classoid = 'pg_class'::regclass AND objoid = ic.oid`,
    `SELECT 21, ${ifItCan('ALTER TABLE %s CLUSTER ON %I', 'i.indrelid::regclass', 'ic.relname')}, false
    FROM ${held} WHERE i.indisclustered`,
    `SELECT 21, ${ifItCan('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', 'i.indrelid::regclass', 'ic.relname')}, false
    FROM ${held} WHERE i.indisreplident`,
    `SELECT 22, ${ifItCan(
      'ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s',
      ...['n.nspname', 'ic.relname', 'a.attnum', 'a.attstattarget'],
    )}, false
    FROM ${held} JOIN pg_attribute a ON a.attrelid = ic.oid
    WHERE a.attstattarget >= 0 AND i.indkey[a.attnum - 1] = 0`,
  ].join('\n    UNION ALL ');
}

/** @param constraints oid. */
export function commentsOfConstraints(constraints: string): string {
  return `SELECT 21, format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, conrelid::regclass, description), false
    FROM ${constraints} JOIN pg_constraint c USING (oid)
      JOIN pg_description ON classoid = 'pg_constraint'::regclass AND objoid = c.oid`;
}

/** Runs statements that are objects { sql, column } in a JSON array; needs a variable `item json`. */
export function runAgain(statements: string): string {
  return `FOR item IN SELECT json_array_elements(${statements}) LOOP
    BEGIN
      EXECUTE item ->> 'sql';
    EXCEPTION
      WHEN undefined_column THEN
        IF NOT (item ->> 'column')::boolean THEN
          RAISE EXCEPTION USING ERRCODE = SQLSTATE,
            MESSAGE = format('Cannot restore (%s): %s', item ->> 'sql', SQLERRM);
        END IF;
      WHEN OTHERS THEN
        RAISE EXCEPTION USING ERRCODE = SQLSTATE,
          MESSAGE = format('Cannot restore (%s): %s', item ->> 'sql', SQLERRM);
    END;
  END LOOP;`;
}
