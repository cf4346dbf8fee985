import type { QualifiedName } from '../../catalog/index.js';
import { belongingsOfViews, runAgain } from './belongings.js';
import { block } from './numbering.js';
import { identifier, literal } from './quote.js';

/**
 * A view that must be dropped and made again, with other operations between: before its drop, what no model says of it
 * is remembered in a setting of the session; after it is made again, it is given back.
 */

const setting = literal('rev.kept_views');

export function keepView(name: QualifiedName): string {
  const text = literal(identifier(name));
  return block(
    `WITH kept AS (
    SELECT ${text}::regclass::oid AS oid
  ), statement_of (step, sql, "column") AS (
    ${belongingsOfViews('kept')}
  )
  SELECT coalesce(json_agg(json_build_object('sql', s.sql, 'column', s."column") ORDER BY s.step, s.sql), '[]')
  INTO statements FROM statement_of AS s;
  PERFORM set_config(${setting}, (coalesce(nullif(current_setting(${setting}, true), ''), '{}')::jsonb
    || jsonb_build_object(${text}, statements))::text, false);`,
    'statements json',
  );
}

export function restoreView(name: QualifiedName): string {
  const text = literal(identifier(name));
  const kept = `nullif(current_setting(${setting}, true), '')::jsonb`;
  return block(
    `${runAgain(`coalesce(${kept} -> ${text}, '[]')::json`)}
  PERFORM set_config(${setting}, (coalesce(${kept}, '{}') - ${text})::text, false);`,
    'item json',
  );
}
