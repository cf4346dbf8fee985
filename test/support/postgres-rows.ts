import { expect } from 'vitest';
import {
  type Catalog,
  displayName,
  findColumn,
  findTable,
  nameKey,
  type Table,
} from '../../src/catalog/index.js';
import type { Driver } from '../../src/dialects/dialect.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { revisionSteps } from '../../src/diff/missing-values.js';
import { RevError } from '../../src/errors.js';
import type { Operation } from '../../src/operations/index.js';
import { autogenerate, everything, expectCatalog, expectNoChanges, runAll } from './oracle.js';

/** Rows in random tables, and what becomes of them when the tables change. */

export interface RowsReport {
  /** Kinds of operations and changes. */
  readonly kinds: readonly string[];
  /** Rows before the upgrade. */
  readonly rows: number;
  /** How often rows did not allow a way, which then was gone without them. */
  readonly refusals: number;
}

/**
 * A with rows → B → A → B. What is in columns of both survives; where rows do not allow a change, it is refused for that
 * very reason, all is as it was, and the way is gone without rows.
 */
export async function expectRowsSurvive(driver: Driver, a: Catalog, b: Catalog): Promise<RowsReport> {
  await runAll(postgres, driver, await autogenerate(postgres, driver, a));
  await expectNoChanges(postgres, driver, a);
  const before = await postgres.inspect(driver, everything);
  await insertRows(driver, before);

  const operations = await autogenerate(postgres, driver, b);
  const { upgrade, downgrade } = revisionSteps(operations, postgres.rules);
  expect(downgrade, 'every generated operation has an inverse').not.toBeNull();
  let refusals = 0;
  /** Columns that were filled in hold other values than before. */
  const filled = new Set<string>();
  /** Returns whether rows went along. */
  const go = async (steps: readonly Operation[], from: Catalog): Promise<boolean> => {
    const places = await runFilled(driver, steps, from);
    for (const place of places ?? []) filled.add(place);
    if (places) return true;
    refusals += 1;
    await truncate(driver, from);
    await runAll(postgres, driver, steps);
    return false;
  };
  const start = await snapshot(driver, before.tables);

  const wentUp = await go(upgrade, before);
  await expectNoChanges(postgres, driver, b);
  const after = await postgres.inspect(driver, everything);
  const shared = sharedColumns(before, after);
  const up = await snapshot(driver, shared);
  const same = (one: Snapshot, other: Snapshot) =>
    expect(project(other, shared, filled)).toEqual(project(one, shared, filled));
  if (wentUp) same(start, up);

  const wentDown = await go(downgrade ?? [], after);
  await expectCatalog(postgres, driver, before);
  if (wentDown) same(up, await snapshot(driver, shared));

  const wentUpAgain = await go(upgrade, before);
  await expectCatalog(postgres, driver, after);
  if (wentDown && wentUpAgain) same(up, await snapshot(driver, shared));
  const kinds = operations.flatMap((each) =>
    each.kind === 'alterTable' ? each.changes.map(({ kind }) => kind) : [each.kind],
  );
  return { kinds, rows: countRows(start), refusals };
}

/**
 * As a revision runs whose places are filled in. Returns what was filled in; null: rows do not allow it, which leaves
 * everything as it was.
 */
async function runFilled(
  driver: Driver,
  steps: readonly Operation[],
  from: Catalog,
): Promise<ReadonlySet<string> | null> {
  const rows = await snapshot(driver, from.tables);
  const filled = new Set<string>();
  try {
    await driver.transaction(async () => {
      for (const step of steps) {
        if (step.kind === 'missingValues') {
          for (const { name } of step.columns) {
            filled.add(placeOf(step.table, name));
            await fill(driver, step.table, name);
          }
        } else {
          await runAll(postgres, driver, [step]);
        }
      }
    });
    return filled;
  } catch (error) {
    const reason = error instanceof RevError ? String(error.data.sqlstate) : '';
    if (!/^2[23]/.test(reason)) throw error;
    await expectCatalog(postgres, driver, from);
    expect(await snapshot(driver, from.tables)).toEqual(rows);
    return null;
  }
}

/** Tables with only the columns that both have, of the same type. */
function sharedColumns(before: Catalog, after: Catalog): readonly Table[] {
  return before.tables.flatMap((table) => {
    const other = findTable(after, table);
    if (!other) return [];
    const columns = table.columns.filter((column) => {
      const twin = findColumn(other, column.name);
      return twin?.type === column.type && !twin.generated && !column.generated;
    });
    return [{ ...table, columns }];
  });
}

/** Of each table its rows, each value as text by its column. */
type Snapshot = ReadonlyMap<string, readonly Readonly<Record<string, string | null>>[]>;

async function snapshot(driver: Driver, tables: readonly Table[]): Promise<Snapshot> {
  const found = new Map<string, readonly Record<string, string | null>[]>();
  for (const table of tables) {
    const columns = table.columns.map(({ name }) => `${postgres.identifier(name)}::text`);
    const query = `select ${columns.join(', ')} from ${postgres.identifier(table)}`;
    found.set(nameKey(table), await driver.query<Record<string, string | null>>(query));
  }
  return found;
}

