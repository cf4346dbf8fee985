import { type Catalog, findColumn, findTable, nameKey, type QualifiedName } from '../../catalog/index.js';
import type { AlterEnum, EnumColumn } from '../../operations/index.js';
import { defaultClause } from './compile-table.js';
import { identifier, literal } from './quote.js';
import { cutBytes } from './rules.js';
import { parseType } from './types.js';

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

/** PostgreSQL cannot take a value away: a new type of the same name, and every column converted by its text. */
function recreate({ name, to, columns }: AlterEnum, before: Catalog): readonly string[] {
  const old = { schema: name.schema, name: `${cutBytes(name.name, 54)}__rev_old` };
  const tables = new Map<string, EnumColumn[]>();
  for (const column of columns) {
    const key = nameKey(column.table);
    tables.set(key, [...(tables.get(key) ?? []), column]);
  }
  return [
    `ALTER TYPE ${identifier(name)} RENAME TO ${identifier(old.name)}`,
    createEnum(name, to),
    ...[...tables.values()].map((group) => convertColumns(name, group, before)),
    `DROP TYPE ${identifier(old)}`,
  ];
}

function convertColumns(name: QualifiedName, group: readonly EnumColumn[], before: Catalog): string {
  const table = (group[0] as EnumColumn).table;
  const actions = group.flatMap(({ column, default: value }) => {
    const known = findTable(before, table);
    const array = known ? parseType(findColumn(known, column)?.type ?? '').array : false;
    const suffix = array ? '[]' : '';
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
