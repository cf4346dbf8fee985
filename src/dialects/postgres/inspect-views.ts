import { compareNames, compareText, tidyQuery, type View } from '../../catalog/index.js';
import { type IndexRow, toIndex } from './inspect-indexes.js';
import type { ViewRow } from './view-query.js';

export function toView(row: ViewRow, indexes: readonly IndexRow[]): View {
  const options = row.with.map((option) => option.split(/=(.*)/s).slice(0, 2));
  return {
    kind: 'view',
    schema: row.schema,
    name: row.name,
    materialized: row.materialized,
    query: tidyQuery(row.query),
    with: Object.fromEntries(options) as Record<string, string>,
    ...(row.materialized && row.method !== null ? { method: row.method } : {}),
    ...(row.tablespace === null ? {} : { tablespace: row.tablespace }),
    ...(row.materialized && !row.populated ? { noData: true as const } : {}),
    columns: row.columns,
    uses: row.uses
      .map(({ columns, ...name }) => ({ ...name, columns: [...columns].sort(compareText) }))
      .sort(compareNames),
    ...(indexes.length === 0 ? {} : { indexes: indexes.map(toIndex) }),
  };
}
