import {
  type Catalog,
  deepFreeze,
  type ForeignKey,
  nameKey,
  type QualifiedName,
  sameData,
  type Table,
} from '../catalog/index.js';
import { apply, invert, type Operation, reduce, type TableChange } from '../operations/index.js';
import { compareTables, madeAgain, mustDetach, type TableDiff } from './compare-tables.js';
import { diffEnums, enumLists, releaseDefaults, tablesOfAlteredEnums } from './enums.js';
import { stepAside } from './exchanged-names.js';
import { type TakenAlong, takenAlong } from './live-only.js';
import { orderTables, referenceName } from './order.js';
import { bareTable, diffPolicies, withoutDropped } from './policies.js';
import { findCandidates, type RenameCandidate } from './rename-candidates.js';
import { type RenameOptions, resolveRenames } from './renames.js';
import { diffRoles } from './roles.js';
import type { DiffRules } from './rules.js';
import { diffSchemas } from './schemas.js';
import { fatesOf, nameBefore } from './table-fates.js';
import { diffViews } from './views.js';

export interface DiffOptions {
  readonly renames?: RenameOptions;
}

export interface Diff {
  readonly operations: readonly Operation[];
  /** Drops and adds that look like renames and that nobody has decided; the operations treat them as drop and add. */
  readonly candidates: readonly RenameCandidate[];
  /** What no model can say and goes along with what is dropped. */
  readonly along: Pick<TakenAlong, 'lines' | 'blocked'>;
}

/** The operations that make `actual` into `wanted`, with what is said to be renamed. Throws REV_USAGE. */
export function diff(actual: Catalog, wanted: Catalog, rules: DiffRules, options: DiffOptions = {}): Diff {
  const { renames = {} } = options;
  const operations = resolveRenames(actual, wanted, rules, renames);
  return diffRenamed(apply(operations, actual), wanted, rules, {
    renames: operations,
    denied: renames.denied ?? [],
  });
}

export interface RenamedOptions {
  /** The renames that `renamed` went through: they come first in the operations. */
  readonly renames: readonly Operation[];
  readonly denied: readonly string[] | 'all';
}

/**
 * The operations that make `renamed` into `wanted`, after the renames that made it. Pure and deterministic; both catalogs are normalized.
 * The order is a fixed shell of phases: what stands in the way leaves first (views, foreign keys, indexes), then
 * containers come (schemas, enums, sequences, tables), then tables change, then what stands on them comes back, then
 * what is no longer wanted leaves.
 */
export function diffRenamed(
  renamed: Catalog,
  wanted: Catalog,
  rules: DiffRules,
  { renames, denied }: RenamedOptions,
): Diff {
  const candidates =
    denied === 'all'
      ? []
      : findCandidates(renamed, wanted, rules).filter((each) => !denied.includes(each.from));
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
    renames.flatMap((each) => {
      if (each.kind === 'renameTable') return [nameKey(each.to)];
      const columns = each.kind === 'alterTable' && each.changes.some(({ kind }) => kind === 'renameColumn');
      return columns ? [nameKey(each.table)] : [];
    }),
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
  const { first, diffs: changed } = stepAside([...diffs.values()], rules);
  const sequenceLists = enumLists(before.sequences, wanted.sequences);
  const sequences = {
    ...sequenceLists,
    dropped: sequenceLists.dropped.filter(({ usedElsewhere }) => !usedElsewhere),
  };
  const enumNames = enumLists(before.enums, wanted.enums);
  const taken = takenNames(created, changed, [...enumNames.added, ...sequences.added]);
  const collides = dropped.some((table) => namesOf(table).some((name) => taken.has(name)));
  // An enum or a sequence that sets a name free is in use until the columns have changed.
  const yields = [...enumNames.dropped, ...sequences.dropped].some((each) => taken.has(nameKey(each)));
  // A foreign key whose other end stays as it is can change with the rest of its table.
  const moving = new Set([
    ...[...diffs].flatMap(([key, each]) => (hasChanges(each) ? [key] : [])),
    ...(yields ? created.map(stored) : []),
    ...(collides ? dropped.map(nameKey) : []),
  ]);
  const tables = tableOperations(created, changed, diffs, rules, early, moving);
  // Tables that leave early are not there any more when an enum changes.
  const standing = collides ? before.tables.filter((table) => !dropped.includes(table)) : before.tables;
  const enums = diffEnums({ ...before, tables: standing }, wanted, renamed);
  const schemas = diffSchemas(before, wanted);
  const along = takenAlong(renamed.uncompared, dropped, changed, renames);
  const fates = fatesOf({ renames, dropped, diffs, enumTables: tablesOfAlteredEnums(before, wanted) });
  // What leaves first does so before tables are renamed, so it is looked at in the names of that moment.
  const carrying = renames.filter(goesFirst);
  const standingFirst = apply(carrying, apply(invert(renames) ?? [], renamed));
  const views = diffViews(
    standingFirst.views,
    wanted.views,
    wanted.uncompared.filter(({ kind }) => kind === 'existing view').map(({ name }) => name),
    fates,
    rules,
  );
  const policies = diffPolicies(renamed.tables, wanted.tables, {
    fates,
    away: views.first.flatMap((each) => (each.kind === 'dropView' ? [each.name] : [])),
    rules,
    oldName: (table) => nameBefore(table, renames),
    standing: standingFirst.tables,
  });
  const drops = dropOperations(
    dropped.map((table) => withoutDropped(table, policies.first)),
    diffs,
    rules,
  );
  const roles = diffRoles(renamed.roles, wanted.roles, rules);
  const operations: Operation[] = [
    ...roles.first,
    ...along.operations,
    ...carrying,
    ...policies.first,
    ...views.first,
    ...renames.filter((each) => !goesFirst(each)),
    ...first,
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
    ...(yields ? [] : tables.create),
    ...tables.alter,
    ...(yields ? [] : [...tables.addForeignKeys, ...tables.createIndexes]),
    ...(collides ? [] : drops.dropTables),
    ...views.last,
    ...policies.last,
    ...enums.drop,
    ...sequences.dropped.map((was): Operation => ({ kind: 'dropSequence', name: referenceName(was), was })),
    ...(yields ? [...tables.create, ...tables.addForeignKeys, ...tables.createIndexes] : []),
    ...schemas.drop.map((name): Operation => ({ kind: 'dropSchema', name })),
    ...roles.last,
  ];
  return deepFreeze({ operations: reduce(operations), candidates, along });
}

