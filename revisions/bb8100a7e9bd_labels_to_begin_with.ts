/**
 * labels to begin with
 *
 * Revision: bb8100a7e9bd
 * Revises:  bac4e9475433
 * Created:  2026-11-20T22:13:03Z
 */
import { type Op, sql } from 'drizzle-alembic';
import { inArray } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const revision = 'bb8100a7e9bd';
export const downRevision = 'bac4e9475433';
export const branchLabels = null;
export const dependsOn = null;

// The tables as they are at this revision: the models may change, and this must not.
const organizations = sqliteTable('organizations', { id: integer('id') });
const labels = sqliteTable('labels', {
  organizationId: integer('organization_id'),
  name: text('name'),
  color: text('color'),
});

const first = { bug: '#dc2626', feature: '#2563eb', question: '#9333ea' };

export async function upgrade(op: Op<'sqlite'>) {
  for (const [name, color] of Object.entries(first)) {
    await op.db.insert(labels).select((query) =>
      query
        .select({
          organizationId: organizations.id,
          name: sql<string>`${name}`.as('name'),
          color: sql<string>`${color}`.as('color'),
        })
        .from(organizations),
    );
  }
}

export async function downgrade(op: Op<'sqlite'>) {
  await op.db.delete(labels).where(inArray(labels.name, Object.keys(first)));
}
