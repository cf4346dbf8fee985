import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Driver } from '../../src/dialects/dialect.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { freshDatabase, serverMajor, type TestDatabase } from '../support/postgres.js';
import { catalogPair } from '../support/postgres-pairs.js';
import { expectRowsSurvive } from '../support/postgres-rows.js';

/** REV_PROPERTY_RUNS and REV_PROPERTY_SEED run more, or the same again. */
const numRuns = Number(process.env.REV_PROPERTY_RUNS ?? 300);
const seed = Number(process.env.REV_PROPERTY_SEED ?? randomInt(2 ** 31));

let database: TestDatabase;
let driver: Driver;

beforeAll(async () => {
  database = await freshDatabase();
  driver = await postgres.connect({ url: database.url, from: process.cwd() });
});

afterAll(async () => {
  await driver.close();
  await database.drop();
});

const empty = `
  do $$
  declare name text;
  begin
    for name in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
      execute format('drop schema %I cascade', name);
    end loop;
  end $$;
  create schema public;`;

describe('autogenerate on PostgreSQL', () => {
  it(`goes from any catalog with rows to one grown out of it and back, and finds no change after it (${numRuns} pairs, seed ${seed})`, async () => {
    const seen = new Set<string>();
    let [pairs, rows, refusals] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(catalogPair({ nullsNotDistinct: (await serverMajor()) >= 15 }), async ({ a, b }) => {
        // Nobody else sweeps the catalogue here, and each pair fills it with dead rows.
        if (pairs % 50 === 49) await database.sql('vacuum');
        pairs += 1;
        await driver.runAll([{ sql: empty }]);
        const report = await expectRowsSurvive(driver, a, b);
        for (const kind of report.kinds) seen.add(kind);
        rows += report.rows;
        refusals += report.refusals;
      }),
      { numRuns, seed },
    );
    // Most tables have rows, and most ways are gone with them.
    expect(rows).toBeGreaterThan(numRuns * 2);
    expect(refusals).toBeLessThan(numRuns);
    const changes = ['addColumn', 'dropColumn', 'alterColumn', 'addConstraint', 'dropConstraint'];
    const operations = ['createTable', 'dropTable', 'createIndex', 'dropIndex', 'createEnum', 'alterEnum'];
    const views = ['createView', 'dropView', 'alterView'];
    const policies = ['createPolicy', 'dropPolicy', 'alterPolicy', 'renamePolicy', 'enableRowSecurity'];
    // Rare kinds may be missing in a short run.
    if (numRuns >= 200) {
      expect([...seen]).toEqual(expect.arrayContaining([...changes, ...operations, ...views, ...policies]));
    }
  }, 1_800_000);
});
