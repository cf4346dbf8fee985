/** Operation → SQL. */

import {
  type Catalog,
  displayName,
  findTable,
  type QualifiedName,
  requireTable,
} from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import {
  type Backfill,
  type CreateObject,
  commented,
  type DropObject,
  type Insert,
  type Operation,
  type OperationKind,
  type OperationOf,
  type ReplaceObject,
  type SqlParts,
  statementsOf,
} from '../../operations/index.js';
import { updateRows } from '../backfill-statements.js';
import { boundSql } from '../bound-sql.js';
import type { CompileOptions, Statement } from '../dialect.js';
import { ownStatements } from '../own-statements.js';
import { alterTable, changesInPlace } from './alter.js';
import { createTableSql } from './definition.js';
import { neverTextBut } from './expression.js';
import { createIndexInScript, createIndexSql } from './index-sql.js';
import type { LiveStatement } from './live-statement.js';
import { portableNew } from './portable-table.js';
import { quoteIdentifier, quoteLiteral, quoteName, quoteNames } from './quote.js';
import { rebuiltName } from './rebuilt-name.js';
import { foldName } from './tokens.js';
import { alterView, createView, renameView } from './view.js';

type Compile<K extends OperationKind> = (
  operation: OperationOf<K>,
  before: Catalog,
  options: CompileOptions,
) => readonly Statement[];

/** Whether `compile` reads the catalog for this operation. */
export function needsCatalog(operation: Operation, { serverVersion }: CompileOptions = {}): boolean {
  switch (operation.kind) {
    case 'alterTable':
      return !changesInPlace(operation.changes, serverVersion);
    case 'renameIndex':
    case 'alterView':
    case 'renameView':
      return true;
    case 'renameTable':
      return isRespelled(operation.from, operation.to);
    case 'dropIndex':
      // A unique index may be a constraint in this database; see dropIndex below.
      return operation.was?.unique !== false;
    default:
      return false;
  }
}

/** All that the catalog is read for takes a table, index or view away for a moment. DROP TABLE deletes the rows first. */
export function needsForeignKeysOff(operation: Operation, options: CompileOptions = {}): boolean {
  return operation.kind === 'dropTable' || needsCatalog(operation, options);
}

const tools = { identifier: quoteIdentifier, placeholder: () => '?' };

/** @throws RevError REV_UNSUPPORTED, REV_OPERATION. */
export function compile(
  operation: Operation,
  before: Catalog,
  options: CompileOptions = {},
): readonly Statement[] {
  return (compilers[operation.kind] as Compile<OperationKind>)(operation, before, options);
}

const compilers: { readonly [K in OperationKind]: Compile<K> } = {
  createTable: ({ table }) => [{ sql: createTableSql(portableNew(table)) }],
  dropTable: ({ name }) => [dropTable(name)],
  renameTable: ({ from, to }, before) => renameTable(from, to, before),
  alterTable: ({ table, changes }, before, options) => alterTable(table, changes, before, options),
  backfill: (operation) => [updateRows(sureBackfill(operation), null, tools)],
  // A comment in the revision's file.
  missingValues: () => [],
  createIndex({ table, index, concurrently }, _before, { serverVersion }) {
    if (concurrently) unsupported(concurrentIndexes);
    return serverVersion === undefined
      ? createIndexInScript(table, index).map((sql) => ({ sql }))
      : [{ sql: createIndexSql(table, index) }];
  },
  createObject: rawStatements,
  dropObject: rawStatements,
  replaceObject: rawStatements,
  own: (operation) => ownStatements(operation, { ...tools, dialect: 'sqlite', literal: quoteLiteral }),
  comment: ({ target }) => unsupported(`comments (${commented(target)})`),
  createExtension: ({ name }) => unsupported(`extensions (${name})`),
  dropExtension: ({ name }) => unsupported(`extensions (${name})`),
  dropIndex: ({ name, table, concurrently }, before, options) =>
    concurrently ? unsupported(concurrentIndexes) : dropIndex(name, table, before, options),
  renameIndex({ table, from, to }, before) {
    const index = requireTable(before, table).indexes.find((each) => each.name === from);
    if (!index) throw new RevError('REV_OPERATION', `There is no index ${from} on ${displayName(table)}.`);
    return [
      { sql: `DROP INDEX ${quoteIdentifier({ schema: table.schema, name: from })}` },
      { sql: createIndexSql(table, { ...index, name: to }) },
    ];
  },
  createView: ({ view }) => createView(view),
  dropView: ({ name }) => [{ sql: `DROP VIEW ${quoteIdentifier(name)}` }],
  alterView: ({ view }, before) => alterView(view, before),
  renameView: ({ from, to }, before) => renameView(from, to, before),
  execute: ({ sql }) => [boundSql([sql], tools.placeholder)],
  insert,
  createSchema: ({ name }) => unsupported(`schemas (${name})`),
  dropSchema: ({ name }) => unsupported(`schemas (${name})`),
  createEnum: ({ enum: { name } }) => unsupported(`enumerated types (${name})`, enumHint),
  alterEnum: ({ name }) => unsupported(`enumerated types (${displayName(name)})`, enumHint),
  dropEnum: ({ name }) => unsupported(`enumerated types (${displayName(name)})`, enumHint),
  renameEnum: ({ from }) => unsupported(`enumerated types (${displayName(from)})`, enumHint),
  renameEnumValue: ({ name }) => unsupported(`enumerated types (${displayName(name)})`, enumHint),
  renameSchema: ({ from }) => unsupported(`schemas (${from})`),
  createPolicy: ({ policy }) => unsupported(`policies (${policy.name})`),
  dropPolicy: ({ name }) => unsupported(`policies (${name})`),
  alterPolicy: ({ policy }) => unsupported(`policies (${policy.name})`),
  renamePolicy: ({ from }) => unsupported(`policies (${from})`),
  enableRowSecurity: ({ table }) => unsupported(`row level security (${displayName(table)})`),
  disableRowSecurity: ({ table }) => unsupported(`row level security (${displayName(table)})`),
  createRole: ({ role }) => unsupported(`roles (${role.name})`),
  dropRole: ({ name }) => unsupported(`roles (${name})`),
  alterRole: ({ role }) => unsupported(`roles (${role.name})`),
  createSequence: ({ sequence: { name } }) => unsupported(`sequences (${name})`),
  alterSequence: ({ name }) => unsupported(`sequences (${displayName(name)})`),
  dropSequence: ({ name }) => unsupported(`sequences (${displayName(name)})`),
  renameSequence: ({ from }) => unsupported(`sequences (${displayName(from)})`),
};

