import { nameKey, type QualifiedName, sameName, type Table } from '../catalog/index.js';
import type { AlterTable, Operation } from '../operations/index.js';
import type { TableDiff } from './compare-tables.js';
import type { TableFate } from './views.js';

export interface Changes {
  readonly renames: readonly Operation[];
  readonly dropped: readonly Table[];
  readonly diffs: ReadonlyMap<string, TableDiff>;
  /** Tables with a column of an enum of which the values change: it may have to be made anew. */
  readonly enumTables: readonly Table[];
}

/** The name that a table had before renames of tables. */
export function nameBefore({ schema, name }: QualifiedName, renames: readonly Operation[]): QualifiedName {
  return renames.reduceRight<QualifiedName>(
    (now, each) => (each.kind === 'renameTable' && sameName(each.to, now) ? each.from : now),
    { schema, name },
  );
}

/** What a diff does to each table, by the name that the table has before it. */
export function fatesOf({ renames, dropped, diffs, enumTables }: Changes): ReadonlyMap<string, TableFate> {
  const fates = new Map<string, TableFate>();
  const none: ReadonlySet<string> = new Set();
  const moves: TableFate = { moves: true, dropped: none, retyped: none, revalued: none };
  for (const each of renames) {
    if (each.kind === 'renameTable') {
      fates.set(nameKey(nameBefore(each.to, renames.slice(0, renames.indexOf(each) + 1))), moves);
    } else if (each.kind === 'alterTable') {
      fates.set(nameKey(nameBefore((each as AlterTable).table, renames)), moves);
    }
  }
  const still: TableFate = { ...moves, moves: false };
  const add = (name: QualifiedName, fate: TableFate) => {
    const old = nameKey(nameBefore(name, renames));
    const known = fates.get(old);
    fates.set(old, {
      moves: fate.moves || known?.moves === true,
      dropped: new Set([...fate.dropped, ...(known?.dropped ?? [])]),
      retyped: new Set([...fate.retyped, ...(known?.retyped ?? [])]),
      revalued: new Set([...fate.revalued, ...(known?.revalued ?? [])]),
    });
  };
  for (const table of dropped) add(table, moves);
  for (const { table, changes, retyped } of diffs.values()) {
    const gone = changes.flatMap((change) => (change.kind === 'dropColumn' ? [change.name] : []));
    const losesKey = changes.some(
      (change) => change.kind === 'dropConstraint' && change.was?.kind === 'primaryKey',
    );
    if (gone.length + retyped.size > 0 || losesKey) {
      add(table, { ...still, moves: losesKey, dropped: new Set(gone), retyped });
    }
  }
  for (const table of enumTables) {
    const columns = table.columns.filter((column) => column.enum).map(({ name }) => name);
    add(table, { ...still, revalued: new Set(columns) });
  }
  return fates;
}
