import {
  type Check,
  type Constraint,
  type ForeignKey,
  type IndexKey,
  type PrimaryKey,
  sameData,
  sameName,
  type TableIndex,
  type Unique,
} from '../catalog/index.js';
import type { DiffRules } from './rules.js';

/** Which object of one side is which of the other, and which are the same. */

export interface Matched<T> {
  /** On both sides; `same` false: its definition differs. */
  readonly pairs: readonly { readonly actual: T; readonly wanted: T; readonly same: boolean }[];
  readonly renamed: readonly { readonly actual: T; readonly wanted: T }[];
  readonly dropped: readonly T[];
  readonly added: readonly T[];
}

interface Nameable {
  readonly name: string | null;
  readonly derived?: true;
}

/**
 * By name first; what is left by structure: a wanted name that is derived or absent takes the live one, an explicit
 * one is a rename. What is left then by what it succeeds: it is made again, and keeps what the models cannot say.
 */
export function match<T extends Nameable>(
  actual: readonly T[],
  wanted: readonly T[],
  same: (actual: T, wanted: T) => boolean,
  options: {
    readonly storedName: (name: string) => string;
    readonly namesMatter: boolean;
    /** A derived name is renamed to as well: what it is derived from was renamed. */
    readonly renameDerived: boolean;
    /** Whether one is what became of the other, though it has another name and another definition. */
    readonly succeeds?: (actual: T, wanted: T) => boolean;
  },
): Matched<T> {
  const pairs: { actual: T; wanted: T; same: boolean }[] = [];
  const renamed: { actual: T; wanted: T }[] = [];
  const left = new Set(actual);
  const waiting: T[] = [];
  const byName = new Map<string, T>();
  for (const each of actual) if (each.name !== null) byName.set(each.name, each);
  for (const each of wanted) {
    const found = each.name === null ? undefined : byName.get(options.storedName(each.name));
    if (found && left.has(found) && (options.namesMatter || same(found, each))) {
      left.delete(found);
      pairs.push({ actual: found, wanted: each, same: same(found, each) });
    } else {
      waiting.push(each);
    }
  }
  const unlike: T[] = [];
  for (const each of waiting) {
    const twin = [...left].find((candidate) => same(candidate, each));
    if (!twin) {
      unlike.push(each);
      continue;
    }
    left.delete(twin);
    const keepsName =
      (each.derived && !options.renameDerived) ||
      each.name === null ||
      twin.name === null ||
      !options.namesMatter;
    if (keepsName) pairs.push({ actual: twin, wanted: each, same: true });
    else renamed.push({ actual: twin, wanted: each });
  }
  const added = unlike.filter((each) => {
    const before = [...left].find((candidate) => options.succeeds?.(candidate, each));
    if (!before) return true;
    left.delete(before);
    pairs.push({ actual: before, wanted: each, same: false });
    return false;
  });
  return { pairs, renamed, dropped: [...left], added };
}

/** Equal in all that the wanted side says; names aside. */
export function sameConstraint(actual: Constraint, wanted: Constraint, rules: DiffRules): boolean {
  switch (wanted.kind) {
    case 'primaryKey':
      return actual.kind === 'primaryKey' && sameColumns(actual, wanted, rules);
    case 'unique':
      return actual.kind === 'unique' && sameUnique(actual, wanted, rules);
    case 'check':
      return actual.kind === 'check' && sameCheck(actual, wanted, rules);
    case 'foreignKey':
      return actual.kind === 'foreignKey' && sameForeignKey(actual, wanted, rules);
  }
}

/** A foreign key from the same columns to the same ones, a unique constraint of the same columns. */
export function succeeds(actual: Constraint, wanted: Constraint, rules: DiffRules): boolean {
  if (actual.kind === 'foreignKey' && wanted.kind === 'foreignKey')
    return sameReference(actual, wanted, rules);
  return (
    actual.kind === 'unique' &&
    wanted.kind === 'unique' &&
    sameData(actual.columns, wanted.columns.map(rules.storedName))
  );
}

export function sameIndex(actual: TableIndex, wanted: TableIndex, rules: DiffRules): boolean {
  return (
    actual.unique === wanted.unique &&
    actual.method === wanted.method &&
    actual.nullsNotDistinct === wanted.nullsNotDistinct &&
    actual.keys.length === wanted.keys.length &&
    actual.keys.every((key, at) => sameKey(key, wanted.keys[at], rules)) &&
    sameExpression(actual.where, wanted.where, rules) &&
    saidSame(actual.with, wanted.with) &&
    saidSame(actual.include, wanted.include)
  );
}

/** A unique index that says no more than a unique constraint could. */
export function plainUniqueColumns(index: TableIndex): readonly string[] | null {
  if (!index.unique || index.where !== null) return null;
  const columns = index.keys.map((key) =>
    key.order === 'asc' && key.collation === undefined ? key.column : undefined,
  );
  return columns.every((column): column is string => column !== undefined) ? columns : null;
}

function sameColumns(actual: PrimaryKey, wanted: PrimaryKey, rules: DiffRules): boolean {
  return sameData(actual.columns, wanted.columns.map(rules.storedName));
}

function sameUnique(actual: Unique, wanted: Unique, rules: DiffRules): boolean {
  return (
    sameData(actual.columns, wanted.columns.map(rules.storedName)) &&
    actual.nullsNotDistinct === wanted.nullsNotDistinct &&
    saidSame(actual.deferrable, wanted.deferrable)
  );
}

function sameCheck(actual: Check, wanted: Check, rules: DiffRules): boolean {
  return rules.equalExpressions(actual.expression, wanted.expression);
}

function sameForeignKey(actual: ForeignKey, wanted: ForeignKey, rules: DiffRules): boolean {
  return (
    sameReference(actual, wanted, rules) &&
    actual.onDelete === wanted.onDelete &&
    actual.onUpdate === wanted.onUpdate &&
    saidSame(actual.deferrable, wanted.deferrable) &&
    saidSame(actual.match, wanted.match)
  );
}

function sameReference(actual: ForeignKey, wanted: ForeignKey, rules: DiffRules): boolean {
  // The order of a key's columns is a spelling: (a, b) → (x, y) is (b, a) → (y, x).
  const pairs = (key: ForeignKey) =>
    key.columns
      .map(
        (column, at) =>
          `${rules.storedName(column)}\u0000${rules.storedName(key.references.columns[at] ?? '')}`,
      )
      .sort();
  return (
    sameData(pairs(actual), pairs(wanted)) &&
    sameName(actual.references, { ...wanted.references, name: rules.storedName(wanted.references.name) })
  );
}

function sameKey(actual: IndexKey, wanted: IndexKey | undefined, rules: DiffRules): boolean {
  if (!wanted) return false;
  return (
    actual.column === (wanted.column === undefined ? undefined : rules.storedName(wanted.column)) &&
    sameExpression(actual.expression ?? null, wanted.expression ?? null, rules) &&
    actual.order === wanted.order &&
    actual.nulls === wanted.nulls &&
    actual.opclass === wanted.opclass &&
    saidSame(actual.collation, wanted.collation)
  );
}

function sameExpression(actual: string | null, wanted: string | null, rules: DiffRules): boolean {
  if (actual === null || wanted === null) return actual === wanted;
  return rules.equalExpressions(actual, wanted);
}

/** What the models cannot say (undefined) is not compared. */
function saidSame(actual: unknown, wanted: unknown): boolean {
  return wanted === undefined || sameData(actual, wanted);
}
