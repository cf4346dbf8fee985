/**
 * reactions and attachments
 *
 * Revision: 1d0ebcee017d
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

export const revision = '1d0ebcee017d';
export const downRevision = '577595f809e2';
export const branchLabels = null;
export const dependsOn = null;

export async function upgrade(op: Op<'sqlite'>) {
  await op.createTable('attachments', [
    column('id', 'text', { nullable: false }),
    column('issue_id', 'integer', { nullable: false }),
    column('comment_id', 'integer'),
    column('file_name', 'text', { nullable: false }),
    column('content_type', 'text', {
      nullable: false,
      default: 'application/octet-stream',
    }),
    column('size_bytes', 'integer', { nullable: false }),
    column('size_kib', 'integer', {
      generated: sql`("size_bytes" + 1023) / 1024`,
    }),
    column('uploaded_at', 'text', {
      nullable: false,
      default: sql`CURRENT_TIMESTAMP`,
    }),
    primaryKey(['id']),
    check('attachments_size_limit', sql`"size_bytes" between 0 and 52428800`),
    foreignKey(
      'attachments_comment_id_comments_id_fk',
      ['comment_id'],
      'comments',
      ['id'],
      { onDelete: 'set null' },
    ),
    foreignKey(
      'attachments_issue_id_issues_id_fk',
      ['issue_id'],
      'issues',
      ['id'],
      { onDelete: 'cascade' },
    ),
  ]);
  await op.createTable('reactions', [
    column('comment_id', 'integer', { nullable: false }),
    column('user_id', 'integer', { nullable: false }),
    column('emoji', 'text', { nullable: false, default: '👍' }),
    primaryKey(['comment_id', 'user_id', 'emoji']),
    foreignKey(
      'reactions_comment_id_comments_id_fk',
      ['comment_id'],
      'comments',
      ['id'],
      { onDelete: 'cascade' },
    ),
    foreignKey('reactions_user_id_users_id_fk', ['user_id'], 'users', ['id'], {
      onDelete: 'cascade',
    }),
  ]);
}

export async function downgrade(op: Op<'sqlite'>) {
  // lossy: all rows of table reactions cannot come back
  await op.dropTable('reactions');
  // lossy: all rows of table attachments cannot come back
  await op.dropTable('attachments');
}
