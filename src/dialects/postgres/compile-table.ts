import {
  type Check,
  type Column,
  type Constraint,
  constraintsOf,
  type DefaultValue,
  type ForeignKey,
  type Identity,
  type IndexKey,
  type QualifiedName,
  sameData,
  type Table,
  type TableIndex,
} from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import type { CompileOptions } from '../dialect.js';
import { defaultSql } from './defaults.js';
import { closedExpression } from './expressions.js';
import { identifier, identifiers, literal } from './quote.js';
import { newSequenceClauses } from './sequences.js';
import { parseType } from './types.js';

/** The parts of tables as they stand in CREATE TABLE, ADD COLUMN, ADD CONSTRAINT and CREATE INDEX. */

export function createTable(table: Table, options: CompileOptions): readonly string[] {
  const constraints = constraintsOf(table);
  const later = constraints.filter(
    (each, at) => repeatsKey(each, constraints.slice(0, at)) || isNotValid(each),
  );
  const elements = [
    ...table.columns.map((column) => columnDefinition(column, table, options)),
    ...constraints
      .filter((each) => !later.includes(each))
      .map((constraint) => constraintDefinition(constraint, options)),
  ];
  const body = elements.length === 0 ? '' : `\n  ${elements.join(',\n  ')}\n`;
  return [
    `CREATE TABLE ${identifier(table)} (${body})`,
    ...later.map(
      (constraint) => `ALTER TABLE ${identifier(table)} ADD ${constraintDefinition(constraint, options)}`,
    ),
  ];
}

/** Of two keys over the same columns, CREATE TABLE silently makes only one (transformIndexConstraints). */
function repeatsKey(constraint: Constraint, earlier: readonly Constraint[]): boolean {
  if (constraint.kind !== 'unique') return false;
  return earlier.some(
    (each) =>
      (each.kind === 'primaryKey' || each.kind === 'unique') && sameData(each.columns, constraint.columns),
  );
}

/** CREATE TABLE accepts NOT VALID and makes the constraint valid. */
function isNotValid(constraint: Constraint): boolean {
  return 'notValid' in constraint && constraint.notValid === true;
}

export function columnDefinition(column: Column, table: QualifiedName, options: CompileOptions): string {
  return [
    identifier(column.name),
    columnType(column),
    ...(column.collation === undefined ? [] : [`COLLATE ${collationName(column.collation)}`]),
    ...(column.generated === null ? [] : [generatedClause(column, options)]),
    ...(column.identity === null ? [] : [identityClause(column.identity, table)]),
    ...(column.default === null ? [] : [`DEFAULT ${defaultClause(column.default)}`]),
    ...(column.nullable ? [] : ['NOT NULL']),
  ].join(' ');
}

/** The type's text; that of an enum is written from its name, since texts may lack schema and quotes. */
export function columnType(column: Pick<Column, 'type' | 'enum'>): string {
  if (!column.enum) return column.type;
  return `${identifier(column.enum)}${parseType(column.type).array ? '[]' : ''}`;
}

/** In parentheses where it is more than a constant or a plain call: DEFAULT takes no bare `a AND b`. */
export function defaultClause(value: DefaultValue): string {
  const sql = defaultSql(value);
  return value.kind === 'literal' || /^[a-z_.]+(\(\))?$/i.test(sql) ? sql : `(${closedExpression(sql)})`;
}

/** A collation's name, or its quoted text where a schema belongs to it. */
export function collationName(collation: string): string {
  return /^"(?:[^"]|"")*"(?:\."(?:[^"]|"")*")?$/.test(collation) ? collation : identifier(collation);
}

function generatedClause({ name, generated }: Column, options: CompileOptions): string {
  if (generated === null) return '';
  if (!generated.stored) requireVersion(options, 18, `the virtual generated column ${name}`);
  return `GENERATED ALWAYS AS (${closedExpression(generated.expression)}) ${generated.stored ? 'STORED' : 'VIRTUAL'}`;
}

export function identityClause(identity: Identity, table: QualifiedName): string {
  if (identity.kind === 'autoincrement') {
    throw new RevError('REV_UNSUPPORTED', 'PostgreSQL has no AUTOINCREMENT.', {
      hint: 'Use the type serial, or identity: "byDefault".',
    });
  }
  const clauses = [
    ...(identity.sequenceName === undefined
      ? []
      : [`SEQUENCE NAME ${identifier({ schema: table.schema, name: identity.sequenceName })}`]),
    ...newSequenceClauses(identity.options),
  ];
  const options = clauses.length === 0 ? '' : ` (${clauses.join(' ')})`;
  return `GENERATED ${identityKind(identity)} AS IDENTITY${options}`;
}

export function identityKind(identity: Identity): string {
  return identity.kind === 'always' ? 'ALWAYS' : 'BY DEFAULT';
}

export function constraintDefinition(constraint: Constraint, options: CompileOptions): string {
  const name = constraint.name === null ? '' : `CONSTRAINT ${identifier(constraint.name)} `;
  return name + constraintBody(constraint, options);
}

