import {
  type Catalog,
  type Column,
  displayName,
  nameKey,
  type QualifiedName,
  sameData,
  type Table,
} from '../catalog/index.js';
import { RevError } from '../errors.js';
import { apply, type Operation } from '../operations/index.js';
import type { DiffRules } from './rules.js';

/** Renames are never guessed: they are said, or they are asked for. */

export interface RenameOptions {
  /** `users=people`, `users.fullname=users.full_name`; a schema may stand before: `app.users=app.people`. */
  readonly said?: readonly string[];
  /** The same, standing in a configuration: those that the database has gone through already say nothing. */
  readonly standing?: readonly string[];
  /** Names that are dropped and no rename, or `all`. */
  readonly denied?: readonly string[] | 'all';
}

/** Something that was dropped, and what was added that it may have become. */
export interface RenameCandidate {
  readonly kind: 'table' | 'column';
  /** As `--rename` wants it: `users`, `users.fullname`. */
  readonly from: string;
  readonly to: string;
}

export interface ResolvedRenames {
  readonly operations: readonly Operation[];
  readonly candidates: readonly RenameCandidate[];
}

/**
 * Said renames as operations, and candidates for those that nobody decided.
 * Throws REV_USAGE for a rename that names what is not there.
 */
export function resolveRenames(
  actual: Catalog,
  wanted: Catalog,
  rules: DiffRules,
  options: RenameOptions,
): ResolvedRenames {
  const standing = (options.standing ?? []).map(parseRename).filter((each) => isDue(actual, each));
  const said = [...standing, ...(options.said ?? []).map(parseRename)];
  const tables = said.flatMap((each) => tableRename(actual, wanted, each) ?? []);
  const renamed = apply(tables, actual);
  const isTable = (each: ParsedRename) => tableRename(actual, wanted, each) !== null;
  const columns = said
    .filter((each) => !isTable(each))
    .map((each) => columnRename(actual, renamed, wanted, tables, each));
  const operations = [...tables, ...columns];
  const after = apply(columns, renamed);
  const denied = options.denied ?? [];
  const candidates =
    denied === 'all'
      ? []
      : findCandidates(after, wanted, rules).filter((each) => !denied.includes(each.from));
  return { operations, candidates };
}

/** A standing rename says nothing once the new name is there, whatever has the old one by then. */
function isDue(actual: Catalog, rename: ParsedRename): boolean {
  const has = (name: string) =>
    actual.views.some((view) => displayName(view) === name) ||
    actual.tables.some(
      (table) =>
        displayName(table) === name ||
        table.columns.some((column) => `${displayName(table)}.${column.name}` === name),
    );
  return has(rename.from) && !has(rename.to);
}

interface ParsedRename {
  readonly text: string;
  readonly from: string;
  readonly to: string;
}

function parseRename(text: string): ParsedRename {
  const parts = text.split('=');
  const [from, to] = parts;
  if (parts.length !== 2 || !from || !to) {
    throw new RevError('REV_USAGE', `Cannot read the rename "${text}".`, {
      hint: 'Write --rename old=new for a table, --rename table.old=table.new for a column.',
    });
  }
  return { text, from: from.trim(), to: to.trim() };
}

function tableRename(actual: Catalog, wanted: Catalog, rename: ParsedRename): Operation | null {
  const from = actual.tables.find((table) => displayName(table) === rename.from);
  const to = wanted.tables.find((table) => displayName(table) === rename.to);
  if (from && to) return { kind: 'renameTable', from: plain(from), to: plain(to) };
  const view = actual.views.find((each) => displayName(each) === rename.from);
  const model = wanted.views.find((each) => displayName(each) === rename.to);
  if (!view || !model || view.materialized !== model.materialized) return null;
  return { kind: 'renameView', from: plain(view), to: plain(model), materialized: view.materialized };
}

