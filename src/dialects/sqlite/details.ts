/** What a stored CREATE TABLE text says and a catalog does not, found by the names and structure that a catalog has. */

import type { Table } from '../../catalog/index.js';
import { columnNames, portableExpression, sameExpression } from './expression.js';
import {
  type ParsedCheck,
  type ParsedColumn,
  type ParsedKey,
  type ParsedTable,
  parseTable,
} from './parse-table.js';
import { foldName } from './tokens.js';

export type KeyDetails = Pick<ParsedKey, 'columns' | 'conflict' | 'inline'>;

export interface Details {
  column(name: string): ParsedColumn | undefined;
  primaryKey(columns: readonly string[]): KeyDetails | undefined;
  unique(name: string | null, columns: readonly string[]): KeyDetails | undefined;
  /** Checks that stand in the definition of the column. */
  checksOf(column: string): readonly ParsedCheck[];
  /** The column in whose definition the check stands. */
  columnOf(check: Pick<ParsedCheck, 'name' | 'expression'>): string | null;
  /** Whether a foreign key of the column alone stands in its definition. */
  refersInline(column: string): boolean;
}

export const noDetails: Details = {
  column: () => undefined,
  primaryKey: () => undefined,
  unique: () => undefined,
  checksOf: () => [],
  columnOf: () => null,
  refersInline: () => false,
};

const known = new Map<string, Details>();

/** @throws RevError REV_UNSUPPORTED for a text that cannot be read. */
export function detailsOf(sql: string): Details {
  let details = known.get(sql);
  if (!details) {
    details = makeDetails(parseTable(sql));
    // A rebuild asks several times for the same table: it is enough to remember the last.
    known.clear();
    known.set(sql, details);
  }
  return details;
}

function makeDetails(parsed: ParsedTable): Details {
  return {
    column: (name) => parsed.columns.find((column) => same(column.name, name)),
    primaryKey: (columns) =>
      parsed.primaryKey && sameColumns(parsed.primaryKey, columns) ? parsed.primaryKey : undefined,
    unique(name, columns) {
      const alike = parsed.uniques.filter((unique) => sameColumns(unique, columns));
      return alike.find((unique) => unique.name === name) ?? alike[0];
    },
    checksOf: (column) =>
      parsed.checks.filter((check) => check.column !== null && same(check.column, column)),
    columnOf({ name, expression }) {
      const columns = parsed.columns.map((column) => column.name);
      const means = (sql: string) =>
        sameExpression(sql, expression) || sameExpression(portableExpression(sql, columns), expression);
      return parsed.checks.find((check) => check.name === name && means(check.expression))?.column ?? null;
    },
    refersInline: (column) =>
      parsed.foreignKeys.some((key) => key.inline && key.columns.some((each) => same(each, column))),
  };
}

/** Whether a check in the definition of the column has no business with others, so that it goes with the column. */
export function isOfColumnAlone({ columns }: Table, expression: string, name: string): boolean {
  const names = columnNames(expression);
  return columns.every((column) => same(column.name, name) || !names.has(foldName(column.name)));
}

function sameColumns(key: ParsedKey, columns: readonly string[]): boolean {
  return (
    key.columns.length === columns.length &&
    key.columns.every((each, at) => same(each.name, columns[at] ?? ''))
  );
}

function same(a: string, b: string): boolean {
  return foldName(a) === foldName(b);
}
