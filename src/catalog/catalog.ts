import type { EnumType } from './enum.js';
import { compareNames, compareText, type DialectName, type QualifiedName, sameName } from './name.js';
import type { Role } from './role.js';
import type { Sequence } from './sequence.js';
import type { Table } from './table.js';
import { deepFreeze } from './value.js';
import type { View } from './view.js';

/** An object that was seen and is not compared: it is listed, kept, and never dropped. */
export interface Uncompared {
  /** trigger, domain, exclusion constraint, … */
  readonly kind: string;
  readonly name: QualifiedName;
  /** The table that it belongs to, if it belongs to one. */
  readonly table?: QualifiedName;
  /** The columns of the table that it stands on. */
  readonly columns?: readonly string[];
  /** The statements that take it away and make it again, where they are known. */
  readonly sql?: { readonly drop: string; readonly create: string };
  /** It may be wanted without a column that it stands on, and only a person can say how. */
  readonly outlives?: true;
}

/** What a database's schema is, as plain frozen data. Lists are sorted by name; columns are in table order. */
export interface Catalog {
  readonly dialect: DialectName;
  /** Those that are compared: none, unless someone asks for it. */
  readonly roles: readonly Role[];
  /** Schemas other than the default one. */
  readonly schemas: readonly string[];
  readonly enums: readonly EnumType[];
  readonly sequences: readonly Sequence[];
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly uncompared: readonly Uncompared[];
}

export interface CatalogParts {
  readonly dialect: DialectName;
  readonly roles?: readonly Role[];
  readonly schemas?: readonly string[];
  readonly enums?: readonly EnumType[];
  readonly sequences?: readonly Sequence[];
  readonly tables?: readonly Table[];
  readonly views?: readonly View[];
  readonly uncompared?: readonly Uncompared[];
}

/** A frozen catalog with every list in its fixed order. */
export function makeCatalog(parts: CatalogParts): Catalog {
  const sorted = <T extends QualifiedName>(list: readonly T[] | undefined) =>
    [...(list ?? [])].sort(compareNames);
  return deepFreeze({
    dialect: parts.dialect,
    roles: [...(parts.roles ?? [])].sort((a, b) => compareText(a.name, b.name)),
    schemas: [...(parts.schemas ?? [])].sort(compareText),
    enums: sorted(parts.enums),
    sequences: sorted(parts.sequences),
    tables: sorted(parts.tables).map(sortTable),
    views: sorted(parts.views),
    uncompared: [...(parts.uncompared ?? [])].sort(
      (a, b) => compareText(a.kind, b.kind) || compareNames(a.name, b.name),
    ),
  });
}

export function emptyCatalog(dialect: DialectName): Catalog {
  return makeCatalog({ dialect });
}

export function findTable(catalog: Catalog, name: QualifiedName): Table | undefined {
  return catalog.tables.find((table) => sameName(table, name));
}

/** Tables that went through here before: an operation makes a new catalog, and most of its tables are the old ones. */
const sortedTables = new WeakSet<Table>();

function sortTable(table: Table): Table {
  if (sortedTables.has(table)) return table;
  const sorted = sortLists(table);
  sortedTables.add(sorted);
  return sorted;
}

function sortLists(table: Table): Table {
  const byName = (a: { name: string | null }, b: { name: string | null }) =>
    compareText(a.name ?? '', b.name ?? '') || compareText(JSON.stringify(a), JSON.stringify(b));
  return {
    ...table,
    uniques: [...table.uniques].sort(byName),
    checks: [...table.checks].sort(byName),
    foreignKeys: [...table.foreignKeys].sort(byName),
    indexes: [...table.indexes].sort(byName),
    ...(table.policies ? { policies: [...table.policies].sort(byName) } : {}),
  };
}
