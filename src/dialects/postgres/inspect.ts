import {
  type Catalog,
  type Check,
  type Column,
  type ForeignKey,
  type Identity,
  makeCatalog,
  nameKey,
  type PrimaryKey,
  type QualifiedName,
  type ReferentialAction,
  type Sequence,
  type Table,
  type Uncompared,
  type Unique,
} from '../../catalog/index.js';
import type { Driver, Scope } from '../dialect.js';
import { defaultFromSql } from './defaults.js';
import { withoutOuterParentheses } from './expressions.js';
import { include, toIndex } from './inspect-indexes.js';
import { toPolicy } from './inspect-policies.js';
import {
  type CatalogRow,
  type ColumnRow,
  type ConstraintRow,
  catalogQuery,
  type IndexRow,
  printingSettings,
  type SequenceRow,
  type UncomparedRow,
} from './inspect-queries.js';
import { toView } from './inspect-views.js';
import { literal } from './quote.js';
import { inspectRoles } from './roles.js';
import { derivedName } from './rules.js';
import { givenOptions } from './sequences.js';

/** Database → Catalog, PostgreSQL 14 to 18. */
export async function inspect(driver: Driver, scope: Scope): Promise<Catalog> {
  const rows = await driver.rolledBack(() => readCatalog(driver, scope));
  const roles = await inspectRoles(driver, scope);
  return makeCatalog({ ...toCatalog(rows, scope), roles });
}

/** What rows can be read from: pg_class.relkind. */
export const kindsOfTables = "'r', 'p', 'v', 'm', 'f'";

export async function hasTable(driver: Driver, table: QualifiedName): Promise<boolean> {
  const schema = table.schema === null ? 'current_schema()' : literal(table.schema);
  const rows = await driver.query<{ found: boolean }>(`
    select exists (
      select from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
      where n.nspname = ${schema} and c.relname = ${literal(table.name)} and c.relkind in (${kindsOfTables})
    ) as found`);
  return rows[0]?.found === true;
}

async function readCatalog(driver: Driver, scope: Scope): Promise<CatalogRow> {
  const major = Number.parseInt(driver.serverVersion, 10);
  // Sent together: one round trip.
  const [, rows] = await Promise.all([
    driver.query(printingSettings),
    driver.query<{ catalog: string }>(catalogQuery(scope, major)),
  ]);
  return JSON.parse(rows[0]?.catalog ?? '') as CatalogRow;
}

function toCatalog(rows: CatalogRow, scope: Scope): Catalog {
  const named = <T extends QualifiedName>({ schema, name }: T): QualifiedName => ({ schema, name });
  const columns = groupByTable(rows.columns);
  const constraints = groupByTable(rows.constraints);
  const indexes = groupByTable(rows.indexes);
  const policies = groupByTable(rows.policies);
  const tables = rows.tables
    .filter((table) => scope.includes(named(table)))
    .map((table): Table => {
      const found = policies.get(table.oid);
      return {
        ...toTable(
          named(table),
          columns.get(table.oid) ?? [],
          constraints.get(table.oid) ?? [],
          indexes.get(table.oid) ?? [],
        ),
        ...(table.rowSecurity ? { rowSecurity: true as const } : {}),
        ...(found ? { policies: found.map(toPolicy) } : {}),
      };
    });
  const inside = new Set(rows.tables.filter((table) => scope.includes(named(table))).map(({ oid }) => oid));
  const outside = new Set(rows.tables.flatMap(({ oid }) => (inside.has(oid) ? [] : [oid])));
  const usedOutside = new Set(
    rows.columns.flatMap((column) =>
      outside.has(column.table) && column.enum ? [nameKey(column.enum)] : [],
    ),
  );
  const ofSerials = new Set(
    rows.columns.filter(isSerial).map(({ sequence }) => sequence && nameKey(sequence)),
  );
  const free = rows.sequences.filter((sequence) => !ofSerials.has(nameKey(sequence)));
  const liveOnlyKey = ({ kind, table, name }: Pick<UncomparedRow, 'kind' | 'table' | 'name'>) =>
    JSON.stringify([kind, table && nameKey(table), name]);
  const liveOnly = new Map(
    rows.liveOnly.map((row) => [
      liveOnlyKey(row),
      {
        columns: row.columns,
        sql: { drop: row.drop, create: row.create },
        ...(row.outlives ? { outlives: true as const } : {}),
      },
    ]),
  );
  const uncompared: Uncompared[] = [
    ...rows.uncompared,
    // Owned by a column that is no serial: it goes with the column, and no model can say so.
    ...free
      .filter((sequence) => sequence.table !== null)
      .map((sequence) => ({ ...named(sequence), kind: 'owned sequence', table: sequence.table })),
  ]
    .filter((entry) => entry.table === null || scope.includes(named(entry.table)))
    .filter((entry) => !isTableKind(entry.kind) || scope.includes(named(entry)))
    .map(({ kind, table, ...name }) => ({
      kind,
      name: named(name),
      ...(table === null ? {} : { table: named(table) }),
      ...liveOnly.get(liveOnlyKey({ kind, table, ...name })),
    }));
  return makeCatalog({
    dialect: 'postgres',
    schemas: rows.schemas.map(({ name }) => name),
    enums: rows.enums.map((each) => ({
      kind: 'enum',
      ...named(each),
      values: each.values,
      ...(usedOutside.has(nameKey(each)) ? { usedElsewhere: true as const } : {}),
    })),
    sequences: free
      .filter((sequence) => sequence.table === null)
      .map((row) => ({
        ...toSequence(row),
        ...(row.usedBy.every((oid) => inside.has(oid)) ? {} : { usedElsewhere: true as const }),
      })),
    tables,
    views: rows.views
      .filter((view) => scope.includes(named(view)))
      .map((view) => toView(view, indexes.get(view.oid) ?? [])),
    uncompared,
  });
}

