import { type Catalog, findTable, type QualifiedName, sameName } from '../../catalog/index.js';
import {
  type AlterSequence,
  type AlterTable,
  apply,
  type Execute,
  isNothing,
  type Operation,
  type OperationKind,
  type OperationOf,
  statementsOf,
  type TableChange,
} from '../../operations/index.js';
import { boundSql } from '../bound-sql.js';
import type { CompileOptions, Statement } from '../dialect.js';
import { ownStatements } from '../own-statements.js';
import { refuseNul } from './bindable.js';
import { aroundNewTypes, retypedColumns } from './column-dependents.js';
import { alterTable, needsTable } from './compile-alter.js';
import { backfill, setsLists } from './compile-backfill.js';
import { comment } from './compile-comment.js';
import { addsInPlace, alterEnum, createEnum } from './compile-enum.js';
import { insert, needsTypes } from './compile-insert.js';
import { alterPolicy, createPolicy, dropPolicy } from './compile-policy.js';
import { createIndex, createTable } from './compile-table.js';
import { alterView, createView, dropView, renameView } from './compile-view.js';
import { keepIndex, restoreIndex } from './kept.js';
import { block, restartUnlessUsed } from './numbering.js';
import { identifier, literal } from './quote.js';
import { alterRole, createRole } from './roles.js';
import { allSequenceClauses, fullOptions, newSequenceClauses } from './sequences.js';

type Output = readonly (string | Statement)[];

/** What stands aside for new types comes back under the names of that moment, so renames are parts of their own. */
function alterTableInParts(operation: AlterTable, before: Catalog, options: CompileOptions): Output {
  let catalog = before;
  return partsOf(operation, before).flatMap((part) => {
    const statements = alterTable(part, findTable(catalog, part.table), options);
    const whole = aroundNewTypes(part, catalog, statements);
    if (part !== operation) catalog = apply([part], catalog);
    return whole;
  });
}

function partsOf(operation: AlterTable, before: Catalog): readonly AlterTable[] {
  const { changes } = operation;
  const renames = changes.some(({ kind }) => kind === 'renameColumn');
  if (!renames || retypedColumns(operation).length === 0 || !findTable(before, operation.table))
    return [operation];
  const parts: TableChange[][] = [];
  changes.forEach((change, at) => {
    const isRename = (each: TableChange | undefined) => each?.kind === 'renameColumn';
    if (at === 0 || isRename(change) !== isRename(changes[at - 1])) parts.push([]);
    parts.at(-1)?.push(change);
  });
  return parts.map((part) => ({ ...operation, changes: part }));
}

/** Every kind of operation has its SQL; a new kind that lacks it is a compile error here. */
const compilers: {
  readonly [K in OperationKind]: (
    operation: OperationOf<K>,
    before: Catalog,
    options: CompileOptions,
  ) => Output;
} = {
  alterEnum,
  alterPolicy: (operation, before) => alterPolicy(operation, before),
  alterRole: ({ role }) => [alterRole(role)],
  alterSequence,
  alterTable: alterTableInParts,
  alterView: (operation, before) => alterView(operation, before.views),
  backfill,
  // A comment in the revision's file.
  missingValues: () => [],
  own: (operation) => ownStatements(operation, { dialect: 'postgres', identifier, literal, placeholder }),
  comment,
  createEnum: (operation) => [createEnum(nameOf(operation.enum), operation.enum.values)],
  createExtension: ({ name, schema, version, ifNotExists }) => [
    [
      `CREATE EXTENSION ${ifNotExists ? 'IF NOT EXISTS ' : ''}${identifier(name)}`,
      ...(schema === undefined ? [] : [`SCHEMA ${identifier(schema)}`]),
      ...(version === undefined ? [] : [`VERSION ${literal(version)}`]),
    ].join(' '),
  ],
  createIndex: ({ index, table, restore, concurrently }, _before, options) => [
    createIndex(index, table, options, { concurrently: concurrently === true }),
    ...(restore ? [restoreIndex({ schema: table.schema, name: index.name })] : []),
  ],
  createObject: statementsOf,
  createPolicy,
  createRole: ({ role }) => [createRole(role)],
  createSchema: ({ name }) => [`CREATE SCHEMA ${identifier(name)}`],
  createSequence: ({ sequence }) => {
    const type = sequence.type === undefined ? [] : [`AS ${sequence.type}`];
    const clauses = [...type, ...newSequenceClauses(sequence.options)];
    return [['CREATE SEQUENCE', identifier(nameOf(sequence)), ...clauses].join(' ')];
  },
  createTable: ({ table }, _before, options) => createTable(table, options),
  createView,
  disableRowSecurity: ({ table }) => [`ALTER TABLE ${identifier(table)} DISABLE ROW LEVEL SECURITY`],
  dropEnum: ({ name }) => [`DROP TYPE ${identifier(name)}`],
  dropExtension: ({ name }) => [`DROP EXTENSION ${identifier(name)}`],
  dropIndex: ({ name, table: { schema }, keep, concurrently }) => [
    ...(keep ? [keepIndex({ schema, name })] : []),
    `DROP INDEX ${concurrently ? 'CONCURRENTLY ' : ''}${identifier({ schema, name })}`,
  ],
  dropObject: statementsOf,
  dropPolicy,
  dropRole: ({ name }) => [`DROP ROLE ${identifier(name)}`],
  dropSchema: ({ name }) => [`DROP SCHEMA ${identifier(name)}`],
  dropSequence: ({ name }) => [`DROP SEQUENCE ${identifier(name)}`],
  dropTable: ({ name }) => [`DROP TABLE ${identifier(name)}`],
  dropView,
  enableRowSecurity: ({ table }) => [`ALTER TABLE ${identifier(table)} ENABLE ROW LEVEL SECURITY`],
  execute,
  insert,
  renameEnum: ({ from, to }) => rename('TYPE', from, to),
  renameEnumValue: ({ name, from, to }) => [
    `ALTER TYPE ${identifier(name)} RENAME VALUE ${literal(from)} TO ${literal(to)}`,
  ],
  renameIndex: ({ table, from, to }) => [
    `ALTER INDEX ${identifier({ schema: table.schema, name: from })} RENAME TO ${identifier(to)}`,
  ],
  renameSchema: ({ from, to }) => [`ALTER SCHEMA ${identifier(from)} RENAME TO ${identifier(to)}`],
  renamePolicy: ({ table, from, to }) => [
    `ALTER POLICY ${identifier(from)} ON ${identifier(table)} RENAME TO ${identifier(to)}`,
  ],
  renameSequence: ({ from, to }) => rename('SEQUENCE', from, to),
  renameTable: ({ from, to }) => rename('TABLE', from, to),
  renameView,
  replaceObject: statementsOf,
};

