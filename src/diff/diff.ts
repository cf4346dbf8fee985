import {
  type Catalog,
  deepFreeze,
  nameKey,
  type QualifiedName,
  sameData,
  type Table,
} from '../catalog/index.js';
import { type AlterTable, apply, type Operation, reduce, type TableChange } from '../operations/index.js';
import { compareTables, mustDetach, type TableDiff } from './compare-tables.js';
import { diffEnums, enumLists, releaseDefaults, tablesOfAlteredEnums } from './enums.js';
import { orderTables, referenceName } from './order.js';
import { bareTable, diffPolicies, withoutDropped } from './policies.js';
import { type RenameCandidate, type RenameOptions, resolveRenames } from './renames.js';
import { diffRoles } from './roles.js';
import type { DiffRules } from './rules.js';
import { fatesOf } from './table-fates.js';
import { diffViews } from './views.js';

export interface DiffOptions {
  readonly renames?: RenameOptions;
}

export interface Diff {
  readonly operations: readonly Operation[];
  /** Drops and adds that look like renames and that nobody has decided; the operations treat them as drop and add. */
  readonly candidates: readonly RenameCandidate[];
}

/**
 * The operations that make `actual` into `wanted`. Pure and deterministic; both catalogs are normalized.
 * The order is a fixed shell of phases: what stands in the way leaves first (views, foreign keys, indexes), then
 * containers come (schemas, enums, sequences, tables), then tables change, then what stands on them comes back, then
 * what is no longer wanted leaves.
 */
export function diff(actual: Catalog, wanted: Catalog, rules: DiffRules, options: DiffOptions = {}): Diff {
  const { operations: renames, candidates } = resolveRenames(actual, wanted, rules, options.renames ?? {});
  const renamed = apply(renames, actual);
  // Defaults that change with their enum's values leave first (see enums.ts).
  const releases = releaseDefaults(renamed, wanted, rules);
  const before = apply(releases, renamed);
  const stored = (name: QualifiedName) => nameKey({ ...name, name: rules.storedName(name.name) });
  const live = new Map(before.tables.map((table) => [nameKey(table), table]));
  const wantedKeys = new Set(wanted.tables.map(stored));

  const created = wanted.tables.filter((table) => !live.has(stored(table)));
  const dropped = before.tables.filter((table) => !wantedKeys.has(nameKey(table)));
  const diffs = new Map<string, TableDiff>();
  // Names that the tool derived follow the table and columns that they are derived from.
  const touched = new Set(
    renames
      .filter((each) => !isRenameView(each))
      .map((each) => nameKey(each.kind === 'renameTable' ? each.to : (each as AlterTable).table)),
  );
  for (const table of wanted.tables) {
    const found = live.get(stored(table));
    if (!found) continue;
    diffs.set(
      nameKey(found),
      compareTables(found, table, rules, { renameDerived: touched.has(nameKey(found)) }),
    );
  }

  const early = new Set([...touched, ...tablesOfAlteredEnums(before, wanted).map(nameKey)]);
  const tables = tableOperations(created, [...diffs.values()], diffs, rules, early);
  const collides = namesCollide(
    dropped,
    created,
    [...diffs.values()],
    [
      ...wanted.enums.filter((each) => !before.enums.some((known) => nameKey(known) === nameKey(each))),
      ...wanted.sequences.filter(
        (each) => !before.sequences.some((known) => nameKey(known) === nameKey(each)),
      ),
    ],
  );
  // Tables that leave early are not there any more when an enum changes.
  const standing = collides ? before.tables.filter((table) => !dropped.includes(table)) : before.tables;
  const enums = diffEnums({ ...before, tables: standing }, wanted, renamed);
  const schemas = {
    create: wanted.schemas.filter((name) => !before.schemas.includes(name)),
    drop: before.schemas.filter((name) => !wanted.schemas.includes(name)),
  };
  const sequences = enumLists(before.sequences, wanted.sequences);
  const fates = fatesOf({
    renames,
    dropped,
    diffs,
    enumTables: tablesOfAlteredEnums(before, wanted),
  });
  const views = diffViews(
    apply(renames.filter(isRenameView), actual).views,
    wanted.views,
    wanted.uncompared.filter(({ kind }) => kind === 'existing view').map(({ name }) => name),
    fates,
    rules,
  );
  const policies = diffPolicies(renamed.tables, wanted.tables, {
    fates,
    away: views.first.flatMap((each) => (each.kind === 'dropView' ? [each.name] : [])),
    rules,
    oldName: (table) =>
      renames.flatMap((each) =>
        each.kind === 'renameTable' && nameKey(each.to) === nameKey(table) ? [each.from] : [],
      )[0] ?? referenceName(table),
  });
  const drops = dropOperations(
    dropped.map((table) => withoutDropped(table, policies.first)),
    diffs,
    rules,
  );
  const roles = diffRoles(actual.roles, wanted.roles, rules);
  const operations: Operation[] = [
    ...roles.first,
    ...renames.filter(isRenameView),
    ...policies.first,
    ...views.first,
    ...renames.filter((each) => !isRenameView(each)),
    ...tables.dropForeignKeys,
    ...drops.dropForeignKeys,
    ...(collides ? drops.dropTables : []),
    ...tables.dropIndexes,
    ...tables.renameIndexes,
    ...tables.releases,
    ...schemas.create.map((name): Operation => ({ kind: 'createSchema', name })),
    ...sequences.added.map((sequence): Operation => ({ kind: 'createSequence', sequence })),
    ...sequences.kept
      .filter((pair) => !sameData(pair.actual.options, pair.wanted.options))
      .map(
        ({ actual: was, wanted: to }): Operation => ({
          kind: 'alterSequence',
          name: referenceName(was),
          to: to.options,
          was: was.options,
        }),
      ),
    ...enums.create,
    ...releases,
    ...enums.alter,
    ...tables.create,
    ...tables.alter,
    ...tables.addForeignKeys,
    ...tables.createIndexes,
    ...(collides ? [] : drops.dropTables),
    ...views.last,
    ...policies.last,
    ...enums.drop,
    ...sequences.dropped.map((was): Operation => ({ kind: 'dropSequence', name: referenceName(was), was })),
    ...schemas.drop.map((name): Operation => ({ kind: 'dropSchema', name })),
    ...roles.last,
  ];
  return deepFreeze({ operations: reduce(operations), candidates });
}

