import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Catalog, makeCatalog, type Table, type View } from '../../src/catalog/index.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { expectRoundTrip } from '../support/oracle.js';
import { connectSqlite } from '../support/sqlite.js';
import { tables } from '../support/sqlite-tables.js';

/** REV_PROPERTY_RUNS and REV_PROPERTY_SEED run more, or the same again. */
const numRuns = Number(process.env.REV_PROPERTY_RUNS ?? 300);
const seed = Number(process.env.REV_PROPERTY_SEED ?? randomInt(2 ** 31));

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

/** How a view reads the first of its tables that a catalog has, or another view. */
const viewShapes = fc.tuple(
  ...['a view', 'Second', 'third'].map((name, at) =>
    fc.record({
      name: fc.constant(name),
      form: fc.nat(5),
      other: fc.nat(5),
      there: fc.constantFrom('a', 'b', 'both', 'both', 'both', 'changed'),
      reads: fc.shuffledSubarray(['alpha', 'beta', 'Gamma', 'parents'], { minLength: 4 }),
      onView: fc.boolean().map((onView) => onView && at > 0),
    }),
  ),
);

type Shape = (typeof viewShapes extends fc.Arbitrary<infer T> ? T : never)[number];

function viewsOf(list: readonly Table[], shapes: readonly Shape[], side: 'a' | 'b'): readonly View[] {
  const views: View[] = [];
  for (const { name, form, other, there, reads, onView } of shapes) {
    if (there !== 'both' && there !== 'changed' && there !== side) continue;
    const read = views.find(() => onView)?.name ?? reads.find((each) => list.some((t) => t.name === each));
    const columns = list.find((each) => each.name === read)?.columns ?? [];
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const first = columns[0] ? quoted(columns[0].name) : '1';
    const queries = [
      `select * from ${quoted(read ?? '')}`,
      `SELECT ${first} AS one -- first\n  FROM ${quoted(read ?? '')} AS t`,
      `select count(*) as n, 'it''s' as "q" from ${quoted(read ?? '')} where ${first} is not null`,
      `with c as (select * from ${quoted(read ?? '')}) select * from c`,
      `select x.* from ${quoted(read ?? '')} as x, parents as y`,
      `values (1, 2)`,
    ];
    const query = queries[side === 'b' && there === 'changed' ? other : form] ?? '';
    views.push({ kind: 'view', schema: null, name, materialized: false, query, with: {} });
  }
  return views;
}

/** Two catalogs that share some tables, change some, and have some each for its own. */
const tablePairs = fc.tuple(
  ...['alpha', 'beta', 'Gamma'].map((name) =>
    fc.record({
      a: fc.option(table(name), { nil: null }),
      b: fc.option(table(name), { nil: null }),
      same: fc.boolean(),
    }),
  ),
);

const pair = fc.tuple(tablePairs, viewShapes).map(([choices, shapes]) => {
  const present = (list: readonly (Table | null)[]) => list.filter((each): each is Table => each !== null);
  return {
    a: catalogOf(present(choices.map(({ a }) => a)), shapes, 'a'),
    b: catalogOf(present(choices.map(({ a, b, same }) => (same ? a : b))), shapes, 'b'),
  };
});

function catalogOf(list: readonly Table[], shapes: readonly Shape[], side: 'a' | 'b'): Catalog {
  const tables = [parent, ...list];
  return makeCatalog({ dialect: 'sqlite', tables, views: viewsOf(tables, shapes, side) });
}

describe('autogenerate on SQLite', () => {
  it(`goes from any catalog to any other and back, and finds no change after it (${numRuns} pairs, seed ${seed})`, async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(pair, async ({ a, b }) => {
        const driver = await connectSqlite();
        try {
          for (const kind of await expectRoundTrip(sqlite, driver, a, b)) seen.add(kind);
        } finally {
          await driver.close();
        }
      }),
      { numRuns, seed },
    );
    const kinds = ['addColumn', 'dropColumn', 'alterColumn', 'addConstraint', 'dropConstraint'];
    const operations = ['createTable', 'dropTable', 'createIndex', 'dropIndex', 'createView', 'dropView'];
    // Rare kinds may be missing in a short run.
    if (numRuns >= 200) expect([...seen]).toEqual(expect.arrayContaining([...kinds, ...operations]));
  }, 600_000);
});
