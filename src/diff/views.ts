import {
  nameKey,
  orderViews,
  type QualifiedName,
  sameData,
  sameName,
  usesOf,
  type View,
} from '../catalog/index.js';
import type { Operation } from '../operations/index.js';
import type { DiffRules } from './rules.js';

/**
 * Views stand on tables and on each other. One that would be in the way, or that cannot be replaced, leaves before
 * anything else happens and comes back at the end; the others are replaced where they are.
 */

/** What happens to the tables that views read, by nameKey. */
export interface TableFate {
  /** It goes, is renamed, has a renamed column, or loses the primary key that a GROUP BY may stand on. */
  readonly moves: boolean;
  readonly dropped: ReadonlySet<string>;
  /** What reads these is made again: restored by its own text, a view would keep the casts of the type between. */
  readonly retyped: ReadonlySet<string>;
  /** Of an enum of which the values change: what reads these and does not change lives through it. */
  readonly revalued: ReadonlySet<string>;
}

export interface ViewOperations {
  /** Views out of the way, before all else. */
  readonly first: readonly Operation[];
  /** Views as they are wanted, once the tables are. */
  readonly last: readonly Operation[];
}

interface Pair {
  readonly actual: View;
  readonly wanted: View;
  readonly same: boolean;
}

/**
 * @param actual live views, before any renames of tables.
 * @param foreign names of live views that the models know and leave to others.
 */
export function diffViews(
  actual: readonly View[],
  wanted: readonly View[],
  foreign: readonly QualifiedName[],
  fates: ReadonlyMap<string, TableFate>,
  rules: DiffRules,
): ViewOperations {
  const stored = (view: View): View => ({ ...view, name: rules.storedName(view.name) });
  const models = wanted.map(stored);
  const pairs = new Map<View, Pair>();
  const gone: View[] = [];
  for (const view of actual) {
    const model = models.find((each) => sameName(each, view) && each.materialized === view.materialized);
    // A view that becomes a materialized one is another.
    if (model) pairs.set(view, pairOf(view, model, rules));
    else if (!foreign.some((name) => sameName(name, view))) gone.push(view);
  }
  const away = awayViews(actual, gone, pairs, fates, rules);
  const paired = new Set([...pairs.values()].map((pair) => pair.wanted));
  const created = models.filter((view) => !paired.has(view));
  const first = [...orderViews(actual)].reverse().flatMap((was): Operation[] => {
    const leaves = gone.includes(was);
    if (!leaves && !away.has(was)) return [];
    return [
      {
        kind: 'dropView',
        name: nameOf(was),
        materialized: was.materialized,
        ...(leaves ? {} : { keep: true as const }),
        was,
      },
    ];
  });
  const last = orderViews(models).flatMap((view): Operation[] => {
    if (created.includes(view)) return [{ kind: 'createView', view }];
    const pair = [...pairs.values()].find((each) => each.wanted === view);
    if (!pair) return [];
    if (away.has(pair.actual)) return [{ kind: 'createView', view: remade(pair), restore: true }];
    if (pair.same) return [];
    const back = rules.canReplaceView(pair.wanted, pair.actual);
    return [
      { kind: 'alterView', view: kept(pair), was: pair.actual, ...(back ? {} : { oneWay: true as const }) },
    ];
  });
  return { first, last };
}

function pairOf(actual: View, wanted: View, rules: DiffRules): Pair {
  const said = <T>(before: T, after: T) => after === undefined || sameData(before, after);
  const same =
    rules.equalQueries(actual.query, wanted.query) &&
    said(actual.with ?? {}, wanted.with) &&
    said(actual.method, wanted.method) &&
    said(actual.tablespace, wanted.tablespace) &&
    said(actual.names, wanted.names);
  return { actual, wanted, same };
}

/** Views that must be away while the tables change, and all that read them. */
function awayViews(
  actual: readonly View[],
  gone: readonly View[],
  pairs: ReadonlyMap<View, Pair>,
  fates: ReadonlyMap<string, TableFate>,
  rules: DiffRules,
): ReadonlySet<View> {
  const away = new Set<View>();
  const left = new Set(gone.map(nameKey));
  for (const view of orderViews(actual)) {
    const pair = pairs.get(view);
    if (!pair) continue;
    const readsLeft = usesOf(view).some((use) => left.has(nameKey(nameOf(use))));
    const remade = !pair.same && !canStay(pair, pairs, rules);
    if (!readsLeft && !remade && !stands(view, pair.same, fates)) continue;
    away.add(view);
    left.add(nameKey(nameOf(view)));
  }
  return away;
}

/** On the way back too: what has got columns cannot lose them while others read it. */
function canStay({ actual, wanted }: Pair, pairs: ReadonlyMap<View, Pair>, rules: DiffRules): boolean {
  if (!rules.canReplaceView(actual, wanted)) return false;
  if (rules.canReplaceView(wanted, actual)) return true;
  return ![...pairs.keys()].some((view) => usesOf(view).some((use) => sameName(nameOf(use), actual)));
}

/** Whether a view stands in the way of what happens to a table. */
function stands(view: View, same: boolean, fates: ReadonlyMap<string, TableFate>): boolean {
  return usesOf(view).some((use) => {
    const fate = fates.get(nameKey(nameOf(use)));
    if (!fate) return false;
    if (fate.moves) return true;
    // Where nobody knows the columns, only a changed view may be in the way: the other was just found to work.
    const columns = 'columns' in use ? (use.columns as readonly string[]) : null;
    if (columns === null) return !same;
    return columns.some(
      (name) => fate.dropped.has(name) || fate.retyped.has(name) || (!same && fate.revalued.has(name)),
    );
  });
}

/** The wanted view with what only the live one says. */
function kept({ actual, wanted }: Pair): View {
  const { method, tablespace, triggers, indexes } = actual;
  const parameters = wanted.with ?? actual.with;
  return {
    ...(method === undefined ? {} : { method }),
    ...(tablespace === undefined ? {} : { tablespace }),
    ...(triggers === undefined ? {} : { triggers }),
    ...(indexes === undefined ? {} : { indexes }),
    ...wanted,
    ...(parameters === undefined ? {} : { with: parameters }),
  };
}

/** The same for one that is made again: empty only if it was. */
function remade(pair: Pair): View {
  const { noData: _model, ...view } = kept(pair);
  return pair.actual.noData ? { ...view, noData: true } : view;
}

function nameOf({ schema, name }: QualifiedName): QualifiedName {
  return { schema, name };
}
