import { defineConfig } from 'vitest/config';

/** Tests behind a real PgBouncer: `npm run test:poolers`. `.ci/run` installs Debian's. */
export default defineConfig({
  test: {
    include: ['test/poolers/**/*.test.ts'],
    globalSetup: ['test/support/postgres-server.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
