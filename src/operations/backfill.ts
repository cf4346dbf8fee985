import { displayName, type QualifiedName } from '../catalog/index.js';
import type { Faces } from './faces.js';
import { literalText, type SqlParts } from './sql-text.js';

/** Values for the rows of a table, made in batches in the order of a key. */
export interface Backfill {
  readonly kind: 'backfill';
  readonly table: QualifiedName;
  readonly set: readonly { readonly column: string; readonly value: SqlParts }[];
  /** null: all rows. */
  readonly where: SqlParts | null;
  /** Columns that no row has null; null: the primary key. */
  readonly key: readonly string[] | null;
  /** In rows. */
  readonly batchSize: number;
  /** Between two batches outside of a transaction, in milliseconds. */
  readonly pause: number;
}

export const backfill: Faces<Backfill> = {
  invert: () => null,
  apply: (_operation, catalog) => catalog,
  describe: ({ table, set }) =>
    `backfill ${displayName(table)} (${set.map(({ column }) => column).join(', ')})`,
  render({ table, set, where, key, batchSize, pause }, source) {
    const sql = ({ texts, values }: SqlParts) =>
      source.sql(texts.reduce((text, next, at) => text + literalText(values[at - 1]) + next));
    return source.statement('backfill', [
      source.object({
        table: source.name(table),
        set: source.object(Object.fromEntries(set.map(({ column, value }) => [column, sql(value)]))),
        where: where === null ? undefined : sql(where),
        key: key === null ? undefined : source.strings(key),
        batchSize: String(batchSize),
        pause: pause === 0 ? undefined : String(pause),
      }),
    ]);
  },
  reduce: () => null,
  losses: () => [],
};