function isRenameView(operation: Operation): boolean {
  return operation.kind === 'renameView';
}

function tableOperations(
  created: readonly Table[],
  changed: readonly TableDiff[],
  diffs: ReadonlyMap<string, TableDiff>,
  rules: DiffRules,
  early: ReadonlySet<string>,
) {
  const dropForeignKeys: Operation[] = [];
  const dropIndexes: Operation[] = [];
  const renameIndexes: Operation[] = [];
  const releases: Operation[] = [];
  const create: Operation[] = [];
  const alter: Operation[] = [];
  const createIndexes: Operation[] = [];
  const addForeignKeys: Operation[] = [];
  const loose = rules.looseForeignKeys === true;

  const { tables, late } = orderTables(created);
  for (const table of tables) {
    const waiting = loose ? undefined : late.get(nameKey(table));
    // A key of a table that changes in this very diff may stand on what is only added there.
    const waits = (key: Table['foreignKeys'][number]) =>
      !loose &&
      (waiting?.has(nameKey(referenceName(key.references))) === true ||
        hasChanges(diffs.get(nameKey(referenceName(key.references)))));
    create.push({
      kind: 'createTable',
      table: { ...bareTable(table), foreignKeys: table.foreignKeys.filter((key) => !waits(key)) },
    });
    addForeignKeys.push(...table.foreignKeys.filter(waits).map((key) => addConstraint(table, key)));
    // Beside their table, where a reader looks for them.
    create.push(
      ...table.indexes.map(
        (index): Operation => ({ kind: 'createIndex', table: referenceName(table), index }),
      ),
    );
  }

  for (const each of changed) {
    const detached = loose
      ? []
      : each.keptForeignKeys.filter((key) =>
          mustDetach(key, each.retyped, diffs.get(nameKey(referenceName(key.references)))),
        );
    const goes = [...each.droppedForeignKeys, ...detached];
    const comes = [...each.addedForeignKeys, ...detached];
    const dropKeys = goes.map((was) => ({ kind: 'dropConstraint', name: was.name, was }) as const);
    const addKeys = comes.map((constraint) => ({ kind: 'addConstraint', constraint }) as const);
    const { table } = each;
    const all = loose ? [...dropKeys, ...each.changes, ...addKeys] : each.changes;
    // Where an enum or a name changes under it, what leaves or is renamed comes before all else.
    const at = early.has(nameKey(table)) && !loose ? firstOther(all) : 0;
    const changes = all.slice(at);
    if (at > 0) releases.push({ kind: 'alterTable', table, changes: all.slice(0, at) });
    if (!loose) {
      if (dropKeys.length > 0) dropForeignKeys.push({ kind: 'alterTable', table, changes: dropKeys });
      if (addKeys.length > 0) addForeignKeys.push({ kind: 'alterTable', table, changes: addKeys });
    }
    dropIndexes.push(
      ...each.droppedIndexes.map((was): Operation => ({ kind: 'dropIndex', name: was.name, table, was })),
    );
    if (changes.length > 0) alter.push({ kind: 'alterTable', table, changes });
    renameIndexes.push(
      ...each.renamedIndexes.map((rename): Operation => ({ kind: 'renameIndex', table, ...rename })),
    );
    createIndexes.push(
      ...each.addedIndexes.map((index): Operation => ({ kind: 'createIndex', table, index })),
    );
  }
  return {
    dropForeignKeys,
    dropIndexes,
    renameIndexes,
    releases,
    create,
    alter,
    createIndexes,
    addForeignKeys,
  };
}

