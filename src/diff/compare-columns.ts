import { type Column, sameData, type Table } from '../catalog/index.js';
import type { AlterColumn, ColumnFacets, TableChange } from '../operations/index.js';
import type { DiffRules } from './rules.js';

export interface ColumnChanges {
  readonly changes: readonly TableChange[];
  /** Columns dropped and added again under their name: what stands on them must be made again too. */
  readonly recreated: ReadonlySet<string>;
  /** Columns whose type changes. */
  readonly retyped: ReadonlySet<string>;
  /** Those of them of which expressions are read otherwise then. */
  readonly reread: ReadonlySet<string>;
}

/** The changes that make one table's columns the wanted ones; drops come last. */
export function compareColumns(actual: Table, wanted: Table, rules: DiffRules): ColumnChanges {
  const live = new Map(actual.columns.map((column) => [column.name, column]));
  const wantedNames = new Set(wanted.columns.map((column) => rules.storedName(column.name)));
  const retyped = new Set<string>();
  const reread = new Set<string>();
  const recreated = new Set<string>();
  for (const column of wanted.columns) {
    const before = live.get(rules.storedName(column.name));
    if (before && !rules.equalTypes(before.type, column.type)) {
      retyped.add(before.name);
      if (rules.rereads?.(before.type, column.type)) reread.add(before.name);
    }
    if (before && mustRecreate(before, column, rules)) recreated.add(before.name);
  }
  if (!rules.canAlterGenerated) {
    for (const column of wanted.columns) {
      const before = live.get(rules.storedName(column.name));
      // One that is generated no more keeps its values.
      if (!column.generated || !before?.generated) continue;
      if (mentionsAny(before.generated.expression, retyped)) recreated.add(before.name);
    }
  }
  const added: TableChange[] = [];
  const altered: TableChange[] = [];
  // A generated column goes before the columns that it is computed from.
  const dropped = actual.columns
    .filter((column) => !wantedNames.has(column.name) || recreated.has(column.name))
    .sort((a, b) => Number(b.generated !== null) - Number(a.generated !== null));
  for (const column of wanted.columns) {
    const before = live.get(rules.storedName(column.name));
    if (!before || recreated.has(before.name))
      added.push({ kind: 'addColumn', column: withLive(column, before) });
    else {
      const change = alterColumn(before, column, rules);
      if (change) altered.push(change);
    }
  }
  const drops = dropped.map(
    (column): TableChange => ({ kind: 'dropColumn', name: column.name, was: column }),
  );
  const early = drops.filter(
    (change) => change.kind === 'dropColumn' && isEarly(change.name, actual, recreated),
  );
  const late = drops.filter((change) => !early.includes(change));
  added.sort((a, b) => Number(isGenerated(a)) - Number(isGenerated(b)));
  // A column stops to be computed before those that it was computed from change.
  altered.sort((a, b) => Number(isFreed(b)) - Number(isFreed(a)));
  return { changes: [...early, ...altered, ...added, ...late], recreated, retyped, reread };
}

function isGenerated(change: TableChange): boolean {
  return change.kind === 'addColumn' && change.column.generated !== null;
}

function isFreed(change: TableChange): boolean {
  return change.kind === 'alterColumn' && change.to.generated === null;
}

/** A column that comes back under its name, or is computed from others, leaves before anything else happens. */
function isEarly(name: string, actual: Table, recreated: ReadonlySet<string>): boolean {
  return (
    recreated.has(name) || actual.columns.some((column) => column.name === name && column.generated !== null)
  );
}

function mustRecreate(actual: Column, wanted: Column, rules: DiffRules): boolean {
  if (rules.canAlterGenerated || wanted.generated === null) return false;
  if (actual.generated === null) return true;
  return (
    actual.generated.stored !== wanted.generated.stored ||
    !rules.equalExpressions(actual.generated.expression, wanted.generated.expression) ||
    !rules.equalTypes(actual.type, wanted.type)
  );
}

function alterColumn(actual: Column, wanted: Column, rules: DiffRules): AlterColumn | null {
  const retype = !rules.equalTypes(actual.type, wanted.type);
  const regenerate =
    (actual.generated === null) !== (wanted.generated === null) ||
    (actual.generated !== null &&
      wanted.generated !== null &&
      (actual.generated.stored !== wanted.generated.stored ||
        !rules.equalExpressions(actual.generated.expression, wanted.generated.expression)));
  // A default is cast by its column's type, so a new type always sets it again.
  const redefault =
    !rules.equalDefaults(actual.default, wanted.default, wanted) ||
    (retype && (actual.default !== null || wanted.default !== null));
  const to: ColumnFacets = {
    ...(retype ? { type: wanted.type } : {}),
    ...(actual.nullable === wanted.nullable ? {} : { nullable: wanted.nullable }),
    ...(redefault ? { default: wanted.default } : {}),
    ...(sameData(actual.identity, wanted.identity) ? {} : { identity: wanted.identity }),
    ...(regenerate ? { generated: wanted.generated } : {}),
    ...(wanted.collation === undefined || wanted.collation === actual.collation
      ? {}
      : { collation: wanted.collation }),
  };
  if (Object.keys(to).length === 0) return null;
  const using = retype ? rules.conversion(actual.name, actual.type, wanted.type) : null;
  const wasUsing = retype ? conversionBack(actual, wanted, rules) : null;
  return {
    kind: 'alterColumn',
    name: actual.name,
    to,
    was: actual,
    ...(using === null ? {} : { using }),
    ...(wasUsing === null ? {} : { wasUsing }),
  };
}

function conversionBack({ name, type: from }: Column, { type: to }: Column, rules: DiffRules): string | null {
  return rules.conversionBack ? rules.conversionBack(name, from, to) : rules.conversion(name, to, from);
}

function withLive(wanted: Column, actual: Column | undefined): Column {
  return wanted.collation === undefined && actual?.collation !== undefined
    ? { ...wanted, collation: actual.collation }
    : wanted;
}

/** Whether SQL text mentions one of the names as an identifier; a string literal that holds it counts too, harmlessly. */
export function mentionsAny(sql: string, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false;
  const words = new Set(sql.match(/"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []);
  for (const name of names) {
    if (words.has(name) || words.has(`"${name.replaceAll('"', '""')}"`) || words.has(`\`${name}\``))
      return true;
    if ([...words].some((word) => word.toLowerCase() === name.toLowerCase())) return true;
  }
  return false;
}
