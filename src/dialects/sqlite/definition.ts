/** Columns, constraints and tables as the text of a CREATE TABLE statement. */

import type {
  Check,
  Column,
  Constraint,
  DefaultValue,
  ForeignKey,
  LiteralValue,
  PrimaryKey,
  QualifiedName,
  Table,
  Unique,
} from '../../catalog/index.js';
import { displayName, findColumn } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import { type Details, detailsOf, type KeyDetails, noDetails } from './details.js';
import { inParentheses, parseDefault, unqualified } from './expression.js';
import { quoteIdentifier, quoteLiteral, quoteName, quoteNames } from './quote.js';
import { foldName } from './tokens.js';

/**
 * The CREATE TABLE statement. What the models cannot say is taken from the text that the table has in the database
 * (`live.sql`), where there is one.
 * @param as the name of the new table, where it is not the table's own.
 * @throws RevError REV_UNSUPPORTED for what SQLite does not have, REV_OPERATION for what does not fit together.
 */
export function createTableSql(table: Table, as: QualifiedName = table): string {
  const details = table.live?.sql === undefined ? noDetails : detailsOf(table.live.sql);
  const inlineKey = inlineKeyColumn(table, details);
  const lines = [
    ...table.columns.map((column) =>
      [
        columnDefinition(
          column,
          details,
          column.name === inlineKey ? table.primaryKey : null,
          isRowid(table, column),
        ),
        // A check that stands in its column's definition goes with the column: it must go on standing there.
        ...table.checks.filter((check) => checkColumn(table, check, details) === column).map(checkText),
      ].join(' '),
    ),
    ...constraintLines(table, details, inlineKey),
  ];
  const options = [
    ...(table.live?.strict ? ['STRICT'] : []),
    ...(table.live?.withoutRowid ? ['WITHOUT ROWID'] : []),
  ];
  checkTable(table);
  const end = options.length === 0 ? '' : ` ${options.join(', ')}`;
  return `CREATE TABLE ${quoteIdentifier(as)} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n)${end}`;
}

/** Whether the column is the table's rowid under another name, so that its values are never null and never lost. */
export function isRowid(table: Table, column: Column): boolean {
  const key = table.primaryKey;
  if (key?.columns.length !== 1 || key.columns[0] !== column.name || table.live?.withoutRowid) return false;
  if (column.type.toLowerCase() !== 'integer') return false;
  // INTEGER PRIMARY KEY DESC is none, for the sake of old files (SQLite's manual, "ROWIDs and the INTEGER PRIMARY KEY").
  if (column.identity !== null || table.live?.sql === undefined) return true;
  const written = detailsOf(table.live.sql).primaryKey(key.columns);
  return !(written?.inline && written.columns[0]?.order === 'desc');
}

function checkTable(table: Table): void {
  if (table.columns.length === 0) {
    throw new RevError('REV_OPERATION', `Table ${displayName(table)} would have no column.`);
  }
  if (table.live?.withoutRowid && table.primaryKey === null) {
    throw new RevError(
      'REV_OPERATION',
      `Table ${displayName(table)} is WITHOUT ROWID and needs a primary key.`,
    );
  }
  for (const column of table.columns) {
    if (column.identity?.kind === 'autoincrement' && !isRowid(table, column)) {
      throw new RevError(
        'REV_OPERATION',
        `Column ${displayName(table)}.${column.name} cannot be AUTOINCREMENT: only a primary key of type integer can.`,
      );
    }
  }
}

/** A key of one column stands in the column's definition, as AUTOINCREMENT asks for. */
function inlineKeyColumn(table: Table, details: Details): string | null {
  const columns = table.primaryKey?.columns ?? [];
  const column = columns[0] === undefined ? undefined : findColumn(table, columns[0]);
  if (!column || columns.length !== 1) return null;
  // What was written apart stays apart: there it may have a collation and an order of its own.
  const apart = details.primaryKey(columns)?.inline === false;
  return apart && column.identity === null ? null : column.name;
}

/** The column in whose definition the check is written, if it is still there. */
function checkColumn(table: Table, check: Check, details: Details): Column | undefined {
  const name = details.columnOf(check);
  return name === null ? undefined : table.columns.find((column) => foldName(column.name) === foldName(name));
}

/** @param key the primary key, if it is of this column alone. */
export function columnDefinition(
  column: Column,
  details: Details = noDetails,
  key: PrimaryKey | null = null,
  rowid = false,
): string {
  if (column.identity !== null && column.identity.kind !== 'autoincrement') {
    throw new RevError('REV_UNSUPPORTED', `SQLite has no identity columns (${column.name}).`, {
      hint: "Use an integer primary key, with identity: 'autoincrement' if numbers must never be used again.",
    });
  }
  const written = details.column(column.name);
  const parts = [quoteName(column.name)];
  if (column.type !== '') parts.push(column.type);
  if (key) parts.push(inlineKeyText(key, details.primaryKey(key.columns), column));
  if (!column.nullable && !rowid) {
    parts.push(
      `${constraintName(written?.notNull?.name)}NOT NULL${conflictText(written?.notNull?.conflict)}`,
    );
  }
  if (column.default !== null) parts.push(`DEFAULT ${defaultText(column.default, written?.default)}`);
  if (column.collation !== undefined) parts.push(`COLLATE ${quoteName(column.collation)}`);
  if (column.generated) {
    const { expression, stored } = column.generated;
    parts.push(
      `GENERATED ALWAYS AS ${inParentheses(unqualified(expression))} ${stored ? 'STORED' : 'VIRTUAL'}`,
    );
  }
  return parts.join(' ');
}

