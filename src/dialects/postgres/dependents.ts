import { block } from './numbering.js';
import { literal } from './quote.js';

/**
 * What must be away while something changes, and comes back: only the server knows all of it, so a block takes it away
 * and remembers in a setting of the session how to make it again, and a second block does so.
 */
export interface Dependents {
  readonly drop: string;
  readonly restore: string;
}

/** The end of a block that has statements in `going` and `coming`. */
export function runAndRemember(setting: string): string {
  return `FOREACH statement IN ARRAY coalesce(going, '{}') LOOP
    EXECUTE statement;
  END LOOP;
  PERFORM set_config(${literal(setting)}, coalesce(array_to_json(coming), '[]')::text, false);`;
}

/** @param part where the setting holds more than one list: the key of this one. */
export function restoreFrom(setting: string, part?: string): string {
  const name = literal(setting);
  const list = part === undefined ? '' : ` -> ${literal(part)}`;
  return block(
    `FOR statement IN SELECT json_array_elements_text(current_setting(${name})::json${list}) LOOP
    BEGIN
      EXECUTE statement;
    EXCEPTION WHEN OTHERS THEN
      RAISE EXCEPTION USING ERRCODE = SQLSTATE, MESSAGE = format('Cannot restore (%s): %s', statement, SQLERRM);
    END;
  END LOOP;
  PERFORM set_config(${name}, '', false);`,
    'statement text',
  );
}

/** Of an `acl` from aclexplode. */
export const grantee = `CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END`;
export const grantable = `CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END`;

/**
 * What ALTER DEFAULT PRIVILEGES says of objects that the session makes: `said`, and the roles that get something, as the
 * rest of a list. An object that is made again is no new one, and gets none of that.
 * @param type of the object, as pg_default_acl has it
 * @param namespace its schema's oid
 */
export function defaultPrivileges(type: string, namespace: string): string {
  return `LATERAL (SELECT count(*) > 0 AS said, coalesce(string_agg(DISTINCT ', ' || ${grantee}, ''), '') AS roles
      FROM pg_default_acl d LEFT JOIN LATERAL aclexplode(d.defaclacl) AS acl ON true
      WHERE d.defaclobjtype = ${type} AND d.defaclrole = quote_ident(current_user)::regrole
        AND d.defaclnamespace IN (0, ${namespace})) AS anew`;
}