export function compile(
  operation: Operation,
  before: Catalog,
  options: CompileOptions,
): readonly Statement[] {
  const compiler = compilers[operation.kind] as (
    operation: Operation,
    before: Catalog,
    options: CompileOptions,
  ) => Output;
  return compiler(operation, before, options).map((each) =>
    typeof each === 'string' ? { sql: each } : each,
  );
}

/** Changes of a type, identity or generated column depend on what was there, where the operation does not say it. */
export function needsCatalog(operation: Operation): boolean {
  switch (operation.kind) {
    case 'alterTable':
      // And of a new type, what stands on the column.
      return operation.changes.some(needsTable) || retypedColumns(operation).length > 0;
    case 'alterView':
      return operation.view.materialized && operation.was === undefined;
    case 'alterEnum':
      // Which columns are of the type, which of them are arrays, and what stands on them.
      return !addsInPlace(operation);
    case 'alterPolicy':
    case 'alterSequence':
      return operation.was === undefined;
    case 'backfill':
      return setsLists(operation);
    case 'insert':
      return needsTypes(operation);
    default:
      return false;
  }
}

export function placeholder(position: number): string {
  return `$${position}`;
}

function alterSequence({ name, to, was }: AlterSequence, before: Catalog): Output {
  const known = before.sequences.find((each) => sameName(each, name));
  const type = known?.type ?? 'bigint';
  const statement = `ALTER SEQUENCE ${identifier(name)} ${allSequenceClauses(to, type).join(' ')}`;
  const old = was ?? known?.options;
  const starts = old === undefined || fullOptions(old, type).start === fullOptions(to, type).start;
  return [starts ? statement : restartUnlessUsed(statement, name)];
}

export function scriptFrame(transactional: boolean) {
  return transactional ? { before: ['BEGIN'], after: ['COMMIT'] } : { before: [], after: [] };
}

export function scriptRefusal(condition: string, message: string, held?: QualifiedName): readonly string[] {
  const hold = held ? `LOCK TABLE ${identifier(held)} IN SHARE ROW EXCLUSIVE MODE;\n  ` : '';
  const raise = `RAISE EXCEPTION USING MESSAGE = ${literal(message)}, ERRCODE = 'object_not_in_prerequisite_state'`;
  return [block(`${hold}IF NOT (${condition}) THEN\n    ${raise};\n  END IF;`)];
}

function execute(operation: Execute): Output {
  if (isNothing(operation)) return [];
  const statement = boundSql([operation.sql], placeholder);
  refuseNul(statement.sql);
  return [statement];
}

function rename(kind: 'SEQUENCE' | 'TABLE' | 'TYPE', from: QualifiedName, to: QualifiedName): Output {
  const statements: string[] = [];
  if (from.schema !== to.schema) statements.push(moveToSchema(kind, from, to.schema));
  if (from.name !== to.name) {
    const moved = identifier({ schema: to.schema, name: from.name });
    statements.push(`ALTER ${kind} ${moved} RENAME TO ${identifier(to.name)}`);
  }
  return statements;
}

function moveToSchema(kind: string, name: QualifiedName, schema: string | null): string {
  const start = `ALTER ${kind} ${identifier(name)} SET SCHEMA`;
  if (schema !== null) return `${start} ${identifier(schema)}`;
  const template = literal(`${start.replaceAll('%', '%%')} %I`);
  return block(`EXECUTE format(${template}, current_schema());`);
}

function nameOf({ schema, name }: QualifiedName): QualifiedName {
  return { schema, name };
}
