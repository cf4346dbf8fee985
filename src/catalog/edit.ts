import { RevError } from '../errors.js';
import { type Catalog, findTable, makeCatalog } from './catalog.js';
import { displayName, type QualifiedName, sameName } from './name.js';
import type { Policy } from './policy.js';
import { renameIdentifier } from './rename-identifier.js';
import type { Table } from './table.js';
import { usesOf, type View, type ViewUse } from './view.js';

/** The catalog with one table changed. Throws REV_OPERATION if there is no such table. */
export function updateTable(catalog: Catalog, name: QualifiedName, change: (table: Table) => Table): Catalog {
  const table = requireTable(catalog, name);
  return makeCatalog({
    ...catalog,
    tables: catalog.tables.map((each) => (each === table ? change(table) : each)),
  });
}

/** The table of that name. Throws REV_OPERATION if there is none. */
export function requireTable(catalog: Catalog, name: QualifiedName): Table {
  const table = findTable(catalog, name);
  if (!table) throw absent('table', name);
  return table;
}

/** Adds to a list of named objects. Throws REV_OPERATION if the name is taken. */
export function withObject<T extends QualifiedName>(
  list: readonly T[],
  object: T,
  what: string,
): readonly T[] {
  if (list.some((each) => sameName(each, object))) {
    throw new RevError('REV_OPERATION', `${what} ${displayName(object)} exists already.`);
  }
  return [...list, object];
}

/** Removes from a list of named objects. Throws REV_OPERATION if it is absent. */
export function withoutObject<T extends QualifiedName>(
  list: readonly T[],
  name: QualifiedName,
  what: string,
): readonly T[] {
  if (!list.some((each) => sameName(each, name))) throw absent(what, name);
  return list.filter((each) => !sameName(each, name));
}

export function absent(what: string, name: QualifiedName): RevError {
  return new RevError('REV_OPERATION', `There is no ${what} ${displayName(name)}.`, {
    hint: 'Is the revision written for another state of the schema? Compare with `rev history` and the database.',
  });
}

/** Views after a table's rename (no column), or after one of its columns': what reads it follows. */
export function viewsAfterRename(
  views: readonly View[],
  table: QualifiedName,
  from: string,
  to: QualifiedName | string,
): readonly View[] {
  return views.map((view): View => {
    if (!usesOf(view).some((each) => sameName(each, table))) return view;
    const newName = typeof to === 'string' ? to : to.name;
    return {
      ...view,
      query: renameIdentifier(view.query, from, newName),
      ...(view.uses === undefined
        ? {}
        : { uses: view.uses.map((each) => renamedUse(each, table, from, to)) }),
    };
  });
}

/** The same for policies. */
export function policiesAfterRename(
  tables: readonly Table[],
  table: QualifiedName,
  from: string,
  to: QualifiedName | string,
): readonly Table[] {
  const newName = typeof to === 'string' ? to : to.name;
  const text = (sql: string | null) => sql && renameIdentifier(sql, from, newName);
  const policy = (each: Policy): Policy =>
    each.uses?.some((use) => sameName(use, table))
      ? {
          ...each,
          using: text(each.using),
          check: text(each.check),
          uses: each.uses.map((use) => renamedUse(use, table, from, to)),
        }
      : each;
  return tables.map((each) => (each.policies ? { ...each, policies: each.policies.map(policy) } : each));
}

function renamedUse(use: ViewUse, table: QualifiedName, from: string, to: QualifiedName | string): ViewUse {
  if (!sameName(use, table)) return use;
  if (typeof to !== 'string') return { ...use, schema: to.schema, name: to.name };
  return { ...use, columns: use.columns.map((name) => (name === from ? to : name)).sort() };
}