/** What two snapshots must have in common. */
function project(rows: Snapshot, tables: readonly Table[], filled: ReadonlySet<string>): unknown {
  return tables.map((table) => {
    const names = table.columns.map(({ name }) => name).filter((name) => !filled.has(placeOf(table, name)));
    const lines = (rows.get(nameKey(table)) ?? []).map((row) =>
      JSON.stringify(names.map((name) => [name, row[name]])),
    );
    return [displayName(table), lines.sort()];
  });
}

function countRows(rows: Snapshot): number {
  return [...rows.values()].reduce((sum, each) => sum + each.length, 0);
}

function placeOf({ schema, name }: { schema: string | null; name: string }, column: string): string {
  return JSON.stringify([schema, name, column]);
}

const rowsOfTable = 4;

/** Those that the database takes; twice, since a foreign key may need the rows of a later table. */
async function insertRows(driver: Driver, { tables, enums }: Catalog): Promise<void> {
  const statements = [1, 2].flatMap((pass) =>
    tables.flatMap((table) =>
      Array.from({ length: rowsOfTable }, (_, at) => {
        const number = at + 1 + (pass - 1) * rowsOfTable;
        const columns = table.columns.filter(
          ({ generated, identity, type }) => !generated && !identity && !/serial/.test(type),
        );
        if (columns.length === 0) return `insert into ${postgres.identifier(table)} default values`;
        const values = columns.map(({ type, enum: link, nullable, name }) => {
          const values = enums.find(
            (each) => link && each.name === link.name && each.schema === link.schema,
          )?.values;
          const isKey = table.primaryKey?.columns.includes(name) === true;
          if (nullable && !isKey && number % 3 === 0) return 'null';
          const text = valueText(type, number, values);
          return text === null ? 'default' : postgres.literal(text);
        });
        const names = columns.map(({ name }) => postgres.identifier(name)).join(', ');
        return `insert into ${postgres.identifier(table)} (${names}) values (${values.join(', ')})`;
      }),
    ),
  );
  await driver.run({
    sql: `do $rows$ declare statement text; begin
      for statement in select json_array_elements_text(${postgres.literal(statements)}) loop
        begin execute statement; exception when others then null; end;
      end loop; end $rows$`,
  });
}

/** As a person would fill in a marked place: each row that is null gets a value of its own. */
async function fill(
  driver: Driver,
  table: { schema: string | null; name: string },
  column: string,
): Promise<void> {
  const place = postgres.identifier(table);
  const [found] = await driver.query<{ type: string; labels: string[] | null }>(
    `select format_type(atttypid, atttypmod) as type,
      (select array_agg(enumlabel::text order by enumsortorder) from pg_enum
        where enumtypid = atttypid or enumtypid = (select typelem from pg_type where oid = atttypid)) as labels
    from pg_attribute where attrelid = ${postgres.literal(place)}::regclass and attname = ${postgres.literal(column)}`,
  );
  const type = found?.type ?? 'text';
  const values = Array.from({ length: rowsOfTable * 2 }, (_, at) =>
    valueText(type, at + 11, found?.labels ?? undefined),
  );
  const list = values.map((value) => postgres.literal(value)).join(', ');
  await driver.run({
    sql: `update ${place} as t set ${postgres.identifier(column)} = (array[${list}]::text[])[n.number]::${type}
      from (select ctid as place, row_number() over () as number from ${place}
        where ${postgres.identifier(column)} is null) as n
      where t.ctid = n.place`,
  });
}

function valueText(type: string, number: number, labels?: readonly string[]): string | null {
  if (labels) {
    const label = labels[number % labels.length] ?? '';
    return type.endsWith('[]') ? `{"${label.replaceAll('"', '\\"')}"}` : label;
  }
  const [, value] = values.find(([pattern]) => pattern.test(type)) ?? [];
  return value?.(number) ?? null;
}

const values: readonly (readonly [RegExp, (number: number) => string])[] = [
  [/^(text|character varying.*|varchar.*)\[\]$/, (n) => `{"a ${n}"}`],
  [/^integer\[\]$/, (n) => `{${n}}`],
  [/^(small|big)?int|^(numeric|double|real)/, String],
  [/^bool/, (n) => String(n % 2 === 0)],
  [/^(text|varchar|character varying)/, (n) => `row ${n}`],
  [/^char/, (n) => `c${n}`],
  [/^timestamp/, (n) => `2020-01-${String(n).padStart(2, '0')} 03:04:05`],
  [/^date/, (n) => `2020-01-${String(n).padStart(2, '0')}`],
  [/^interval/, (n) => `${n} hours`],
  [/^uuid/, (n) => `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`],
  [/^jsonb?$/, (n) => `{"n": ${n}}`],
  [/^bytea/, (n) => `\\x${String(n).padStart(2, '0')}`],
  [/^inet/, (n) => `10.0.0.${n}`],
  [/^bit/, (n) => (n % 8).toString(2).padStart(3, '0')],
  [/^int4range/, (n) => `[${n},${n + 5})`],
  [/^point/, (n) => `(${n},${n})`],
];

async function truncate(driver: Driver, { tables }: Catalog): Promise<void> {
  if (tables.length === 0) return;
  await driver.run({
    sql: `truncate ${tables.map((table) => postgres.identifier(table)).join(', ')} cascade`,
  });
}
