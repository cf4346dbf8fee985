import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Catalog, makeCatalog, type Table } from '../../src/catalog/index.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { expectRoundTrip } from '../support/oracle.js';
import { tables } from '../support/sqlite-tables.js';

/** REV_PROPERTY_RUNS and REV_PROPERTY_SEED run more, or the same again. */
const numRuns = Number(process.env.REV_PROPERTY_RUNS ?? 300);
const seed =
  process.env.REV_PROPERTY_SEED === undefined ? {} : { seed: Number(process.env.REV_PROPERTY_SEED) };

/** What foreign keys may point to; it is in every catalog. */
const parent: Table = {
  kind: 'table',
  schema: null,
  name: 'parents',
  columns: [{ name: 'id', type: 'integer', nullable: false, default: null, identity: null, generated: null }],
  primaryKey: { kind: 'primaryKey', name: null, columns: ['id'] },
  uniques: [],
  checks: [],
  foreignKeys: [],
  indexes: [],
};

const table = (name: string) => tables(name, { parents: ['parents'] });

/** Two catalogs that share some tables, change some, and have some each for its own. */
const pair = fc
  .tuple(
    ...['alpha', 'beta', 'Gamma'].map((name) =>
      fc.record({
        a: fc.option(table(name), { nil: null }),
        b: fc.option(table(name), { nil: null }),
        same: fc.boolean(),
      }),
    ),
  )
  .map((choices) => {
    const present = (list: readonly (Table | null)[]) => list.filter((each): each is Table => each !== null);
    return {
      a: catalogOf(present(choices.map(({ a }) => a))),
      b: catalogOf(present(choices.map(({ a, b, same }) => (same ? a : b)))),
    };
  });

function catalogOf(list: readonly Table[]): Catalog {
  return makeCatalog({ dialect: 'sqlite', tables: [parent, ...list] });
}

describe('autogenerate on SQLite', () => {
  it(`goes from any catalog to any other and back, and finds no change after it (${numRuns} pairs)`, async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(pair, async ({ a, b }) => {
        const driver = await sqlite.connect({ url: ':memory:', from: process.cwd() });
        try {
          for (const kind of await expectRoundTrip(sqlite, driver, a, b)) seen.add(kind);
        } finally {
          await driver.close();
        }
      }),
      { numRuns, ...seed },
    );
    const kinds = ['addColumn', 'dropColumn', 'alterColumn', 'addConstraint', 'dropConstraint'];
    const operations = ['createTable', 'dropTable', 'createIndex', 'dropIndex'];
    expect([...seen]).toEqual(expect.arrayContaining([...kinds, ...operations]));
  }, 600_000);
});
