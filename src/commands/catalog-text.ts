import { type Catalog, emptyCatalog, findTable } from '../catalog/index.js';
import type { Dialect } from '../dialects/dialect.js';
import type { Operation } from '../operations/index.js';

/** A catalog as the SQL that would make it, for a diff that a person reads. */
export function catalogText(catalog: Catalog, dialect: Dialect): string {
  const operations: Operation[] = [
    ...catalog.schemas.map((name): Operation => ({ kind: 'createSchema', name })),
    ...catalog.enums.map((each): Operation => ({ kind: 'createEnum', enum: each })),
    ...catalog.sequences.map((sequence): Operation => ({ kind: 'createSequence', sequence })),
    ...catalog.tables.flatMap((table): Operation[] => [
      { kind: 'createTable', table: { ...table, indexes: [] } },
      ...table.indexes.map((index): Operation => ({ kind: 'createIndex', table, index })),
    ]),
  ];
  const empty = emptyCatalog(catalog.dialect);
  return operations
    .flatMap((operation) => dialect.compile(operation, empty, {}))
    .map(({ sql }) => `${sql};\n`)
    .join('\n');
}

/** The catalog with its columns in the order that another one gives them: the order is not compared. */
export function inOrderOf(catalog: Catalog, other: Catalog): Catalog {
  return {
    ...catalog,
    tables: catalog.tables.map((table) => {
      const names = findTable(other, table)?.columns.map((column) => column.name) ?? [];
      const place = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length);
      return { ...table, columns: [...table.columns].sort((a, b) => place(a.name) - place(b.name)) };
    }),
  };
}
