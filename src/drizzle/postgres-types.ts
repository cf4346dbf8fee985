/** Type texts of PostgreSQL columns, in the words of `format_type` where the models allow it. */
import type { QualifiedName } from '../catalog/index.js';
import type { DrizzleColumn, DrizzleEnum } from './drizzle-objects.js';
import type { DrizzleLine } from './naming.js';

/** A column's element type, and how many array levels are around it. */
export interface ElementColumn {
  readonly column: DrizzleColumn;
  readonly depth: number;
}

/** 0.45 nests PgArray columns; 1.x counts `dimensions` (which in 0.45 is a vector's length). */
export function elementOf(column: DrizzleColumn, line: DrizzleLine): ElementColumn {
  if (line === '1.x') return { column, depth: column.dimensions ?? 0 };
  let element = column;
  let depth = 0;
  while (element.columnType === 'PgArray' && element.baseColumn) {
    element = element.baseColumn;
    depth += 1;
  }
  return { column: element, depth };
}

/** The type as text. An array is `text[]` whatever its levels and sizes: PostgreSQL does not keep them. */
export function postgresType(column: DrizzleColumn, line: DrizzleLine): string {
  const element = elementOf(column, line);
  return elementType(element.column) + (element.depth > 0 ? '[]' : '');
}

function elementType(column: DrizzleColumn): string {
  const enumeration = column.enum;
  if (enumeration) return typeName(enumName(enumeration));
  const type = column.getSQLType();
  if (column.columnType === 'PgCustomColumn') return type;
  // drizzle writes `timestamp (3)` and `numeric(10, 2)`.
  return type.replace(' (', '(').replace(', ', ',');
}

export function enumName(enumeration: DrizzleEnum): QualifiedName {
  return { schema: enumeration.schema ?? null, name: enumeration.enumName };
}

export const serialTypes: ReadonlySet<string> = new Set(['smallserial', 'serial', 'bigserial']);

/** A type's name as format_type prints it: quoted only where it must be. */
function typeName(name: QualifiedName): string {
  const written = quoteIfNeeded(name.name);
  return name.schema === null ? written : `${quoteIfNeeded(name.schema)}.${written}`;
}

function quoteIfNeeded(name: string): string {
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !keywords.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

/** All keywords but the unreserved ones, which is what quote_identifier() quotes (PostgreSQL 18, Appendix C). */
const keywords: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
  char character check coalesce collate collation column concurrently constraint create cross current_catalog
  current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
  desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
  grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array
  json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
  lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize not
  notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary real
  references returning right row select session_user setof similar smallint some substring symmetric system_user table
  tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic verbose
  when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
  xmlserialize xmltable`.split(/\s+/),
);
