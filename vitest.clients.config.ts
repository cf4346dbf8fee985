import { defineConfig } from 'vitest/config';

/**
 * Scripts run by the databases' own clients: `npm run test:clients`. Needs `psql` and `sqlite3`; `.ci/run` installs
 * Debian's.
 */
export default defineConfig({
  test: {
    include: ['test/clients/**/*.test.ts'],
    globalSetup: ['test/support/postgres-server.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
