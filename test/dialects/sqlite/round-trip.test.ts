import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeCatalog, type Table } from '../../../src/catalog/index.js';
import { normalizeCatalogs } from '../../../src/dialects/sqlite/normalize.js';
import { connectSqlite, databaseOf } from '../../support/sqlite.js';
import { names, tables } from '../../support/sqlite-tables.js';

/** REV_PROPERTY_RUNS runs more. */
const numRuns = Number(process.env.REV_PROPERTY_RUNS ?? 300);

/** A catalog of that table alone, without what only the database knows. */
function catalogOf(table: Table) {
  const { live: _live, ...rest } = table;
  return makeCatalog({ dialect: 'sqlite', tables: [rest] });
}

test('a table that is created is the table that is inspected', async () => {
  const tableNames = names.filter((name) => !name.toLowerCase().startsWith('sqlite_'));
  await fc.assert(
    fc.asyncProperty(
      tableNames.chain((name) => tables(name, { parents: ['parent'] })),
      async (wanted) => {
        const driver = await connectSqlite();
        try {
          const db = databaseOf(driver, ':memory:');
          await db.setup('create table parent (id integer primary key)');
          await db.run(
            { kind: 'createTable', table: { ...wanted, indexes: [] } },
            ...wanted.indexes.map((index) => ({ kind: 'createIndex', table: wanted, index }) as const),
          );
          const found = await db.table(wanted.name);
          const sides = normalizeCatalogs(catalogOf(found), catalogOf(wanted));
          expect(sides.wanted).toEqual(sides.actual);
        } finally {
          await driver.close();
        }
      },
    ),
    { numRuns },
  );
});
