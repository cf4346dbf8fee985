import { type Catalog, type Column, findColumn, findTable } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import type { Insert } from '../../operations/index.js';
import { boundLiteral, identifier, identifiers, literal } from './quote.js';
import { parseType } from './types.js';

/** Long inserts are cut into several, so that no statement grows without bound. */
const rowsPerInsert = 500;

/** Whether the types of the columns matter: an array is an array or JSON. */
export function needsTypes({ rows }: Insert): boolean {
  return rows.some((row) => row.some((value) => Array.isArray(value)));
}

/** @param before where it knows the table, arrays are written as the columns want them; else as JSON. */
export function insert({ table, columns, rows }: Insert, before: Catalog): readonly string[] {
  const known = findTable(before, table);
  const types = columns.map((name) => known && findColumn(known, name));
  if (columns.length === 0) return rows.map(() => `INSERT INTO ${identifier(table)} DEFAULT VALUES`);
  const statements: string[] = [];
  for (let first = 0; first < rows.length; first += rowsPerInsert) {
    const lines = rows.slice(first, first + rowsPerInsert).map((row) => {
      if (row.length !== columns.length) {
        throw new RevError(
          'REV_OPERATION',
          `A row for ${identifier(table)} has ${row.length} values, not ${columns.length}.`,
        );
      }
      return `(${row.map((value, at) => columnValue(value, types[at])).join(', ')})`;
    });
    statements.push(
      `INSERT INTO ${identifier(table)} (${identifiers(columns)}) VALUES\n  ${lines.join(',\n  ')}`,
    );
  }
  return statements;
}

/** @param column the one that it is for, where that is known */
export function columnValue(value: unknown, column: Column | undefined): string {
  if (Array.isArray(value) && column) {
    const { base, array } = parseType(column.type);
    if (array) return literal(arrayText(value, isJson(base)));
  }
  return boundLiteral(value);
}

function isJson(base: string): boolean {
  return base === 'json' || base === 'jsonb';
}

/** `{1,NULL,"a b"}`. Lists in a list are further dimensions, but for columns of JSON. */
function arrayText(values: readonly unknown[], json: boolean): string {
  const elements = values.map((value) => {
    if (value === null || value === undefined) return 'NULL';
    if (Array.isArray(value) && !json) return arrayText(value, json);
    return `"${elementText(value).replace(/["\\]/g, '\\$&')}"`;
  });
  return `{${elements.join(',')}}`;
}

function elementText(value: unknown): string {
  if (typeof value === 'string') return value;
  // The literal refuses what cannot be written; inside of its quotes is the text.
  return boundLiteral(value).slice(1, -1).replaceAll("''", "'");
}