function inlineKeyText(key: PrimaryKey, written: KeyDetails | undefined, column: Column): string {
  const order = written?.inline && written.columns[0]?.order === 'desc' && !column.identity ? ' DESC' : '';
  const autoincrement = column.identity ? ' AUTOINCREMENT' : '';
  return `${constraintName(key.name)}PRIMARY KEY${order}${conflictText(written?.conflict)}${autoincrement}`;
}

/** @param written the text in the database: kept where it means the same. */
export function defaultText(value: DefaultValue, written?: string | null): string {
  if (written !== undefined && written !== null && sameDefault(parseDefault(written), value)) return written;
  if (value.kind === 'literal') return literalText(value.value);
  const plain = parseDefault(value.sql);
  if (plain?.kind === 'literal') return literalText(plain.value);
  if (plain === null) return 'NULL';
  return /^current_(?:date|time|timestamp)$/i.test(plain.sql) ? plain.sql : inParentheses(plain.sql);
}

/** Only what is one literal may stand without parentheses. */
function literalText(value: LiteralValue): string {
  const text = quoteLiteral(value);
  return text.startsWith('CAST(') ? `(${text})` : text;
}

function sameDefault(a: DefaultValue | null, b: DefaultValue): boolean {
  if (a?.kind === 'literal') return b.kind === 'literal' && a.value === b.value;
  return a?.kind === 'expression' && b.kind === 'expression' && a.sql === b.sql;
}

function constraintLines(table: Table, details: Details, inlineKey: string | null): string[] {
  const { primaryKey, uniques, checks, foreignKeys } = table;
  return [
    ...(primaryKey && inlineKey === null
      ? [keyText(primaryKey, 'PRIMARY KEY', details.primaryKey(primaryKey.columns))]
      : []),
    ...uniques.map((unique) => uniqueText(unique, details.unique(unique.name, unique.columns))),
    ...checks.filter((check) => !checkColumn(table, check, details)).map(checkText),
    ...foreignKeys.map(foreignKeyText),
  ];
}

/** A constraint as it stands in a table's or (foreign keys without their columns) a column's definition. */
export function constraintText(constraint: Exclude<Constraint, PrimaryKey | Unique>): string {
  switch (constraint.kind) {
    case 'check':
      return checkText(constraint);
    case 'foreignKey':
      return `${constraintName(constraint.name)}${referencesText(constraint)}`;
  }
}

function uniqueText(unique: Unique, written: KeyDetails | undefined): string {
  if (unique.nullsNotDistinct) throw lacks('NULLS NOT DISTINCT', unique.name);
  if (unique.deferrable !== undefined && unique.deferrable !== 'not deferrable') {
    throw lacks('deferrable unique constraints', unique.name);
  }
  return keyText(unique, 'UNIQUE', written);
}

function keyText(key: PrimaryKey | Unique, word: string, written: KeyDetails | undefined): string {
  const columns = key.columns.map((name, at) => {
    const column = written?.columns[at];
    const collation = column?.collation ? ` COLLATE ${quoteName(column.collation)}` : '';
    return `${quoteName(name)}${collation}${column?.order === 'desc' ? ' DESC' : ''}`;
  });
  return `${constraintName(key.name)}${word} (${columns.join(', ')})${conflictText(written?.conflict)}`;
}

function checkText(check: Check): string {
  if (check.notValid) throw lacks('NOT VALID', check.name);
  if (check.noInherit) throw lacks('NO INHERIT', check.name);
  return `${constraintName(check.name)}CHECK ${inParentheses(check.expression)}`;
}

function foreignKeyText(key: ForeignKey): string {
  return `${constraintName(key.name)}FOREIGN KEY (${quoteNames(key.columns)}) ${referencesText(key)}`;
}

function referencesText(key: ForeignKey): string {
  const { references, onDelete, onUpdate, match, deferrable } = key;
  if (key.notValid) throw lacks('NOT VALID', key.name);
  if (references.schema !== null) throw lacks('foreign keys to another database', key.name);
  const columns = references.columns.length === 0 ? '' : ` (${quoteNames(references.columns)})`;
  return [
    `REFERENCES ${quoteName(references.name)}${columns}`,
    ...(onUpdate === 'no action' ? [] : [`ON UPDATE ${onUpdate.toUpperCase()}`]),
    ...(onDelete === 'no action' ? [] : [`ON DELETE ${onDelete.toUpperCase()}`]),
    ...(match === undefined ? [] : [`MATCH ${match.toUpperCase()}`]),
    ...(deferrable === undefined ? [] : [deferrableText(deferrable)]),
  ].join(' ');
}

function deferrableText(deferrable: NonNullable<ForeignKey['deferrable']>): string {
  if (deferrable === 'not deferrable') return 'NOT DEFERRABLE';
  return `DEFERRABLE INITIALLY ${deferrable === 'deferred' ? 'DEFERRED' : 'IMMEDIATE'}`;
}

function constraintName(name: string | null | undefined): string {
  return name === null || name === undefined ? '' : `CONSTRAINT ${quoteName(name)} `;
}

function conflictText(conflict: string | null | undefined): string {
  return conflict === null || conflict === undefined ? '' : ` ON CONFLICT ${conflict.toUpperCase()}`;
}

function lacks(what: string, name: string | null): RevError {
  return new RevError('REV_UNSUPPORTED', `SQLite has no ${what}${name === null ? '' : ` (${name})`}.`);
}
