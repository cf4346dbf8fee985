import { compareNames, nameKey, type QualifiedName, sameName } from './name.js';
import { relationsOf } from './query-text.js';
import type { TableIndex } from './table-index.js';

export interface ViewColumn {
  readonly name: string;
  readonly type: string;
  /** Where it is not the type's own. */
  readonly collation?: string;
}

/** A relation that a view reads, and which of its columns. */
export interface ViewUse extends QualifiedName {
  readonly columns: readonly string[];
}

/** A view or a materialized view. */
export interface View extends QualifiedName {
  readonly kind: 'view';
  readonly materialized: boolean;
  /** SQL text without a semicolon. */
  readonly query: string;
  /**
   * Options of a view (security_barrier, security_invoker, check_option), storage parameters of a materialized one.
   * undefined: the models say nothing of them, and live ones are kept.
   */
  readonly with?: Readonly<Record<string, string>>;
  /** Of a materialized view, as is `tablespace`: kept as it is where undefined. */
  readonly method?: string;
  readonly tablespace?: string;
  /** A materialized view that holds nothing until it is refreshed. Never compared. */
  readonly noData?: true;
  /** The names that stand in parentheses after the view's own (SQLite, which keeps them as they are written). */
  readonly names?: readonly string[];
  /** What it gives, as the database says it; undefined where nobody was asked. Never compared, as all below. */
  readonly columns?: readonly ViewColumn[];
  /** What it reads, as the database says it. */
  readonly uses?: readonly ViewUse[];
  /** Live-only: indexes of a materialized view. */
  readonly indexes?: readonly TableIndex[];
  /** Live-only (SQLite): statements that make its triggers again. */
  readonly triggers?: readonly string[];
}

/** The relations that a view reads: as the database says it, or as its text looks. */
export function usesOf(view: View): readonly QualifiedName[] {
  return view.uses ?? relationsOf(view.query);
}

/** Views so that each comes after those that it reads. Ties by name; a circle that only the text shows is broken. */
export function orderViews(views: readonly View[]): readonly View[] {
  const sorted = [...views].sort(compareNames);
  const byKey = new Map(sorted.map((view) => [nameKey(view), view]));
  const seen = new Set<View>();
  const out: View[] = [];
  const visit = (view: View): void => {
    if (seen.has(view)) return;
    seen.add(view);
    for (const name of usesOf(view)) {
      const other = byKey.get(nameKey({ schema: name.schema, name: name.name }));
      if (other) visit(other);
    }
    out.push(view);
  };
  for (const view of sorted) visit(view);
  return out;
}

export function findView(views: readonly View[], name: QualifiedName): View | undefined {
  return views.find((view) => sameName(view, name));
}
