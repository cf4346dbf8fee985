import {
  type Catalog,
  displayName,
  findColumn,
  findTable,
  nameKey,
  type QualifiedName,
  sameName,
} from '../../catalog/index.js';
import type { AlterEnum, EnumColumn } from '../../operations/index.js';
import { dependentsOfType, hasReaders } from './column-dependents.js';
import { defaultClause } from './compile-table.js';
import { enumDependents } from './enum-dependents.js';
import { routinesOfEnum } from './enum-routines.js';
import { block } from './numbering.js';
import { identifier, literal } from './quote.js';
import { cutBytes } from './rules.js';
import { parseType } from './types.js';

/** A table with its columns of an enum that is made anew. */
interface EnumTable {
  readonly table: QualifiedName;
  readonly columns: readonly EnumColumn[];
}

export function createEnum(name: QualifiedName, values: readonly string[]): string {
  return `CREATE TYPE ${identifier(name)} AS ENUM (${values.map(literal).join(', ')})`;
}

/** Whether values are only added: nothing removed, and what is there stays in its order. */
export function addsInPlace({ from, to, remake }: AlterEnum): boolean {
  if (remake) return false;
  let next = 0;
  for (const value of to) if (value === from[next]) next += 1;
  return next === from.length && new Set(to).size === to.length;
}

export function alterEnum(operation: AlterEnum, before: Catalog): readonly string[] {
  return addsInPlace(operation) ? addValues(operation) : recreate(operation, before);
}

function addValues({ name, from, to }: AlterEnum): readonly string[] {
  const statements: string[] = [];
  for (const [at, value] of to.entries()) {
    if (from.includes(value)) continue;
    const [previous, next] = [to[at - 1], to.slice(at + 1).find((each) => from.includes(each))];
    const place =
      next === undefined
        ? ''
        : previous === undefined
          ? ` BEFORE ${literal(next)}`
          : ` AFTER ${literal(previous)}`;
    statements.push(`ALTER TYPE ${identifier(name)} ADD VALUE ${literal(value)}${place}`);
  }
  return statements;
}

/**
 * PostgreSQL cannot take a value away: a new type of the same name, and every column converted by its text. What
 * stands on those columns and names the type's values or operators is away meanwhile.
 */
function recreate(operation: AlterEnum, before: Catalog): readonly string[] {
  const { name, to } = operation;
  const old = { schema: name.schema, name: `${cutBytes(name.name, 54)}__rev_old` };
  const tables = columnsByTable(operation, before);
  const dependents = enumDependents(name);
  const routines = routinesOfEnum(name);
  const readers = hasReaders(before) ? dependentsOfType(name) : null;
  return [
    ...refuseRemovedValues(operation, tables, before),
    routines.check,
    ...(readers ? [readers.drop] : []),
    dependents.drop,
    routines.drop,
    `ALTER TYPE ${identifier(name)} RENAME TO ${identifier(old.name)}`,
    createEnum(name, to),
    ...tables.map(({ table, columns }) => convertColumns(name, table, columns, before)),
    routines.restore,
    dependents.restore,
    ...(readers ? [readers.restore] : []),
    `DROP TYPE ${identifier(old)}`,
  ];
}

/** Before anything is touched: rows that have a value which the enum loses, by the name of their column. */
function refuseRemovedValues(
  { name, from, to }: AlterEnum,
  tables: readonly EnumTable[],
  before: Catalog,
): readonly string[] {
  const removed = from.filter((value) => !to.includes(value));
  const columns = tables.flatMap(({ table, columns: each }) => each.map(({ column }) => ({ table, column })));
  if (removed.length === 0 || columns.length === 0) return [];
  const values = `ARRAY[${removed.map(literal).join(', ')}]::text[]`;
  const checks = columns.map(({ table, column }) => {
    const place = identifier(column);
    const has = isArray(before, table, column)
      ? `${place}::text[] && ${values}`
      : `${place}::text = ANY (${values})`;
    const what = `Rows of ${displayName(table)} have a value in ${column} that the enum ${displayName(name)} loses (one of: ${removed.join(', ')})`;
    const hint = `Give them another value first, in the same revision: op.execute("update ${displayName(table)} set ${column} = … where ${column} = …").`;
    return `IF EXISTS (SELECT FROM ${identifier(table)} WHERE ${has}) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = ${literal(what)}, HINT = ${literal(hint)};
  END IF;`;
  });
  return [block(checks.join('\n  '))];
}

function isArray(catalog: Catalog, table: QualifiedName, column: string): boolean {
  const known = findTable(catalog, table);
  return known ? parseType(findColumn(known, column)?.type ?? '').array : false;
}

/** The columns that the operation names, and those that the catalog knows to be of the type. */
function columnsByTable({ name, columns }: AlterEnum, before: Catalog): readonly EnumTable[] {
  const tables = new Map<string, { table: QualifiedName; columns: EnumColumn[] }>();
  const add = (column: EnumColumn) => {
    const key = nameKey(column.table);
    const entry = tables.get(key) ?? { table: column.table, columns: [] };
    if (!entry.columns.some((each) => each.column === column.column)) entry.columns.push(column);
    tables.set(key, entry);
  };
  for (const column of columns) {
    const known = findTable(before, column.table);
    if (!known || !findColumn(known, column.column)?.generated) add(column);
  }
  for (const table of before.tables) {
    for (const column of table.columns) {
      // A generated column is made again.
      if (!column.enum || !sameName(column.enum, name) || column.generated) continue;
      add({
        table: { schema: table.schema, name: table.name },
        column: column.name,
        default: column.default,
      });
    }
  }
  return [...tables.values()];
}

function convertColumns(
  name: QualifiedName,
  table: QualifiedName,
  columns: readonly EnumColumn[],
  before: Catalog,
): string {
  const actions = columns.flatMap(({ column, default: value }) => {
    const suffix = isArray(before, table, column) ? '[]' : '';
    const place = `ALTER COLUMN ${identifier(column)}`;
    const type = `${identifier(name)}${suffix}`;
    return [
      ...(value === null ? [] : [`${place} DROP DEFAULT`]),
      `${place} TYPE ${type} USING ${identifier(column)}::text${suffix}::${type}`,
      ...(value === null ? [] : [`${place} SET DEFAULT ${defaultClause(value)}`]),
    ];
  });
  const head = `ALTER TABLE ${identifier(table)}`;
  return actions.length === 1 ? `${head} ${actions[0]}` : `${head}\n  ${actions.join(',\n  ')}`;
}
