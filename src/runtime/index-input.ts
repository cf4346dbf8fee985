import type { SQL } from 'drizzle-orm';
import type { IndexKey, TableIndex } from '../catalog/index.js';
import { RevError } from '../errors.js';
import { type SqlInput, sqlText } from '../operations/index.js';

/** A key of an index: a column's name, an expression, or either with its order. */
export type IndexKeyInput =
  | string
  | SQL
  | {
      readonly column?: string;
      readonly expression?: SqlInput;
      readonly order?: 'asc' | 'desc';
      /** Default: as PostgreSQL's, last for asc and first for desc. */
      readonly nulls?: 'first' | 'last';
      readonly opclass?: string;
      readonly collation?: string;
    };

/** An index as a revision file says it. */
export interface IndexOptions {
  readonly unique?: boolean;
  /** Default btree. */
  readonly method?: string;
  readonly where?: SqlInput;
  readonly with?: Readonly<Record<string, string>>;
  readonly nullsNotDistinct?: boolean;
  readonly include?: readonly string[];
}

/**
 * @param sorts whether keys say where nulls sort.
 * @throws RevError REV_OPERATION
 */
export function indexOf(
  name: string,
  keys: readonly IndexKeyInput[],
  options: IndexOptions,
  sorts: boolean,
): TableIndex {
  const isMissing = !Array.isArray(keys) || keys.length === 0;
  const at = isMissing ? -1 : keys.findIndex((key) => !isKey(key));
  if (isMissing || at >= 0) {
    throw new RevError(
      'REV_OPERATION',
      isMissing
        ? `The index ${name} has no keys.`
        : `Key ${at + 1} of index ${name} is neither a column nor an expression.`,
      {
        hint: `op.createIndex('${name}', 'users', ['email', sql\`lower(name)\`, { column: 'id', order: 'desc' }])`,
      },
    );
  }
  return {
    kind: 'index',
    name,
    unique: options.unique ?? false,
    method: options.method ?? 'btree',
    keys: keys.map((key) => indexKey(key, sorts)),
    where: options.where === undefined ? null : sqlText(options.where),
    ...(options.with === undefined ? {} : { with: options.with }),
    ...(options.nullsNotDistinct ? { nullsNotDistinct: true as const } : {}),
    ...(options.include === undefined ? {} : { include: options.include }),
  };
}

function isKey(key: unknown): boolean {
  if (typeof key !== 'object' || key === null) return typeof key === 'string' && key !== '';
  const { column, expression } = key as { readonly column?: unknown; readonly expression?: unknown };
  return 'queryChunks' in key || (column !== undefined && column !== '') || expression !== undefined;
}

function indexKey(input: IndexKeyInput, sorts: boolean): IndexKey {
  if (typeof input === 'string') return { column: input, order: 'asc', nulls: sorts ? 'last' : null };
  if ('queryChunks' in input)
    return { expression: sqlText(input), order: 'asc', nulls: sorts ? 'last' : null };
  const order = input.order ?? 'asc';
  const nulls = sorts ? (input.nulls ?? (order === 'desc' ? 'first' : 'last')) : null;
  return {
    ...(input.column === undefined ? {} : { column: input.column }),
    ...(input.expression === undefined ? {} : { expression: sqlText(input.expression) }),
    order,
    nulls,
    ...(input.opclass === undefined ? {} : { opclass: input.opclass }),
    ...(input.collation === undefined ? {} : { collation: input.collation }),
  };
}
