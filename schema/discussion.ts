import { type SQL, sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { createdAt, id, updatedAt } from './columns.js';
import { issues } from './issues.js';
import { users } from './users.js';

export const comments = sqliteTable(
  'comments',
  {
    id: id(),
    issueId: integer('issue_id')
      .notNull()
      .references(() => issues.id, { onDelete: 'cascade' }),
    // Comments outlive the accounts that wrote them.
    authorId: integer('author_id').references(() => users.id, { onDelete: 'set null' }),
    body: text('body').notNull(),
    isInternal: integer('is_internal', { mode: 'boolean' }).notNull().default(false),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index('comments_issue_created_idx').on(t.issueId, t.createdAt)],
);

export const reactions = sqliteTable(
  'reactions',
  {
    commentId: integer('comment_id')
      .notNull()
      .references(() => comments.id, { onDelete: 'cascade' }),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    emoji: text('emoji').notNull().default('👍'),
  },
  (t) => [primaryKey({ columns: [t.commentId, t.userId, t.emoji] })],
);

export const attachments = sqliteTable(
  'attachments',
  {
    /** A UUID, made by whoever uploads. */
    id: text('id').primaryKey(),
    issueId: integer('issue_id')
      .notNull()
      .references(() => issues.id, { onDelete: 'cascade' }),
    commentId: integer('comment_id').references(() => comments.id, { onDelete: 'set null' }),
    fileName: text('file_name').notNull(),
    contentType: text('content_type').notNull().default('application/octet-stream'),
    sizeBytes: integer('size_bytes').notNull(),
    sizeKib: integer('size_kib').generatedAlwaysAs(
      (): SQL => sql`(${attachments.sizeBytes} + ${1023}) / ${1024}`,
      { mode: 'stored' },
    ),
    uploadedAt: text('uploaded_at').notNull().default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [check('attachments_size_limit', sql`${t.sizeBytes} between 0 and ${50 * 1024 * 1024}`)],
);
