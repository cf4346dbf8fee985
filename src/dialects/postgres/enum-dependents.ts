import { type Catalog, type Column, type QualifiedName, sameName, type Table } from '../../catalog/index.js';
import { mentionsAny } from '../../diff/compare-columns.js';
import type { EnumColumn } from '../../operations/index.js';
import type { CompileOptions } from '../dialect.js';
import { columnDefinition, constraintDefinition, createIndex } from './compile-table.js';
import { identifier } from './quote.js';

/** A table with its columns of an enum that is made anew. */
export interface EnumTable {
  readonly table: QualifiedName;
  readonly columns: readonly EnumColumn[];
}

export interface Dependents {
  readonly drop: readonly string[];
  readonly restore: readonly string[];
}

/**
 * What keeps ALTER COLUMN … TYPE from converting enum columns, because it compares them with the old type: foreign
 * keys at either end, checks, expressions and predicates of indexes, generated columns.
 */
export function enumDependents(
  enumTables: readonly EnumTable[],
  before: Catalog,
  options: CompileOptions,
): Dependents {
  const columnsOf = (table: QualifiedName): ReadonlySet<string> =>
    new Set(enumTables.find((each) => sameName(each.table, table))?.columns.map((each) => each.column));
  const dropKeys: string[] = [];
  const addKeys: string[] = [];
  const drop: string[] = [];
  const restore: string[] = [];
  for (const table of before.tables) {
    const own = columnsOf(table);
    const alter = `ALTER TABLE ${identifier(table)}`;
    for (const key of table.foreignKeys) {
      const target = columnsOf({ schema: key.references.schema, name: key.references.name });
      const stands =
        key.columns.some((name) => own.has(name)) || key.references.columns.some((name) => target.has(name));
      if (!stands || key.name === null) continue;
      dropKeys.push(`${alter} DROP CONSTRAINT ${identifier(key.name)}`);
      addKeys.push(`${alter} ADD ${constraintDefinition(key, options)}`);
    }
    if (own.size === 0) continue;
    const generated = table.columns.filter((column) => isComputedFrom(column, own));
    const away = new Set([...own, ...generated.map((column) => column.name)]);
    for (const index of table.indexes.filter((each) => standsOn(each, own, generated))) {
      drop.push(`DROP INDEX ${identifier({ schema: table.schema, name: index.name })}`);
      restore.push(createIndex(index, table, options));
    }
    for (const check of table.checks) {
      if (check.name === null || !mentionsAny(check.expression, away)) continue;
      drop.push(`${alter} DROP CONSTRAINT ${identifier(check.name)}`);
      restore.push(`${alter} ADD ${constraintDefinition(check, options)}`);
    }
    for (const column of generated) {
      drop.push(`${alter} DROP COLUMN ${identifier(column.name)}`);
      restore.unshift(`${alter} ADD COLUMN ${columnDefinition(column, table, options)}`);
    }
  }
  return { drop: [...dropKeys, ...drop], restore: [...restore, ...addKeys] };
}

function isComputedFrom(column: Column, names: ReadonlySet<string>): boolean {
  return column.generated !== null && mentionsAny(column.generated.expression, names);
}

/** Plain keys of the enum's own columns are rebuilt by PostgreSQL. */
function standsOn(
  index: Table['indexes'][number],
  own: ReadonlySet<string>,
  generated: readonly Column[],
): boolean {
  const computed = new Set(generated.map((column) => column.name));
  const mentions = (sql: string | null | undefined) =>
    !!sql && mentionsAny(sql, new Set([...own, ...computed]));
  return (
    mentions(index.where) ||
    index.keys.some(
      (key) => mentions(key.expression) || (key.column !== undefined && computed.has(key.column)),
    )
  );
}
