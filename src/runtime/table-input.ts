import { type Column, type Constraint, parseName, type QualifiedName, type Table } from '../catalog/index.js';
import { RevError } from '../errors.js';
import type { Operation } from '../operations/index.js';

export interface TableOptions {
  readonly strict?: boolean;
  readonly withoutRowid?: boolean;
}

/** A table as `op.createTable` is given it. Throws REV_OPERATION. */
export function tableOf(
  name: string | QualifiedName,
  elements: readonly (Column | Constraint)[],
  options: TableOptions = {},
): Table {
  const constraints = elements.filter((element): element is Constraint => 'kind' in element);
  const of = <K extends Constraint['kind']>(kind: K) =>
    constraints.filter((each): each is Extract<Constraint, { kind: K }> => each.kind === kind);
  const [key, ...others] = of('primaryKey');
  if (others.length > 0) {
    throw new RevError(
      'REV_OPERATION',
      `createTable of ${parseName(name).name} has more than one primary key.`,
    );
  }
  return {
    kind: 'table',
    ...parseName(name),
    columns: elements.filter((element): element is Column => !('kind' in element)),
    primaryKey: key ?? null,
    uniques: of('unique'),
    checks: of('check'),
    foreignKeys: of('foreignKey'),
    indexes: [],
    ...(options.strict || options.withoutRowid
      ? { live: { strict: options.strict ?? false, withoutRowid: options.withoutRowid ?? false } }
      : {}),
  };
}

/** Rows of a table as `op.bulkInsert` is given them: a column that a row lacks is null. */
export function insertOf(
  table: string | QualifiedName,
  rows: readonly Readonly<Record<string, unknown>>[],
): Operation {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return {
    kind: 'insert',
    table: parseName(table),
    columns,
    rows: rows.map((row) => columns.map((column) => row[column] ?? null)),
  };
}
