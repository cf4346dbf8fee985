/**
 * projects, issues and comments
 *
 * Revision: 577595f809e2
 * Revises:  c378d3358d50
 * Created:  2026-11-20T22:13:01Z
 */
import {
  type Op,
  check,
  column,
  foreignKey,
  primaryKey,
  sql,
  unique,
} from 'drizzle-alembic';

export const revision = '577595f809e2';
export const downRevision = 'c378d3358d50';
export const branchLabels = null;
export const dependsOn = null;

export async function upgrade(op: Op<'sqlite'>) {
  await op.createTable('projects', [
    column('id', 'integer', { nullable: false }),
    column('organization_id', 'integer', { nullable: false }),
    column('team_id', 'integer'),
    column('key', 'text(8)', { nullable: false }),
    column('name', 'text', { nullable: false }),
    column('description', 'text'),
    column('last_issue_number', 'integer', { nullable: false, default: 0 }),
    column('archived_at', 'integer'),
    column('created_at', 'integer', {
      nullable: false,
      default: sql`unixepoch()`,
    }),
    column('updated_at', 'integer'),
    primaryKey(['id']),
    unique('projects_organization_id_key_unique', ['organization_id', 'key']),
    check('projects_key_upper', sql`"key" = upper("key")`),
    foreignKey(
      'projects_organization_id_organizations_id_fk',
      ['organization_id'],
      'organizations',
      ['id'],
      { onDelete: 'cascade' },
    ),
    foreignKey('projects_team_fk', ['team_id'], 'teams', ['id'], {
      onDelete: 'set null',
      onUpdate: 'cascade',
    }),
  ]);
  await op.createIndex(
    'projects_active_idx',
    'projects',
    ['organization_id', 'name'],
    { where: sql`"archived_at" is null` },
  );
  await op.createTable('milestones', [
    column('id', 'integer', { nullable: false }),
    column('project_id', 'integer', { nullable: false }),
    column('title', 'text', { nullable: false }),
    column('due_on', 'text'),
    column('progress', 'real', { nullable: false, default: 0 }),
    column('closed_at', 'integer'),
    primaryKey(['id']),
    check('milestones_progress_share', sql`"progress" between 0 and 1`),
    foreignKey(
      'milestones_project_id_projects_id_fk',
      ['project_id'],
      'projects',
      ['id'],
      { onDelete: 'cascade' },
    ),
  ]);
  await op.createIndex(
    'milestones_project_title',
    'milestones',
    ['project_id', 'title'],
    { unique: true },
  );
  await op.createTable('sprints', [
    column('id', 'integer', { nullable: false }),
    column('team_id', 'integer', { nullable: false }),
    column('number', 'integer', { nullable: false }),
    column('goal', 'text'),
    column('starts_on', 'text', {
      nullable: false,
      default: sql`CURRENT_DATE`,
    }),
    column('length_days', 'integer', { nullable: false, default: 14 }),
    primaryKey(['id']),
    unique('sprints_team_number', ['team_id', 'number']),
    check(
      'sprints_length_sane',
      sql`"length_days" >= 1 and "length_days" <= 60`,
    ),
    foreignKey('sprints_team_id_teams_id_fk', ['team_id'], 'teams', ['id'], {
      onDelete: 'cascade',
    }),
  ]);
  await op.createTable('issues', [
    column('id', 'integer', { nullable: false }),
    column('project_id', 'integer', { nullable: false }),
    column('number', 'integer', { nullable: false }),
    column('title', 'text', { nullable: false }),
    column('body', 'text', { nullable: false, default: '' }),
    column('status', 'text', { nullable: false, default: 'backlog' }),
    column('priority', 'integer', { nullable: false, default: 0 }),
    column('estimate', 'numeric'),
    column('parent_id', 'integer'),
    column('milestone_id', 'integer'),
    column('sprint_id', 'integer'),
    column('reporter_id', 'integer', { nullable: false }),
    column('assignee_id', 'integer'),
    column('custom_fields', 'text', { nullable: false, default: '{}' }),
    column('due_on', 'text'),
    column('closed_at', 'integer'),
    column('created_at', 'integer', {
      nullable: false,
      default: sql`unixepoch()`,
    }),
    column('updated_at', 'integer'),
    primaryKey(['id']),
    unique('issues_project_number', ['project_id', 'number']),
    check(
      'issues_not_own_parent',
      sql`"parent_id" is null or "parent_id" <> "id"`,
    ),
    check(
      'issues_status_known',
      sql`"status" in ('backlog', 'todo', 'in_progress', 'in_review', 'done', 'canceled')`,
    ),
    foreignKey(
      'issues_assignee_id_users_id_fk',
      ['assignee_id'],
      'users',
      ['id'],
      { onDelete: 'set null' },
    ),
    foreignKey(
      'issues_milestone_id_milestones_id_fk',
      ['milestone_id'],
      'milestones',
      ['id'],
      { onDelete: 'set null' },
    ),
    foreignKey(
      'issues_parent_id_issues_id_fk',
      ['parent_id'],
      'issues',
      ['id'],
      { onDelete: 'set null' },
    ),
    foreignKey(
      'issues_project_id_projects_id_fk',
      ['project_id'],
      'projects',
      ['id'],
      { onDelete: 'cascade' },
    ),
    foreignKey(
      'issues_reporter_id_users_id_fk',
      ['reporter_id'],
      'users',
      ['id'],
      { onDelete: 'restrict' },
    ),
    foreignKey(
      'issues_sprint_id_sprints_id_fk',
      ['sprint_id'],
      'sprints',
      ['id'],
      { onDelete: 'set null' },
    ),
  ]);
  await op.createIndex(
    'issues_open_by_assignee_idx',
    'issues',
    ['assignee_id', 'priority'],
    { where: sql`"closed_at" is null` },
  );
  await op.createIndex('issues_recent_idx', 'issues', [
    'project_id',
    { column: 'created_at', order: 'desc' },
  ]);
  await op.createIndex('issues_title_length_idx', 'issues', [
    sql`length("title")`,
  ]);
  await op.createTable('comments', [
    column('id', 'integer', { nullable: false }),
    column('issue_id', 'integer', { nullable: false }),
    column('author_id', 'integer'),
    column('body', 'text', { nullable: false }),
    column('is_internal', 'integer', { nullable: false, default: 0 }),
    column('created_at', 'integer', {
      nullable: false,
      default: sql`unixepoch()`,
    }),
    column('updated_at', 'integer'),
    primaryKey(['id']),
    foreignKey(
      'comments_author_id_users_id_fk',
      ['author_id'],
      'users',
      ['id'],
      { onDelete: 'set null' },
    ),
    foreignKey(
      'comments_issue_id_issues_id_fk',
      ['issue_id'],
      'issues',
      ['id'],
      { onDelete: 'cascade' },
    ),
  ]);
  await op.createIndex('comments_issue_created_idx', 'comments', [
    'issue_id',
    'created_at',
  ]);
  await op.createTable('labels', [
    column('id', 'integer', { nullable: false }),
    column('organization_id', 'integer', { nullable: false }),
    column('name', 'text', { nullable: false }),
    column('color', 'text(7)', { nullable: false, default: '#94a3b8' }),
    primaryKey(['id']),
    check('labels_color_hex', sql`"color" like '#______'`),
    foreignKey(
      'labels_organization_id_organizations_id_fk',
      ['organization_id'],
      'organizations',
      ['id'],
      { onDelete: 'cascade' },
    ),
  ]);
  await op.createIndex(
    'labels_organization_name',
    'labels',
    ['organization_id', { column: 'name', collation: 'NOCASE' }],
    { unique: true },
  );
  await op.createTable('issue_labels', [
    column('issue_id', 'integer', { nullable: false }),
    column('label_id', 'integer', { nullable: false }),
    column('added_at', 'integer', {
      nullable: false,
      default: sql`unixepoch()`,
    }),
    primaryKey(['issue_id', 'label_id'], { name: 'issue_labels_key' }),
    foreignKey(
      'issue_labels_issue_id_issues_id_fk',
      ['issue_id'],
      'issues',
      ['id'],
      { onDelete: 'cascade' },
    ),
    foreignKey(
      'issue_labels_label_id_labels_id_fk',
      ['label_id'],
      'labels',
      ['id'],
      { onDelete: 'cascade' },
    ),
  ]);
  await op.createIndex('issue_labels_label_id_idx', 'issue_labels', [
    'label_id',
  ]);
  await op.createTable('issue_links', [
    column('source_id', 'integer', { nullable: false }),
    column('target_id', 'integer', { nullable: false }),
    column('kind', 'text', { nullable: false, default: 'relates_to' }),
    primaryKey(['source_id', 'target_id', 'kind']),
    check('issue_links_two_ends', sql`"source_id" <> "target_id"`),
    foreignKey(
      'issue_links_source_id_issues_id_fk',
      ['source_id'],
      'issues',
      ['id'],
      { onDelete: 'cascade' },
    ),
    foreignKey(
      'issue_links_target_id_issues_id_fk',
      ['target_id'],
      'issues',
      ['id'],
      { onDelete: 'cascade' },
    ),
  ]);
  await op.createTable('watchers', [
    column('issue_id', 'integer', { nullable: false }),
    column('user_id', 'integer', { nullable: false }),
    column('muted', 'integer', { nullable: false, default: 0 }),
    primaryKey(['issue_id', 'user_id']),
    foreignKey(
      'watchers_issue_id_issues_id_fk',
      ['issue_id'],
      'issues',
      ['id'],
      { onDelete: 'cascade' },
    ),
    foreignKey('watchers_user_id_users_id_fk', ['user_id'], 'users', ['id'], {
      onDelete: 'cascade',
    }),
  ]);
}

