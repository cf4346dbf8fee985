import { type Catalog, displayName, type QualifiedName, sameName, type Table } from '../../catalog/index.js';
import { rules } from './rules.js';
import { type Spelling, spellingKey } from './spelling.js';

/** One side of a comparison: a spelling, and what PostgreSQL made of it when it was asked. */
export interface Side {
  /** The table on which PostgreSQL is asked. */
  readonly table: Table;
  /** As given, then as printed, each from the one before. */
  readonly chain: Spelling[];
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
  const keys = new Set(wanted.chain.map(spellingKey));
  return candidates.find(({ chain }) => chain.some((spelling) => keys.has(spellingKey(spelling))));
}

export function describeItem({ label }: Item): string {
  return `${label} could only be compared as text: PostgreSQL did not take the models’ version on a temporary table.`;
}

/** Everything whose texts differ and that could yet be the same. */
export function itemsOf(live: Catalog, model: Catalog): readonly Item[] {
  const name = (table: QualifiedName) => ({ schema: table.schema, name: rules.storedName(table.name) });
  const newTables = model.tables.filter((table) => !live.tables.some((each) => sameName(each, name(table))));
  const goneTables = live.tables.filter((table) => !model.tables.some((each) => sameName(table, name(each))));
  return [
    ...model.tables.flatMap((table) => {
      const twin = live.tables.find((each) => sameName(each, name(table)));
      return twin ? itemsOfTable(twin, table) : [];
    }),
    // A table that is new may be one that is gone, under another name.
    ...newTables.flatMap((table) => itemsOfNewTable(table, goneTables)),
  ];
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
  const side = (piece: Piece) => sideOf(model, piece);
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
    return pairs.flatMap(({ piece, twin }) =>
      toItem(piece, model, twin ? [side(twin)] : left, twin !== undefined),
    );
  });
}

function itemsOfNewTable(table: Table, gone: readonly Table[]): readonly Item[] {
  return (['default', 'generated', 'check', 'index'] as const).flatMap((kind) => {
    const candidates = gone.flatMap((each) => pieces(each, kind).map((piece) => sideOf(each, piece)));
    return pieces(table, kind).flatMap((piece) => toItem(piece, table, candidates, false));
  });
}

function toItem(piece: Piece, table: Table, candidates: readonly Side[], paired: boolean): readonly Item[] {
  if (candidates.length === 0) return [];
  return [{ place: piece.place, wanted: sideOf(table, piece), candidates, paired, label: piece.label }];
}

function sideOf(table: Table, { spelling }: Piece): Side {
  return { table, chain: [spelling], fixed: false, failed: false };
}

function pieces(table: Table, kind: Spelling['kind']): readonly Piece[] {
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
