/** Views of the models, of both dialects: those whose query the models have. */
import { type DialectName, tidyQuery, type View } from '../catalog/index.js';
import { RevError } from '../errors.js';
import type { DrizzleView } from './collect.js';
import {
  type DrizzleNamed,
  type DrizzleSql,
  type DrizzleTable,
  entityKinds,
  isAlias,
  isSql,
} from './drizzle-objects.js';
import { renderSql } from './expressions.js';

export interface ViewOptions {
  readonly dialect: DialectName;
  readonly columnName: (column: DrizzleNamed) => string;
}

/** Throws REV_SCHEMA for a query that has a placeholder, or a value without a literal. */
export function readView(view: DrizzleView, { dialect, columnName }: ViewOptions): View {
  const { name, schema, materialized, query, using, tablespace, withNoData } = view;
  if (!query) throw new RevError('REV_SCHEMA', `The view ${name} has no query.`);
  return {
    kind: 'view',
    schema: schema ?? null,
    name,
    materialized,
    query: tidyQuery(renderSql(query, { dialect, columnName })),
    ...parametersOf(view),
    ...(using === undefined ? {} : { method: using }),
    ...(tablespace === undefined ? {} : { tablespace }),
    ...(withNoData ? { noData: true as const } : {}),
  };
}

/** `securityBarrier: true` → `security_barrier: 'true'`. What a materialized view does not say of them stays as it is. */
function parametersOf(view: DrizzleView): Pick<View, 'with'> {
  if (view.materialized && view.with === undefined) return {};
  const given = Object.entries(view.with ?? {}).filter(([, value]) => value !== undefined);
  return {
    with: Object.fromEntries(
      given.map(([key, value]) => [
        key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        String(value),
      ]),
    ),
  };
}

/** What a query is built of: the tables and views that it names as objects. */
export function readBy(query: DrizzleSql | undefined): {
  readonly tables: readonly DrizzleTable[];
  readonly views: readonly object[];
} {
  const tables = new Set<DrizzleTable>();
  const views = new Set<object>();
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (Array.isArray(value)) {
      value.forEach(visit);
      return;
    }
    const kinds = entityKinds(value);
    if (kinds.includes('Table')) {
      if (!isAlias(value as DrizzleTable)) tables.add(value as DrizzleTable);
    } else if (kinds.includes('View')) {
      views.add(value);
    } else if (kinds.includes('Column')) {
      visit((value as { table?: unknown }).table);
    } else if (kinds.includes('Subquery')) {
      visit((value as { _?: { sql?: unknown } })._?.sql);
    } else if (kinds.includes('SQL.Aliased')) {
      visit((value as { sql?: unknown }).sql);
    } else if ('queryChunks' in value) {
      visit((value as { queryChunks: unknown }).queryChunks);
    } else if (isSql(value)) {
      visit(value.getSQL());
    }
  };
  visit(query);
  return { tables: [...tables], views: [...views] };
}
