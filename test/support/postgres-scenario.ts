import { expect } from 'vitest';
import type { Catalog } from '../../src/catalog/index.js';
import type { Driver } from '../../src/dialects/dialect.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { describe, invert } from '../../src/operations/index.js';
import { autogenerate, everything, expectCatalog, expectNoChanges, runAll } from './oracle.js';
import { freshDatabase, type TestDatabase } from './postgres.js';

/** A change of catalogs on a real database with rows: there, no second change, back, and there again. */
export interface CatalogScenario {
  readonly before: Catalog;
  /** SQL that fills the tables, and makes by hand what models cannot say. */
  readonly given?: string;
  readonly after: Catalog;
  readonly renames?: readonly string[];
  /** A query of which the result is the same before, after and after the way back. */
  readonly survives?: string;
}

/** Returns the operations as lines, and what `look` gives on the changed database. */
export async function expectCatalogScenario<T = undefined>(
  { before, given = '', after, renames = [], survives = 'select 1' }: CatalogScenario,
  look?: (database: TestDatabase, driver: Driver) => Promise<T>,
): Promise<{ readonly lines: readonly string[]; readonly seen: T | undefined }> {
  const database = await freshDatabase();
  const driver = await postgres.connect({ url: database.url, from: process.cwd() });
  try {
    await runAll(postgres, driver, await autogenerate(postgres, driver, before));
    await expectNoChanges(postgres, driver, before);
    if (given) await database.sql(given);
    const start = await postgres.inspect(driver, everything);
    const rows = await database.sql(survives);

    const operations = await autogenerate(postgres, driver, after, renames);
    await runAll(postgres, driver, operations);
    await expectNoChanges(postgres, driver, after);
    expect(await database.sql(survives)).toEqual(rows);
    const seen = await look?.(database, driver);

    await runAll(postgres, driver, invert(operations) ?? []);
    await expectCatalog(postgres, driver, start);
    expect(await database.sql(survives)).toEqual(rows);
    await runAll(postgres, driver, operations);
    await expectNoChanges(postgres, driver, after);
    return { lines: operations.map(describe), seen };
  } finally {
    await driver.close();
  }
}
