import { expect } from 'vitest';
import {
  type Catalog,
  type Column,
  type DefaultValue,
  type EnumType,
  type IndexKey,
  makeCatalog,
  type Sequence,
  type Table,
  type TableIndex,
} from '../../src/catalog/index.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { diff } from '../../src/diff/diff.js';
import { column, describe as describeOperation, type Operation } from '../../src/operations/index.js';
import { serverMajor } from './postgres.js';
import { session, type TestSession } from './postgres-session.js';

/** Catalogs as models would say them, and what there is to change between a database and such a catalog. */

export function table(columns: readonly Column[], parts: Partial<Table> = {}): Table {
  return {
    kind: 'table',
    schema: null,
    name: 't',
    columns,
    primaryKey: null,
    uniques: [],
    checks: [],
    foreignKeys: [],
    indexes: [],
    ...parts,
  };
}

export function catalogOf(
  tables: readonly Table[],
  parts: { enums?: EnumType[]; sequences?: Sequence[]; schemas?: string[] } = {},
) {
  return makeCatalog({ dialect: 'postgres', tables, ...parts });
}

export function index(
  name: string,
  keys: readonly (string | Partial<IndexKey>)[],
  parts: Partial<TableIndex> = {},
): TableIndex {
  return {
    kind: 'index',
    name,
    unique: false,
    method: 'btree',
    keys: keys.map((key) =>
      typeof key === 'string'
        ? { column: key, order: 'asc', nulls: 'last' }
        : { order: 'asc', nulls: 'last', ...key },
    ),
    where: null,
    ...parts,
  };
}

export const expressionOf = (sql: string): DefaultValue => ({ kind: 'expression', sql });
export const withDefault = (name: string, type: string, value: DefaultValue): Column => ({
  ...column(name, type),
  default: value,
});

/** The operations from the database to the model, both normalized. */
export async function changes(
  at: TestSession,
  wanted: Catalog,
): Promise<{ lines: string[]; unverified: readonly string[] }> {
  const schemas = [...wanted.schemas];
  const live = await at.inspect({ schemas, includes: () => true });
  const normalized = await postgres.normalize(at.driver, live, wanted);
  const { operations } = diff(normalized.actual, normalized.wanted, postgres.rules, {
    renames: { said: [], denied: [] },
  } as never);
  return { lines: operations.map(describeOperation), unverified: normalized.unverified };
}

/** Given a database that is made from the model: there is nothing to change, and nothing is in doubt. */
export async function expectNoPhantoms(wanted: Catalog): Promise<void> {
  const at = await session();
  const creation: Operation[] = [
    ...wanted.schemas.map((name) => ({ kind: 'createSchema', name }) as const),
    ...wanted.enums.map((each) => ({ kind: 'createEnum', enum: each }) as const),
    ...wanted.sequences.map((each) => ({ kind: 'createSequence', sequence: each }) as const),
    ...wanted.tables.flatMap((each): Operation[] => [
      { kind: 'createTable', table: { ...each, indexes: [] } },
      ...each.indexes.map(
        (one) =>
          ({ kind: 'createIndex', table: { schema: each.schema, name: each.name }, index: one }) as const,
      ),
    ]),
  ];
  await at.apply(...creation);
  expect(await changes(at, wanted)).toEqual({ lines: [], unverified: [] });
}

export const major = await serverMajor();

export const mood: EnumType = { kind: 'enum', schema: null, name: 'mood', values: ['sad', 'ok', "it's"] };
export const state: EnumType = { kind: 'enum', schema: 'app', name: 'State', values: ['on', 'off'] };
export const enumColumn = (
  name: string,
  type: string,
  of: EnumType,
  value: DefaultValue | null = null,
): Column => ({
  ...column(name, type),
  enum: { schema: of.schema, name: of.name },
  default: value,
});
