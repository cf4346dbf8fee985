import {
  type Column,
  type Constraint,
  displayName,
  parseName,
  type QualifiedName,
  type Table,
} from '../catalog/index.js';
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
  checkElements(parseName(name), elements);
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

function checkElements(name: QualifiedName, elements: unknown): void {
  const hint = "op.createTable('users', [column('id', 'integer'), primaryKey(['id'])])";
  const call = `createTable of ${displayName(name)}`;
  if (!Array.isArray(elements)) {
    throw new RevError('REV_OPERATION', `${call} is given no list of columns and constraints.`, { hint });
  }
  const at = elements.findIndex((each) => typeof each !== 'object' || each === null);
  if (at >= 0) {
    throw new RevError('REV_OPERATION', `Element ${at + 1} of ${call} is no column or constraint.`, { hint });
  }
}

/** Rows of a table as `op.bulkInsert` is given them: a column that a row lacks is null. Throws REV_OPERATION. */
export function insertOf(
  table: string | QualifiedName,
  rows: readonly Readonly<Record<string, unknown>>[],
): Operation {
  const name = parseName(table);
  checkRows(name, rows);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return {
    kind: 'insert',
    table: name,
    columns,
    rows: rows.map((row) => columns.map((column) => row[column] ?? null)),
  };
}

function checkRows(table: QualifiedName, rows: unknown): void {
  const hint = `op.bulkInsert('${displayName(table)}', [{ … }, { … }]); of a generator: [...rows]`;
  if (!Array.isArray(rows)) {
    throw new RevError('REV_OPERATION', `The rows for ${displayName(table)} are no list.`, { hint });
  }
  const at = rows.findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row));
  if (at >= 0) {
    throw new RevError('REV_OPERATION', `Row ${at + 1} for ${displayName(table)} is no object.`, { hint });
  }
}
