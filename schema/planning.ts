import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  real,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { createdAt, id, updatedAt } from './columns.js';
import { organizations, teams } from './organizations.js';

export const projects = sqliteTable(
  'projects',
  {
    id: id(),
    organizationId: integer('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    teamId: integer('team_id'),
    /** The letters before an issue's number: `WEB` of `WEB-12`. */
    key: text('key', { length: 8 }).notNull(),
    name: text('name').notNull(),
    description: text('description'),
    lastIssueNumber: integer('last_issue_number').notNull().default(0),
    archivedAt: integer('archived_at', { mode: 'timestamp' }),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    foreignKey({ name: 'projects_team_fk', columns: [t.teamId], foreignColumns: [teams.id] })
      .onDelete('set null')
      .onUpdate('cascade'),
    unique().on(t.organizationId, t.key),
    check('projects_key_upper', sql`${t.key} = upper(${t.key})`),
    index('projects_active_idx').on(t.organizationId, t.name).where(sql`${t.archivedAt} is null`),
  ],
);

export const milestones = sqliteTable(
  'milestones',
  {
    id: id(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    title: text('title').notNull(),
    /** `2026-11-20`, as typed. */
    dueOn: text('due_on'),
    progress: real('progress').notNull().default(0.0),
    closedAt: integer('closed_at', { mode: 'timestamp' }),
  },
  (t) => [
    uniqueIndex('milestones_project_title').on(t.projectId, t.title),
    check('milestones_progress_share', sql`${t.progress} between 0 and 1`),
  ],
);

export const sprints = sqliteTable(
  'sprints',
  {
    id: id(),
    teamId: integer('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    goal: text('goal'),
    startsOn: text('starts_on').notNull().default(sql`CURRENT_DATE`),
    lengthDays: integer('length_days').notNull().default(14),
  },
  (t) => [
    unique('sprints_team_number').on(t.teamId, t.number),
    check('sprints_length_sane', sql`${t.lengthDays} >= 1 and ${t.lengthDays} <= 60`),
  ],
);
