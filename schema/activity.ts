import { sql } from 'drizzle-orm';
import { check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { id } from './columns.js';
import { organizations } from './organizations.js';
import { users } from './users.js';

/** Who did what. Rows are only ever added. */
export const auditEvents = sqliteTable(
  'audit_events',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    organizationId: integer('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    actorId: integer('actor_id').references(() => users.id, { onDelete: 'set null' }),
    action: text('action').notNull(),
    subjectType: text('subject_type').notNull(),
    subjectId: text('subject_id').notNull(),
    details: text('details', { mode: 'json' }).$type<Record<string, unknown>>().notNull().default({}),
    occurredAt: integer('occurred_at', { mode: 'timestamp_ms' })
      .notNull()
      .default(sql`(cast(unixepoch('subsec') * 1000 as integer))`),
  },
  (t) => [
    index('audit_events_subject_idx').on(t.subjectType, t.subjectId),
    index('audit_events_organization_time_idx').on(t.organizationId, sql`${t.occurredAt} desc`),
    check('audit_events_action_dotted', sql`${t.action} glob '*.*'`),
  ],
);

export const webhooks = sqliteTable(
  'webhooks',
  {
    id: id(),
    organizationId: integer('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    url: text('url').notNull(),
    events: text('events', { mode: 'json' })
      .$type<string[]>()
      .notNull()
      .default(['issue.created', 'issue.closed']),
    enabled: integer('enabled', { mode: 'boolean' }).notNull().default(true),
    failures: integer('failures').notNull().default(0),
  },
  (t) => [index('webhooks_failing_idx').on(t.failures).where(sql`${t.enabled} = 1 and ${t.failures} > 0`)],
);
