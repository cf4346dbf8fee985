import {
  type Catalog,
  displayName,
  makeCatalog,
  policiesAfterRename,
  type QualifiedName,
  sameName,
  type Table,
  updateTable,
  viewsAfterRename,
} from '../catalog/index.js';
import type { ChangeFaces } from './change-faces.js';
import {
  type AddColumn,
  type AlterColumn,
  addColumn,
  alterColumn,
  type DropColumn,
  dropColumn,
  type RenameColumn,
  renameColumn,
} from './column-changes.js';
import {
  type AddConstraint,
  addConstraint,
  type DropConstraint,
  dropConstraint,
  type RenameConstraint,
  renameConstraint,
} from './constraint-changes.js';
import type { Faces } from './faces.js';
import { layout } from './layout.js';
import type { Source } from './source.js';

export type TableChange =
  | AddColumn
  | DropColumn
  | AlterColumn
  | RenameColumn
  | AddConstraint
  | DropConstraint
  | RenameConstraint;

/** All changes of one table that belong together: one ALTER TABLE on PostgreSQL, one rebuild at most on SQLite. */
export interface AlterTable {
  readonly kind: 'alterTable';
  readonly table: QualifiedName;
  readonly changes: readonly TableChange[];
}

type ChangeTable = {
  readonly [K in TableChange['kind']]: ChangeFaces<Extract<TableChange, { kind: K }>, TableChange>;
};

const changeFaces: ChangeTable = {
  addColumn,
  dropColumn,
  alterColumn,
  renameColumn,
  addConstraint,
  dropConstraint,
  renameConstraint,
};

function facesOf(change: TableChange): ChangeFaces<TableChange> {
  return changeFaces[change.kind] as ChangeFaces<TableChange>;
}

export const alterTable: Faces<AlterTable> = {
  invert({ table, changes }) {
    const back: TableChange[] = [];
    for (const change of [...changes].reverse()) {
      const inverse = facesOf(change).invert(change);
      if (!inverse) return null;
      back.push(inverse);
    }
    return [{ kind: 'alterTable', table, changes: back }];
  },
  apply(operation, catalog) {
    return operation.changes.reduce(
      (before, change) => applyChange(before, operation.table, change),
      catalog,
    );
  },
  describe({ table, changes }) {
    return `alter table ${displayName(table)}: ${changes.map((change) => facesOf(change).describe(change)).join('; ')}`;
  },
  render({ table, changes }, source) {
    // In a function in a function; the lines of a broken call are there already.
    const body = changes
      .map((change) => `    ${layout(`table.${facesOf(change).render(change, source)}`, 4)};`)
      .join('\n')
      .replace(/^ {2}/gm, '');
    return `await op.alterTable(${source.name(table)}, (table) => {\n${body}\n});`;
  },
  reduce: (operation, next) =>
    next.kind === 'alterTable' && sameName((next as AlterTable).table, operation.table)
      ? [{ ...operation, changes: [...operation.changes, ...(next as AlterTable).changes] }]
      : null,
  losses: ({ table, changes }) =>
    changes.flatMap((change) => facesOf(change).losses(change, displayName(table))),
};

/**
 * The same changes in operations one after the other, such that what `using` computes from is what the changes before it
 * have made: one statement, or one rebuild, sees the values from before all of them.
 */
export function inSteps(operation: AlterTable): readonly AlterTable[] {
  const steps: TableChange[][] = [[]];
  for (const change of operation.changes) {
    const step = steps.at(-1) ?? [];
    if (change.kind === 'alterColumn' && step.some((before) => readsResult(change, before))) {
      steps.push([change]);
    } else step.push(change);
  }
  return steps.length === 1 ? [operation] : steps.map((changes) => ({ ...operation, changes }));
}

/** Whether the change computes from what the other one gives. A word that is no column costs a step, and nothing else. */
function readsResult({ using }: AlterColumn, before: TableChange): boolean {
  if (using === undefined || (before.kind !== 'addColumn' && before.kind !== 'alterColumn')) return false;
  const name = before.kind === 'addColumn' ? before.column.name : before.name;
  const words = new Set(wordsOf(using));
  return wordsOf(name).every((word) => words.has(word));
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? [];
}

/** A table after some changes, apart from any catalog: for rebuilds. */
export function applyChanges(table: Table, changes: readonly TableChange[]): Table {
  return changes.reduce((before, change) => facesOf(change).apply(change, before), table);
}

/** One change as a person reads it. */
export function describeChange(change: TableChange): string {
  return facesOf(change).describe(change);
}

/** One change as a call of a revision file, without its receiver. */
export function renderChange(change: TableChange, source: Source): string {
  return facesOf(change).render(change, source);
}

function applyChange(catalog: Catalog, name: QualifiedName, change: TableChange): Catalog {
  const after = updateTable(catalog, name, (table) => facesOf(change).apply(change, table));
  if (change.kind !== 'renameColumn') return after;
  // A renamed column is also renamed where other tables (or the table itself) refer to it.
  return makeCatalog({
    ...after,
    views: viewsAfterRename(after.views, name, change.from, change.to),
    tables: policiesAfterRename(after.tables, name, change.from, change.to).map((table) => ({
      ...table,
      foreignKeys: table.foreignKeys.map((key) =>
        sameName(key.references, name)
          ? {
              ...key,
              references: {
                ...key.references,
                columns: key.references.columns.map((column) =>
                  column === change.from ? change.to : column,
                ),
              },
            }
          : key,
      ),
    })),
  });
}
