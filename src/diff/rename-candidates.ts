import {
  type Catalog,
  type Column,
  compareText,
  displayName,
  type EnumType,
  nameKey,
  type QualifiedName,
  type Sequence,
  sameData,
  type Table,
} from '../catalog/index.js';
import type { RenameKind } from './rename-targets.js';
import type { DiffRules } from './rules.js';

/** Drops and adds that look like renames. None is ever taken for one: they are asked for. */

/** Something that was dropped, and what was added that it may have become. */
export interface RenameCandidate {
  readonly kind: RenameKind;
  /** As `--rename` wants it: `users`, `users.fullname`, `mood.sad`. */
  readonly from: string;
  readonly to: string;
}

/** @param actual the live catalog with what is renamed already. */
export function findCandidates(
  actual: Catalog,
  wanted: Catalog,
  rules: DiffRules,
): readonly RenameCandidate[] {
  const schemas = schemaCandidates(actual, wanted);
  const moved = new Set(schemas.map(({ from }) => from));
  const rest = {
    ...actual,
    // What is in a schema that may have another name now has not gone by itself.
    tables: actual.tables.filter(({ schema }) => schema === null || !moved.has(schema)),
    enums: actual.enums.filter(({ schema }) => schema === null || !moved.has(schema)),
    sequences: actual.sequences.filter(({ schema }) => schema === null || !moved.has(schema)),
  };
  const named = <T extends QualifiedName>(
    kind: RenameKind,
    live: readonly T[],
    models: readonly T[],
    alike: (a: T, b: T) => boolean,
  ) =>
    pairsOf(live, models, storedKey(rules), alike).map(
      ([from, to]): RenameCandidate => ({ kind, from: displayName(from), to: displayName(to) }),
    );
  return [
    ...schemas,
    ...named('table', rest.tables, wanted.tables, (a, b) => alikeTables(a, b, rules)),
    ...named('enum', rest.enums, wanted.enums, alikeEnums),
    ...named('sequence', rest.sequences, wanted.sequences, alikeSequences),
    ...kept(actual.tables, wanted.tables, rules).flatMap(([before, table]) =>
      columnCandidates(before, table, rules),
    ),
    ...kept(actual.enums, wanted.enums, rules).flatMap(([before, type]) => valueCandidates(before, type)),
  ];
}

function storedKey(rules: DiffRules) {
  return (name: QualifiedName) => nameKey({ ...name, name: rules.storedName(name.name) });
}

/** What only the database has, beside what only the models have and is like it; each once. */
function pairsOf<T>(
  live: readonly T[],
  models: readonly T[],
  key: (each: T) => string,
  alike: (a: T, b: T) => boolean,
): readonly (readonly [T, T])[] {
  const liveKeys = new Set(live.map(key));
  const modelKeys = new Set(models.map(key));
  const added = new Set(models.filter((each) => !liveKeys.has(key(each))));
  return live
    .filter((each) => !modelKeys.has(key(each)))
    .flatMap((each) => {
      const twin = [...added].find((candidate) => alike(each, candidate));
      if (!twin) return [];
      added.delete(twin);
      return [[each, twin] as const];
    });
}

function kept<T extends QualifiedName>(
  live: readonly T[],
  models: readonly T[],
  rules: DiffRules,
): readonly (readonly [T, T])[] {
  const byKey = new Map(live.map((each) => [nameKey(each), each]));
  return models.flatMap((each) => {
    const before = byKey.get(storedKey(rules)(each));
    return before ? [[before, each] as const] : [];
  });
}

/** Two schemas with mostly the same tables, enums and sequences. */
function schemaCandidates(actual: Catalog, wanted: Catalog): readonly RenameCandidate[] {
  const namesIn = ({ tables, enums, sequences }: Catalog, schema: string) =>
    [...tables, ...enums, ...sequences]
      .filter((each) => each.schema === schema)
      .map(({ kind, name }) => `${kind} ${name}`);
  return pairsOf(
    [...actual.schemas].sort(compareText),
    [...wanted.schemas].sort(compareText),
    (name) => name,
    (before, after) => mostShared(namesIn(actual, before), namesIn(wanted, after)),
  ).map(([from, to]) => ({ kind: 'schema', from, to }));
}

function columnCandidates(actual: Table, wanted: Table, rules: DiffRules): readonly RenameCandidate[] {
  const table = displayName(actual);
  return pairsOf(
    actual.columns,
    wanted.columns,
    ({ name }) => rules.storedName(name),
    (a, b) => alikeColumns(a, b, rules),
  ).map(([from, to]) => ({ kind: 'column', from: `${table}.${from.name}`, to: `${table}.${to.name}` }));
}

/** A value that left and one that came at its place, between the same values that stay. */
function valueCandidates(actual: EnumType, wanted: EnumType): readonly RenameCandidate[] {
  const stays = (value: string) => actual.values.includes(value) && wanted.values.includes(value);
  const placed = (values: readonly string[]) => {
    let place = '';
    return values.flatMap((value) => {
      if (!stays(value)) return [{ place, value }];
      place = value;
      return [];
    });
  };
  const added = placed(wanted.values);
  const name = displayName(actual);
  return placed(actual.values).flatMap(({ place, value }): readonly RenameCandidate[] => {
    const at = added.findIndex((each) => each.place === place);
    const [twin] = at < 0 ? [] : added.splice(at, 1);
    return twin ? [{ kind: 'enum value', from: `${name}.${value}`, to: `${name}.${twin.value}` }] : [];
  });
}

function alikeColumns(actual: Column, wanted: Column, rules: DiffRules): boolean {
  return (
    rules.equalTypes(actual.type, wanted.type) &&
    (actual.generated === null) === (wanted.generated === null) &&
    sameData(actual.identity, wanted.identity)
  );
}

/** Two tables of which most columns have the same name and type. */
function alikeTables(actual: Table, wanted: Table, rules: DiffRules): boolean {
  const shared = wanted.columns.filter((column) => {
    const twin = actual.columns.find((each) => each.name === column.name);
    return twin && rules.equalTypes(twin.type, column.type);
  }).length;
  return shared * 3 >= Math.max(actual.columns.length, wanted.columns.length) * 2;
}

function alikeEnums(actual: EnumType, wanted: EnumType): boolean {
  return mostShared(actual.values, wanted.values);
}

function alikeSequences(actual: Sequence, wanted: Sequence): boolean {
  return sameData(actual.options, wanted.options);
}

function mostShared(a: readonly string[], b: readonly string[]): boolean {
  return a.length > 0 && a.filter((each) => b.includes(each)).length * 3 >= Math.max(a.length, b.length) * 2;
}
