import {
  type Catalog,
  type Column,
  type EnumType,
  nameKey,
  type Sequence,
  sameData,
  sameName,
  type Table,
} from '../../catalog/index.js';
import type { Driver } from '../dialect.js';
import { createEnum } from './compile-enum.js';
import { collationName, columnType } from './compile-table.js';
import { printingSettings, type TemporaryRow, temporaryQuery } from './inspect-queries.js';
import {
  noRelations,
  type ReadRelations,
  temporaryKey,
  temporaryPolicy,
  temporaryView,
} from './probe-views.js';
import { identifier, literal } from './quote.js';
import { newSequenceClauses } from './sequences.js';
import { byName, probeStatement, readProbe, type Spelling } from './spelling.js';
import { isBuiltIn, parseType, storedType } from './types.js';

/**
 * Lets PostgreSQL print pieces of SQL as it would store them, on temporary tables in a transaction that is rolled
 * back. Nothing of the user's is locked or changed; a piece that PostgreSQL refuses is simply not answered.
 */

export interface Question {
  /** The table whose columns the piece speaks of; null for a view. */
  readonly table: Table | null;
  readonly spelling: Spelling;
}

export interface Answers {
  /** In the order of the questions; null where there is none. */
  readonly spellings: readonly (Spelling | null)[];
  /** For each table: its columns' types as format_type prints them, by column name. */
  readonly types: ReadonlyMap<Table, ReadonlyMap<string, string>>;
}

export interface StandIns {
  readonly schemas: readonly string[];
  readonly enums: readonly EnumType[];
  readonly sequences: readonly Sequence[];
}

/** What a model's SQL may speak of and the database does not have, or not so: made for the time of the asking. */
export function standInsFor(actual: Catalog, wanted: Catalog): StandIns {
  return {
    schemas: wanted.schemas.filter((schema) => !actual.schemas.includes(schema)),
    enums: wanted.enums.filter((each) => {
      const live = actual.enums.find((candidate) => sameName(candidate, each));
      // In the default schema a temporary type takes the place of one with other values.
      return live === undefined || (each.schema === null && !sameData(live.values, each.values));
    }),
    sequences: wanted.sequences.filter((each) => !actual.sequences.some((live) => sameName(live, each))),
  };
}

/** @param relations what views and policies read; only where the questions are about those. */
export async function ask(
  driver: Driver,
  questions: readonly Question[],
  tables: readonly Table[],
  standIns: StandIns,
  relations: ReadRelations = noRelations,
): Promise<Answers> {
  const { probes, probeOf } = sharedProbes(questions);
  const rounds = roundsOf(probes, tables, relations);
  const standing = [
    ...standInStatements(standIns),
    ...relations.tables.flatMap((each) => [...readTable(each.of, each.name), ...temporaryKey(each)]),
    ...relations.views.map(({ of, name }) => temporaryView(name, of.query, relations)),
    ...probes.flatMap(({ spelling, probe }) =>
      spelling.kind === 'view' ? [temporaryView(probe, spelling.query, relations)] : [],
    ),
  ];
  const rows = await driver.rolledBack(async () => {
    const print = temporaryQuery(Number.parseInt(driver.serverVersion, 10));
    // Sent together: one round trip.
    const [, , ...found] = await Promise.all([
      driver.query(rememberPath),
      driver.query(printingSettings),
      ...rounds.map(async ({ statements }, at) => {
        // After the views: a round's table could hide what they read.
        const made = driver.query(tryEach(at === 0 ? [...standing, ...statements] : statements));
        const [, [row]] = await Promise.all([made, driver.query<{ catalog: string }>(print)]);
        return JSON.parse(row?.catalog ?? '') as TemporaryRow;
      }),
    ]);
    return found;
  });
  const found = rows.map(byName);
  const types = rows.map(printedTypes);
  return {
    spellings: questions.map((question) => {
      const { probe } = probeOf.get(question) as Probe;
      const answers = found.map((each) => readProbe(question.spelling, each, probe));
      // What stays for a later round may be printed there with names that only that round knows.
      return answers.find((answer) => answer !== null) ?? null;
    }),
    types: new Map(
      rounds.flatMap((round, at) =>
        round.tables.map((table) => [table, types[at]?.get(table.name) ?? new Map()] as const),
      ),
    ),
  };
}

interface Probe extends Question {
  /** What it is called. */
  readonly probe: string;
}

/** One probe for all questions that PostgreSQL must answer alike: `deleted_at IS NULL` on a hundred tables. */
function sharedProbes(questions: readonly Question[]) {
  const byKey = new Map<string, Probe>();
  const probeOf = new Map<Question, Probe>();
  for (const question of questions) {
    const key = probeKey(question);
    const probe = byKey.get(key) ?? { ...question, probe: `rev_probe_${byKey.size}` };
    byKey.set(key, probe);
    probeOf.set(question, probe);
  }
  return { probes: [...byKey.values()], probeOf };
}

/** The piece's text, the columns that it may speak of, and the table where it may speak of that. */
function probeKey({ table, spelling }: Question): string {
  if (spelling.kind === 'view' || !table) return JSON.stringify(spelling);
  const text = probeStatement(spelling, 't', 'p').toLowerCase();
  const mentions = (name: string) => !/^\w+$/.test(name) || text.includes(name.toLowerCase());
  const isOpen = mentions(table.name) || text.includes('u&"');
  return JSON.stringify([
    probeStatement(spelling, 't', 'p'),
    table.columns.filter(({ name }) => mentions(name)).map(temporaryColumn),
    isOpen ? nameKey(table) : null,
  ]);
}

const sessionPath = literal('rev.session_path');
const rememberPath = `select set_config(${sessionPath}, current_setting('search_path'), true)`;

