/** Columns of both dialects. */
import type { Column, Generated, Identity } from '../catalog/index.js';
import { defaultOf } from './defaults.js';
import { type DrizzleColumn, isSql } from './drizzle-objects.js';
import { sequenceOptions } from './free-objects.js';
import { collationName } from './index-keys.js';
import { elementOf, enumName, postgresType, serialTypes } from './postgres-types.js';
import type { TableContext } from './table-context.js';

/**
 * One column. A column of the primary key is never nullable: drizzle's table-level key does not say so, and SQLite by
 * itself would let NULL in.
 * @param keyed the names of the primary key's columns.
 */
export function columnOf(column: DrizzleColumn, keyed: readonly string[], context: TableContext): Column {
  const name = context.columnName(column);
  const written = context.dialect === 'postgres' ? postgresType(column, context.line) : column.getSQLType();
  const { type, collation } = splitCollation(written);
  const element = elementOf(column, context.line).column;
  const identity = identityOf(column, name, context);
  const required =
    // bigserial{mode: bigint} of 0.45 forgets notNull.
    column.notNull || column.primary || keyed.includes(name) || identity !== null || serialTypes.has(type);
  return {
    name,
    type,
    ...(element.enum ? { enum: enumName(element.enum) } : {}),
    nullable: !required,
    default: defaultOf(column, {
      dialect: context.dialect,
      line: context.line,
      label: context.label(name),
      type,
      render: (sql) => context.render(sql),
    }),
    identity,
    generated: generatedOf(column, context),
    ...(collation === undefined ? {} : { collation }),
  };
}

/** A customType may say `text collate nocase`, of which a database keeps the two parts apart. */
function splitCollation(written: string): { type: string; collation?: string } {
  const match = /^(.*\S)\s+collate\s+("(?:[^"]|"")+"|\w+)$/is.exec(written);
  if (match?.[1] === undefined || match[2] === undefined) return { type: written };
  return { type: match[1], collation: collationName(match[2]) };
}

function identityOf(column: DrizzleColumn, name: string, context: TableContext): Identity | null {
  if (column.autoIncrement) return { kind: 'autoincrement' };
  const identity = column.generatedIdentity;
  if (!identity) return null;
  const { sequenceName } = identity;
  return {
    kind: identity.type,
    options: sequenceOptions(identity.sequenceOptions),
    ...(sequenceName && sequenceName !== `${context.name}_${name}_seq` ? { sequenceName } : {}),
  };
}

/** A text is SQL, as drizzle-kit takes it. */
function generatedOf(column: DrizzleColumn, context: TableContext): Generated | null {
  if (!column.generated) return null;
  const { as, mode } = column.generated;
  const value: unknown = typeof as === 'function' ? (as as () => unknown)() : as;
  return {
    expression: isSql(value) ? context.expression(value) : String(value),
    stored: mode !== 'virtual',
  };
}
