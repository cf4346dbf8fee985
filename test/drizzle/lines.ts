/** Both lines of drizzle-orm, for tests that hold them side by side. */
import * as orm from 'drizzle-orm';
import * as pg from 'drizzle-orm/pg-core';
import * as sqlite from 'drizzle-orm/sqlite-core';
import * as newOrm from 'drizzle-orm-v1';
import * as newPg from 'drizzle-orm-v1/pg-core';
import * as newSqlite from 'drizzle-orm-v1/sqlite-core';
import type { Catalog, Column, Table } from '../../src/catalog/index.js';
import { type Models, type ReadOptions, readModels } from '../../src/drizzle/index.js';

export interface Line {
  readonly line: '0.45' | '1.x';
  readonly orm: typeof orm;
  readonly pg: typeof pg;
  readonly sqlite: typeof sqlite;
}

/** 1.x under the types of 0.45: only what both have is called. */
export const lines: readonly Line[] = [
  { line: '0.45', orm, pg, sqlite },
  {
    line: '1.x',
    orm: newOrm as unknown as typeof orm,
    pg: newPg as unknown as typeof pg,
    sqlite: newSqlite as unknown as typeof sqlite,
  },
];

export { newPg, newSqlite };

type Extra = Partial<Pick<ReadOptions, 'casing'>>;

export function readPg(line: Line, models: Record<string, unknown>, extra: Extra = {}): Models {
  return readModels([models], { dialect: 'postgres', core: line.pg, root: line.orm, ...extra });
}

export function readSqlite(line: Line, models: Record<string, unknown>, extra: Extra = {}): Models {
  return readModels([models], { dialect: 'sqlite', core: line.sqlite, root: line.orm, ...extra });
}

/** The only table, or the one of that name. */
export function tableOf(catalog: Catalog, name?: string): Table {
  const table = name === undefined ? catalog.tables[0] : catalog.tables.find((each) => each.name === name);
  if (!table) throw new Error(`no table ${name}`);
  return table;
}

export function columnOf(catalog: Catalog, name: string): Column {
  const column = tableOf(catalog).columns.find((each) => each.name === name);
  if (!column) throw new Error(`no column ${name}`);
  return column;
}

/** The columns of the only table by name. */
export function columnsOf(catalog: Catalog): Record<string, Column> {
  return Object.fromEntries(tableOf(catalog).columns.map((column) => [column.name, column]));
}