/**
 * Runs every statement; one that fails leaves no trace and stops no other. They may name what the session finds, as a
 * revision may; only what is printed depends on no session.
 */
function tryEach(statements: readonly string[]): string {
  const body = `
    declare
      statement text;
      printing text := current_setting('search_path');
    begin
      perform set_config('search_path', current_setting(${sessionPath}), true);
      for statement in select json_array_elements_text(${literal(statements)}) loop
        begin
          execute statement;
        exception when others then null;
        end;
      end loop;
      perform set_config('search_path', printing, true);
    end`;
  let tag = '$rev$';
  for (let at = 1; body.includes(tag); at += 1) tag = `$rev_${at}$`;
  return `do ${tag}${body} ${tag}`;
}

interface Round {
  readonly tables: readonly Table[];
  readonly statements: readonly string[];
}

/**
 * Each table under its own name, so that an expression may name it, and its probes on it. Tables of different schemas
 * with one name have a round each, printed at its end: PostgreSQL prints a table with the name that it has then.
 */
function roundsOf(
  probes: readonly Probe[],
  tables: readonly Table[],
  relations: ReadRelations,
): readonly Round[] {
  const read = new Map(relations.tables.map(({ of, name }) => [name, of]));
  const byTable = groupProbes(probes);
  const rounds: {
    readonly taken: Map<string, Table>;
    readonly tables: Table[];
    readonly statements: string[];
  }[] = [{ taken: read, tables: [], statements: [] }];
  for (const table of new Set([...tables, ...byTable.keys()])) {
    const isFree = (holder: Table | undefined) => !holder || sameName(holder, table);
    let at = rounds.findIndex(({ taken }) => isFree(taken.get(table.name)));
    if (at < 0) at = rounds.push({ taken: new Map(), tables: [], statements: [] }) - 1;
    const round = rounds[at] as (typeof rounds)[number];
    if (!round.taken.has(table.name)) {
      if (at > 0) round.statements.push(...stepAside(table.name, `rev_aside_${at}_${round.tables.length}`));
      round.statements.push(...temporaryTable(table, table.name));
      round.taken.set(table.name, table);
    }
    round.tables.push(table);
    for (const { spelling, probe } of byTable.get(table) ?? []) {
      const asked = temporaryPolicy(spelling, relations);
      if (asked.kind !== 'view') round.statements.push(probeStatement(asked, table.name, probe));
    }
  }
  return rounds;
}

function groupProbes(probes: readonly Probe[]): ReadonlyMap<Table, readonly Probe[]> {
  const byTable = new Map<Table, Probe[]>();
  for (const each of probes) {
    if (!each.table) continue;
    const found = byTable.get(each.table);
    if (found) found.push(each);
    else byTable.set(each.table, [each]);
  }
  return byTable;
}

/** A table of an earlier round, out of the way: one that a view or a policy reads cannot be dropped. */
function stepAside(name: string, away: string): readonly string[] {
  const table = `pg_temp.${identifier(name)}`;
  return [`drop table ${table}`, `alter table if exists ${table} rename to ${away}`];
}

/** One that views read: with its columns and no other. */
function readTable(table: Table, name: string): readonly string[] {
  return madeAnyway(table, name, (columns) => `(${columns.join(', ')})`);
}

function temporaryTable(table: Table, name: string): readonly string[] {
  // A partitioned table and its indexes have no files of their own: it is made, and undone, several times as fast.
  const key = unusedName('rev_partition', table);
  return madeAnyway(
    table,
    name,
    (columns) => `(${[...columns, `${key} integer`].join(', ')}) partition by list (${key})`,
  );
}

/** Where a type is not there, the table is made without its columns: all else can still be asked. */
function madeAnyway(
  table: Table,
  name: string,
  body: (columns: readonly string[]) => string,
): readonly string[] {
  const create = 'create temporary table';
  const whole = `${create} ${identifier(name)} ${body(table.columns.map(temporaryColumn))}`;
  const foreign = table.columns.filter(
    ({ type, enum: enumName }) => !enumName && !isBuiltIn(parseType(storedType(type)).base),
  );
  if (foreign.length === 0) return [whole];
  const others = table.columns.filter((column) => !foreign.includes(column)).map(temporaryColumn);
  return [
    whole,
    `${create} if not exists ${identifier(name)} ${body(others)}`,
    ...foreign.map(
      (column) =>
        `alter table pg_temp.${identifier(name)} add column if not exists ${temporaryColumn(column)}`,
    ),
  ];
}

function temporaryColumn(column: Column): string {
  return [
    identifier(column.name),
    columnType({ ...column, type: storedType(column.type) }),
    ...(column.collation === undefined ? [] : [`collate ${collationName(column.collation)}`]),
  ].join(' ');
}

function unusedName(name: string, table: Table): string {
  return table.columns.some((column) => column.name === name) ? unusedName(`${name}_`, table) : name;
}

function standInStatements({ schemas, enums, sequences }: StandIns): readonly string[] {
  const temporary = (schema: string | null) => schema ?? 'pg_temp';
  return [
    ...schemas.map((schema) => `create schema ${identifier(schema)}`),
    ...enums.map(({ schema, name, values }) => createEnum({ schema: temporary(schema), name }, values)),
    ...sequences.map(({ schema, name, options }) =>
      [
        `create sequence ${identifier({ schema: temporary(schema), name })}`,
        ...newSequenceClauses(options),
      ].join(' '),
    ),
  ];
}

/** By table and column. */
function printedTypes(rows: TemporaryRow): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const types = new Map(rows.tables.map(({ oid }) => [oid, new Map<string, string>()]));
  for (const { table, name, type } of rows.columns) types.get(table)?.set(name, type);
  return new Map(rows.tables.map((table) => [table.name, types.get(table.oid) ?? new Map()]));
}
