import { defineConfig } from 'vitest/config';

/**
 * Tests that need more of PostgreSQL than npm has, extensions such as PostGIS and the programs that make backups:
 * `npm run test:extensions`. REV_TEST_POSTGRES_BIN names the bin folder of one that has them; `.ci/run` installs Debian's.
 */
export default defineConfig({
  test: {
    include: ['test/extensions/**/*.test.ts'],
    globalSetup: ['test/support/postgres-server.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
