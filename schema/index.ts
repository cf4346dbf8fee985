/**
 * A small issue tracker for many organizations: the example that the README runs. It reads the same with drizzle-orm
 * 0.45 and 1.x; test/fixtures/tracker-postgres has the same model for PostgreSQL.
 */
export * from './activity.js';
export * from './discussion.js';
export * from './issues.js';
export * from './organizations.js';
export * from './planning.js';
export * from './users.js';
