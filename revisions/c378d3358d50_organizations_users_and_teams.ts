/**
 * organizations, users and teams
 *
 * Revision: c378d3358d50
 * Revises:  base
 * Created:  2026-11-20T22:13:00Z
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

export const revision = 'c378d3358d50';
export const downRevision = null;
export const branchLabels = null;
export const dependsOn = null;

export async function upgrade(op: Op<'sqlite'>) {
  await op.createTable('users', [
    column('id', 'integer', { nullable: false }),
    column('email', 'text', { nullable: false }),
    column('name', 'text', { nullable: false, default: '' }),
    column('avatar_url', 'text'),
    column('timezone', 'text', { nullable: false, default: 'UTC' }),
    column('is_active', 'integer', { nullable: false, default: 1 }),
    column('created_at', 'integer', {
      nullable: false,
      default: sql`unixepoch()`,
    }),
    column('updated_at', 'integer'),
    column('last_seen_at', 'integer'),
    primaryKey(['id']),
    check('users_email_has_at', sql`"email" like '%_@_%'`),
  ]);
  await op.createIndex('users_email_lower', 'users', [sql`lower("email")`], {
    unique: true,
  });
  await op.createTable('api_tokens', [
    column('id', 'integer', { nullable: false, identity: 'autoincrement' }),
    column('user_id', 'integer', { nullable: false }),
    column('label', 'text', { nullable: false, default: "my laptop's token" }),
    column('digest', 'blob', { nullable: false }),
    column('scopes', 'text', { nullable: false, default: '["issues:read"]' }),
    column('rate_limit', 'integer', { nullable: false, default: -1 }),
    column('expires_at', 'integer', { nullable: false, default: 4102358400 }),
    column('created_at', 'integer', {
      nullable: false,
      default: sql`unixepoch()`,
    }),
    primaryKey(['id']),
    unique('api_tokens_digest_unique', ['digest']),
    foreignKey('api_tokens_user_id_users_id_fk', ['user_id'], 'users', ['id'], {
      onDelete: 'cascade',
    }),
  ]);
  await op.createIndex('api_tokens_user_expiry_idx', 'api_tokens', [
    'user_id',
    { column: 'expires_at', order: 'desc' },
  ]);
  await op.createTable('organizations', [
    column('id', 'integer', { nullable: false }),
    column('slug', 'text', { nullable: false }),
    column('name', 'text', { nullable: false }),
    column('plan', 'text', { nullable: false, default: 'free' }),
    column('seats', 'integer', { nullable: false, default: 5 }),
    column('settings', 'text', {
      nullable: false,
      default: '{"locale":"en","weekStartsOn":"monday","features":[]}',
    }),
    column('billing_contact_id', 'integer'),
    column('created_at', 'integer', {
      nullable: false,
      default: sql`unixepoch()`,
    }),
    column('updated_at', 'integer'),
    primaryKey(['id']),
    unique('organizations_slug_unique', ['slug']),
    check(
      'organizations_plan_known',
      sql`"plan" in ('free', 'team', 'enterprise')`,
    ),
    check('organizations_seats_positive', sql`"seats" > 0`),
    foreignKey(
      'organizations_billing_contact_id_users_id_fk',
      ['billing_contact_id'],
      'users',
      ['id'],
      { onDelete: 'set null' },
    ),
  ]);
  await op.createTable('memberships', [
    column('organization_id', 'integer', { nullable: false }),
    column('user_id', 'integer', { nullable: false }),
    column('role', 'text', { nullable: false, default: 'member' }),
    column('invited_by_id', 'integer'),
    column('joined_at', 'integer', {
      nullable: false,
      default: sql`unixepoch()`,
    }),
    primaryKey(['organization_id', 'user_id']),
    foreignKey(
      'memberships_invited_by_id_users_id_fk',
      ['invited_by_id'],
      'users',
      ['id'],
      { onDelete: 'set null' },
    ),
    foreignKey(
      'memberships_organization_id_organizations_id_fk',
      ['organization_id'],
      'organizations',
      ['id'],
      { onDelete: 'cascade' },
    ),
    foreignKey(
      'memberships_user_id_users_id_fk',
      ['user_id'],
      'users',
      ['id'],
      { onDelete: 'cascade' },
    ),
  ]);
  await op.createIndex(
    'memberships_one_owner',
    'memberships',
    ['organization_id'],
    { unique: true, where: sql`"role" = 'owner'` },
  );
  await op.createIndex('memberships_user_id_idx', 'memberships', ['user_id']);
  await op.createTable('teams', [
    column('id', 'integer', { nullable: false }),
    column('organization_id', 'integer', { nullable: false }),
    column('name', 'text', { nullable: false }),
    column('color', 'text(7)', { nullable: false, default: '#64748b' }),
    column('created_at', 'integer', {
      nullable: false,
      default: sql`unixepoch()`,
    }),
    primaryKey(['id']),
    unique('teams_organization_name', ['organization_id', 'name']),
    foreignKey(
      'teams_organization_id_organizations_id_fk',
      ['organization_id'],
      'organizations',
      ['id'],
      { onDelete: 'cascade' },
    ),
  ]);
  await op.createTable('team_members', [
    column('team_id', 'integer', { nullable: false }),
    column('user_id', 'integer', { nullable: false }),
    column('is_lead', 'integer', { nullable: false, default: 0 }),
    primaryKey(['team_id', 'user_id']),
    foreignKey(
      'team_members_team_id_teams_id_fk',
      ['team_id'],
      'teams',
      ['id'],
      { onDelete: 'cascade' },
    ),
    foreignKey(
      'team_members_user_id_users_id_fk',
      ['user_id'],
      'users',
      ['id'],
      { onDelete: 'cascade' },
    ),
  ]);
}

export async function downgrade(op: Op<'sqlite'>) {
  // lossy: all rows of table team_members cannot come back
  await op.dropTable('team_members');
  // lossy: all rows of table teams cannot come back
  await op.dropTable('teams');
  await op.dropIndex('memberships_user_id_idx', 'memberships');
  await op.dropIndex('memberships_one_owner', 'memberships');
  // lossy: all rows of table memberships cannot come back
  await op.dropTable('memberships');
  // lossy: all rows of table organizations cannot come back
  await op.dropTable('organizations');
  await op.dropIndex('api_tokens_user_expiry_idx', 'api_tokens');
  // lossy: all rows of table api_tokens cannot come back
  await op.dropTable('api_tokens');
  await op.dropIndex('users_email_lower', 'users');
  // lossy: all rows of table users cannot come back
  await op.dropTable('users');
}
