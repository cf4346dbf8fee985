import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Catalog } from '../../src/catalog/index.js';
import { readModels } from '../../src/drizzle/index.js';
import { lines } from './lines.js';

/** The example as one line of drizzle-orm evaluates it. */
async function evaluate(line: (typeof lines)[number], dialect: 'postgres' | 'sqlite') {
  vi.resetModules();
  vi.doMock('drizzle-orm', () => line.orm);
  vi.doMock('drizzle-orm/pg-core', () => line.pg);
  vi.doMock('drizzle-orm/sqlite-core', () => line.sqlite);
  const schema: Record<string, unknown> =
    dialect === 'sqlite'
      ? await import('../../schema/index.js')
      : // @ts-ignore: fixtures are not part of the type-checked program.
        await import('../fixtures/tracker-postgres/index.js');
  const core = dialect === 'sqlite' ? line.sqlite : line.pg;
  return readModels([schema], { dialect, core, root: line.orm });
}

/** Derived names differ between the lines, on purpose; nothing else may. */
function withoutDerivedNames(catalog: Catalog): unknown {
  const strip = <T extends { readonly name: string | null; readonly derived?: true }>(list: readonly T[]) =>
    list
      .map((each) => (each.derived ? { ...each, name: 'derived' } : each))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return {
    ...catalog,
    tables: catalog.tables.map((table) => ({
      ...table,
      primaryKey: table.primaryKey && strip([table.primaryKey]),
      uniques: strip(table.uniques),
      foreignKeys: strip(table.foreignKeys),
      indexes: strip(table.indexes),
    })),
  };
}

afterEach(() => {
  vi.doUnmock('drizzle-orm');
  vi.doUnmock('drizzle-orm/pg-core');
  vi.doUnmock('drizzle-orm/sqlite-core');
  vi.resetModules();
});

describe.each(['sqlite', 'postgres'] as const)('the example of %s', (dialect) => {
  it('is the same catalog with both lines, up to derived names', async () => {
    const [old, modern] = lines;
    if (!old || !modern) throw new Error('two lines');
    const first = await evaluate(old, dialect);
    const second = await evaluate(modern, dialect);
    expect(withoutDerivedNames(second.catalog)).toEqual(withoutDerivedNames(first.catalog));
    expect(first.warnings).toEqual([]);
    expect(second.warnings).toEqual([]);
  });

  it.each(lines)('shows every kind of thing, with drizzle-orm $line', async (line) => {
    const { catalog } = await evaluate(line, dialect);
    expect(catalog.tables.length).toBeGreaterThanOrEqual(12);
    const columns = catalog.tables.flatMap((table) => table.columns);
    expect(columns.some((column) => column.generated)).toBe(true);
    expect(columns.some((column) => column.identity)).toBe(true);
    expect(columns.some((column) => column.default?.kind === 'expression')).toBe(true);
    const indexes = catalog.tables.flatMap((table) => table.indexes);
    expect(indexes.some((index) => index.where !== null)).toBe(true);
    expect(indexes.some((index) => index.keys.some((key) => key.expression))).toBe(true);
    expect(indexes.some((index) => index.keys.some((key) => key.order === 'desc'))).toBe(true);
    const keys = catalog.tables.flatMap((table) =>
      table.foreignKeys.map((key) => [table.name, key.references.name]),
    );
    expect(keys).toContainEqual(['issues', 'issues']);
    const text = JSON.stringify(catalog);
    expect(text).not.toMatch(/\$\d/);
    expect(text).not.toContain('[object Object]');
  });
});
