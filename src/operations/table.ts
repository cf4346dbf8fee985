import {
  absent,
  displayName,
  findTable,
  makeCatalog,
  policiesAfterRename,
  type QualifiedName,
  renameIdentifier,
  sameName,
  type Table,
  viewsAfterRename,
  withObject,
  withoutObject,
} from '../catalog/index.js';
import { type AlterTable, applyChanges } from './alter-table.js';
import type { Faces } from './faces.js';
import type { CreatePolicy } from './policy.js';
import { renderTableElements } from './render-parts.js';
import type { EnableRowSecurity } from './row-security.js';
import type { CreateIndex } from './table-index.js';

/** Indexes, row level security and policies are operations of their own: the table has none of them here. */
export interface CreateTable {
  readonly kind: 'createTable';
  readonly table: Table;
}

export interface DropTable {
  readonly kind: 'dropTable';
  readonly name: QualifiedName;
  /** The table with its indexes, for the way back. */
  readonly was?: Table;
}

export interface RenameTable {
  readonly kind: 'renameTable';
  readonly from: QualifiedName;
  readonly to: QualifiedName;
}

export const createTable: Faces<CreateTable, DropTable> = {
  invert: ({ table }) => [
    { kind: 'dropTable', name: { schema: table.schema, name: table.name }, was: table },
  ],
  apply: (operation, catalog) =>
    makeCatalog({ ...catalog, tables: withObject(catalog.tables, operation.table, 'table') }),
  describe: ({ table }) => `create table ${displayName(table)}`,
  render: ({ table }, source) =>
    source.statement('createTable', [
      source.name(table),
      renderTableElements(table, source),
      ...source.options({
        strict: table.live?.strict ? 'true' : undefined,
        withoutRowid: table.live?.withoutRowid ? 'true' : undefined,
      }),
    ]),
  reduce(operation, next) {
    const { table } = operation;
    if (next.kind === 'dropTable' && sameName((next as DropTable).name, table)) return [];
    if (next.kind !== 'alterTable' || !sameName((next as AlterTable).table, table)) return null;
    // A new table has no rows that a change could need to convert.
    return [{ ...operation, table: applyChanges(table, (next as AlterTable).changes) }];
  },
  losses: () => [],
};

export const dropTable: Faces<DropTable, CreateTable | CreateIndex | CreatePolicy | EnableRowSecurity> = {
  invert({ was }) {
    if (!was) return null;
    const table: QualifiedName = { schema: was.schema, name: was.name };
    const { rowSecurity, policies = [], ...rest } = was;
    return [
      { kind: 'createTable', table: { ...rest, indexes: [] } },
      ...was.indexes.map((index) => ({ kind: 'createIndex', table, index }) as const),
      ...(rowSecurity ? [{ kind: 'enableRowSecurity', table } as const] : []),
      ...policies.map((policy) => ({ kind: 'createPolicy', table, policy }) as const),
    ];
  },
  apply: (operation, catalog) =>
    makeCatalog({ ...catalog, tables: withoutObject(catalog.tables, operation.name, 'table') }),
  describe: ({ name }) => `drop table ${displayName(name)}`,
  render: ({ name }, source) => source.statement('dropTable', [source.name(name)]),
  reduce: () => null,
  losses: ({ name }) => [`all rows of table ${displayName(name)}`],
};

export const renameTable: Faces<RenameTable> = {
  invert: ({ from, to }) => [{ kind: 'renameTable', from: to, to: from }],
  apply(operation, catalog) {
    const found = findTable(catalog, operation.from);
    if (!found) throw absent('table', operation.from);
    const rest = catalog.tables.filter((table) => table !== found);
    const renamed = [...withObject(rest, { ...found, ...operation.to }, 'table')];
    return makeCatalog({
      ...catalog,
      views: viewsAfterRename(catalog.views, operation.from, operation.from.name, operation.to),
      tables: policiesAfterRename(renamed, operation.from, operation.from.name, operation.to).map(
        (table) => ({
          ...table,
          checks:
            table.name === operation.to.name
              ? table.checks.map((check) => ({
                  ...check,
                  expression: renameIdentifier(check.expression, operation.from.name, operation.to.name),
                }))
              : table.checks,
          foreignKeys: table.foreignKeys.map((key) =>
            sameName(key.references, operation.from)
              ? { ...key, references: { ...key.references, ...operation.to } }
              : key,
          ),
        }),
      ),
    });
  },
  describe: ({ from, to }) => `rename table ${displayName(from)} to ${displayName(to)}`,
  render: ({ from, to }, source) => source.statement('renameTable', [source.name(from), source.name(to)]),
  reduce: () => null,
  losses: () => [],
};
