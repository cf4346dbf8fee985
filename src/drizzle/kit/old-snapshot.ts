/**
 * Snapshots of drizzle-kit 0.31, as far as they must be changed: its `generateMigration` asks a person about every pair
 * of something gone and something new, so it is only ever given pairs that leave no question.
 */

import type { Snapshot } from './history.js';
import type { KitRename } from './renames.js';

interface OldTable {
  name: string;
  /** PostgreSQL; empty: `public`. */
  schema?: string;
  columns: Record<string, { name: string; type?: string; typeSchema?: string }>;
  indexes?: Record<string, { columns: (string | { expression: string; isExpression: boolean })[] }>;
  foreignKeys?: Record<string, OldForeignKey>;
  compositePrimaryKeys?: Record<string, { columns: string[] }>;
  uniqueConstraints?: Record<string, { columns: string[] }>;
}

interface OldForeignKey {
  tableFrom: string;
  tableTo: string;
  schemaTo?: string;
  columnsFrom: string[];
  columnsTo: string[];
}

type Named = Record<string, { name?: string; schema?: string }>;

interface OldSnapshot {
  tables: Record<string, OldTable>;
  enums?: Named;
  sequences?: Named;
  views?: Named;
  roles?: Named;
  schemas?: Record<string, string>;
}

const schemaOf = (schema: string | undefined) => schema || 'public';

/** The snapshot as it would be if these renames, in the order in which they were made, had not been. */
export function withoutRenames(snapshot: Snapshot, renames: readonly KitRename[]): Snapshot {
  const changed = structuredClone(snapshot) as unknown as OldSnapshot;
  for (const rename of renames.toReversed()) undo(changed, rename);
  return changed as unknown as Snapshot;
}

function undo(snapshot: OldSnapshot, { kind, from, to }: KitRename): void {
  switch (kind) {
    case 'table':
      renameTable(snapshot, to, from);
      break;
    case 'column':
      renameColumn(snapshot, to, from.at(-1) ?? '');
      break;
    case 'enum': {
      renameKey(snapshot.enums, to, from);
      for (const column of columnsOf(snapshot)) {
        if (schemaOf(column.typeSchema) !== to[0] || baseType(column.type) !== to[1]) continue;
        column.type = `${from[1]}${(column.type ?? '').slice((to[1] ?? '').length)}`;
        column.typeSchema = from[0] ?? 'public';
      }
      break;
    }
    case 'sequence':
      renameKey(snapshot.sequences, to, from);
      break;
    case 'schema':
      renameSchema(snapshot, to[0] ?? '', from[0] ?? '');
      break;
    case 'constraint':
    case 'index':
    case 'policy':
    case 'role':
    case 'view':
      // drizzle-kit 0.31 writes none of these, and what it does not understand it takes for a drop and an add.
      break;
  }
}

/** Moves `{"schema.name": {name, schema}}` to another key; nothing where it is not there. */
function renameKey(objects: Named | undefined, from: readonly string[], to: readonly string[]): void {
  const key = Object.keys(objects ?? {}).find((each) => {
    const { name, schema } = objects?.[each] ?? {};
    return name === from[1] && schemaOf(schema) === from[0];
  });
  const object = key === undefined ? undefined : objects?.[key];
  if (!objects || key === undefined || !object) return;
  delete objects[key];
  const [schema = '', name = ''] = to;
  object.name = name;
  const isQualified = key.includes('.');
  if (object.schema !== undefined) object.schema = object.schema === '' && schema === 'public' ? '' : schema;
  objects[isQualified ? `${schema}.${name}` : name] = object;
}

function renameTable(snapshot: OldSnapshot, from: readonly string[], to: readonly string[]): void {
  const table = tableAt(snapshot, from);
  if (!table) return;
  renameKey(snapshot.tables as unknown as Named, from, to);
  const [schema = '', name = ''] = to;
  for (const key of Object.values(table.foreignKeys ?? {})) key.tableFrom = name;
  for (const key of foreignKeysTo(snapshot, from)) {
    key.tableTo = name;
    if (key.schemaTo !== undefined) key.schemaTo = schema;
  }
}

function renameColumn(snapshot: OldSnapshot, at: readonly string[], to: string): void {
  const [schema = '', table = '', from = ''] = at;
  const own = tableAt(snapshot, [schema, table]);
  const column = own?.columns[from];
  if (!own || !column) return;
  own.columns = Object.fromEntries(
    Object.entries(own.columns).map(([key, each]) => [key === from ? to : key, each]),
  );
  column.name = to;
  const renamed = (names: string[]) => names.map((name) => (name === from ? to : name));
  for (const each of [...all(own.compositePrimaryKeys), ...all(own.uniqueConstraints)])
    each.columns = renamed(each.columns);
  for (const index of all(own.indexes)) {
    index.columns = index.columns.map((key) => {
      if (typeof key === 'string') return key === from ? to : key;
      return !key.isExpression && key.expression === from ? { ...key, expression: to } : key;
    });
  }
  for (const key of all(own.foreignKeys)) key.columnsFrom = renamed(key.columnsFrom);
  for (const key of foreignKeysTo(snapshot, [schema, table])) key.columnsTo = renamed(key.columnsTo);
}

