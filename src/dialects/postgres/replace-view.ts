import { sameData, type View } from '../../catalog/index.js';

/** Whether PostgreSQL takes the one for the other by CREATE OR REPLACE, or by parameters alone. */
export function canReplaceView(actual: View, wanted: View): boolean {
  if (actual.materialized !== wanted.materialized) return false;
  if (actual.materialized) {
    return actual.query === wanted.query && !moved(actual.method, wanted.method);
  }
  if (!actual.columns || !wanted.columns) return false;
  return sameData(actual.columns, wanted.columns.slice(0, actual.columns.length));
}

/** Whether the models ask for another place or method than the live one; they need not say any. */
export function moved(before: string | undefined, after: string | undefined): boolean {
  return after !== undefined && before !== after;
}
