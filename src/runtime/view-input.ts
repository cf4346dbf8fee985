import { type QualifiedName, tidyQuery, type View } from '../catalog/index.js';
import { type SqlInput, sqlText } from '../operations/index.js';

/** A view as a revision file says it. */
export interface ViewOptions {
  readonly materialized?: boolean;
  /** `security_barrier`, `security_invoker`, `check_option`; storage parameters of a materialized view. */
  readonly with?: Readonly<Record<string, string>>;
  /** Of a materialized view, as are `tablespace` and `noData`. */
  readonly method?: string;
  readonly tablespace?: string;
  readonly noData?: boolean;
  /** Names for its columns (SQLite). */
  readonly names?: readonly string[];
  /** CREATE TRIGGER statements that belong to it (SQLite). */
  readonly triggers?: readonly string[];
}

export function viewOf(name: QualifiedName, query: SqlInput, options: ViewOptions = {}): View {
  const { materialized = false, noData, ...rest } = options;
  return {
    kind: 'view',
    ...name,
    materialized,
    query: tidyQuery(sqlText(query)),
    ...rest,
    ...(noData ? { noData: true as const } : {}),
  };
}