function columnRename(
  actual: Catalog,
  renamed: Catalog,
  wanted: Catalog,
  tables: readonly Operation[],
  rename: ParsedRename,
): Operation {
  const find = (catalog: Catalog, path: string) => {
    for (const table of catalog.tables) {
      const prefix = `${displayName(table)}.`;
      const column =
        path.startsWith(prefix) && table.columns.find((each) => each.name === path.slice(prefix.length));
      if (column) return { table, column };
    }
    return undefined;
  };
  const old = find(actual, rename.from) ?? find(renamed, rename.from);
  // The new side may be written with its table, or as the column's name alone.
  const to =
    find(wanted, rename.to) ??
    (old && find(wanted, `${displayName(currentName(old.table, tables))}.${rename.to}`));
  if (!old || !to) {
    const isTable = actual.tables.some((each) => displayName(each) === rename.from);
    const missing =
      old || isTable ? `${rename.to} is not in the models` : `${rename.from} is not in the database`;
    throw new RevError('REV_USAGE', `The rename ${rename.text} cannot be: ${missing}.`, {
      hint: 'Write --rename old=new for a table, --rename table.old=table.new for a column.',
    });
  }
  const table = currentName(old.table, tables);
  return {
    kind: 'alterTable',
    table,
    changes: [{ kind: 'renameColumn', from: old.column.name, to: to.column.name }],
  };
}

function currentName(table: Table, renames: readonly Operation[]): QualifiedName {
  for (const each of renames) {
    if (each.kind === 'renameTable' && nameKey(each.from) === nameKey(table)) return each.to;
  }
  return plain(table);
}

function findCandidates(actual: Catalog, wanted: Catalog, rules: DiffRules): readonly RenameCandidate[] {
  const out: RenameCandidate[] = [];
  const live = new Map(actual.tables.map((table) => [nameKey(table), table]));
  const modelled = new Set(
    wanted.tables.map((table) => nameKey({ ...table, name: rules.storedName(table.name) })),
  );
  const added = wanted.tables.filter(
    (table) => !live.has(nameKey({ ...table, name: rules.storedName(table.name) })),
  );
  const dropped = actual.tables.filter((table) => !modelled.has(nameKey(table)));
  for (const table of dropped) {
    const twin = added.find((each) => alike(table, each, rules));
    if (twin) out.push({ kind: 'table', from: displayName(table), to: displayName(twin) });
  }
  for (const table of wanted.tables) {
    const before = live.get(nameKey({ ...table, name: rules.storedName(table.name) }));
    if (before) out.push(...columnCandidates(before, table, rules));
  }
  return out;
}

function columnCandidates(actual: Table, wanted: Table, rules: DiffRules): readonly RenameCandidate[] {
  const liveNames = new Set(actual.columns.map((column) => column.name));
  const wantedNames = new Set(wanted.columns.map((column) => rules.storedName(column.name)));
  const added = wanted.columns.filter((column) => !liveNames.has(rules.storedName(column.name)));
  const used = new Set<Column>();
  const out: RenameCandidate[] = [];
  for (const column of actual.columns.filter((each) => !wantedNames.has(each.name))) {
    const twin = added.find((each) => !used.has(each) && alikeColumns(column, each, rules));
    if (!twin) continue;
    used.add(twin);
    const table = displayName(actual);
    out.push({ kind: 'column', from: `${table}.${column.name}`, to: `${table}.${twin.name}` });
  }
  return out;
}

function alikeColumns(actual: Column, wanted: Column, rules: DiffRules): boolean {
  return (
    rules.equalTypes(actual.type, wanted.type) &&
    (actual.generated === null) === (wanted.generated === null) &&
    sameData(actual.identity, wanted.identity)
  );
}

/** Two tables of which most columns have the same name and type. */
function alike(actual: Table, wanted: Table, rules: DiffRules): boolean {
  const shared = wanted.columns.filter((column) => {
    const twin = actual.columns.find((each) => each.name === column.name);
    return twin && rules.equalTypes(twin.type, column.type);
  }).length;
  return shared * 3 >= Math.max(actual.columns.length, wanted.columns.length) * 2;
}

function plain(name: QualifiedName): QualifiedName {
  return { schema: name.schema, name: name.name };
}