function renameSchema(snapshot: OldSnapshot, from: string, to: string): void {
  if (snapshot.schemas && Object.hasOwn(snapshot.schemas, from)) {
    delete snapshot.schemas[from];
    snapshot.schemas[to] = to;
  }
  for (const objects of [snapshot.tables as unknown as Named, snapshot.enums, snapshot.sequences]) {
    for (const { name = '', schema } of Object.values(objects ?? {})) {
      if (schema === from) renameKey(objects, [from, name], [to, name]);
    }
  }
  for (const table of Object.values(snapshot.tables)) {
    for (const key of all(table.foreignKeys)) if (key.schemaTo === from) key.schemaTo = to;
  }
  for (const column of columnsOf(snapshot)) if (column.typeSchema === from) column.typeSchema = to;
}

function tableAt(snapshot: OldSnapshot, [schema, name]: readonly string[]): OldTable | undefined {
  return Object.values(snapshot.tables).find(
    (table) => table.name === name && schemaOf(table.schema) === schema,
  );
}

function foreignKeysTo(snapshot: OldSnapshot, [schema, name]: readonly string[]): readonly OldForeignKey[] {
  return Object.values(snapshot.tables)
    .flatMap((table) => all(table.foreignKeys))
    .filter((key) => key.tableTo === name && schemaOf(key.schemaTo) === schema);
}

function columnsOf(snapshot: OldSnapshot) {
  return Object.values(snapshot.tables).flatMap((table) => Object.values(table.columns));
}

function all<T>(objects: Record<string, T> | undefined): readonly T[] {
  return Object.values(objects ?? {});
}

/** `role[]` → `role`. */
function baseType(type: string | undefined): string {
  return (type ?? '').replace(/(?:\[\d*\])+$/, '');
}

/**
 * A state between two, where going from one to the other both drops and adds things of one kind: from here on only
 * drops are left behind, or only adds ahead. null: one step will do.
 */
export function halfway(from: Snapshot, to: Snapshot): Snapshot | null {
  const half = structuredClone(from) as unknown as OldSnapshot;
  const target = to as unknown as OldSnapshot;
  let isNeeded = false;
  // What is used by tables is added first and dropped last, everything else the other way round.
  for (const kind of ['enums', 'schemas'] as const) {
    const [gone, come] = both(half[kind], target[kind]);
    if (gone.length === 0 || come.length === 0) continue;
    isNeeded = true;
    Object.assign(half[kind] ?? {}, Object.fromEntries(come.map((key) => [key, target[kind]?.[key]])));
  }
  for (const kind of ['tables', 'sequences', 'views', 'roles'] as const) {
    const [gone, come] = both(half[kind], target[kind]);
    if (gone.length === 0 || come.length === 0) continue;
    isNeeded = true;
    if (kind === 'tables') for (const key of gone) dropReferences(half, half.tables[key]);
    for (const key of gone) delete half[kind]?.[key];
  }
  for (const [key, table] of Object.entries(half.tables)) {
    const [gone, come] = both(table.columns, target.tables[key]?.columns ?? table.columns);
    if (gone.length === 0 || come.length === 0) continue;
    isNeeded = true;
    dropColumns(half, table, gone);
  }
  return isNeeded ? (half as unknown as Snapshot) : null;
}

/** Keys that only the first has, and those that only the second has. */
function both(first: object = {}, second: object = {}): readonly [gone: string[], come: string[]] {
  return [
    Object.keys(first).filter((key) => !Object.hasOwn(second, key)),
    Object.keys(second).filter((key) => !Object.hasOwn(first, key)),
  ];
}

function dropReferences(snapshot: OldSnapshot, gone: OldTable | undefined): void {
  if (!gone) return;
  const doomed = foreignKeysTo(snapshot, [schemaOf(gone.schema), gone.name]);
  for (const table of Object.values(snapshot.tables))
    deleteWhere(table.foreignKeys, (key) => doomed.includes(key));
}

/** With what stands on them. */
function dropColumns(snapshot: OldSnapshot, table: OldTable, names: readonly string[]): void {
  for (const name of names) delete table.columns[name];
  const hit = (columns: readonly string[]) => columns.some((column) => names.includes(column));
  deleteWhere(table.compositePrimaryKeys, ({ columns }) => hit(columns));
  deleteWhere(table.uniqueConstraints, ({ columns }) => hit(columns));
  deleteWhere(table.foreignKeys, ({ columnsFrom }) => hit(columnsFrom));
  deleteWhere(table.indexes, ({ columns }) =>
    hit(columns.map((key) => (typeof key === 'string' ? key : key.isExpression ? '' : key.expression))),
  );
  const referring = foreignKeysTo(snapshot, [schemaOf(table.schema), table.name]);
  for (const other of Object.values(snapshot.tables))
    deleteWhere(other.foreignKeys, (key) => referring.includes(key) && hit(key.columnsTo));
}

function deleteWhere<T>(objects: Record<string, T> | undefined, holds: (object: T) => boolean): void {
  for (const [key, object] of Object.entries(objects ?? {})) if (holds(object)) delete objects?.[key];
}
