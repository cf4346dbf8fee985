import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/fixtures/**',
      ...['browser', 'clients', 'extensions', 'libsql-server', 'poolers'].map((name) => `test/${name}/**`),
    ],
    globalSetup: ['test/support/postgres-server.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    // Much of the time a test waits for another process.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
