/** Autogenerate against a real database, with the models written as SQL: short, and everything can be said. */

import { expect } from 'vitest';
import { type Catalog, makeCatalog } from '../../src/catalog/index.js';
import type { Driver } from '../../src/dialects/dialect.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { invert, type Operation } from '../../src/operations/index.js';
import { autogenerate, everything, expectCatalog, expectNoChanges, runAll } from './oracle.js';
import { connectSqlite } from './sqlite.js';

/** The catalog that models of these tables are read as: it has no text of the database. */
export async function modelsOf(...statements: readonly string[]): Promise<Catalog> {
  const driver = await connectSqlite();
  try {
    for (const sql of statements) await driver.run({ sql });
    const { tables, views } = await sqlite.inspect(driver, everything);
    return makeCatalog({
      dialect: 'sqlite',
      tables: tables.map(({ live: _live, ...table }) => table),
      views,
    });
  } finally {
    await driver.close();
  }
}

/** Brings the database to the models, as `rev create --autogenerate` and `rev upgrade` do; then nothing differs. */
export async function migrate(
  driver: Driver,
  models: readonly string[],
  renames: readonly string[] = [],
): Promise<readonly Operation[]> {
  const wanted = await modelsOf(...models);
  const operations = await autogenerate(sqlite, driver, wanted, renames);
  await runAll(sqlite, driver, operations);
  await expectNoChanges(sqlite, driver, wanted);
  return operations;
}

/** Undoes the operations; then the schema is what it was. */
export async function goBack(
  driver: Driver,
  operations: readonly Operation[],
  before: Catalog,
): Promise<void> {
  const back = invert(operations);
  expect(back).not.toBeNull();
  await runAll(sqlite, driver, back ?? []);
  await expectCatalog(sqlite, driver, before);
}
