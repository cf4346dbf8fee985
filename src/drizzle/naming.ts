/** Names: the `casing` of 0.x, and the names that drizzle-kit derives where the user gives none. */
import { createHash } from 'node:crypto';
import type { DialectName } from '../catalog/index.js';
import type { DrizzleNamed } from './drizzle-objects.js';

export type Casing = 'snake_case' | 'camelCase';

/**
 * Which line the models were written with. It decides how names are derived and how arrays are told; it is found by
 * a feature (foreign keys of 1.x know whether they were named), never by a version.
 */
export type DrizzleLine = '0.x' | '1.x';

/** A name, and whether a convention made it. */
export interface ChosenName {
  readonly name: string;
  readonly derived?: true;
}

export function given(name: string): ChosenName {
  return { name };
}

export function derived(name: string): ChosenName {
  return { name, derived: true };
}

/** The name of a column in the database. The names of 1.x are final. */
export function columnNaming(casing: Casing | undefined): (column: DrizzleNamed) => string {
  if (casing === undefined) return (column) => column.name;
  const convert = casing === 'snake_case' ? snakeCase : camelCase;
  return (column) => (column.keyAsName ? convert(column.name) : column.name);
}

/** The words of an identifier, as drizzle-orm 0.45 cuts them: ASCII only, digits stay with the word before. */
function words(identifier: string): readonly string[] {
  const plain = identifier.replace(/['\u2019]/g, '');
  return plain.match(/[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g) ?? [];
}

function snakeCase(identifier: string): string {
  return words(identifier)
    .map((word) => word.toLowerCase())
    .join('_');
}

function camelCase(identifier: string): string {
  return words(identifier)
    .map((word, position) =>
      position === 0 ? word.toLowerCase() : (word[0] ?? '').toUpperCase() + word.slice(1),
    )
    .join('');
}

/** The conventions of drizzle-kit 0.31 and 1.0.0-rc (research-drizzle.md §1.4). */
export interface NamingConvention {
  primaryKey(table: string, columns: readonly string[], where: 'column' | 'table'): string;
  /** `column`: `.unique()` on a column; `table`: `unique().on(…)`. */
  unique(table: string, columns: readonly string[], where: 'column' | 'table'): string;
  foreignKey(
    table: string,
    columns: readonly string[],
    foreignTable: string,
    foreignColumns: readonly string[],
  ): string;
}

const conventions: Readonly<Record<DrizzleLine, Readonly<Record<DialectName, NamingConvention>>>> = {
  '0.x': { postgres: oldConvention(), sqlite: oldConvention() },
  '1.x': {
    postgres: {
      primaryKey: (table) => `${table}_pkey`,
      unique: (table, columns, where) => joined(table, columns, where === 'column' ? 'key' : 'unique'),
      foreignKey: (table, columns, foreignTable, foreignColumns) => {
        const name = joined(table, columns, foreignTable, foreignColumns, 'fkey');
        return name.length <= 63 ? name : shortened(table, name);
      },
    },
    sqlite: {
      primaryKey: (table) => `${table}_pk`,
      unique: (table, columns) => joined(table, columns, 'unique'),
      foreignKey: (table, columns, foreignTable, foreignColumns) =>
        joined('fk', table, columns, foreignTable, foreignColumns, 'fk'),
    },
  },
};

function oldConvention(): NamingConvention {
  return {
    // PostgreSQL itself names the key of a column.
    primaryKey: (table, columns, where) =>
      where === 'column' ? `${table}_pkey` : joined(table, columns, 'pk'),
    unique: (table, columns) => joined(table, columns, 'unique'),
    foreignKey: (table, columns, foreignTable, foreignColumns) =>
      joined(table, columns, foreignTable, foreignColumns, 'fk'),
  };
}

export function namingConvention(line: DrizzleLine, dialect: DialectName): NamingConvention {
  return conventions[line][dialect];
}

/** Both lines name an index alike; an expression counts as `expr`, as in PostgreSQL's own names. */
export function indexName(table: string, parts: readonly (string | null)[]): string {
  return joined(
    table,
    parts.map((part) => part ?? 'expr'),
    'index',
  );
}

function joined(...parts: readonly (string | readonly string[])[]): string {
  return parts.flat().join('_');
}

/** As 1.x makes long names short: the table and twelve characters of a hash (ours; such a key matches by structure). */
function shortened(table: string, name: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return table.length < 45 ? `${table}_${hash}_fkey` : `${hash}_fkey`;
}
