import {
  type Check,
  type Constraint,
  type ForeignKey,
  type PrimaryKey,
  type QualifiedName,
  sameData,
  type Table,
  type TableIndex,
  type Unique,
} from '../catalog/index.js';
import type { TableChange } from '../operations/index.js';
import { compareColumns, mentionsAny } from './compare-columns.js';
import { type Matched, match, plainUniqueColumns, sameConstraint, sameIndex, succeeds } from './match.js';
import type { DiffRules } from './rules.js';

/** What must happen to one table, in the parts that other tables may stand between. */
export interface TableDiff {
  readonly table: QualifiedName;
  readonly droppedForeignKeys: readonly ForeignKey[];
  readonly droppedIndexes: readonly TableIndex[];
  readonly changes: readonly TableChange[];
  readonly renamedIndexes: readonly { readonly from: string; readonly to: string }[];
  readonly addedIndexes: readonly TableIndex[];
  readonly addedForeignKeys: readonly ForeignKey[];
  /** Foreign keys that stay as they are. */
  readonly keptForeignKeys: readonly ForeignKey[];
  /** The column lists that others may refer to and that lose their key. */
  readonly lostKeys: readonly (readonly string[])[];
  readonly retyped: ReadonlySet<string>;
  /** Columns that may be null in the end. */
  readonly nullable: ReadonlySet<string>;
}

export interface CompareOptions {
  /** Names that were derived from what is renamed now are renamed with it. */
  readonly renameDerived: boolean;
}

/** Compares one table with the wanted one of the same name. */
export function compareTables(
  actual: Table,
  wanted: Table,
  rules: DiffRules,
  options: CompareOptions,
): TableDiff {
  const columns = compareColumns(actual, wanted, rules);
  const uniques = matchConstraints(actual.uniques, wanted.uniques, rules, options);
  const indexes = matchIndexes(actual.indexes, wanted.indexes, rules, options);
  const { uniqueMatch, indexMatch } = rules.uniqueIndexIsConstraint
    ? pairUniquesWithIndexes(uniques, indexes)
    : { uniqueMatch: uniques, indexMatch: indexes };
  const checks = matchConstraints(actual.checks, wanted.checks, rules, options);
  const foreignKeys = matchConstraints(actual.foreignKeys, wanted.foreignKeys, rules, options);
  const primaryKey = matchConstraints(
    actual.primaryKey ? [actual.primaryKey] : [],
    wanted.primaryKey ? [wanted.primaryKey] : [],
    rules,
    options,
  );

  // What stands on a column that is dropped and added again goes and comes back with it, as does an expression over one
  // that gets a type with which it is read otherwise; an included column that goes for good is left out.
  const gone = new Set(
    columns.changes.flatMap((change) => (change.kind === 'dropColumn' ? [change.name] : [])),
  );
  const left = <T>(each: T): T => withoutIncluded(each, gone, columns.recreated);
  const includesGone = (each: { readonly include?: readonly string[] }) =>
    each.include?.some((name) => gone.has(name)) === true;
  const stands = (names: readonly string[]) => names.some((name) => columns.recreated.has(name));
  const keys = plan(primaryKey, (key) => stands(key.columns) || includesGone(key), keepLiveConstraint, left);
  const unique = plan(
    uniqueMatch,
    (each) => stands(each.columns) || includesGone(each),
    keepLiveConstraint,
    left,
  );
  const renewed = new Set([...columns.recreated, ...columns.reread]);
  const check = plan(checks, (each) => mentionsAny(each.expression, renewed), keepLiveConstraint);
  const foreign = plan(foreignKeys, (key) => stands(key.columns), keepLiveConstraint);
  const index = plan(
    indexMatch,
    (each) => indexStandsOn(each, columns.recreated, renewed) || includesGone(each),
    keepLiveIndex,
    left,
  );

  const dropConstraint = (constraint: Constraint): TableChange => ({
    kind: 'dropConstraint',
    name: constraint.name,
    was: constraint,
  });
  const addConstraint = (constraint: Constraint): TableChange => ({ kind: 'addConstraint', constraint });
  const renameConstraint = ({
    actual: from,
    wanted: to,
  }: {
    actual: Constraint;
    wanted: Constraint;
  }): TableChange => ({
    kind: 'renameConstraint',
    from: from.name ?? '',
    to: to.name ?? '',
  });
  return {
    table: { schema: actual.schema, name: actual.name },
    droppedForeignKeys: foreign.dropped,
    droppedIndexes: index.dropped,
    changes: [
      ...[primaryKey, uniqueMatch, checks, foreignKeys].flatMap((each: Matched<Constraint>) =>
        each.renamed.map(renameConstraint),
      ),
      ...[...check.dropped, ...unique.dropped, ...keys.dropped].map(dropConstraint),
      ...columns.changes,
      ...[...keys.added, ...unique.added, ...check.added].map(addConstraint),
    ],
    renamedIndexes: indexMatch.renamed.map(({ actual: from, wanted: to }) => ({
      from: from.name,
      to: to.name,
    })),
    addedIndexes: index.added,
    addedForeignKeys: foreign.added,
    keptForeignKeys: foreignKeys.pairs
      .map(({ actual: key }) => key)
      .filter((key) => !foreign.dropped.includes(key)),
    lostKeys: [
      ...[...keys.dropped, ...unique.dropped].map((each) => each.columns),
      ...index.dropped.flatMap((each) => {
        const names = plainUniqueColumns(each);
        return names ? [names] : [];
      }),
    ],
    retyped: columns.retyped,
    nullable: new Set(
      wanted.columns.flatMap(({ name, nullable }) => (nullable ? [rules.storedName(name)] : [])),
    ),
  };
}

