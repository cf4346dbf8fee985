import { displayName, type QualifiedName } from '../catalog/index.js';
import type { Faces } from './faces.js';

/** Rows to insert; every row holds a value for each of the columns. */
export interface Insert {
  readonly kind: 'insert';
  readonly table: QualifiedName;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

export const insert: Faces<Insert> = {
  invert: () => null,
  apply: (_operation, catalog) => catalog,
  describe: ({ table, rows }) =>
    `insert ${rows.length} row${rows.length === 1 ? '' : 's'} into ${displayName(table)}`,
  render: ({ table, columns, rows }, source) =>
    source.statement('bulkInsert', [
      source.name(table),
      source.list(
        rows.map((row) =>
          source.object(
            Object.fromEntries(columns.map((column, at) => [column, JSON.stringify(row[at] ?? null)])),
          ),
        ),
      ),
    ]),
  reduce: () => null,
  losses: () => [],
};