const enumHint = 'Use a text column with a check.';
const concurrentIndexes = 'indexes that are made concurrently';

function rawStatements(operation: CreateObject | DropObject | ReplaceObject): readonly Statement[] {
  return statementsOf(operation).map((sql) => ({ sql }));
}

function unsupported(what: string, hint?: string): never {
  throw new RevError('REV_UNSUPPORTED', `SQLite has no ${what}.`, hint === undefined ? {} : { hint });
}

/** Whether a new name differs in nothing but its case. */
function isRespelled(from: QualifiedName, to: QualifiedName): boolean {
  return foldName(from.name) === foldName(to.name);
}

/** In a script: the names of columns, which nobody looks up, stand for no text. */
function sureBackfill(operation: Backfill): Backfill {
  const sure = (sql: SqlParts) => ({ ...sql, texts: sql.texts.map((text) => neverTextBut(text, [])) });
  return {
    ...operation,
    set: operation.set.map(({ column, value }) => ({ column, value: sure(value) })),
    where: operation.where && sure(operation.where),
  };
}

function dropTable(name: QualifiedName): LiveStatement {
  return { live: 'drop', sql: `DROP TABLE ${quoteIdentifier(name)}` };
}

function renameTable(from: QualifiedName, to: QualifiedName, before: Catalog): readonly Statement[] {
  if (from.schema !== to.schema) {
    throw new RevError(
      'REV_UNSUPPORTED',
      `SQLite cannot move table ${displayName(from)} to another database.`,
    );
  }
  const rename = (name: QualifiedName, next: string) => ({
    sql: `ALTER TABLE ${quoteIdentifier(name)} RENAME TO ${quoteName(next)}`,
  });
  if (!isRespelled(from, to)) return [rename(from, to.name)];
  // To SQLite the new name is the old one, and taken.
  const between = rebuiltName(from.name, before);
  return [rename(from, between), rename({ ...from, name: between }, to.name)];
}

/** The same unique index may be a constraint here: databases differ in how their unique columns came to be. */
function dropIndex(
  name: string,
  table: QualifiedName,
  before: Catalog,
  options: CompileOptions,
): readonly Statement[] {
  const found = findTable(before, table);
  const isIndex = found?.indexes.some((index) => index.name === name) ?? true;
  const constraint = isIndex ? undefined : found?.uniques.find((unique) => unique.name === name);
  if (constraint) {
    return alterTable(table, [{ kind: 'dropConstraint', name, was: constraint }], before, options);
  }
  return [{ sql: `DROP INDEX ${quoteIdentifier({ schema: table.schema, name })}` }];
}

/** The largest number of values that one statement may have bound (SQLite's manual, "Limits": 32766). */
const mostValues = 30_000;

function insert({ table, columns, rows }: Insert): readonly Statement[] {
  const target = quoteIdentifier(table);
  if (columns.length === 0) return rows.map(() => ({ sql: `INSERT INTO ${target} DEFAULT VALUES` }));
  const size = Math.max(1, Math.floor(mostValues / columns.length));
  const places = `(${columns.map(() => '?').join(', ')})`;
  const statements: Statement[] = [];
  for (let at = 0; at < rows.length; at += size) {
    const part = rows.slice(at, at + size);
    statements.push({
      sql: `INSERT INTO ${target} (${quoteNames(columns)}) VALUES ${part.map(() => places).join(', ')}`,
      params: part.flatMap((row) => columns.map((_column, place) => row[place] ?? null)),
    });
  }
  return statements;
}
