/**
 * audit events and webhooks
 *
 * Revision: 6f9449ba7485
 * Revises:  577595f809e2
 * Created:  2026-11-20T22:13:02Z
 */
import {
  type Op,
  check,
  column,
  foreignKey,
  primaryKey,
  sql,
} from 'drizzle-alembic';

export const revision = '6f9449ba7485';
export const downRevision = '577595f809e2';
export const branchLabels = null;
export const dependsOn = null;

export async function upgrade(op: Op<'sqlite'>) {
  await op.createTable('audit_events', [
    column('id', 'integer', { nullable: false, identity: 'autoincrement' }),
    column('organization_id', 'integer', { nullable: false }),
    column('actor_id', 'integer'),
    column('action', 'text', { nullable: false }),
    column('subject_type', 'text', { nullable: false }),
    column('subject_id', 'text', { nullable: false }),
    column('details', 'text', { nullable: false, default: '{}' }),
    column('occurred_at', 'integer', {
      nullable: false,
      default: sql`cast(unixepoch('subsec') * 1000 as integer)`,
    }),
    primaryKey(['id']),
    check('audit_events_action_dotted', sql`"action" glob '*.*'`),
    foreignKey(
      'audit_events_actor_id_users_id_fk',
      ['actor_id'],
      'users',
      ['id'],
      { onDelete: 'set null' },
    ),
    foreignKey(
      'audit_events_organization_id_organizations_id_fk',
      ['organization_id'],
      'organizations',
      ['id'],
      { onDelete: 'cascade' },
    ),
  ]);
  await op.createIndex('audit_events_organization_time_idx', 'audit_events', [
    'organization_id',
    { column: 'occurred_at', order: 'desc' },
  ]);
  await op.createIndex('audit_events_subject_idx', 'audit_events', [
    'subject_type',
    'subject_id',
  ]);
  await op.createTable('webhooks', [
    column('id', 'integer', { nullable: false }),
    column('organization_id', 'integer', { nullable: false }),
    column('url', 'text', { nullable: false }),
    column('events', 'text', {
      nullable: false,
      default: '["issue.created","issue.closed"]',
    }),
    column('enabled', 'integer', { nullable: false, default: 1 }),
    column('failures', 'integer', { nullable: false, default: 0 }),
    primaryKey(['id']),
    foreignKey(
      'webhooks_organization_id_organizations_id_fk',
      ['organization_id'],
      'organizations',
      ['id'],
      { onDelete: 'cascade' },
    ),
  ]);
  await op.createIndex('webhooks_failing_idx', 'webhooks', ['failures'], {
    where: sql`"enabled" = 1 and "failures" > 0`,
  });
}

export async function downgrade(op: Op<'sqlite'>) {
  await op.dropIndex('webhooks_failing_idx', 'webhooks');
  // lossy: all rows of table webhooks cannot come back
  await op.dropTable('webhooks');
  await op.dropIndex('audit_events_subject_idx', 'audit_events');
  await op.dropIndex('audit_events_organization_time_idx', 'audit_events');
  // lossy: all rows of table audit_events cannot come back
  await op.dropTable('audit_events');
}
