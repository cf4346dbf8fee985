import { type Catalog, makeCatalog, type Table } from '../catalog/index.js';

/** A change to every SQL expression of a catalog: defaults, generated columns, checks, index keys and predicates. */
export function editExpressions(catalog: Catalog, change: (sql: string) => string): Catalog {
  return makeCatalog({ ...catalog, tables: catalog.tables.map((table) => editTable(table, change)) });
}

function editTable(table: Table, change: (sql: string) => string): Table {
  return {
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      default:
        column.default?.kind === 'expression'
          ? { kind: 'expression' as const, sql: change(column.default.sql) }
          : column.default,
      generated: column.generated && {
        ...column.generated,
        expression: change(column.generated.expression),
      },
    })),
    checks: table.checks.map((check) => ({ ...check, expression: change(check.expression) })),
    indexes: table.indexes.map((index) => ({
      ...index,
      where: index.where === null ? null : change(index.where),
      keys: index.keys.map((key) =>
        key.expression === undefined ? key : { ...key, expression: change(key.expression) },
      ),
    })),
  };
}
