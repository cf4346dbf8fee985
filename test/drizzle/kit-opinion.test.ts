import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/catalog/index.js';
import type { Scope } from '../../src/dialects/dialect.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { diff } from '../../src/diff/diff.js';
import { apply, describe as describeOperation, type Operation } from '../../src/operations/index.js';
import { session, type TestSession } from '../support/postgres-session.js';
import { everything } from './everything.js';
import { refusedOfKit } from './everything-views.js';
import { kitSql } from './kit.js';
import { type Line, lines, readPg } from './lines.js';

/** What drizzle-kit itself makes of models, as a second opinion. It is asked on empty databases only. */

type Models = Record<string, unknown>;

async function byKit(line: Line, models: Models): Promise<TestSession> {
  const at = await session();
  for (const sql of await kitSql(line, models)) await at.driver.run({ sql });
  return at;
}

const scopeOf = (schemas: readonly string[]): Scope => ({ schemas, includes: () => true });

/** The operations to what the models say, and what could not be compared. */
async function toModels(at: TestSession, line: Line, models: Models, scope?: Scope) {
  const { catalog, warnings } = readPg(line, models);
  const { actual, wanted, unverified } = await postgres.normalize(
    at.driver,
    await at.inspect(scope ?? scopeOf(catalog.schemas)),
    catalog,
  );
  const { operations } = diff(actual, wanted, postgres.rules, { renames: { denied: 'all' } });
  return { operations, warnings, unverified, actual };
}

async function run(at: TestSession, operations: readonly Operation[], from: Catalog): Promise<void> {
  let before = from;
  await at.driver.transaction(async () => {
    for (const operation of operations) {
      await at.driver.runAll(postgres.compile(operation, before, { serverVersion: at.driver.serverVersion }));
      before = apply([operation], before);
    }
  });
}

/**
 * A catalog without what the order of its making decides, and without options of views that are off: drizzle-kit writes
 * `security_invoker = false`, which says what a view is anyway.
 */
function shape(catalog: Catalog): unknown {
  const byName = <T extends { readonly name: string | null }>(list: readonly T[]) =>
    [...list].sort((a, b) => String(a.name).localeCompare(String(b.name)));
  return {
    ...catalog,
    tables: byName(catalog.tables).map((table) => ({ ...table, columns: byName(table.columns) })),
    views: catalog.views.map(({ with: options = {}, ...view }) => ({
      ...view,
      with: Object.fromEntries(
        Object.entries(options).filter((each) => `${each}` !== 'security_invoker,false'),
      ),
    })),
  };
}

describe.each(lines)('drizzle-kit of drizzle-orm $line', (line) => {
  test.each([false, true])(
    'a database that it made has no differences (later models: %s)',
    async (changed) => {
      const models = everything(line, changed);
      const found = await toModels(await byKit(line, models), line, models);
      expect(found.operations.map(describeOperation)).toEqual([]);
      expect(found.unverified).toEqual([]);
      expect(found.warnings).toEqual([]);
    },
  );

  test.each([
    ['nothing', 'the models', undefined, false],
    ['the models', 'the later ones', false, true],
    ['the later models', 'the first ones', true, false],
  ] as const)('our way from %s to %s leads where it leads', async (_from, _to, before, after) => {
    const models = everything(line, after);
    const ours = before === undefined ? await session() : await byKit(line, everything(line, before));
    const found = await toModels(ours, line, models);
    expect(found.operations).not.toEqual([]);
    await run(ours, found.operations, found.actual);
    const theirs = await byKit(line, models);
    const scope = scopeOf(readPg(line, models).catalog.schemas);
    expect(shape(await ours.inspect(scope))).toEqual(shape(await theirs.inspect(scope)));
  });

  test.each(refusedOfKit)('fails on %s, which we make', async (_what, error, modelsOf) => {
    const models = modelsOf(line);
    await expect(byKit(line, models)).rejects.toThrow(error);
    const ours = await session();
    const found = await toModels(ours, line, models);
    await run(ours, found.operations, found.actual);
    expect((await toModels(ours, line, models)).operations).toEqual([]);
  });

  test('makes the roles that we make', async () => {
    const role = (name: string, options = {}) =>
      line.pg.pgRole(`rev_kit_${randomBytes(4).toString('hex')}_${name}`, options);
    const models = {
      plain: role('plain'),
      maker: role('maker', { createDb: true, createRole: true }),
      loner: role('loner', { inherit: false }),
    };
    const names = Object.values(models).map(({ name }) => name);
    const scope = { schemas: [], includes: () => true, roles: (name: string) => names.includes(name) };
    const at = await session();
    // Roles belong to the cluster: what makes them is rolled back.
    const made = (work: () => Promise<void>) =>
      at.driver.rolledBack(async () => {
        await work();
        return (await at.inspect(scope)).roles;
      });
    const theirs = await made(async () => {
      for (const sql of await kitSql(line, models)) await at.driver.run({ sql });
    });
    const ours = await made(async () => {
      const { actual, operations } = await toModels(at, line, models, scope);
      for (const operation of operations) {
        await at.driver.runAll(
          postgres.compile(operation, actual, { serverVersion: at.driver.serverVersion }),
        );
      }
    });
    expect(ours).toHaveLength(3);
    expect(ours).toEqual(theirs);
  });
});
