import type { QualifiedName } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import type { Driver } from '../dialect.js';
import { belongingsOfIndexes, belongingsOfViews, commentsOfConstraints, runAgain } from './belongings.js';
import type { Dependents } from './dependents.js';
import { block } from './numbering.js';
import { identifier, literal } from './quote.js';

/**
 * A view or an index that must be dropped and made again, with other operations between: before its drop, what no model
 * says of it is remembered in a setting of the session; after it is made again, it is given back.
 */

export function keepView(name: QualifiedName): string {
  return keep(views, name, belongingsOfViews('kept'));
}

export function restoreView(name: QualifiedName): string {
  return restore(views, name);
}

export function keepIndex(name: QualifiedName): string {
  return keep(indexes, name, belongingsOfIndexes('kept'));
}

export function restoreIndex(name: QualifiedName): string {
  return restore(indexes, name);
}

export const views = literal('rev.kept_views');
export const indexes = literal('rev.kept_indexes');
const constraints = literal('rev.kept_constraints');
export const policies = literal('rev.kept_policies');

function keep(setting: string, name: QualifiedName, belongings: string): string {
  const text = literal(identifier(name));
  return block(
    `${statementsOf(`SELECT ${text}::regclass::oid AS oid`, belongings)}
  PERFORM set_config(${setting}, (coalesce(nullif(current_setting(${setting}, true), ''), '{}')::jsonb
    || jsonb_build_object(${text}, statements))::text, false);`,
    'statements json',
  );
}

function restore(setting: string, name: QualifiedName): string {
  const text = literal(identifier(name));
  const kept = `nullif(current_setting(${setting}, true), '')::jsonb`;
  return block(
    `${runAgain(`coalesce(${kept} -> ${text}, '[]')::json`)}
  PERFORM set_config(${setting}, (coalesce(${kept}, '{}') - ${text})::text, false);`,
    'item json',
  );
}

/** Constraints of a table that one alterTable drops and adds again under their names. */
export function aroundConstraints(table: QualifiedName, names: readonly string[]): Dependents {
  const of = `SELECT oid, conindid FROM pg_constraint
    WHERE conrelid = ${literal(identifier(table))}::regclass AND conname IN (${names.map(literal).join(', ')})`;
  const belongings = `${belongingsOfIndexes('(SELECT conindid AS oid FROM kept) AS its_index')}
    UNION ALL ${commentsOfConstraints('kept')}`;
  return {
    drop: block(
      `${statementsOf(of, belongings)}
  PERFORM set_config(${constraints}, statements::text, false);`,
      'statements json',
    ),
    restore: block(
      `${runAgain(`current_setting(${constraints})::json`)}
  PERFORM set_config(${constraints}, '', false);`,
      'item json',
    ),
  };
}

/** Into `statements`: what belongs to the objects of a query. */
function statementsOf(objects: string, belongings: string): string {
  return `WITH kept AS (
    ${objects}
  ), statement_of (step, sql, "column") AS (
    ${belongings}
  )
  SELECT coalesce(json_agg(json_build_object('sql', s.sql, 'column', s."column") ORDER BY s.step, s.sql), '[]')
  INTO statements FROM statement_of AS s;`;
}

/**
 * Behind a pooler the next transaction is in another session, where nothing is remembered: what is not given back in this
 * one would be lost. Throws REV_OPERATION.
 */
export async function refuseLeftover(driver: Driver): Promise<void> {
  const [left] = await driver.query<{ name: string }>(
    `select item as name from unnest(array[${views}, ${indexes}, ${policies}]) as setting,
       jsonb_object_keys(coalesce(nullif(current_setting(setting, true), ''), '{}')::jsonb) as item limit 1`,
  );
  if (!left) return;
  throw new RevError(
    'REV_OPERATION',
    'A view, an index or a policy is dropped with { keep: true }, and is not made again in the same transaction. Behind a pooler nothing outlives the transaction.',
    {
      hint: 'Drop it and make it again inside of one transaction, or connect to the server itself.',
      data: { kept: left.name },
    },
  );
}
