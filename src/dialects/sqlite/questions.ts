/**
 * What the rows of a table must be asked before it is changed, so that no change fails in its middle: all of it in one
 * walk over the rows, with how many of them stand in the way.
 */

import {
  type Check,
  type Column,
  displayName,
  type QualifiedName,
  type Table,
  type Unique,
} from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import { fillFirst } from '../../operations/index.js';
import { isRowid } from './definition.js';
import { inParentheses, mentions, unqualified } from './expression.js';
import type { Question } from './live-statement.js';
import { quoteLiteral, quoteName, quoteNames } from './quote.js';
import { type ColumnSource, isNullable, isNumberedAnew, type RebuildPlan } from './rebuild-plan.js';
import { foldName } from './tokens.js';

interface Obstacle {
  /** An SQL aggregate that is 0 where nothing stands in the way. */
  readonly count: string;
  message(count: number): string;
  readonly hint: string;
}

/** @param from the table as SQL, with its database. */
export function questionsOf(before: Table, plan: RebuildPlan, from: string): readonly Question[] {
  const obstacles = [
    ...plan.after.columns.flatMap((column) => columnObstacles(before, plan, column)),
    ...plan.after.checks
      .filter((check) => !before.checks.includes(check))
      .flatMap((check) => checkObstacles(before, plan, check)),
  ];
  return [
    ...(obstacles.length === 0 ? [] : [question(obstacles, from)]),
    ...plan.after.uniques
      .filter((unique) => !before.uniques.includes(unique))
      .flatMap((unique) => uniqueQuestion(before, plan, unique, from)),
  ];
}

/** Whether the table that a rebuild has made is whole: its pages, and what each row must meet. */
export function isSound({ schema, name }: QualifiedName): Question {
  const table = `${quoteLiteral(name)}, ${quoteLiteral(schema ?? 'main')}`;
  return {
    live: 'question',
    sql: `SELECT count(*) FROM pragma_quick_check(${table}) WHERE quick_check <> 'ok'`,
    refusal: ([faults = 0]) =>
      faults === 0
        ? null
        : new RevError(
            'REV_STATEMENT',
            `SQLite's quick_check finds ${amount(faults, 'fault')} in table ${name} after it was made anew.`,
            { hint: 'Nothing was changed. What does PRAGMA integrity_check say of the file?' },
          ),
  };
}

function question(obstacles: readonly Obstacle[], from: string): Question {
  return {
    live: 'question',
    sql: `SELECT ${obstacles.map(({ count }) => count).join(', ')} FROM ${from}`,
    refusal(counts) {
      const met = obstacles.flatMap((obstacle, at) => {
        const count = counts[at] ?? 0;
        return count > 0 ? [{ line: obstacle.message(count), hint: obstacle.hint }] : [];
      });
      const [first] = met;
      if (!first) return null;
      return new RevError('REV_STATEMENT', met.map(({ line }) => line).join('\n  '), { hint: first.hint });
    },
  };
}

function columnObstacles(before: Table, plan: RebuildPlan, column: Column): readonly Obstacle[] {
  const source = plan.sources.get(column.name) ?? {};
  if (column.generated) return [];
  const name = `${displayName(before)}.${column.name}`;
  const value = oldValue(source);
  const obstacles: Obstacle[] = [];
  if (isNumberedAnew(before, plan.after, column, source)) {
    obstacles.push({
      count: `count(*) FILTER (WHERE ${value} IS NULL)`,
      message: (rows) =>
        `Column ${name} cannot become an integer primary key: it is null in ${amount(rows, 'row')}, which would get new numbers.`,
      hint: fillFirst(before, source.from ?? column.name),
    });
  } else if (!column.nullable && !isRowid(plan.after, column) && !isFilled(source, column)) {
    if (value === null) {
      obstacles.push({
        count: 'count(*)',
        message: (rows) =>
          `Column ${name} is NOT NULL and has no default, and the table has ${amount(rows, 'row')}.`,
        hint: 'Give it a default, or add it as nullable, fill it, and then set it NOT NULL, in one revision.',
      });
    } else if (source.using !== undefined || isNullable(before, source.from)) {
      obstacles.push({
        count: `count(*) FILTER (WHERE ${value} IS NULL)`,
        message: (rows) => `Column ${name} cannot become NOT NULL: it is null in ${amount(rows, 'row')}.`,
        hint: fillFirst(before, source.from ?? column.name),
      });
    }
  }
  const old = before.columns.find((each) => each.name === source.from);
  const isCast = source.using !== undefined || (old !== undefined && old.type !== column.type);
  const refused = plan.after.live?.strict && value !== null && isCast ? unfit(value, column.type) : null;
  if (refused !== null) {
    obstacles.push({
      count: `count(*) FILTER (WHERE ${refused})`,
      message: (rows) =>
        `Table ${displayName(before)} is STRICT, and ${rows === 1 ? '1 of its rows has' : `${rows} of its rows have`} a value in column ${column.name} that is no ${column.type}.`,
      hint: 'Correct the rows first, in the same revision, or say with `using` how old values become new ones.',
    });
  }
  return obstacles;
}

