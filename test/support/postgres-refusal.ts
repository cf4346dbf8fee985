import { expect } from 'vitest';
import { postgres } from '../../src/dialects/postgres/index.js';
import { withMarkedPlaces } from '../../src/diff/missing-values.js';
import { autogenerate, everything, expectCatalog, runAll } from './oracle.js';
import { freshDatabase } from './postgres.js';
import { catalogOf, type Scenario } from './postgres-scenarios.js';

/** Rows do not allow the change: it says so, and all is as it was. */
export async function expectRefused(
  { before, given = '', after, renames = [], survives = 'select 1' }: Scenario,
  message: RegExp,
): Promise<void> {
  const database = await freshDatabase();
  const driver = await postgres.connect({ url: database.url, from: process.cwd() });
  try {
    await runAll(postgres, driver, await autogenerate(postgres, driver, catalogOf(before)));
    if (given) await database.sql(given);
    const was = await postgres.inspect(driver, everything);
    const rows = await database.sql(survives);
    const operations = await autogenerate(postgres, driver, catalogOf(after), renames);
    const run = runAll(postgres, driver, withMarkedPlaces(operations, postgres.rules));
    const failure: { code: string; message: string; hint?: string } = await run.then(
      () => {
        throw new Error('It was not refused.');
      },
      (error) => error,
    );
    expect(failure).toMatchObject({ code: 'REV_STATEMENT' });
    expect(`${failure.message}\n${failure.hint ?? ''}`).toMatch(message);
    await expectCatalog(postgres, driver, was);
    expect(await database.sql(survives)).toEqual(rows);
  } finally {
    await driver.close();
  }
}