export async function downgrade(op: Op<'sqlite'>) {
  // lossy: all rows of table watchers cannot come back
  await op.dropTable('watchers');
  // lossy: all rows of table issue_links cannot come back
  await op.dropTable('issue_links');
  await op.dropIndex('issue_labels_label_id_idx', 'issue_labels');
  // lossy: all rows of table issue_labels cannot come back
  await op.dropTable('issue_labels');
  await op.dropIndex('labels_organization_name', 'labels');
  // lossy: all rows of table labels cannot come back
  await op.dropTable('labels');
  await op.dropIndex('comments_issue_created_idx', 'comments');
  // lossy: all rows of table comments cannot come back
  await op.dropTable('comments');
  await op.dropIndex('issues_title_length_idx', 'issues');
  await op.dropIndex('issues_recent_idx', 'issues');
  await op.dropIndex('issues_open_by_assignee_idx', 'issues');
  // lossy: all rows of table issues cannot come back
  await op.dropTable('issues');
  // lossy: all rows of table sprints cannot come back
  await op.dropTable('sprints');
  await op.dropIndex('milestones_project_title', 'milestones');
  // lossy: all rows of table milestones cannot come back
  await op.dropTable('milestones');
  await op.dropIndex('projects_active_idx', 'projects');
  // lossy: all rows of table projects cannot come back
  await op.dropTable('projects');
}
