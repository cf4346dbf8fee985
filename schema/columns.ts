/** Columns that nearly every table has. */
import { sql } from 'drizzle-orm';
import { integer } from 'drizzle-orm/sqlite-core';

/** A numeric key that SQLite fills in. */
export const id = () => integer('id').primaryKey();

/** Seconds since 1970. */
export const createdAt = (name = 'created_at') =>
  integer(name, { mode: 'timestamp' }).notNull().default(sql`(unixepoch())`);

/** Set by drizzle whenever a row changes, so the database has no default for it. */
export const updatedAt = () => integer('updated_at', { mode: 'timestamp' }).$onUpdate(() => new Date());