/** A schema carries its views; what leaves for a while leaves it under the new name. */
function goesFirst({ kind }: Operation): boolean {
  return kind === 'renameSchema' || kind === 'renameView';
}

function tableOperations(
  created: readonly Table[],
  changed: readonly TableDiff[],
  diffs: ReadonlyMap<string, TableDiff>,
  rules: DiffRules,
  early: ReadonlySet<string>,
  moving: ReadonlySet<string>,
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
    const { table } = each;
    const stays = (key: ForeignKey) => {
      const { schema, name } = key.references;
      const target = nameKey({ schema, name: rules.storedName(name) });
      return loose || (target !== nameKey(table) && !moving.has(target));
    };
    const dropKey = (was: ForeignKey) => ({ kind: 'dropConstraint', name: was.name, was }) as const;
    const addKey = (constraint: ForeignKey) => ({ kind: 'addConstraint', constraint }) as const;
    const moves = (key: ForeignKey) => !stays(key);
    const dropKeys = [...each.droppedForeignKeys.filter(moves), ...detached].map(dropKey);
    const addKeys = [...each.addedForeignKeys.filter(moves), ...detached].map(addKey);
    const all = [
      ...each.droppedForeignKeys.filter(stays).map(dropKey),
      ...each.changes,
      ...each.addedForeignKeys.filter(stays).map(addKey),
    ];
    // Where an enum or a name changes under it, what leaves or is renamed comes before all else.
    const at = early.has(nameKey(table)) && !loose ? firstOther(all) : 0;
    const released = all.slice(0, at);
    const waiting = released.filter((change) => keyComesBack(change, all, released));
    const first = released.filter((change) => !waiting.includes(change));
    const changes = [...waiting, ...all.slice(at)];
    if (first.length > 0) releases.push({ kind: 'alterTable', table, changes: first });
    if (!loose) {
      if (dropKeys.length > 0) dropForeignKeys.push({ kind: 'alterTable', table, changes: dropKeys });
      if (addKeys.length > 0) addForeignKeys.push({ kind: 'alterTable', table, changes: addKeys });
    }
    const again = rules.keepsIndexes ? madeAgain(each) : new Set<string>();
    dropIndexes.push(
      ...each.droppedIndexes.map(
        (was): Operation => ({
          kind: 'dropIndex',
          name: was.name,
          table,
          ...(again.has(was.name) ? { keep: true } : {}),
          was,
        }),
      ),
    );
    if (changes.length > 0) alter.push({ kind: 'alterTable', table, changes });
    renameIndexes.push(
      ...each.renamedIndexes.map((rename): Operation => ({ kind: 'renameIndex', table, ...rename })),
    );
    createIndexes.push(
      ...each.addedIndexes.map(
        (index): Operation => ({
          kind: 'createIndex',
          table,
          index,
          ...(again.has(index.name) ? { restore: true } : {}),
        }),
      ),
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

/** A key that is made again leaves and comes in one statement, which keeps what no model says of it. */
function keyComesBack(
  change: TableChange,
  all: readonly TableChange[],
  released: readonly TableChange[],
): boolean {
  if (change.kind !== 'dropConstraint' || !change.was) return false;
  const { was, name } = change;
  if (was.kind !== 'primaryKey' && was.kind !== 'unique') return false;
  return (
    all.some((each) => each.kind === 'addConstraint' && each.constraint.name === name) &&
    !released.some((each) => each.kind === 'dropColumn' && was.columns.includes(each.name))
  );
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
  return (
    each !== undefined && each.changes.length + each.addedIndexes.length + each.droppedIndexes.length > 0
  );
}

function addConstraint(table: Table, key: Table['foreignKeys'][number]): Operation {
  return {
    kind: 'alterTable',
    table: referenceName(table),
    changes: [{ kind: 'addConstraint', constraint: key }],
  };
}

/** The names of a table and its indexes: they are one space in a schema. */
function namesOf(table: Table): readonly string[] {
  return [table, table.primaryKey, ...table.uniques, ...table.indexes].flatMap((each) =>
    each?.name ? [nameKey({ schema: table.schema, name: each.name })] : [],
  );
}

/** The names that something new takes. */
function takenNames(
  created: readonly Table[],
  changed: readonly TableDiff[],
  others: readonly QualifiedName[],
): ReadonlySet<string> {
  const key = (schema: string | null, name: string) => nameKey({ schema, name });
  return new Set([
    ...created.flatMap(namesOf),
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
  ]);
}
