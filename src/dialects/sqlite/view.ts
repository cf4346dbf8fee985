/** Views: SQLite knows no other change of one than to drop it and make it again. */

import { type Catalog, displayName, findView, type QualifiedName, type View } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import type { Statement } from '../dialect.js';
import type { ReplaceView } from './live-statement.js';
import { quoteIdentifier, quoteNames } from './quote.js';
import { foldName } from './tokens.js';

/** @throws RevError REV_UNSUPPORTED for what only other databases have. */
export function createView(view: View): readonly Statement[] {
  if (view.materialized) {
    throw new RevError('REV_UNSUPPORTED', `SQLite has no materialized views (${displayName(view)}).`, {
      hint: 'Use a view, or a table that the application fills.',
    });
  }
  if (Object.keys(view.with ?? {}).length > 0) {
    throw new RevError('REV_UNSUPPORTED', `SQLite has no options of views (${displayName(view)}).`);
  }
  const names = view.names === undefined ? '' : ` (${quoteNames(view.names)})`;
  return [
    { sql: `CREATE VIEW ${quoteIdentifier(view)}${names} AS\n${view.query}` },
    ...(view.triggers ?? []).map((sql) => ({ sql })),
  ];
}

export function alterView(view: View, before: Catalog): readonly Statement[] {
  const { triggers } = known(before, view);
  return replaced(view, { ...(triggers ? { triggers } : {}), ...view });
}

export function renameView(from: QualifiedName, to: QualifiedName, before: Catalog): readonly Statement[] {
  const view = known(before, from);
  if (view.triggers) {
    throw new RevError('REV_UNSUPPORTED', `View ${displayName(from)} has triggers, which name it.`, {
      hint: 'Write dropView, createView and the triggers.',
    });
  }
  return replaced(from, { ...view, ...to });
}

function replaced(view: QualifiedName, next: View): readonly (Statement | ReplaceView)[] {
  const isRenamed = foldName(view.name) !== foldName(next.name);
  const [created, ...triggers] = createView(next);
  if (!created) return [];
  return [
    { live: 'view away', sql: `DROP VIEW ${quoteIdentifier(view)}`, view, isRenamed },
    { ...created, live: 'view again', view, isRenamed },
    ...triggers,
  ];
}

function known(before: Catalog, name: QualifiedName): View {
  const found = findView(before.views, name);
  if (found) return found;
  throw new RevError('REV_OPERATION', `There is no view ${displayName(name)}.`, {
    hint: 'Is the revision written for another state of the schema? Compare with `rev history` and the database.',
  });
}
