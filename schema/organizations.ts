import { sql } from 'drizzle-orm';
import {
  type AnySQLiteColumn,
  check,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { createdAt, id, updatedAt } from './columns.js';
import { users } from './users.js';

export interface OrganizationSettings {
  locale: string;
  weekStartsOn: 'monday' | 'sunday';
  features: string[];
}

export const organizations = sqliteTable(
  'organizations',
  {
    id: id(),
    slug: text('slug').notNull().unique(),
    name: text('name').notNull(),
    plan: text('plan', { enum: ['free', 'team', 'enterprise'] })
      .notNull()
      .default('free'),
    seats: integer('seats').notNull().default(5),
    settings: text('settings', { mode: 'json' })
      .$type<OrganizationSettings>()
      .notNull()
      .default({ locale: 'en', weekStartsOn: 'monday', features: [] }),
    // Whoever pays; the account may be gone before the organization is.
    billingContactId: integer('billing_contact_id').references((): AnySQLiteColumn => users.id, {
      onDelete: 'set null',
    }),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    check('organizations_plan_known', sql`${t.plan} in ('free', 'team', 'enterprise')`),
    check('organizations_seats_positive', sql`${t.seats} > 0`),
  ],
);

export const memberships = sqliteTable(
  'memberships',
  {
    organizationId: integer('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role', { enum: ['owner', 'admin', 'member', 'guest'] })
      .notNull()
      .default('member'),
    invitedById: integer('invited_by_id').references(() => users.id, { onDelete: 'set null' }),
    joinedAt: createdAt('joined_at'),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.userId] }),
    index('memberships_user_id_idx').on(t.userId),
    // One owner, and no more.
    uniqueIndex('memberships_one_owner').on(t.organizationId).where(sql`${t.role} = 'owner'`),
  ],
);

export const teams = sqliteTable(
  'teams',
  {
    id: id(),
    organizationId: integer('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    color: text('color', { length: 7 }).notNull().default('#64748b'),
    createdAt: createdAt(),
  },
  (t) => [unique('teams_organization_name').on(t.organizationId, t.name)],
);

export const teamMembers = sqliteTable(
  'team_members',
  {
    teamId: integer('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    isLead: integer('is_lead', { mode: 'boolean' }).notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.userId] })],
);
