import { type Catalog, makeCatalog } from './catalog.js';
import type { Column } from './column.js';
import { nameKey, type QualifiedName } from './name.js';

/**
 * A catalog of operations, whose columns have nothing but the text of their type: with the enums that those are.
 * A database tells them itself.
 */
export function withEnums(catalog: Catalog): Catalog {
  if (catalog.enums.length === 0) return catalog;
  const enums = new Map(
    catalog.enums.map(({ schema, name }) => [nameKey({ schema, name }), { schema, name }]),
  );
  const tables = catalog.tables.map((table) => {
    const columns = table.columns.map((column) => withEnum(column, enums));
    return columns.every((column, at) => column === table.columns[at]) ? table : { ...table, columns };
  });
  return tables.every((table, at) => table === catalog.tables[at])
    ? catalog
    : makeCatalog({ ...catalog, tables });
}

function withEnum(column: Column, enums: ReadonlyMap<string, QualifiedName>): Column {
  const { enum: was, ...rest } = column;
  const type = typeName(column.type);
  const found = type === null ? undefined : enums.get(nameKey(type));
  if (found === undefined) return was === undefined ? column : rest;
  return was && nameKey(was) === nameKey(found) ? column : { ...rest, enum: found };
}

/** `state`, `app."State"[]`: the name that such a text says; null: it is none. */
function typeName(text: string): QualifiedName | null {
  const part = '([\\p{L}_][\\p{L}\\p{N}_$]*|"(?:[^"]|"")+")';
  const match = new RegExp(`^\\s*(?:${part}\\s*\\.\\s*)?${part}\\s*(?:\\[\\d*\\]\\s*)*$`, 'u').exec(text);
  if (!match?.[2]) return null;
  const stored = (name: string) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
  return { schema: match[1] === undefined ? null : stored(match[1]), name: stored(match[2]) };
}
