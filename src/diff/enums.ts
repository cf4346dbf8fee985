import {
  type Catalog,
  type Column,
  type EnumType,
  findColumn,
  findTable,
  nameKey,
  type QualifiedName,
  sameData,
  type Table,
} from '../catalog/index.js';
import type { EnumColumn, Operation } from '../operations/index.js';
import type { DiffRules } from './rules.js';

/** Enum types, and lists of named objects in general. */

export interface Lists<T> {
  readonly kept: readonly { readonly actual: T; readonly wanted: T }[];
  readonly added: readonly T[];
  readonly dropped: readonly T[];
}

export function enumLists<T extends QualifiedName>(actual: readonly T[], wanted: readonly T[]): Lists<T> {
  const live = new Map(actual.map((each) => [nameKey(each), each]));
  const kept: { actual: T; wanted: T }[] = [];
  const added: T[] = [];
  for (const each of wanted) {
    const found = live.get(nameKey(each));
    live.delete(nameKey(each));
    if (found) kept.push({ actual: found, wanted: each });
    else added.push(each);
  }
  return { kept, added, dropped: [...live.values()] };
}

/**
 * A default that changes together with its enum's values is dropped before and set after, so that no default ever
 * names a value that its type does not have, on the way up and on the way down.
 */
export function releaseDefaults(actual: Catalog, wanted: Catalog, rules: DiffRules): readonly Operation[] {
  const altered = enumLists(actual.enums, wanted.enums).kept.filter((pair) => valuesDiffer(pair));
  return altered.flatMap(({ actual: type }) =>
    actual.tables.flatMap((table) => {
      const target = findTable(wanted, table);
      const columns = table.columns.filter((column) => {
        const twin = target && findColumn(target, column.name);
        return (
          isOf(column, type) &&
          column.default !== null &&
          twin !== undefined &&
          !rules.equalDefaults(column.default, twin.default, column)
        );
      });
      return columns.length === 0
        ? []
        : [
            {
              kind: 'alterTable' as const,
              table: { schema: table.schema, name: table.name },
              changes: columns.map((was) => ({
                kind: 'alterColumn' as const,
                name: was.name,
                to: { default: null },
                was,
              })),
            },
          ];
    }),
  );
}

/** The tables with a column of an enum whose values change. */
export function tablesOfAlteredEnums(actual: Catalog, wanted: Catalog): readonly Table[] {
  const altered = enumLists(actual.enums, wanted.enums).kept.filter(valuesDiffer);
  return actual.tables.filter((table) =>
    table.columns.some((column) => altered.some(({ actual: type }) => isOf(column, type))),
  );
}

function valuesDiffer({ actual, wanted }: { actual: EnumType; wanted: EnumType }): boolean {
  return !sameData(actual.values, wanted.values);
}

/**
 * Types to create, alter and drop.
 * @param original the live catalog before any default was released
 */
export function diffEnums(actual: Catalog, wanted: Catalog, original: Catalog) {
  const lists = enumLists(actual.enums, wanted.enums);
  const alter: Operation[] = [];
  for (const { actual: was, wanted: to } of lists.kept) {
    if (!valuesDiffer({ actual: was, wanted: to })) continue;
    const added = to.values.filter((value) => !was.values.includes(value));
    const removed = was.values.filter((value) => !to.values.includes(value));
    alter.push({
      kind: 'alterEnum',
      name: { schema: was.schema, name: was.name },
      from: was.values,
      to: to.values,
      columns: enumColumns(actual, was),
      // On the way down the removed values are the added ones.
      ...(usesAny(wanted, original, to, added) || usesAny(original, wanted, was, removed)
        ? { remake: true as const }
        : {}),
    });
  }
  return {
    create: lists.added.map((each): Operation => ({ kind: 'createEnum', enum: each })),
    alter,
    drop: lists.dropped
      .filter((was) => !was.usedElsewhere)
      .map((was): Operation => ({ kind: 'dropEnum', name: { schema: was.schema, name: was.name }, was })),
  };
}

function enumColumns(catalog: Catalog, type: EnumType): readonly EnumColumn[] {
  return catalog.tables.flatMap((table) =>
    table.columns.filter((column) => isOf(column, type)).map((column) => entry(table, column)),
  );
}

/** Whether anything of a catalog may need one of the values while it is made from the other catalog. */
function usesAny(catalog: Catalog, other: Catalog, type: EnumType, values: readonly string[]): boolean {
  if (values.length === 0) return false;
  const quoted = values.map((value) => `'${value.replaceAll("'", "''")}'`);
  const mentions = (sql: string | null | undefined) => !!sql && quoted.some((value) => sql.includes(value));
  return (
    catalog.tables.some((table) => {
      const twin = findTable(other, table);
      return (
        table.columns.some(
          (column) =>
            mentions(column.generated?.expression) ||
            (column.default?.kind === 'expression' && mentions(column.default.sql)) ||
            (isOf(column, type) && (hasDefault(column, values) || wasOther(column, twin))),
        ) ||
        table.checks.some((check) => mentions(check.expression)) ||
        table.indexes.some(
          (index) => mentions(index.where) || index.keys.some((key) => mentions(key.expression)),
        ) ||
        table.policies?.some(
          (policy) =>
            (mentions(policy.using) || mentions(policy.check)) &&
            !twin?.policies?.some(({ using, check }) => using === policy.using && check === policy.check),
        )
      );
    }) ||
    catalog.views.some(({ query }) => mentions(query) && !other.views.some((view) => view.query === query))
  );
}

/** A literal default that is one of the values, or an array that has one. */
function hasDefault({ type, default: value }: Column, values: readonly string[]): boolean {
  if (value?.kind !== 'literal') return false;
  const text = String(value.value);
  return type.endsWith(']') ? elementsOf(text).some((each) => values.includes(each)) : values.includes(text);
}

/** The elements of an array literal, however deep they are. */
function elementsOf(text: string): readonly string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|[^{},]+/g)].map(
    ([bare, inQuotes]) => inQuotes?.replace(/\\(.)/g, '$1') ?? bare,
  );
}

/** Its rows come from another type, and may have any value. */
function wasOther(column: Column, twin: Table | null | undefined): boolean {
  const was = twin && findColumn(twin, column.name);
  return (
    !!was &&
    (was.enum === undefined || column.enum === undefined || nameKey(was.enum) !== nameKey(column.enum))
  );
}

function isOf(column: Column, type: EnumType): boolean {
  return column.enum !== undefined && nameKey(column.enum) === nameKey(type);
}

function entry(table: Table, column: Column): EnumColumn {
  return { table: { schema: table.schema, name: table.name }, column: column.name, default: column.default };
}
