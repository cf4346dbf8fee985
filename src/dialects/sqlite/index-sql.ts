/** Indexes as CREATE INDEX statements. */

import type { IndexKey, QualifiedName, TableIndex } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import { bareExpression, inParentheses, unqualified } from './expression.js';
import { parseKey } from './index-keys.js';
import { quoteIdentifier, quoteName } from './quote.js';

/** @throws RevError REV_UNSUPPORTED for what SQLite's indexes do not have. */
export function createIndexSql(table: QualifiedName, index: TableIndex): string {
  refuse(index);
  const name = quoteIdentifier({ schema: table.schema, name: index.name });
  const where = index.where === null ? '' : ` WHERE ${bareExpression(unqualified(index.where))}`;
  return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${name} ON ${quoteName(table.name)} (${index.keys.map(keyText).join(', ')})${where}`;
}

function keyText(key: IndexKey): string {
  // An expression may have been written with its order and collation at the end.
  const written = key.expression === undefined ? key : { ...parseKey(key.expression, []), ...stated(key) };
  const { column, expression = '', collation, order } = written;
  return [
    column === undefined ? inParentheses(unqualified(expression)) : quoteName(column),
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