/** Where the renames and drops that a table's changes begin with end: constraints, and generated columns. */
function firstOther(changes: readonly TableChange[]): number {
  const at = changes.findIndex(
    (change) =>
      !(
        change.kind === 'renameConstraint' ||
        change.kind === 'dropConstraint' ||
        (change.kind === 'dropColumn' && change.was?.generated)
      ),
  );
  return at < 0 ? changes.length : at;
}

/** Tables that go: children before parents. Keys that close a cycle, or stand in a change's way, go first. */
function dropOperations(dropped: readonly Table[], diffs: ReadonlyMap<string, TableDiff>, rules: DiffRules) {
  const { tables, late } = orderTables(dropped);
  const dropForeignKeys: Operation[] = [];
  const dropTables: Operation[] = [];
  for (const table of [...tables].reverse()) {
    const cyclic = late.get(nameKey(table));
    const first = table.foreignKeys.filter((key) => {
      if (rules.looseForeignKeys) return false;
      const target = nameKey(referenceName(key.references));
      return cyclic?.has(target) === true || mustDetach(key, new Set(), diffs.get(target));
    });
    if (first.length > 0) {
      dropForeignKeys.push({
        kind: 'alterTable',
        table: referenceName(table),
        changes: first.map((was) => ({ kind: 'dropConstraint', name: was.name, was })),
      });
    }
    const was = { ...table, foreignKeys: table.foreignKeys.filter((key) => !first.includes(key)) };
    dropTables.push({ kind: 'dropTable', name: referenceName(table), was });
  }
  return { dropForeignKeys, dropTables };
}

function hasChanges(each: TableDiff | undefined): boolean {
  return each !== undefined && each.changes.length + each.addedIndexes.length > 0;
}

function addConstraint(table: Table, key: Table['foreignKeys'][number]): Operation {
  return {
    kind: 'alterTable',
    table: referenceName(table),
    changes: [{ kind: 'addConstraint', constraint: key }],
  };
}

/** Whether something new takes a name that only the drop of a table sets free: index names are one space in a schema. */
function namesCollide(
  dropped: readonly Table[],
  created: readonly Table[],
  changed: readonly TableDiff[],
  others: readonly QualifiedName[],
): boolean {
  const key = (schema: string | null, name: string) => nameKey({ schema, name });
  const indexNames = (table: Table) =>
    [table.primaryKey, ...table.uniques, ...table.indexes].flatMap((each) =>
      each?.name ? [key(table.schema, each.name)] : [],
    );
  const freed = new Set(dropped.flatMap((table) => [...indexNames(table), nameKey(table)]));
  if (freed.size === 0) return false;
  const taken = [
    ...created.flatMap((table) => [...indexNames(table), nameKey(table)]),
    ...others.map(nameKey),
    ...changed.flatMap(({ table: { schema }, addedIndexes, renamedIndexes, changes }) => [
      ...addedIndexes.map((index) => key(schema, index.name)),
      ...renamedIndexes.map((rename) => key(schema, rename.to)),
      ...changes.flatMap((change) =>
        change.kind === 'addConstraint' && change.constraint.name !== null
          ? [key(schema, change.constraint.name)]
          : [],
      ),
    ]),
  ];
  return taken.some((name) => freed.has(name));
}