function constraintBody(constraint: Constraint, options: CompileOptions): string {
  switch (constraint.kind) {
    case 'primaryKey':
      return `PRIMARY KEY (${identifiers(constraint.columns)})${includeClause(constraint.include)}`;
    case 'unique': {
      if (constraint.nullsNotDistinct) requireVersion(options, 15, 'NULLS NOT DISTINCT');
      const nulls = constraint.nullsNotDistinct ? ' NULLS NOT DISTINCT' : '';
      return `UNIQUE${nulls} (${identifiers(constraint.columns)})${includeClause(constraint.include)}${deferrableClause(constraint.deferrable)}`;
    }
    case 'check':
      return `CHECK (${closedExpression(constraint.expression)})${constraint.noInherit ? ' NO INHERIT' : ''}${notValidClause(constraint)}`;
    case 'foreignKey':
      return foreignKeyBody(constraint);
  }
}

function foreignKeyBody(key: ForeignKey): string {
  const { references } = key;
  return [
    `FOREIGN KEY (${identifiers(key.columns)}) REFERENCES ${identifier({ schema: references.schema, name: references.name })}`,
    // Without columns: the other table's primary key.
    ...(references.columns.length === 0 ? [] : [`(${identifiers(references.columns)})`]),
    ...(key.match === undefined || key.match === 'simple' ? [] : [`MATCH ${key.match.toUpperCase()}`]),
    ...(key.onDelete === 'no action' ? [] : [`ON DELETE ${key.onDelete.toUpperCase()}`]),
    ...(key.onDeleteColumns === undefined ? [] : [`(${identifiers(key.onDeleteColumns)})`]),
    ...(key.onUpdate === 'no action' ? [] : [`ON UPDATE ${key.onUpdate.toUpperCase()}`]),
  ]
    .join(' ')
    .concat(deferrableClause(key.deferrable), notValidClause(key));
}

function includeClause(include: readonly string[] | undefined): string {
  return include === undefined || include.length === 0 ? '' : ` INCLUDE (${identifiers(include)})`;
}

function notValidClause({ notValid }: Check | ForeignKey): string {
  return notValid ? ' NOT VALID' : '';
}

function deferrableClause(deferrable: ForeignKey['deferrable']): string {
  if (deferrable === undefined || deferrable === 'not deferrable') return '';
  return ` DEFERRABLE INITIALLY ${deferrable.toUpperCase()}`;
}

export function createIndex(
  index: TableIndex,
  table: QualifiedName,
  options: CompileOptions,
  { concurrently = false } = {},
): string {
  if (index.nullsNotDistinct) requireVersion(options, 15, 'NULLS NOT DISTINCT');
  const storage = Object.entries(index.with ?? {}).map(([name, value]) => `${name} = ${storageValue(value)}`);
  return [
    `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${concurrently ? 'CONCURRENTLY ' : ''}${identifier(index.name)} ON ${identifier(table)}`,
    ...(index.method === 'btree' ? [] : [`USING ${identifier(index.method)}`]),
    `(${index.keys.map(indexKey).join(', ')})${includeClause(index.include)}`,
    ...(index.nullsNotDistinct ? ['NULLS NOT DISTINCT'] : []),
    ...(storage.length === 0 ? [] : [`WITH (${storage.join(', ')})`]),
    ...(index.where === null ? [] : [`WHERE ${closedExpression(index.where)}`]),
  ].join(' ');
}

export function indexKey(key: IndexKey): string {
  const defaultNulls = key.order === 'desc' ? 'first' : 'last';
  return [
    key.column === undefined ? `(${closedExpression(key.expression ?? '')})` : identifier(key.column),
    ...(key.collation === undefined ? [] : [`COLLATE ${collationName(key.collation)}`]),
    ...(key.opclass === undefined ? [] : [operatorClass(key.opclass)]),
    ...(key.order === 'desc' ? ['DESC'] : []),
    ...(key.nulls === null || key.nulls === defaultNulls ? [] : [`NULLS ${key.nulls.toUpperCase()}`]),
  ].join(' ');
}

/** A name (`jsonb_path_ops`), or SQL text with a schema or options (`public.gist_trgm_ops (siglen=32)`). */
function operatorClass(opclass: string): string {
  const part = String.raw`(?:[a-z_]\w*|"(?:[^"]|"")*")`;
  return new RegExp(`^${part}(?:\\.${part})?(?: ?\\([\\w\\s=.,']*\\))?$`).test(opclass)
    ? opclass
    : identifier(opclass);
}

function storageValue(value: string): string {
  return /^[\w.]+$/.test(value) ? value : literal(value);
}

/** Offline nothing is known of the server, and nothing is refused. */
export function requireVersion({ serverVersion }: CompileOptions, major: number, what: string): void {
  if (serverVersion !== undefined && Number.parseInt(serverVersion, 10) < major) {
    throw new RevError(
      'REV_UNSUPPORTED',
      `PostgreSQL ${serverVersion} cannot make ${what}: it needs ${major} or later.`,
    );
  }
}
