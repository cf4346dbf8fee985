import {
  type Column,
  type DefaultValue,
  type IndexKey,
  type TableIndex,
  tidyQuery,
  type ViewColumn,
} from '../../catalog/index.js';
import { columnType, createIndex, defaultClause } from './compile-table.js';
import { canonicalDefault, defaultFromSql, defaultKey } from './defaults.js';
import { closedExpression, expressionKey, withoutOuterParentheses } from './expressions.js';
import { toIndex } from './inspect-indexes.js';
import type { TemporaryRow } from './inspect-queries.js';
import { identifier } from './quote.js';
import { storedType } from './types.js';

/**
 * A piece of SQL that models and PostgreSQL may spell differently, and how PostgreSQL is brought to print it: on a
 * temporary table that has the columns it speaks of, under a name of the probe's own.
 */
export type Spelling =
  | { readonly kind: 'default'; readonly column: Column; readonly value: DefaultValue }
  | {
      readonly kind: 'generated';
      readonly column: Column;
      readonly expression: string;
      readonly stored: boolean;
    }
  | { readonly kind: 'check'; readonly expression: string }
  | { readonly kind: 'index'; readonly index: TableIndex }
  | { readonly kind: 'policy'; readonly using: string | null; readonly check: string | null }
  /** The columns that it gives, once PostgreSQL was asked. */
  | { readonly kind: 'view'; readonly query: string; readonly columns?: readonly ViewColumn[] };

/** Equal for spellings that are certainly the same; different ones may still mean the same. */
export function spellingKey(spelling: Spelling): string {
  switch (spelling.kind) {
    case 'default':
      return defaultKey(canonicalDefault(spelling.value, spelling.column), spelling.column);
    case 'generated':
      return `${spelling.stored} ${expressionKey(spelling.expression)}`;
    case 'check':
      return expressionKey(spelling.expression);
    case 'index':
      return indexKeyOf(spelling.index);
    case 'policy':
      return JSON.stringify([spelling.using, spelling.check].map((sql) => sql && expressionKey(sql)));
    case 'view':
      return expressionKey(spelling.query);
  }
}

/** Of an index only what PostgreSQL may spell anew; names, INCLUDE and storage parameters are plain data. */
function indexKeyOf({ method, keys, where }: TableIndex): string {
  return JSON.stringify([
    method,
    keys.map((key) => [
      key.column ?? null,
      key.expression === undefined ? null : expressionKey(key.expression),
      key.order,
      key.nulls ?? (key.order === 'desc' ? 'first' : 'last'),
      key.opclass ?? null,
      key.collation ?? null,
    ]),
    where === null ? null : expressionKey(where),
  ]);
}

/** The statement that makes PostgreSQL read it; for views see probe-views.ts. */
export function probeStatement(
  spelling: Exclude<Spelling, { kind: 'view' }>,
  table: string,
  probe: string,
): string {
  const alter = `alter table pg_temp.${identifier(table)} add`;
  switch (spelling.kind) {
    case 'default':
      return `${alter} column ${probe} ${probeType(spelling.column)} default ${defaultClause(spelling.value)}`;
    case 'generated':
      return `${alter} column ${probe} ${probeType(spelling.column)} generated always as (${closedExpression(spelling.expression)}) ${
        spelling.stored ? 'stored' : 'virtual'
      }`;
    case 'check':
      return `${alter} constraint ${probe} check (${closedExpression(spelling.expression)})`;
    case 'policy': {
      const { using, check } = spelling;
      return [
        `create policy ${probe} on pg_temp.${identifier(table)}`,
        ...(using === null ? [] : [`using (${closedExpression(using)})`]),
        ...(check === null ? [] : [`with check (${closedExpression(check)})`]),
      ].join(' ');
    }
    case 'index': {
      const { include: _include, with: _with, nullsNotDistinct: _nulls, ...index } = spelling.index;
      return createIndex({ ...index, unique: false, name: probe }, { schema: 'pg_temp', name: table }, {});
    }
  }
}

function probeType(column: Column): string {
  return columnType({ ...column, type: storedType(column.type) });
}

/** What PostgreSQL printed, by the name of the probe. */
export interface PrintedProbes {
  readonly columns: ReadonlyMap<string, TemporaryRow['columns'][number]>;
  readonly constraints: ReadonlyMap<string, TemporaryRow['constraints'][number]>;
  readonly indexes: ReadonlyMap<string, TemporaryRow['indexes'][number]>;
  readonly policies: ReadonlyMap<string, TemporaryRow['policies'][number]>;
  readonly views: ReadonlyMap<string, TemporaryRow['views'][number]>;
}

export function byName({ columns, constraints, indexes, policies, views }: TemporaryRow): PrintedProbes {
  const named = <T extends { readonly name: string }>(rows: readonly T[]) =>
    new Map(rows.map((row) => [row.name, row]));
  return {
    columns: named(columns),
    constraints: named(constraints),
    indexes: named(indexes),
    policies: named(policies),
    views: named(views),
  };
}

/** What PostgreSQL printed for it; null where it refused. */
export function readProbe(spelling: Spelling, rows: PrintedProbes, probe: string): Spelling | null {
  switch (spelling.kind) {
    case 'default': {
      const row = rows.columns.get(probe);
      const value = row?.expression ? defaultFromSql(row.expression, spelling.column) : null;
      return value && { ...spelling, value };
    }
    case 'generated': {
      const printed = rows.columns.get(probe)?.expression;
      return printed ? { ...spelling, expression: withoutOuterParentheses(printed) } : null;
    }
    case 'check': {
      const printed = rows.constraints.get(probe)?.expression;
      return printed ? { ...spelling, expression: withoutOuterParentheses(printed) } : null;
    }
    case 'index': {
      const row = rows.indexes.get(probe);
      if (!row) return null;
      const { method, keys, where } = toIndex(row);
      return { ...spelling, index: { ...spelling.index, method, keys: keys.map(plainKey), where } };
    }
    case 'policy': {
      const row = rows.policies.get(probe);
      const bare = (sql: string | null) => sql && withoutOuterParentheses(sql);
      return row ? { kind: 'policy', using: bare(row.using), check: bare(row.check) } : null;
    }
    case 'view': {
      const row = rows.views.get(probe);
      return row ? { kind: 'view', query: tidyQuery(row.query), columns: row.columns } : null;
    }
  }
}

function plainKey(key: IndexKey): IndexKey {
  return key.expression === undefined ? key : { ...key, expression: withoutOuterParentheses(key.expression) };
}
