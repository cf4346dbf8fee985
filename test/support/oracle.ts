import { expect } from 'vitest';
import { type Catalog, emptyCatalog, makeCatalog, type Table } from '../../src/catalog/index.js';
import { compareCatalogs } from '../../src/commands/compare.js';
import type { Dialect, Driver, Scope } from '../../src/dialects/dialect.js';
import { describe, invert, type Operation } from '../../src/operations/index.js';

/**
 * The main oracle of the product: whatever a diff says, run on a real database, makes exactly what was wanted; its
 * inverse makes exactly what was before; and a second autogenerate finds nothing.
 */

export const everything: Scope = { includes: () => true };

/** Returns the kinds of operations and changes from a to b, so that a test can see that it tests something. */
export async function expectRoundTrip(
  dialect: Dialect,
  driver: Driver,
  a: Catalog,
  b: Catalog,
): Promise<readonly string[]> {
  const first = await autogenerate(dialect, driver, a);
  await runAll(dialect, driver, first);
  await expectNoChanges(dialect, driver, a);
  const before = await dialect.inspect(driver, everything);

  const second = await autogenerate(dialect, driver, b);
  await runAll(dialect, driver, second);
  await expectNoChanges(dialect, driver, b);
  const after = await dialect.inspect(driver, everything);

  const back = invert(second);
  expect(back, 'every generated operation has an inverse').not.toBeNull();
  await runAll(dialect, driver, back ?? []);
  await expectCatalog(dialect, driver, before);

  await runAll(dialect, driver, second);
  await expectCatalog(dialect, driver, after);
  return second.flatMap((each) =>
    each.kind === 'alterTable' ? each.changes.map(({ kind }) => kind) : [each.kind],
  );
}

/** The database is what it was, in one spelling: PostgreSQL prints some expressions otherwise the second time. */
export async function expectCatalog(dialect: Dialect, driver: Driver, expected: Catalog): Promise<void> {
  const found = await dialect.inspect(driver, everything);
  const { actual, wanted } = await dialect.normalize(driver, found, expected);
  expect(comparable(actual)).toEqual(comparable(wanted));
}

export async function autogenerate(
  dialect: Dialect,
  driver: Driver,
  wanted: Catalog,
  renames: readonly string[] = [],
): Promise<readonly Operation[]> {
  const live = await dialect.inspect(driver, everything);
  const options = { said: renames, denied: 'all' } as const;
  return (await compareCatalogs(dialect, driver, live, wanted, options)).operations;
}

export async function expectNoChanges(dialect: Dialect, driver: Driver, wanted: Catalog): Promise<void> {
  expect((await autogenerate(dialect, driver, wanted)).map(describe)).toEqual([]);
}

/**
 * As a revision runs: each operation compiled for the moment when its turn has come, all in one transaction.
 * @param fill SQL for the places where rows must be filled in
 */
export async function runAll(
  dialect: Dialect,
  driver: Driver,
  operations: readonly Operation[],
  fill = '',
): Promise<void> {
  await driver.transaction(async () => {
    for (const operation of operations) {
      if (operation.kind === 'missingValues' && fill) await driver.run({ sql: fill });
      const { serverVersion } = driver;
      const before = dialect.needsCatalog(operation, { serverVersion })
        ? await dialect.inspect(driver, everything)
        : emptyCatalog(dialect.name);
      await driver.runAll(dialect.compile(operation, before, { serverVersion }));
    }
  });
}

/** A catalog without what a way there and back may change: the order of columns, and SQLite's own text of a table. */
function comparable(catalog: Catalog): Catalog {
  const sorted = (table: Table): Table => {
    const { live: _text, ...rest } = table;
    const columns = [...table.columns].sort((x, y) => (x.name < y.name ? -1 : 1));
    return { ...rest, columns };
  };
  return makeCatalog({ ...catalog, tables: catalog.tables.map(sorted) });
}
