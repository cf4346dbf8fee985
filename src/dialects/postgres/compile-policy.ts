import {
  type Catalog,
  findTable,
  type Policy,
  type QualifiedName,
  roleWords,
  sameData,
} from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import type { AlterPolicy, CreatePolicy, DropPolicy } from '../../operations/index.js';
import { closedExpression } from './expressions.js';
import { policies as setting } from './kept.js';
import { block } from './numbering.js';
import { identifier, literal } from './quote.js';

/** Policies of row level security as SQL. */

export function createPolicy({ table, policy, restore }: CreatePolicy): readonly string[] {
  return [
    [
      `CREATE POLICY ${identifier(policy.name)} ON ${identifier(table)}`,
      ...(policy.permissive ? [] : ['AS RESTRICTIVE']),
      ...(policy.command === 'all' ? [] : [`FOR ${policy.command.toUpperCase()}`]),
      ...(policy.roles.length === 0 || sameData(policy.roles, ['public']) ? [] : [toRoles(policy)]),
      ...expressions(policy),
    ].join(' '),
    ...(restore ? [restoreComment(table, policy.name)] : []),
  ];
}

/** ALTER POLICY gives other roles and expressions, and takes none away; all else is a new policy of the name. */
export function alterPolicy({ table, policy, was }: AlterPolicy, before: Catalog): readonly string[] {
  const known = was ?? findTable(before, table)?.policies?.find(({ name }) => name === policy.name);
  if (!known) {
    throw new RevError('REV_OPERATION', `There is no policy ${policy.name} on ${identifier(table)}.`);
  }
  const inPlace =
    known.command === policy.command &&
    known.permissive === policy.permissive &&
    (known.using === null || policy.using !== null) &&
    (known.check === null || policy.check !== null);
  if (inPlace) {
    const parts = [toRoles(policy), ...expressions(policy)];
    return [`ALTER POLICY ${identifier(policy.name)} ON ${identifier(table)} ${parts.join(' ')}`];
  }
  return [
    ...dropPolicy({ kind: 'dropPolicy', name: policy.name, table, keep: true }),
    ...createPolicy({ kind: 'createPolicy', table, policy, restore: true }),
  ];
}

export function dropPolicy({ name, table, keep }: DropPolicy): readonly string[] {
  return [
    ...(keep ? [keepComment(table, name)] : []),
    `DROP POLICY ${identifier(name)} ON ${identifier(table)}`,
  ];
}

function toRoles({ roles }: Policy): string {
  return `TO ${roles.map((role) => (roleWords.includes(role) ? role.toUpperCase() : identifier(role))).join(', ')}`;
}

function expressions({ using, check }: Policy): readonly string[] {
  return [
    ...(using === null ? [] : [`USING (${closedExpression(using)})`]),
    ...(check === null ? [] : [`WITH CHECK (${closedExpression(check)})`]),
  ];
}

/** A comment is remembered by its table and policy, and the table by what it keeps when it is renamed. */
const keyOf = (table: QualifiedName, name: string) =>
  `${literal(identifier(table))}::regclass::oid || ' ' || ${literal(name)}`;

const kept = `coalesce(nullif(current_setting(${setting}, true), ''), '{}')::jsonb`;

function keepComment(table: QualifiedName, name: string): string {
  return block(`PERFORM set_config(${setting}, (${kept} || jsonb_build_object(${keyOf(table, name)},
    (SELECT obj_description(oid, 'pg_policy') FROM pg_policy
      WHERE polrelid = ${literal(identifier(table))}::regclass AND polname = ${literal(name)})))::text, false);`);
}

function restoreComment(table: QualifiedName, name: string): string {
  const start = `COMMENT ON POLICY ${identifier(name)} ON ${identifier(table)} IS `.replaceAll('%', '%%');
  return block(`IF ${kept} ->> (${keyOf(table, name)}) IS NOT NULL THEN
    EXECUTE format(${literal(`${start}%L`)}, ${kept} ->> (${keyOf(table, name)}));
  END IF;
  PERFORM set_config(${setting}, (${kept} - (${keyOf(table, name)}))::text, false);`);
}
