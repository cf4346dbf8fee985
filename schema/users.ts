import { sql } from 'drizzle-orm';
import { blob, check, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { createdAt, id, updatedAt } from './columns.js';

export const users = sqliteTable(
  'users',
  {
    id: id(),
    email: text('email').notNull(),
    name: text('name').notNull().default(''),
    avatarUrl: text('avatar_url'),
    timezone: text('timezone').notNull().default('UTC'),
    isActive: integer('is_active', { mode: 'boolean' }).notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    lastSeenAt: integer('last_seen_at', { mode: 'timestamp_ms' }),
  },
  (t) => [
    // Addresses are one whatever their case.
    uniqueIndex('users_email_lower').on(sql`lower(${t.email})`),
    check('users_email_has_at', sql`${t.email} like '%_@_%'`),
  ],
);

export const apiTokens = sqliteTable(
  'api_tokens',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    label: text('label').notNull().default("my laptop's token"),
    digest: blob('digest', { mode: 'buffer' }).notNull().unique(),
    scopes: text('scopes', { mode: 'json' }).$type<string[]>().notNull().default(['issues:read']),
    rateLimit: integer('rate_limit').notNull().default(-1),
    // Far away stands for never.
    expiresAt: integer('expires_at', { mode: 'timestamp' })
      .notNull()
      .default(new Date('2099-12-31T00:00:00Z')),
    createdAt: createdAt(),
  },
  (t) => [index('api_tokens_user_expiry_idx').on(t.userId, sql`${t.expiresAt} desc`)],
);
