import { defineConfig } from 'drizzle-alembic';

/** The example: a small issue tracker on SQLite. `rev upgrade head` makes tracker.db. */
export default defineConfig({
  dialect: 'sqlite',
  url: process.env.DATABASE_URL ?? 'file:tracker.db',
  schema: './schema',
});