function isTableKind(kind: string): boolean {
  return kind === 'partition' || kind === 'inheriting table';
}

function groupByTable<T extends { readonly table: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.table);
    if (group) group.push(row);
    else groups.set(row.table, [row]);
  }
  return groups;
}

function toTable(
  name: QualifiedName,
  columns: readonly ColumnRow[],
  constraints: readonly ConstraintRow[],
  indexes: readonly IndexRow[],
): Table {
  const ofType = (type: string) => constraints.filter((row) => row.type === type);
  return {
    kind: 'table',
    ...name,
    columns: columns.map((row) => toColumn(row, name.name)),
    primaryKey: ofType('p').map(toPrimaryKey)[0] ?? null,
    uniques: ofType('u').map(toUnique),
    checks: ofType('c').map(toCheck),
    foreignKeys: ofType('f').map(toForeignKey),
    indexes: indexes.map(toIndex),
  };
}

const serialOf: Readonly<Record<string, string>> = {
  smallint: 'smallserial',
  integer: 'serial',
  bigint: 'bigserial',
};

/** What `serial` makes: an owned sequence, its nextval as default, NOT NULL. */
function isSerial(row: ColumnRow): boolean {
  return (
    row.sequence?.deptype === 'a' &&
    row.notNull &&
    row.generated === '' &&
    row.type in serialOf &&
    /^nextval\('(?:[^']|'')*'::regclass\)$/.test(row.expression ?? '')
  );
}

function toColumn(row: ColumnRow, table: string): Column {
  const serial = isSerial(row);
  const enumType = row.enum ? { enum: { schema: row.enum.schema, name: row.enum.name } } : {};
  const type = serial ? (serialOf[row.type] ?? row.type) : row.type;
  return {
    name: row.name,
    type,
    ...enumType,
    nullable: !row.notNull,
    default:
      serial || row.generated !== '' || row.expression === null
        ? null
        : defaultFromSql(row.expression, { type, ...enumType }),
    identity: toIdentity(row, table),
    generated:
      row.generated === '' || row.expression === null
        ? null
        : { expression: withoutOuterParentheses(row.expression), stored: row.generated === 's' },
    ...(row.collation === null ? {} : { collation: row.collation }),
  };
}

function toIdentity(row: ColumnRow, table: string): Identity | null {
  if (row.identity === '' || row.sequence === null) return null;
  const { name } = row.sequence;
  return {
    kind: row.identity === 'a' ? 'always' : 'byDefault',
    options: sequenceOptions(row.sequence),
    ...(name === derivedName(table, row.name, 'seq') ? {} : { sequenceName: name }),
  };
}

function sequenceOptions({ start, increment, min, max, cache, cycle, type }: SequenceRow) {
  return givenOptions({ start, increment, minValue: min, maxValue: max, cache, cycle }, type);
}

function toSequence(row: SequenceRow): Sequence {
  return {
    kind: 'sequence',
    schema: row.schema,
    name: row.name,
    type: row.type,
    options: sequenceOptions(row),
  };
}

function toPrimaryKey(row: ConstraintRow): PrimaryKey {
  return { kind: 'primaryKey', name: row.name, columns: row.columns, ...include(row) };
}

function toUnique(row: ConstraintRow): Unique {
  return {
    kind: 'unique',
    name: row.name,
    columns: row.columns,
    nullsNotDistinct: row.nullsNotDistinct,
    ...include(row),
    ...deferrable(row),
  };
}

function toCheck(row: ConstraintRow): Check {
  return {
    kind: 'check',
    name: row.name,
    expression: withoutOuterParentheses(row.expression ?? ''),
    ...notValid(row),
    ...(row.noInherit ? { noInherit: true as const } : {}),
  };
}

const actions: Readonly<Record<string, ReferentialAction>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
};

function toForeignKey(row: ConstraintRow): ForeignKey {
  return {
    kind: 'foreignKey',
    name: row.name,
    columns: row.columns,
    references: {
      schema: row.references?.schema ?? null,
      name: row.references?.name ?? '',
      columns: row.foreignColumns ?? [],
    },
    onDelete: actions[row.onDelete] ?? 'no action',
    onUpdate: actions[row.onUpdate] ?? 'no action',
    ...deferrable(row),
    ...(row.onDeleteColumns === null ? {} : { onDeleteColumns: row.onDeleteColumns }),
    ...(row.match === 'f' ? { match: 'full' as const } : {}),
    ...notValid(row),
  };
}

function notValid(row: ConstraintRow) {
  return row.notValid ? { notValid: true as const } : {};
}

function deferrable(row: ConstraintRow) {
  if (!row.deferrable) return {};
  return { deferrable: row.deferred ? ('deferred' as const) : ('immediate' as const) };
}
