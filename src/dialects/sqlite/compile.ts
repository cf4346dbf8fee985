/** Operation → SQL. */

import {
  type Catalog,
  displayName,
  findTable,
  type IndexKey,
  type QualifiedName,
  requireTable,
  type TableIndex,
} from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import type { Insert, Operation, OperationKind, OperationOf } from '../../operations/index.js';
import type { Statement } from '../dialect.js';
import { alterTable, changesInPlace } from './alter.js';
import { createTableSql } from './definition.js';
import { inParentheses } from './expression.js';
import { createIndexSql } from './index-sql.js';
import { quoteIdentifier, quoteName, quoteNames } from './quote.js';
import { rebuiltName } from './rebuilt-name.js';
import { foldName } from './tokens.js';

type Compile<K extends OperationKind> = (operation: OperationOf<K>, before: Catalog) => readonly Statement[];

/** Whether `compile` reads the catalog for this operation. */
export function needsCatalog(operation: Operation): boolean {
  switch (operation.kind) {
    case 'alterTable':
      return !changesInPlace(operation.changes);
    case 'renameIndex':
      return true;
    case 'dropIndex':
      // A unique index may be a constraint in this database; see dropIndex below.
      return operation.was?.unique !== false;
    default:
      return false;
  }
}

/** @throws RevError REV_UNSUPPORTED, REV_OPERATION. */
export function compile(operation: Operation, before: Catalog): readonly Statement[] {
  return (compilers[operation.kind] as Compile<OperationKind>)(operation, before);
}

const compilers: { readonly [K in OperationKind]: Compile<K> } = {
  createTable: ({ table }) => [{ sql: createTableSql(table) }],
  dropTable: ({ name }) => [{ sql: `DROP TABLE ${quoteIdentifier(name)}` }],
  renameTable: ({ from, to }) => renameTable(from, to),
  alterTable: ({ table, changes }, before) => alterTable(table, changes, findTable(before, table)),
  createIndex: ({ table, index }) => [{ sql: createIndexSql(table, index) }],
  dropIndex: ({ name, table }, before) => dropIndex(name, table, before),
  renameIndex({ table, from, to }, before) {
    const index = requireTable(before, table).indexes.find((each) => each.name === from);
    if (!index) throw new RevError('REV_OPERATION', `There is no index ${from} on ${displayName(table)}.`);
    return [
      { sql: `DROP INDEX ${quoteIdentifier({ schema: table.schema, name: from })}` },
      { sql: createIndexSql(table, { ...index, name: to }) },
    ];
  },
  execute: ({ sql }) => [
    sql.values.length === 0 ? { sql: sql.texts.join('') } : { sql: sql.texts.join('?'), params: sql.values },
  ],
  insert,
  createSchema: ({ name }) => unsupported(`schemas (${name})`),
  dropSchema: ({ name }) => unsupported(`schemas (${name})`),
  createEnum: ({ enum: { name } }) => unsupported(`enumerated types (${name})`, enumHint),
  alterEnum: ({ enum: { name } }) => unsupported(`enumerated types (${name})`, enumHint),
  dropEnum: ({ name }) => unsupported(`enumerated types (${displayName(name)})`, enumHint),
  renameEnum: ({ from }) => unsupported(`enumerated types (${displayName(from)})`, enumHint),
  createSequence: ({ sequence: { name } }) => unsupported(`sequences (${name})`),
  alterSequence: ({ name }) => unsupported(`sequences (${displayName(name)})`),
  dropSequence: ({ name }) => unsupported(`sequences (${displayName(name)})`),
  renameSequence: ({ from }) => unsupported(`sequences (${displayName(from)})`),
};
