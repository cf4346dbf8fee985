import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type Catalog, emptyCatalog, makeCatalog } from '../../../src/catalog/index.js';
import type { Driver } from '../../../src/dialects/dialect.js';
import { postgres } from '../../../src/dialects/postgres/index.js';
import { diff } from '../../../src/diff/diff.js';
import { freshDatabase, serverMajor } from '../../support/postgres.js';
import { everything } from '../../support/postgres-session.js';
import { anyCatalog, creation } from '../../support/postgres-tables.js';

let driver: Driver;

beforeAll(async () => {
  const { url } = await freshDatabase();
  driver = await postgres.connect({ url, from: import.meta.dirname });
  return () => driver.close();
});

/** What a comparison looks at: no census, no marks that only help to match. */
function compared(catalog: Catalog): Catalog {
  return makeCatalog({
    ...catalog,
    uncompared: [],
    tables: catalog.tables.map((table) => ({
      ...table,
      columns: table.columns.map(({ enum: _enum, ...column }) => column),
    })),
  });
}

test('any catalog, once created, is inspected as itself: no change, nothing unverified', async () => {
  await fc.assert(
    fc.asyncProperty(anyCatalog({ nullsNotDistinct: (await serverMajor()) >= 15 }), async (catalog) => {
      await driver.rolledBack(async () => {
        const options = { serverVersion: driver.serverVersion };
        for (const operation of creation(catalog)) {
          await driver.runAll(postgres.compile(operation, emptyCatalog('postgres'), options));
        }
        const live = await postgres.inspect(driver, everything);
        const { actual, wanted, unverified } = await postgres.normalize(driver, live, catalog);
        expect(unverified).toEqual([]);
        expect(diff(actual, wanted, postgres.rules, {}).operations).toEqual([]);
        expect(compared(actual)).toEqual(compared(wanted));
      });
    }),
    { numRuns: Number(process.env.REV_TEST_RUNS ?? 60) },
  );
});
