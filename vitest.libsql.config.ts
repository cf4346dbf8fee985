import { defineConfig } from 'vitest/config';

/**
 * Tests of databases on a libsql server: `npm run test:libsql`. REV_TEST_SQLD names the server's program;
 * `.ci/libsql-server` fetches it. The tests of SQLite run on it with REV_TEST_SQLITE_DRIVER=libsql-server.
 */
export default defineConfig({
  test: {
    include: [
      'test/libsql-server/**/*.test.ts',
      'test/dialects/sqlite/**/*.test.ts',
      'test/property/*-sqlite.test.ts',
    ],
    // They copy files, lock them, and kill who writes one.
    exclude: ['backup', 'lock', 'kill'].map((name) => `test/dialects/sqlite/${name}.test.ts`),
    globalSetup: ['test/support/libsql-server.ts', 'test/support/postgres-server.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
