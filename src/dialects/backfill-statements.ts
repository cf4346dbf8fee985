import type { Backfill, SqlParts } from '../operations/index.js';
import { boundSql } from './bound-sql.js';
import type { Compiler, Statement } from './dialect.js';

/** The SQL of a backfill: the same in every dialect, but for names, places and literals. */

type Parts = Pick<Compiler, 'identifier' | 'placeholder'>;

/** A part of a table in the order of the key: behind one key, up to another one. */
export interface KeyRange {
  readonly key: readonly string[];
  /** Literals of the key's columns; null: from the first row. */
  readonly after: readonly string[] | null;
  /** null: to the last one. */
  readonly upTo: readonly string[] | null;
}

/** Gives its rows the values: those of the range, or all. */
export function updateRows(operation: Backfill, range: KeyRange | null, parts: Parts): Statement {
  const sets = operation.set.flatMap(({ column, value }, at) => [
    `${at === 0 ? '' : ', '}${parts.identifier(column)} = `,
    value,
    // The value may end in a comment.
    '\n',
  ]);
  return boundSql(
    [`UPDATE ${parts.identifier(operation.table)} SET `, ...sets, ...rowsOf(operation, range, parts)],
    parts.placeholder,
  );
}

/** How many rows are in the range. */
export function countRows(operation: Backfill, range: KeyRange, parts: Parts): Statement {
  return boundSql(
    [`SELECT count(*) FROM ${parts.identifier(operation.table)}`, ...rowsOf(operation, range, parts)],
    parts.placeholder,
  );
}

/** The key of the last row of a batch, as texts; no row where fewer rows than a batch are left. */
export function lastKey(
  operation: Backfill,
  range: KeyRange,
  dialect: Parts & Pick<Compiler, 'keys'>,
): Statement {
  const names = range.key.map((name) => dialect.identifier(name));
  // PostgreSQL would sort by a text that bears the name of its column.
  const texts = names.map(
    (name, at) => `${dialect.keys.text(name)} AS ${dialect.identifier(`rev key ${at}`)}`,
  );
  return boundSql(
    [
      `SELECT ${texts.join(', ')} FROM ${dialect.identifier(operation.table)}`,
      ...rowsOf(operation, range, dialect),
      ` ORDER BY ${names.join(', ')} LIMIT 1 OFFSET ${operation.batchSize - 1}`,
    ],
    dialect.placeholder,
  );
}

/** A row that no batch would reach, if there is one. */
export function rowWithoutKey(operation: Backfill, key: readonly string[], parts: Parts): Statement {
  const nulls = key.map((name) => `${parts.identifier(name)} IS NULL`).join(' OR ');
  const { where } = operation;
  return boundSql(
    [
      `SELECT 1 FROM ${parts.identifier(operation.table)} WHERE (${nulls})`,
      ...(where === null ? [] : [' AND (', where, '\n)']),
      ' LIMIT 1',
    ],
    parts.placeholder,
  );
}

function rowsOf({ where }: Backfill, range: KeyRange | null, parts: Parts): readonly (string | SqlParts)[] {
  const names = tuple(range?.key.map((name) => parts.identifier(name)) ?? []);
  const conditions: (string | SqlParts)[][] = [
    ...(range?.after ? [[`${names} > ${tuple(range.after)}`]] : []),
    ...(range?.upTo ? [[`${names} <= ${tuple(range.upTo)}`]] : []),
    ...(where === null ? [] : [['(', where, '\n)']]),
  ];
  return conditions.flatMap((each, at) => [at === 0 ? ' WHERE ' : ' AND ', ...each]);
}

function tuple(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(', ')})`;
}
