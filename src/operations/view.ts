import {
  absent,
  displayName,
  findView,
  makeCatalog,
  policiesAfterRename,
  type QualifiedName,
  sameName,
  type View,
  viewsAfterRename,
  withObject,
  withoutObject,
} from '../catalog/index.js';
import type { Faces } from './faces.js';
import type { Source } from './source.js';
import type { CreateIndex } from './table-index.js';

export interface CreateView {
  readonly kind: 'createView';
  readonly view: View;
  /** Give back what a dropView of this name with `keep` has remembered. */
  readonly restore?: true;
}

export interface DropView {
  readonly kind: 'dropView';
  readonly name: QualifiedName;
  readonly materialized: boolean;
  /** Remember what no model says of it (grants, comments, owner, triggers, rules, indexes) for a createView to come. */
  readonly keep?: true;
  readonly was?: View;
}

/** Another query or other options for a view that stays: what PostgreSQL calls CREATE OR REPLACE. */
export interface AlterView {
  readonly kind: 'alterView';
  readonly view: View;
  readonly was?: View;
  /** The way back cannot be the same: PostgreSQL takes no column from a view that stays. */
  readonly oneWay?: true;
}

export interface RenameView {
  readonly kind: 'renameView';
  readonly from: QualifiedName;
  readonly to: QualifiedName;
  readonly materialized: boolean;
}

export const createView: Faces<CreateView, DropView> = {
  invert: ({ view, restore }) => [
    {
      kind: 'dropView',
      name: nameOf(view),
      materialized: view.materialized,
      ...(restore ? { keep: true } : {}),
      was: view,
    },
  ],
  apply: ({ view }, catalog) => makeCatalog({ ...catalog, views: withObject(catalog.views, view, 'view') }),
  describe: ({ view }) => `create ${words(view)} ${displayName(view)}`,
  render: ({ view, restore }, source) => renderView('createView', view, source, restore),
  reduce(operation, next) {
    const { view } = operation;
    if (next.kind === 'dropView' && sameName((next as DropView).name, view)) return [];
    if (next.kind !== 'alterView' || !sameName((next as AlterView).view, view)) return null;
    return [{ ...operation, view: (next as AlterView).view }];
  },
  losses: () => [],
};

export const dropView: Faces<DropView, CreateView | CreateIndex> = {
  invert({ name, keep, was }) {
    if (!was) return null;
    const { indexes = [], ...view } = was;
    if (keep) return [{ kind: 'createView', view: was, restore: true }];
    return [
      { kind: 'createView', view },
      ...indexes.map((index) => ({ kind: 'createIndex', table: name, index }) as const),
    ];
  },
  apply: ({ name }, catalog) =>
    makeCatalog({ ...catalog, views: withoutObject(catalog.views, name, 'view') }),
  describe: ({ name, ...view }) => `drop ${words(view)} ${displayName(name)}`,
  render: ({ name, materialized, keep }, source) =>
    source.statement('dropView', [
      source.name(name),
      ...source.options({
        materialized: materialized ? 'true' : undefined,
        keep: keep ? 'true' : undefined,
      }),
    ]),
  reduce: () => null,
  losses: () => [],
};

export const alterView: Faces<AlterView, AlterView | DropView | CreateView> = {
  invert({ view, was, oneWay }) {
    if (!was) return null;
    if (!oneWay) return [{ kind: 'alterView', view: was, was: view }];
    const { materialized } = view;
    return [
      { kind: 'dropView', name: nameOf(view), materialized, keep: true, was: view },
      { kind: 'createView', view: was, restore: true },
    ];
  },
  apply({ view }, catalog) {
    const found = findView(catalog.views, view);
    if (!found) throw absent('view', view);
    const { indexes, triggers } = found;
    const kept = { ...(indexes ? { indexes } : {}), ...(triggers ? { triggers } : {}) };
    return makeCatalog({
      ...catalog,
      views: catalog.views.map((each) => (each === found ? { ...kept, ...view } : each)),
    });
  },
  describe: ({ view }) => `alter ${words(view)} ${displayName(view)}`,
  render: ({ view }, source) => renderView('alterView', view, source),
  reduce: (operation, next) =>
    next.kind === 'alterView' && sameName((next as AlterView).view, operation.view)
      ? [{ ...operation, view: (next as AlterView).view }]
      : null,
  losses: () => [],
};

export const renameView: Faces<RenameView> = {
  invert: ({ from, to, materialized }) => [{ kind: 'renameView', from: to, to: from, materialized }],
  apply({ from, to }, catalog) {
    const found = findView(catalog.views, from);
    if (!found) throw absent('view', from);
    const others = catalog.views.filter((each) => each !== found);
    // PostgreSQL alone, which says what is read, takes those along that read it.
    const readers = others.map((each) =>
      each.uses ? (viewsAfterRename([each], from, from.name, to)[0] ?? each) : each,
    );
    return makeCatalog({
      ...catalog,
      tables: policiesAfterRename(catalog.tables, from, from.name, to),
      views: withObject(readers, { ...found, ...to }, 'view'),
    });
  },
  describe: ({ from, to, ...view }) => `rename ${words(view)} ${displayName(from)} to ${displayName(to)}`,
  render: ({ from, to, materialized }, source) =>
    source.statement('renameView', [
      source.name(from),
      source.name(to),
      ...source.options({ materialized: materialized ? 'true' : undefined }),
    ]),
  reduce: () => null,
  losses: () => [],
};

function words({ materialized }: Pick<View, 'materialized'>): string {
  return materialized ? 'materialized view' : 'view';
}

function renderView(method: string, view: View, source: Source, restore?: true): string {
  const parameters = Object.entries(view.with ?? {}).map(([key, value]) => [key, source.string(value)]);
  return source.statement(method, [
    source.name(view),
    source.query(view.query),
    ...source.options({
      materialized: view.materialized ? 'true' : undefined,
      with: parameters.length === 0 ? undefined : source.object(Object.fromEntries(parameters)),
      method: view.method === undefined ? undefined : source.string(view.method),
      tablespace: view.tablespace === undefined ? undefined : source.string(view.tablespace),
      noData: view.noData ? 'true' : undefined,
      names: view.names === undefined ? undefined : source.strings(view.names),
      triggers: view.triggers === undefined ? undefined : source.strings(view.triggers),
      restore: restore ? 'true' : undefined,
    }),
  ]);
}

function nameOf({ schema, name }: QualifiedName): QualifiedName {
  return { schema, name };
}
