import { createTwoFilesPatch } from 'diff';
import { type Catalog, emptyCatalog, orderViews } from '../catalog/index.js';
import type { Dialect } from '../dialects/dialect.js';
import type { Operation } from '../operations/index.js';

/** A catalog as the SQL that would make it, for a diff that a person reads. */
export function catalogText(catalog: Catalog, dialect: Dialect): string {
  const operations: Operation[] = [
    ...catalog.roles.map((role): Operation => ({ kind: 'createRole', role })),
    ...catalog.schemas.map((name): Operation => ({ kind: 'createSchema', name })),
    ...catalog.enums.map((each): Operation => ({ kind: 'createEnum', enum: each })),
    ...catalog.sequences.map((sequence): Operation => ({ kind: 'createSequence', sequence })),
    ...catalog.tables.flatMap((table): Operation[] => [
      { kind: 'createTable', table: { ...table, indexes: [] } },
      ...table.indexes.map((index): Operation => ({ kind: 'createIndex', table, index })),
      ...(table.rowSecurity ? [{ kind: 'enableRowSecurity', table } as const] : []),
    ]),
    ...orderViews(catalog.views).map((view): Operation => ({ kind: 'createView', view })),
    ...catalog.tables.flatMap((table) =>
      (table.policies ?? []).map((policy): Operation => ({ kind: 'createPolicy', table, policy })),
    ),
  ];
  const empty = emptyCatalog(catalog.dialect);
  return operations
    .flatMap((operation) => dialect.compile(operation, empty, {}))
    .map(({ sql }) => `${sql};\n`)
    .join('\n');
}

interface NamedCatalog {
  readonly name: string;
  readonly catalog: Catalog;
}

/** A unified diff of the two as SQL. */
export function catalogPatch(before: NamedCatalog, after: NamedCatalog, dialect: Dialect): string {
  return createTwoFilesPatch(
    before.name,
    after.name,
    catalogText(before.catalog, dialect),
    catalogText(after.catalog, dialect),
    undefined,
    undefined,
    { context: 2 },
  ).replace(/^=+\n/, '');
}
