import {
  absent,
  type Catalog,
  displayName,
  findTable,
  findView,
  makeCatalog,
  type QualifiedName,
  type TableIndex,
  updateTable,
} from '../catalog/index.js';
import { RevError } from '../errors.js';
import type { Faces } from './faces.js';
import { renderIndexKeys } from './render-parts.js';

export interface CreateIndex {
  readonly kind: 'createIndex';
  readonly table: QualifiedName;
  readonly index: TableIndex;
  /** Without keeping writers out, outside of a transaction (PostgreSQL). */
  readonly concurrently?: true;
  /** Give back what a dropIndex of this name with `keep` has remembered. */
  readonly restore?: true;
}

export interface DropIndex {
  readonly kind: 'dropIndex';
  readonly name: string;
  readonly table: QualifiedName;
  readonly concurrently?: true;
  /** Remember what no model says of it (comment, replica identity, …) for a createIndex to come. */
  readonly keep?: true;
  readonly was?: TableIndex;
}

export interface RenameIndex {
  readonly kind: 'renameIndex';
  readonly table: QualifiedName;
  readonly from: string;
  readonly to: string;
}

export const createIndex: Faces<CreateIndex, DropIndex> = {
  invert: ({ table, index, restore, concurrently }) => [
    {
      kind: 'dropIndex',
      name: index.name,
      table,
      ...(restore ? { keep: true } : {}),
      ...(concurrently ? { concurrently } : {}),
      was: index,
    },
  ],
  apply: (operation, catalog) =>
    updateIndexes(catalog, operation.table, (indexes) => {
      if (indexes.some((each) => each.name === operation.index.name)) {
        throw new RevError('REV_OPERATION', `Index ${operation.index.name} exists already.`);
      }
      return [...indexes, operation.index];
    }),
  describe: ({ table, index }) =>
    `create ${index.unique ? 'unique ' : ''}index ${index.name} on ${displayName(table)}`,
  render: ({ table, index, restore, concurrently }, source) =>
    source.statement('createIndex', [
      source.string(index.name),
      source.name(table),
      renderIndexKeys(index.keys, source),
      ...source.options({
        unique: index.unique ? 'true' : undefined,
        method: index.method === 'btree' ? undefined : source.string(index.method),
        where: index.where === null ? undefined : source.sql(index.where),
        with:
          index.with === undefined || Object.keys(index.with).length === 0
            ? undefined
            : source.object(
                Object.fromEntries(
                  Object.entries(index.with).map(([key, value]) => [key, source.string(value)]),
                ),
              ),
        nullsNotDistinct: index.nullsNotDistinct ? 'true' : undefined,
        include: index.include === undefined ? undefined : source.strings(index.include),
        concurrently: concurrently ? 'true' : undefined,
        restore: restore ? 'true' : undefined,
      }),
    ]),
  reduce: (operation, next) =>
    next.kind === 'dropIndex' && (next as DropIndex).name === operation.index.name ? [] : null,
  losses: () => [],
};

export const dropIndex: Faces<DropIndex, CreateIndex> = {
  invert: ({ table, keep, concurrently, was }) =>
    was
      ? [
          {
            kind: 'createIndex',
            table,
            index: was,
            ...(keep ? { restore: true } : {}),
            ...(concurrently ? { concurrently } : {}),
          },
        ]
      : null,
  apply: (operation, catalog) =>
    updateIndexes(requireIndex(catalog, operation.table, operation.name), operation.table, (indexes) =>
      indexes.filter((each) => each.name !== operation.name),
    ),
  describe: ({ name, table }) => `drop index ${name} on ${displayName(table)}`,
  render: ({ name, table, keep, concurrently }, source) =>
    source.statement('dropIndex', [
      source.string(name),
      source.name(table),
      ...source.options({
        concurrently: concurrently ? 'true' : undefined,
        keep: keep ? 'true' : undefined,
      }),
    ]),
  reduce: () => null,
  losses: () => [],
};

export const renameIndex: Faces<RenameIndex> = {
  invert: ({ table, from, to }) => [{ kind: 'renameIndex', table, from: to, to: from }],
  apply: (operation, catalog) =>
    updateIndexes(requireIndex(catalog, operation.table, operation.from), operation.table, (indexes) =>
      indexes.map((each) => (each.name === operation.from ? { ...each, name: operation.to } : each)),
    ),
  describe: ({ from, to, table }) => `rename index ${from} to ${to} on ${displayName(table)}`,
  render: ({ table, from, to }, source) =>
    source.statement('renameIndex', [source.name(table), source.string(from), source.string(to)]),
  reduce: () => null,
  losses: () => [],
};

function requireIndex(catalog: Catalog, table: QualifiedName, name: string): Catalog {
  const indexes = (findTable(catalog, table) ?? findView(catalog.views, table))?.indexes;
  if (!indexes?.some((each) => each.name === name)) throw absent('index', { schema: table.schema, name });
  return catalog;
}

/** Of a table, or of a materialized view. */
function updateIndexes(
  catalog: Catalog,
  name: QualifiedName,
  change: (indexes: readonly TableIndex[]) => readonly TableIndex[],
): Catalog {
  const view = findView(catalog.views, name);
  if (!view) {
    return updateTable(catalog, name, (table) => ({ ...table, indexes: change(table.indexes) }));
  }
  const indexes = change(view.indexes ?? []);
  const { indexes: _before, ...rest } = view;
  const changed = indexes.length === 0 ? rest : { ...rest, indexes };
  return makeCatalog({ ...catalog, views: catalog.views.map((each) => (each === view ? changed : each)) });
}
