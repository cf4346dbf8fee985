/** What the readers of both dialects share while they read one table. */
import type { DialectName } from '../catalog/index.js';
import {
  type DrizzleNamed,
  type DrizzleSql,
  type DrizzleTable,
  type DrizzleTableConfig,
  tableSchema,
} from './drizzle-objects.js';
import { quoteName, renderSql, withoutOuterParentheses } from './expressions.js';
import { type DrizzleLine, type NamingConvention, namingConvention } from './naming.js';

export interface ReaderOptions {
  readonly dialect: DialectName;
  readonly line: DrizzleLine;
  readonly columnName: (column: DrizzleNamed) => string;
  /** The names of all tables of the models. */
  readonly tableNames: ReadonlySet<string>;
}

export class TableContext {
  readonly dialect: DialectName;
  readonly line: DrizzleLine;
  readonly table: DrizzleTable;
  readonly config: DrizzleTableConfig;
  readonly names: NamingConvention;
  readonly columnName: (column: DrizzleNamed) => string;
  readonly tableNames: ReadonlySet<string>;

  constructor(table: DrizzleTable, config: DrizzleTableConfig, options: ReaderOptions) {
    this.table = table;
    this.config = config;
    this.dialect = options.dialect;
    this.line = options.line;
    this.columnName = options.columnName;
    this.tableNames = options.tableNames;
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

  /** A condition that may hold subqueries: what is its own table's column must go on saying so in them. */
  condition(sql: DrizzleSql): string {
    const text = renderSql(sql, { dialect: this.dialect, columnName: this.columnName });
    const schema = tableSchema(this.table);
    const own = `${quoteName(this.name)}.`;
    return withoutOuterParentheses(
      schema === null ? text : text.replaceAll(`${quoteName(schema)}.${own}"`, `${own}"`),
    );
  }

  /** The text of an expression without outer parentheses. */
  expression(sql: DrizzleSql): string {
    return withoutOuterParentheses(this.render(sql));
  }
}
