import { expect } from 'vitest';
import { type Catalog, type Column, emptyCatalog, findColumn, findTable } from '../../src/catalog/index.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { apply, invert, type Operation, type TableChange } from '../../src/operations/index.js';
import { serverMajor } from './postgres.js';
import { session } from './postgres-session.js';

/** Operations against a real server, and what the tests of the compiler say of them. */

export const t = { schema: null, name: 't' };
/** NULLS NOT DISTINCT is of PostgreSQL 15. */
export const modern = (await serverMajor()) >= 15;
export const nothing = emptyCatalog('postgres');

export function alter(...changes: readonly TableChange[]): Operation {
  return { kind: 'alterTable', table: t, changes };
}

export function sqlOf(operation: Operation, before: Catalog = nothing): readonly string[] {
  return postgres.compile(operation, before, {}).map((statement) => statement.sql);
}

/**
 * Given a database that these statements have made: what the operations do to it is what they do to its catalog in
 * memory, and their inverse leads back. Returns the catalog in between.
 */
export async function expectFaithful(setup: string, ...operations: readonly Operation[]): Promise<Catalog> {
  const { sql, inspect, apply: run } = await session();
  await sql(setup);
  const before = await inspect();
  await run(...operations);
  const after = await inspect();
  expect(withoutCensus(after)).toEqual(withoutCensus(apply(operations, before)));
  const back = invert(operations);
  if (back) {
    await run(...back);
    expect(withoutCensus(await inspect())).toEqual(withoutCensus(before));
  }
  return after;
}

export function withoutCensus(catalog: Catalog): Catalog {
  return { ...catalog, uncompared: [] };
}

export async function was(setup: string, name: string): Promise<Column> {
  const { sql, inspect } = await session();
  await sql(setup);
  const found = findColumn(
    findTable(await inspect(), t) ?? ({ ...t, columns: [] as Column[] } as never),
    name,
  );
  if (!found) throw new Error(`no column ${name}`);
  return found;
}
