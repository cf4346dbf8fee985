import { literal } from './quote.js';

/**
 * What the restoring user makes would get its default privileges (ALTER DEFAULT PRIVILEGES), beside those of the backup: an
 * archive has only the difference to what PostgreSQL gives by itself. So they are taken away before anything is made, and
 * given back at the end of the same transaction. Those of other owners act on nothing: an object gets its owner afterwards.
 *
 * psql runs these, and \gexec the statements that are their rows.
 */

const setting = literal('rev.default_privileges');

/**
 * As pg_dump says them, too: each is a grant that is not there by itself, or one that is and was revoked. Thus those of the
 * backup, which come first, and these may be executed in any order.
 */
const differences = `WITH own AS (
    SELECT d.*, CASE WHEN defaclnamespace = 0
      THEN acldefault(CASE defaclobjtype WHEN 'S' THEN 's' ELSE defaclobjtype END, defaclrole) END AS by_itself
    FROM pg_default_acl d WHERE defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
  ), difference AS (
    SELECT part.*, CASE WHEN nspname IS NULL THEN '' ELSE format('IN SCHEMA %I ', nspname) END AS place,
      CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
        WHEN 'n' THEN 'SCHEMAS' WHEN 'L' THEN 'LARGE OBJECTS' END AS kind,
      CASE WHEN role = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END AS grantee
    FROM own LEFT JOIN pg_namespace n ON n.oid = defaclnamespace CROSS JOIN LATERAL (
      (${privileges('defaclacl', true)} EXCEPT ${privileges('by_itself', true)})
      UNION ALL (${privileges('by_itself', false)} EXCEPT ${privileges('defaclacl', false)})
    ) AS part (role, privilege, passes, added)
  )`;

/** Into a setting of the transaction, and away. */
export const takeDefaultPrivileges = `${differences}
  SELECT set_config(${setting}, coalesce(json_agg(${statement('added')} ORDER BY added), '[]') #>> '{}', true) FROM difference;
${differences}
  SELECT ${statement('NOT added')} FROM difference ORDER BY added DESC \\gexec
`;

export const giveDefaultPrivileges = `
SELECT sql FROM json_array_elements_text(current_setting(${setting})::json) WITH ORDINALITY AS each (sql, at) ORDER BY at \\gexec
`;

function privileges(acl: string, added: boolean): string {
  return `SELECT grantee, privilege_type, is_grantable, ${added} FROM aclexplode(${acl})`;
}

/** What is revoked comes before what is granted: one privilege may be both, with the right to pass it on and without. */
function statement(grants: string): string {
  return `'ALTER DEFAULT PRIVILEGES ' || place || CASE WHEN ${grants}
      THEN format('GRANT %s ON %s TO %s', privilege, kind, grantee) || CASE WHEN passes THEN ' WITH GRANT OPTION' ELSE '' END
      ELSE format('REVOKE %s ON %s FROM %s', privilege, kind, grantee) END`;
}
