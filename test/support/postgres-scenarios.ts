import * as core from 'drizzle-orm/pg-core';
import { expect } from 'vitest';
import type { Catalog } from '../../src/catalog/index.js';
import type { Driver } from '../../src/dialects/dialect.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { withMarkedPlaces } from '../../src/diff/missing-values.js';
import { readModels } from '../../src/drizzle/read-models.js';
import { describe, invert, type Operation } from '../../src/operations/index.js';
import { autogenerate, everything, expectCatalog, expectNoChanges, runAll } from './oracle.js';
import { freshDatabase, type TestDatabase } from './postgres.js';

/** A change of models with rows in the tables: there, nothing more to do, back as it was, and there again. */

export type Models = Readonly<Record<string, unknown>>;

export interface Scenario {
  /** Where it is played; default: an empty database of the test server. */
  readonly database?: () => Promise<TestDatabase>;
  /** SQL on the empty database, which has its say in every later session: extensions, a search_path. */
  readonly prepare?: string;
  readonly before: Models | Catalog;
  /** SQL that fills the tables, and makes by hand what models cannot say. */
  readonly given?: string;
  readonly after: Models | Catalog;
  readonly renames?: readonly string[];
  /** A query of which the result is the same before, after and after the way back. */
  readonly survives?: string;
  /** A query on the upgraded database, and what it finds. */
  readonly finds?: readonly [query: string, rows: readonly Readonly<Record<string, unknown>>[]];
  /** Asked on the upgraded database. */
  readonly look?: (database: TestDatabase, driver: Driver) => Promise<void>;
  /** SQL at the places that a revision marks for it. */
  readonly fill?: string;
  /** SQL on the upgraded database, without which rows would not fit what the way back brings. */
  readonly empties?: string;
  /** Which line of drizzle-orm the models are of. */
  readonly core?: unknown;
}

/** Returns what the upgrade did, which is something. */
export async function expectScenario(scenario: Scenario): Promise<readonly Operation[]> {
  const operations = await play(scenario);
  expect(operations).not.toEqual([]);
  return operations;
}

async function play({
  database: makeDatabase = freshDatabase,
  prepare,
  before,
  given = '',
  after,
  renames = [],
  survives = 'select 1',
  finds,
  look,
  fill = '',
  empties,
  core: line = core,
}: Scenario): Promise<readonly Operation[]> {
  const database = await makeDatabase();
  if (prepare) await database.sql(prepare);
  const driver = await postgres.connect({ url: database.url, from: process.cwd() });
  try {
    const [start, end] = [before, after].map((each) => catalogOf(each, line)) as [Catalog, Catalog];
    const run = (operations: readonly Operation[]) =>
      runAll(postgres, driver, withMarkedPlaces(operations, postgres.rules), fill);
    await run(await autogenerate(postgres, driver, start));
    await expectNoChanges(postgres, driver, start);
    if (given) await database.sql(given);
    const was = await postgres.inspect(driver, everything);
    const rows = await database.sql(survives);

    const operations = await autogenerate(postgres, driver, end, renames);
    await run(operations);
    await expectNoChanges(postgres, driver, end);
    expect(await database.sql(survives)).toEqual(rows);
    if (finds) expect(await database.sql(finds[0])).toEqual(finds[1]);
    await look?.(database, driver);

    if (empties) await database.sql(empties);
    await run(invert(operations) ?? []);
    await expectCatalog(postgres, driver, was);
    if (!empties) expect(await database.sql(survives)).toEqual(rows);
    await run(operations);
    await expectNoChanges(postgres, driver, end);
    return operations;
  } finally {
    await driver.close();
  }
}

/** Returns what the upgrade did as lines, of which there may be none, and what `look` gives on the upgraded database. */
export async function expectCatalogScenario<T = undefined>(
  scenario: Omit<Scenario, 'look'>,
  look?: (database: TestDatabase, driver: Driver) => Promise<T>,
): Promise<{ readonly lines: readonly string[]; readonly seen: T | undefined }> {
  let seen: T | undefined;
  const operations = await play({
    ...scenario,
    async look(database, driver) {
      seen = await look?.(database, driver);
    },
  });
  return { lines: operations.map(describe), seen };
}

export function catalogOf(models: Models | Catalog, line: unknown = core): Catalog {
  return 'uncompared' in models
    ? (models as Catalog)
    : readModels([models], { dialect: 'postgres', core: line }).catalog;
}
