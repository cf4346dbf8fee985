/** What the readers of both dialects share while they read one table. */
import type { DialectName, ForeignKey, PrimaryKey, ReferentialAction, Unique } from '../catalog/index.js';
import { RevError } from '../errors.js';
import {
  type DrizzleForeignKey,
  type DrizzleNamed,
  type DrizzleSql,
  type DrizzleTable,
  type DrizzleTableConfig,
  tableName,
  tableSchema,
} from './drizzle-objects.js';
import { renderSql, withoutOuterParentheses } from './expressions.js';
import {
  type ChosenName,
  type DrizzleLine,
  derived,
  given,
  type NamingConvention,
  namingConvention,
} from './naming.js';

export interface ReaderOptions {
  readonly dialect: DialectName;
  readonly line: DrizzleLine;
  readonly columnName: (column: DrizzleNamed) => string;
}

export class TableContext {
  readonly dialect: DialectName;
  readonly line: DrizzleLine;
  readonly table: DrizzleTable;
  readonly config: DrizzleTableConfig;
  readonly names: NamingConvention;
  readonly columnName: (column: DrizzleNamed) => string;

  constructor(table: DrizzleTable, config: DrizzleTableConfig, options: ReaderOptions) {
    this.table = table;
    this.config = config;
    this.dialect = options.dialect;
    this.line = options.line;
    this.columnName = options.columnName;
    this.names = namingConvention(options.line, options.dialect);
  }

  get name(): string {
    return this.config.name;
  }

  /** `app.posts.title`, for errors. */
  label(column?: string): string {
    const schema = tableSchema(this.table);
    return [...(schema === null ? [] : [schema]), this.name, ...(column === undefined ? [] : [column])].join(
      '.',
    );
  }

  columnNames(columns: readonly DrizzleNamed[]): readonly string[] {
    return columns.map(this.columnName);
  }

  /** The text of an expression, as it is written. */
  render(sql: DrizzleSql): string {
    return renderSql(sql, { dialect: this.dialect, columnName: this.columnName, table: this.table });
  }

  /** The text of an expression without outer parentheses. */
  expression(sql: DrizzleSql): string {
    return withoutOuterParentheses(this.render(sql));
  }
}

/** The columns of the primary key, wherever it is declared. Throws REV_SCHEMA if there are two. */
export function primaryKeyOf(context: TableContext): { columns: readonly string[]; name: ChosenName } | null {
  const onColumns = context.config.columns.filter((column) => column.primary).map(context.columnName);
  const [declared, ...others] = context.config.primaryKeys;
  const columns = declared ? context.columnNames(declared.columns) : onColumns;
  const rivals = declared && onColumns.some((name) => columns.length > 1 || columns[0] !== name);
  if (others.length > 0 || rivals || (!declared && onColumns.length > 1)) {
    throw new RevError('REV_SCHEMA', `The table ${context.label()} has more than one primary key.`, {
      hint: 'A key of several columns is written once, for the table: primaryKey({ columns: [table.a, table.b] }).',
    });
  }
  if (columns.length === 0) return null;
  if (declared?.name) return { columns, name: given(declared.name) };
  const where = declared ? 'table' : 'column';
  return { columns, name: derived(context.names.primaryKey(context.name, columns, where)) };
}

export function primaryKey(columns: readonly string[], name: ChosenName | null): PrimaryKey {
  return { kind: 'primaryKey', ...(name ?? { name: null }), columns };
}

export function uniquesOf(context: TableContext): readonly Unique[] {
  const { config, line, names } = context;
  const onColumns = config.columns
    .filter((column) => column.isUnique)
    .map((column): Unique => {
      const columns = [context.columnName(column)];
      // 0.45 fills the name in, from the property's key where `casing` names the column.
      const filled = line === '0.x' ? names.unique(context.name, [column.name], 'column') : undefined;
      const explicit = column.uniqueName !== undefined && column.uniqueName !== filled;
      return {
        kind: 'unique',
        ...(explicit
          ? given(column.uniqueName)
          : derived(filled ?? names.unique(context.name, columns, 'column'))),
        columns,
        nullsNotDistinct: column.uniqueType === 'not distinct',
      };
    });
  const onTable = config.uniqueConstraints.map((unique): Unique => {
    const columns = context.columnNames(unique.columns);
    const keys = unique.columns.map((column) => column.name);
    const filled = names.unique(context.name, line === '0.x' ? keys : columns, 'table');
    const explicit = unique.isNameExplicit ?? unique.name !== filled;
    return {
      kind: 'unique',
      ...(explicit && unique.name ? given(unique.name) : derived(filled)),
      columns,
      nullsNotDistinct: unique.nullsNotDistinct === true,
    };
  });
  return withoutRepeats([...onColumns, ...onTable], (unique) => [unique.name, ...unique.columns]);
}

export function foreignKeysOf(context: TableContext): readonly ForeignKey[] {
  const keys = context.config.foreignKeys.map((key) => foreignKeyOf(key, context));
  return withoutRepeats(keys, (key) => [
    key.name,
    ...key.columns,
    key.references.name,
    ...key.references.columns,
  ]);
}

function foreignKeyOf(key: DrizzleForeignKey, context: TableContext): ForeignKey {
  const reference = key.reference();
  const columns = context.columnNames(reference.columns);
  const target = tableName(reference.foreignTable);
  const targetColumns = context.columnNames(reference.foreignColumns);
  return {
    kind: 'foreignKey',
    ...(reference.name
      ? given(reference.name)
      : derived(context.names.foreignKey(context.name, columns, target, targetColumns))),
    columns,
    references: { schema: tableSchema(reference.foreignTable), name: target, columns: targetColumns },
    onDelete: (key.onDelete ?? 'no action') as ReferentialAction,
    onUpdate: (key.onUpdate ?? 'no action') as ReferentialAction,
  };
}

/** A constraint that is declared twice (on a column and for the table) is one. */
function withoutRepeats<T>(list: readonly T[], identity: (item: T) => readonly unknown[]): readonly T[] {
  const seen = new Set<string>();
  return list.filter((item) => {
    const key = JSON.stringify(identity(item));
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