function oldValue({ from, using }: ColumnSource): string | null {
  if (using !== undefined) return `(${using})`;
  return from === undefined ? null : quoteName(from);
}

/** Whether a default stands for null. */
function isFilled({ from, using, fill }: ColumnSource, column: Column): boolean {
  return fill !== undefined || (from === undefined && using === undefined && column.default !== null);
}

/** What a STRICT table refuses of a value after it has applied the column's affinity; null: it takes everything. */
function unfit(value: string, type: string): string | null {
  const number = `${value} = CAST(${value} AS NUMERIC)`;
  switch (type.toUpperCase()) {
    case 'INT':
    case 'INTEGER':
      return [
        `CASE typeof(${value}) WHEN 'blob' THEN 1 WHEN 'real' THEN ${value} <> CAST(${value} AS INTEGER)`,
        `WHEN 'text' THEN NOT (${number} AND typeof(CAST(${value} AS NUMERIC)) = 'integer') ELSE 0 END`,
      ].join(' ');
    case 'REAL':
      return `CASE typeof(${value}) WHEN 'blob' THEN 1 WHEN 'text' THEN NOT (${number}) ELSE 0 END`;
    case 'TEXT':
      return `typeof(${value}) = 'blob'`;
    case 'BLOB':
      return `typeof(${value}) NOT IN ('blob', 'null')`;
    default:
      return null;
  }
}

function checkObstacles(before: Table, plan: RebuildPlan, check: Check): readonly Obstacle[] {
  const isUsed = ({ name }: Column) => mentions(check.expression, name);
  if (!plan.after.columns.filter(isUsed).every((column) => isKept(before, plan, column))) return [];
  const condition = inParentheses(unqualified(check.expression));
  const label = check.name === null ? check.expression : check.name;
  return [
    {
      count: `count(*) FILTER (WHERE NOT ${condition})`,
      message: (rows) =>
        `Check ${label} cannot be added to table ${displayName(before)}: ${amount(rows, 'row')} ${rows === 1 ? 'does' : 'do'} not meet it.`,
      hint: 'Correct the rows first, in the same revision.',
    },
  ];
}

function uniqueQuestion(before: Table, plan: RebuildPlan, unique: Unique, from: string): readonly Question[] {
  const columns = unique.columns.map((name) => plan.after.columns.find((column) => column.name === name));
  if (!columns.every((column) => column !== undefined && isKept(before, plan, column))) return [];
  const known = before.uniques.some(({ columns: each }) =>
    each.every((name) => unique.columns.includes(name)),
  );
  if (known) return [];
  const notNull = unique.columns.map((name) => `${quoteName(name)} IS NOT NULL`).join(' AND ');
  const names = quoteNames(unique.columns);
  return [
    {
      live: 'question',
      sql: `SELECT count(*) FROM (SELECT 1 FROM ${from} WHERE ${notNull} GROUP BY ${names} HAVING count(*) > 1)`,
      refusal: ([count = 0]) =>
        count === 0
          ? null
          : new RevError(
              'REV_STATEMENT',
              `(${unique.columns.join(', ')}) of table ${displayName(before)} cannot become unique: ${count} value${count === 1 ? ' occurs' : 's occur'} more than once.`,
              { hint: 'Correct the rows first, in the same revision.' },
            ),
    },
  ];
}

/** Whether the column has the values, the type and the collation that it had. */
function isKept(before: Table, plan: RebuildPlan, column: Column): boolean {
  const source = plan.sources.get(column.name);
  const old = before.columns.find((each) => each.name === column.name);
  return (
    old !== undefined &&
    old.generated === null &&
    column.generated === null &&
    source?.from !== undefined &&
    foldName(source.from) === foldName(column.name) &&
    source.using === undefined &&
    source.fill === undefined &&
    old.type === column.type &&
    old.collation === column.collation
  );
}

function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
