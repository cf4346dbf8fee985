/**
 * find issues by their folded title
 *
 * Revision: 39f42763b275
 * Revises:  bb8100a7e9bd
 * Created:  2026-11-20T22:13:04Z
 */
import { type Op, check, column, sql } from 'drizzle-alembic';

export const revision = '39f42763b275';
export const downRevision = 'bb8100a7e9bd';
export const branchLabels = null;
export const dependsOn = null;

export async function upgrade(op: Op<'sqlite'>) {
  await op.alterTable('issues', (table) => {
    table.addColumn(
      column('title_folded', 'text', {
        generated: sql`lower(trim("title"))`,
        stored: false,
      }),
    );
    table.addConstraint(
      check('issues_priority_range', sql`"priority" between 0 and 4`),
    );
  });
  await op.createIndex('issues_title_folded_idx', 'issues', ['title_folded']);
}

export async function downgrade(op: Op<'sqlite'>) {
  await op.dropIndex('issues_title_folded_idx', 'issues');
  await op.alterTable('issues', (table) => {
    table.dropConstraint('issues_priority_range');
    table.dropColumn('title_folded');
  });
}
