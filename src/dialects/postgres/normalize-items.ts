import {
  type Catalog,
  displayName,
  findView,
  nameKey,
  type Policy,
  type QualifiedName,
  sameData,
  type Table,
  type View,
} from '../../catalog/index.js';
import { rules } from './rules.js';
import { type Spelling, spellingKey } from './spelling.js';

/** One side of a comparison: a spelling, and what PostgreSQL made of it when it was asked. */
export interface Side {
  /** The table on which PostgreSQL is asked; null for a view. */
  readonly table: Table | null;
  /** As given, then as printed, each from the one before; and their keys. */
  readonly chain: Spelling[];
  readonly keys: string[];
  /** Asking again would change nothing. */
  fixed: boolean;
  /** PostgreSQL refused it at once. */
  failed: boolean;
}

/** Something of the models that may be something of the database in other words. */
export interface Item {
  /** The object of the wanted catalog that holds the text. */
  readonly place: object;
  readonly wanted: Side;
  /** What it may be equal to. */
  readonly candidates: readonly Side[];
  /** Its counterpart is known by name, so that a difference means a change. */
  readonly paired: boolean;
  readonly label: string;
}

/** The candidate that is the same, if it is known by now. */
export function matchItems({ wanted, candidates }: Item): Side | undefined {
  return candidates.find(({ keys }) => keys.some((key) => wanted.keys.includes(key)));
}

/** Adds what PostgreSQL printed; null: it refused. */
export function addPrinted(side: Side, printed: Spelling | null): void {
  const key = printed && spellingKey(printed);
  side.fixed = printed === null || key === side.keys.at(-1);
  side.failed ||= printed === null && side.chain.length === 1;
  if (printed === null || key === null) return;
  side.chain.push(printed);
  side.keys.push(key);
}

export function describeItem({ label }: Item): string {
  return `${label} could only be compared as text: PostgreSQL did not take the models’ version on a temporary table.`;
}

/** The nameKey that PostgreSQL gives to a table of the models. */
function storedKey({ schema, name }: QualifiedName): string {
  return nameKey({ schema, name: rules.storedName(name) });
}

/** Everything whose texts differ and that could yet be the same. */
export function itemsOf(live: Catalog, model: Catalog): readonly Item[] {
  const stored = new Set(model.tables.map(storedKey));
  const gone = live.tables.filter((table) => !stored.has(nameKey(table)));
  const twins = new Map(live.tables.map((each) => [nameKey(each), each]));
  return model.tables.flatMap((table) => {
    const twin = twins.get(storedKey(table));
    // A table that is new may be one that is gone, under another name.
    return twin ? itemsOfTable(twin, table) : itemsOfNewTable(table, gone);
  });
}

/** Policies, which may read other tables and views as those do. */
export function itemsOfPolicies(live: Catalog, model: Catalog): readonly Item[] {
  const spelling = ({ using, check }: Policy): Spelling => ({ kind: 'policy', using, check });
  const stored = new Set(model.tables.map(storedKey));
  const gone = live.tables.flatMap((table) => (stored.has(nameKey(table)) ? [] : (table.policies ?? [])));
  const twins = new Map(live.tables.map((each) => [nameKey(each), each]));
  return model.tables.flatMap((table) => {
    const twin = twins.get(storedKey(table));
    // A table that is new may be one that is gone, under another name.
    const before = twin ? (twin.policies ?? []) : gone;
    return (table.policies ?? []).flatMap((policy): Item[] => {
      const own = twin ? before.filter(({ name }) => name === rules.storedName(policy.name)) : [];
      const candidates = own.length > 0 ? own : before;
      if (candidates.length === 0) return [];
      return [
        {
          place: policy,
          wanted: sideOf(table, spelling(policy)),
          candidates: candidates.map((each) => sideOf(table, spelling(each))),
          paired: own.length > 0,
          label: `The policy ${policy.name} of ${displayName(table)}`,
        },
      ];
    });
  });
}

export function itemsOfViews(live: Catalog, model: Catalog): readonly Item[] {
  return model.views.flatMap((view) => {
    const twin = findView(live.views, { ...view, name: rules.storedName(view.name) });
    if (!twin) return [];
    const spelling = ({ query }: View) => sideOf(null, { kind: 'view', query });
    return [
      {
        place: view,
        wanted: spelling(view),
        candidates: [spelling(twin)],
        paired: true,
        label: `The view ${displayName(view)}`,
      },
    ];
  });
}

interface Piece {
  readonly place: object;
  /** null: it has none. */
  readonly name: string | null;
  readonly label: string;
  readonly spelling: Spelling;
}

function itemsOfTable(live: Table, model: Table): readonly Item[] {
  // The live text is read on the wanted columns: that is where it will stand, should their types change.
  const side = (piece: Piece) => sideOf(model, piece.spelling);
  return (['default', 'generated', 'check', 'index'] as const).flatMap((kind) => {
    const [before, after] = [pieces(live, kind), pieces(model, kind)];
    const named = new Map(
      before.flatMap((piece) => (piece.name === null ? [] : [[piece.name, piece] as const])),
    );
    const pairs = after.map((piece) => ({
      piece,
      twin: piece.name === null ? undefined : named.get(rules.storedName(piece.name)),
    }));
    const taken = new Set(pairs.map(({ twin }) => twin));
    const left = before.filter((piece) => !taken.has(piece)).map(side);
    return pairs.flatMap(({ piece, twin }) => {
      if (!twin) return toItem(piece, model, left, false);
      return sameData(twin.spelling, piece.spelling) ? [] : toItem(piece, model, [side(twin)], true);
    });
  });
}

function itemsOfNewTable(table: Table, gone: readonly Table[]): readonly Item[] {
  return (['default', 'generated', 'check', 'index'] as const).flatMap((kind) => {
    const candidates = gone.flatMap((each) =>
      pieces(each, kind).map((piece) => sideOf(each, piece.spelling)),
    );
    return pieces(table, kind).flatMap((piece) => toItem(piece, table, candidates, false));
  });
}

function toItem(piece: Piece, table: Table, candidates: readonly Side[], paired: boolean): readonly Item[] {
  if (candidates.length === 0) return [];
  const wanted = sideOf(table, piece.spelling);
  return [{ place: piece.place, wanted, candidates, paired, label: piece.label }];
}

function sideOf(table: Table | null, spelling: Spelling): Side {
  return { table, chain: [spelling], keys: [spellingKey(spelling)], fixed: false, failed: false };
}

function pieces(table: Table, kind: 'default' | 'generated' | 'check' | 'index'): readonly Piece[] {
  const of = displayName(table);
  switch (kind) {
    case 'default':
      return table.columns.flatMap((column) =>
        column.default === null
          ? []
          : [
              {
                place: column.default,
                name: column.name,
                label: `The default of ${of}.${column.name}`,
                spelling: { kind, column, value: column.default },
              },
            ],
      );
    case 'generated':
      return table.columns.flatMap((column) =>
        column.generated === null
          ? []
          : [
              {
                place: column.generated,
                name: column.name,
                label: `The generated column ${of}.${column.name}`,
                spelling: { kind, column, ...column.generated },
              },
            ],
      );
    case 'check':
      return table.checks.map((check) => ({
        place: check,
        name: check.name,
        label: `The check ${check.name ?? '(unnamed)'} of ${of}`,
        spelling: { kind, expression: check.expression },
      }));
    case 'index':
      return table.indexes.map((index) => ({
        place: index,
        name: index.name,
        label: `The index ${index.name} of ${of}`,
        spelling: { kind, index },
      }));
  }
}
