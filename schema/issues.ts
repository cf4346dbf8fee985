import { isNull, type SQL, sql } from 'drizzle-orm';
import {
  type AnySQLiteColumn,
  check,
  foreignKey,
  index,
  integer,
  numeric,
  primaryKey,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { createdAt, id, updatedAt } from './columns.js';
import { organizations } from './organizations.js';
import { milestones, projects, sprints } from './planning.js';
import { users } from './users.js';

export const statuses = ['backlog', 'todo', 'in_progress', 'in_review', 'done', 'canceled'] as const;

export const issues = sqliteTable(
  'issues',
  {
    id: id(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    title: text('title').notNull(),
    titleFolded: text('title_folded').generatedAlwaysAs((): SQL => sql`lower(trim(${issues.title}))`),
    body: text('body').notNull().default(''),
    status: text('status', { enum: statuses }).notNull().default('backlog'),
    /** 0 is none, 1 is urgent, 4 is low. */
    priority: integer('priority').notNull().default(0),
    estimate: numeric('estimate'),
    parentId: integer('parent_id').references((): AnySQLiteColumn => issues.id, { onDelete: 'set null' }),
    milestoneId: integer('milestone_id').references(() => milestones.id, { onDelete: 'set null' }),
    sprintId: integer('sprint_id').references(() => sprints.id, { onDelete: 'set null' }),
    reporterId: integer('reporter_id')
      .notNull()
      .references(() => users.id, { onDelete: 'restrict' }),
    assigneeId: integer('assignee_id').references(() => users.id, { onDelete: 'set null' }),
    customFields: text('custom_fields', { mode: 'json' })
      .$type<Record<string, string>>()
      .notNull()
      .default({}),
    dueOn: text('due_on'),
    closedAt: integer('closed_at', { mode: 'timestamp' }),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    unique('issues_project_number').on(t.projectId, t.number),
    check(
      'issues_status_known',
      sql`${t.status} in ('backlog', 'todo', 'in_progress', 'in_review', 'done', 'canceled')`,
    ),
    check('issues_priority_range', sql`${t.priority} between 0 and 4`),
    check('issues_not_own_parent', sql`${t.parentId} is null or ${t.parentId} <> ${t.id}`),
    index('issues_open_by_assignee_idx').on(t.assigneeId, t.priority).where(isNull(t.closedAt)),
    index('issues_recent_idx').on(t.projectId, sql`${t.createdAt} desc`),
    index('issues_title_folded_idx').on(t.titleFolded),
    index('issues_title_length_idx').on(sql`length(${t.title})`),
  ],
);

export const labels = sqliteTable(
  'labels',
  {
    id: id(),
    organizationId: integer('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    color: text('color', { length: 7 }).notNull().default('#94a3b8'),
  },
  (t) => [
    uniqueIndex('labels_organization_name').on(t.organizationId, sql`${t.name} collate nocase`),
    check('labels_color_hex', sql`${t.color} like '#______'`),
  ],
);

export const issueLabels = sqliteTable(
  'issue_labels',
  {
    issueId: integer('issue_id')
      .notNull()
      .references(() => issues.id, { onDelete: 'cascade' }),
    labelId: integer('label_id')
      .notNull()
      .references(() => labels.id, { onDelete: 'cascade' }),
    addedAt: createdAt('added_at'),
  },
  (t) => [
    primaryKey({ columns: [t.issueId, t.labelId], name: 'issue_labels_key' }),
    index('issue_labels_label_id_idx').on(t.labelId),
  ],
);

export const issueLinks = sqliteTable(
  'issue_links',
  {
    sourceId: integer('source_id').notNull(),
    targetId: integer('target_id').notNull(),
    kind: text('kind', { enum: ['blocks', 'duplicates', 'relates_to'] })
      .notNull()
      .default('relates_to'),
  },
  (t) => [
    primaryKey({ columns: [t.sourceId, t.targetId, t.kind] }),
    foreignKey({ columns: [t.sourceId], foreignColumns: [issues.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.targetId], foreignColumns: [issues.id] }).onDelete('cascade'),
    check('issue_links_two_ends', sql`${t.sourceId} <> ${t.targetId}`),
  ],
);

export const watchers = sqliteTable(
  'watchers',
  {
    issueId: integer('issue_id')
      .notNull()
      .references(() => issues.id, { onDelete: 'cascade' }),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    muted: integer('muted', { mode: 'boolean' }).notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.issueId, t.userId] })],
);
