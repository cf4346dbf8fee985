import type { IndexKey, TableIndex } from '../../catalog/index.js';
import { withoutOuterParentheses } from './expressions.js';
import type { IndexRow } from './inspect-queries.js';

export type { IndexRow } from './inspect-queries.js';

export function toIndex(row: IndexRow): TableIndex {
  const options = row.with.map((option) => option.split(/=(.*)/s).slice(0, 2));
  return {
    kind: 'index',
    name: row.name,
    unique: row.unique,
    method: row.method,
    keys: row.keys.map(
      ({ column, expression, option, opclass, collation }): IndexKey => ({
        ...(column === null ? { expression: withoutOuterParentheses(expression ?? '') } : { column }),
        order: option & 1 ? 'desc' : 'asc',
        nulls: option & 2 ? 'first' : 'last',
        ...(opclass === null ? {} : { opclass }),
        ...(collation === null ? {} : { collation }),
      }),
    ),
    where: row.where === null ? null : withoutOuterParentheses(row.where),
    ...(options.length === 0 ? {} : { with: Object.fromEntries(options) as Record<string, string> }),
    ...(row.nullsNotDistinct ? { nullsNotDistinct: true as const } : {}),
    ...include(row),
  };
}

export function include(row: Pick<IndexRow, 'include'>) {
  return row.include.length === 0 ? {} : { include: row.include };
}