/** The names of indexes that are dropped and come back. */
export function madeAgain({ droppedIndexes, addedIndexes }: TableDiff): ReadonlySet<string> {
  const added = new Set(addedIndexes.map(({ name }) => name));
  return new Set(droppedIndexes.flatMap(({ name }) => (added.has(name) ? [name] : [])));
}

function matchConstraints<T extends Constraint>(
  actual: readonly T[],
  wanted: readonly T[],
  rules: DiffRules,
  { renameDerived }: CompareOptions,
): Matched<T> {
  return match(actual, wanted, (a, b) => sameConstraint(a, b, rules), {
    storedName: rules.storedName,
    namesMatter: rules.constraintNamesMatter,
    renameDerived,
    succeeds: (a, b) => succeeds(a, b, rules),
  });
}

function matchIndexes(
  actual: readonly TableIndex[],
  wanted: readonly TableIndex[],
  rules: DiffRules,
  { renameDerived }: CompareOptions,
): Matched<TableIndex> {
  return match(actual, wanted, (a, b) => sameIndex(a, b, rules), {
    storedName: rules.storedName,
    namesMatter: true,
    renameDerived,
  });
}

/** SQLite: a unique constraint on one side answers a unique index of the same columns on the other. */
function pairUniquesWithIndexes(uniques: Matched<Unique>, indexes: Matched<TableIndex>) {
  const goneUniques = new Set(uniques.dropped);
  const newUniques = new Set(uniques.added);
  const goneIndexes = new Set(indexes.dropped);
  const newIndexes = new Set(indexes.added);
  for (const wanted of uniques.added) {
    const twin = [...goneIndexes].find((index) => sameData(plainUniqueColumns(index), wanted.columns));
    if (!twin) continue;
    goneIndexes.delete(twin);
    newUniques.delete(wanted);
  }
  for (const wanted of indexes.added) {
    const names = plainUniqueColumns(wanted);
    const twin = [...goneUniques].find((unique) => sameData(names, unique.columns));
    if (!twin) continue;
    goneUniques.delete(twin);
    newIndexes.delete(wanted);
  }
  return {
    uniqueMatch: { ...uniques, dropped: [...goneUniques], added: [...newUniques] },
    indexMatch: { ...indexes, dropped: [...goneIndexes], added: [...newIndexes] },
  };
}

/** Objects to drop and to add, from a matching and a reason to make a kept one again. */
function plan<T extends PrimaryKey | Unique | Check | ForeignKey | TableIndex>(
  matched: Matched<T>,
  remake: (actual: T) => boolean,
  keepLive: (wanted: T, actual: T) => T,
  left: (each: T) => T = (each) => each,
): { dropped: readonly T[]; added: readonly T[] } {
  const changed = matched.pairs.filter((pair) => !pair.same);
  const remade = matched.pairs.filter((pair) => pair.same && remake(pair.actual));
  return {
    dropped: [
      ...matched.dropped,
      ...changed.map((pair) => pair.actual),
      ...remade.map((pair) => pair.actual),
    ],
    added: [
      ...matched.added,
      ...changed.map((pair) => left(keepLive(pair.wanted, pair.actual))),
      ...remade.map((pair) => left(pair.actual)),
    ],
  };
}

/** What the models cannot say comes from the live side. */
function keepLiveConstraint<T extends Constraint>(wanted: T, actual: T): T {
  const names = ['deferrable', 'match', 'include', 'notValid', 'noInherit'];
  const columns = (each: T) =>
    each.kind === 'foreignKey' ? [each.onDelete, ...[...each.columns].sort()] : [];
  const setsSame = sameData(columns(actual), columns(wanted));
  return { ...pick(actual, setsSame ? [...names, 'onDeleteColumns'] : names), ...wanted };
}

function keepLiveIndex(wanted: TableIndex, actual: TableIndex): TableIndex {
  // Storage parameters are those of one method.
  const names = wanted.method === actual.method ? ['include', 'with'] : ['include'];
  return { ...pick(actual, names), ...wanted };
}

/** Without the included columns that are dropped and do not come back. */
function withoutIncluded<T>(each: T, gone: ReadonlySet<string>, recreated: ReadonlySet<string>): T {
  const { include } = each as { readonly include?: readonly string[] };
  if (!include) return each;
  const kept = include.filter((name) => !gone.has(name) || recreated.has(name));
  const { include: _all, ...rest } = each as T & { include: unknown };
  return (kept.length === 0 ? rest : { ...rest, include: kept }) as T;
}

function pick<T extends object>(from: T, names: readonly string[]): Partial<T> {
  return Object.fromEntries(
    Object.entries(from).filter(([name, value]) => names.includes(name) && value !== undefined),
  ) as Partial<T>;
}

/** @param renewed columns on which its expressions must not stand */
function indexStandsOn(
  index: TableIndex,
  columns: ReadonlySet<string>,
  renewed: ReadonlySet<string>,
): boolean {
  return (
    index.keys.some(
      (key) =>
        (key.column !== undefined && columns.has(key.column)) ||
        (key.expression !== undefined && mentionsAny(key.expression, renewed)),
    ) ||
    (index.where !== null && mentionsAny(index.where, renewed))
  );
}

/**
 * A foreign key that must be away while the keys and types that it stands on change.
 * @param retyped the columns of its own table whose type changes
 */
export function mustDetach(
  key: ForeignKey,
  retyped: ReadonlySet<string>,
  target: TableDiff | undefined,
): boolean {
  if (key.columns.some((name) => retyped.has(name))) return true;
  if (!target) return false;
  if (key.references.columns.some((name) => target.retyped.has(name))) return true;
  const wanted = [...key.references.columns].sort();
  return target.lostKeys.some((columns) => sameData([...columns].sort(), wanted));
}
