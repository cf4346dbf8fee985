import { defineConfig } from 'vitest/config';

/**
 * Tests of extensions that are no part of PostgreSQL: `npm run test:extensions`. REV_TEST_POSTGRES_BIN names the bin
 * folder of a PostgreSQL that has them; `.ci/run` installs Debian's.
 */
export default defineConfig({
  test: {
    include: ['test/extensions/**/*.test.ts'],
    globalSetup: ['test/support/postgres-server.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
