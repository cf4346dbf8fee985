/** The expressions of a table as any SQLite reads them, whatever the table is called while it does. */

import type { Column, Table } from '../../catalog/index.js';
import type { TableChange } from '../../operations/index.js';
import { neverText, neverTextBut, portableExpression, unqualified } from './expression.js';
import { foldName } from './tokens.js';

/**
 * Expressions that do not name their table: while they are compiled it bears another name. Only what stood in the table
 * before may have "text" for 'text'; in what is new, a name that is no column is a mistake, which SQLite finds.
 */
export function portable(before: Table, table: Table): Table {
  const old = new Set(expressionsOf(before));
  const names = before.columns.map((column) => column.name);
  const columns = table.columns.map((column) => column.name);
  const kept = new Set(columns.map(foldName));
  const gone = names.filter((name) => !kept.has(foldName(name)));
  return changeExpressions(table, (sql) =>
    old.has(sql) ? neverText(portableExpression(sql, names), gone) : neverTextBut(unqualified(sql), columns),
  );
}

/** A new table, in which whatever is no column is a mistake. */
export function portableNew(table: Table): Table {
  const columns = table.columns.map((column) => column.name);
  return {
    ...table,
    columns: table.columns.map((column) => portableColumn(column, columns)),
    checks: table.checks.map((check) => ({ ...check, expression: neverTextBut(check.expression, columns) })),
  };
}

/** A new column of a table with these columns. */
function portableColumn(column: Column, columns: readonly string[]): Column {
  if (!column.generated) return column;
  const expression = neverTextBut(unqualified(column.generated.expression), columns);
  return { ...column, generated: { ...column.generated, expression } };
}

/** New columns in a script. @param table absent: nobody knows its columns. */
export function portableAdditions(changes: readonly TableChange[], table?: Table): readonly TableChange[] {
  const columns = table?.columns.map((column) => column.name) ?? [];
  return changes.map((change) =>
    change.kind === 'addColumn' ? { ...change, column: portableColumn(change.column, columns) } : change,
  );
}

function changeExpressions(table: Table, text: (sql: string) => string): Table {
  return {
    ...table,
    columns: table.columns.map((column) =>
      column.generated
        ? { ...column, generated: { ...column.generated, expression: text(column.generated.expression) } }
        : column,
    ),
    checks: table.checks.map((check) => ({ ...check, expression: text(check.expression) })),
    indexes: table.indexes.map((index) => ({
      ...index,
      where: index.where === null ? null : text(index.where),
      keys: index.keys.map((key) =>
        key.expression === undefined ? key : { ...key, expression: text(key.expression) },
      ),
    })),
  };
}

/** Of checks, generated columns and indexes. */
export function expressionsOf({ columns, checks, indexes }: Table): readonly string[] {
  return [
    ...columns.flatMap(({ generated }) => (generated ? [generated.expression] : [])),
    ...checks.map(({ expression }) => expression),
    ...indexes.flatMap(({ where, keys }) => [
      ...(where === null ? [] : [where]),
      ...keys.flatMap(({ expression }) => (expression === undefined ? [] : [expression])),
    ]),
  ];
}
