/** Indexes as CREATE INDEX statements. */

import type { IndexKey, QualifiedName, TableIndex } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import { bareExpression, inParentheses, neverTextBut, unqualified } from './expression.js';
import { parseKey } from './index-keys.js';
import { quoteIdentifier, quoteName, quoteSurely } from './quote.js';

/** @throws RevError REV_UNSUPPORTED for what SQLite's indexes do not have. */
export function createIndexSql(table: QualifiedName, index: TableIndex, quoteColumn = quoteName): string {
  refuse(index);
  const name = quoteIdentifier({ schema: table.schema, name: index.name });
  const keys = index.keys.map((key) => keyText(key, quoteColumn));
  const where = index.where === null ? '' : ` WHERE ${bareExpression(unqualified(index.where))}`;
  return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${name} ON ${quoteName(table.name)} (${keys.join(', ')})${where}`;
}

/**
 * The same in a script: nobody knows whether the columns are there, and the program that runs it may take those that are
 * not for text. Expressions are kept as they are written: that all of their names are columns is asked before.
 * @throws RevError REV_UNSUPPORTED for what SQLite's indexes do not have.
 */
export function createIndexInScript(table: QualifiedName, index: TableIndex): readonly string[] {
  const create = createIndexSql(table, index, quoteSurely);
  const sure = (sql: string) => neverTextBut(unqualified(sql), []);
  const keys = index.keys.flatMap(({ expression }) =>
    expression === undefined ? [] : [parseKey(expression, []).expression ?? expression],
  );
  const expressions = index.where === null ? keys : [...keys, index.where];
  if (expressions.every((each) => sure(each) === unqualified(each))) return [create];
  const asked = expressions.map((each) => inParentheses(sure(each))).join(', ');
  return [`SELECT ${asked} FROM ${quoteIdentifier(table)} LIMIT 0`, create];
}

function keyText(key: IndexKey, quoteColumn: (name: string) => string): string {
  // An expression may have been written with its order and collation at the end.
  const written = key.expression === undefined ? key : { ...parseKey(key.expression, []), ...stated(key) };
  const { column, expression = '', collation, order } = written;
  return [
    column === undefined ? inParentheses(unqualified(expression)) : quoteColumn(column),
    ...(collation === undefined ? [] : [`COLLATE ${quoteName(collation)}`]),
    ...(order === 'desc' ? ['DESC'] : []),
  ].join(' ');
}

function stated({ order, collation }: IndexKey): Partial<IndexKey> {
  return { ...(order === 'desc' ? { order } : {}), ...(collation === undefined ? {} : { collation }) };
}

function refuse(index: TableIndex): void {
  const lacking = [
    ...(index.method === 'btree' ? [] : [`index method ${index.method}`]),
    ...(index.nullsNotDistinct ? ['NULLS NOT DISTINCT'] : []),
    ...(index.include === undefined || index.include.length === 0 ? [] : ['INCLUDE columns']),
    ...(Object.keys(index.with ?? {}).length === 0 ? [] : ['storage parameters of indexes']),
    ...index.keys.flatMap((key) => (key.opclass === undefined ? [] : [`operator class ${key.opclass}`])),
  ];
  if (lacking.length > 0) {
    throw new RevError('REV_UNSUPPORTED', `SQLite has no ${lacking.join(', no ')} (index ${index.name}).`);
  }
}
