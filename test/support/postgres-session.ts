import { onTestFinished } from 'vitest';
import type { Catalog } from '../../src/catalog/index.js';
import type { Driver, Scope } from '../../src/dialects/dialect.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import type { Operation } from '../../src/operations/index.js';
import { freshDatabase, type TestDatabase } from './postgres.js';

export const everything: Scope = { includes: () => true };

/** A fresh database, a session with it, and the dialect's parts as a test speaks of them. */
export interface TestSession extends TestDatabase {
  readonly driver: Driver;
  inspect(scope?: Scope): Promise<Catalog>;
  /** Compiles and runs each operation in one transaction, as an upgrade does. Returns the SQL. */
  apply(...operations: readonly Operation[]): Promise<readonly string[]>;
}

export async function session(): Promise<TestSession> {
  const database = await freshDatabase();
  const driver = await postgres.connect({ url: database.url, from: import.meta.dirname });
  onTestFinished(() => driver.close());
  return {
    ...database,
    driver,
    inspect: (scope = everything) => postgres.inspect(driver, scope),
    async apply(...operations) {
      const sql: string[] = [];
      await driver.transaction(async () => {
        for (const operation of operations) {
          const before = await postgres.inspect(driver, everything);
          const statements = postgres.compile(operation, before, { serverVersion: driver.serverVersion });
          sql.push(...statements.map((statement) => statement.sql));
          await driver.runAll(statements);
        }
      });
      return sql;
    },
  };
}
