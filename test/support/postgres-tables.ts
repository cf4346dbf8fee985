import fc from 'fast-check';
import {
  type Catalog,
  type Check,
  type Column,
  type EnumType,
  expression,
  type ForeignKey,
  literal,
  makeCatalog,
  type ReferentialAction,
  type Sequence,
  type SequenceOptions,
  type Table,
  type Unique,
} from '../../src/catalog/index.js';
import type { Operation } from '../../src/operations/index.js';
import {
  checksOf,
  generatedFrom,
  indexesOf,
  isOrdered,
  plainColumn,
  plainTypes,
  quoted,
} from './postgres-table-parts.js';

/**
 * Random PostgreSQL schemas: every kind of column, default, constraint and index, with names and texts that break
 * careless quoting. Names come from small pools, so that two random catalogs share some and a diff between them has
 * something to say.
 */

const schemas = ['app', 'My "app"'] as const;
const tableNames = ['posts', 'Us ers', `it's "t"`, 'order', 'tägs.x'] as const;
const columnNames = [
  'a',
  'b',
  'Camel',
  'user',
  'with space',
  `q"uo'te`,
  'dot.ted',
  'n_1$',
  'größe',
  '100%',
] as const;
const enumPool: readonly EnumType[] = [
  { kind: 'enum', schema: null, name: 'mood', values: ['sad', 'ok'] },
  { kind: 'enum', schema: null, name: 'Some "State"', values: ["it's", 'a,b', 'c"d', '{e}'] },
  { kind: 'enum', schema: 'app', name: 'kind', values: ['k1', 'k2', 'k3'] },
];

export interface CatalogOptions {
  /** Other schemas beside the default one. Default true. */
  readonly schemas?: boolean;
  /** PostgreSQL 15 and later. Default true. */
  readonly nullsNotDistinct?: boolean;
}

/** A catalog as models would say it: types in many spellings, expressions as a person writes them. */
export function anyCatalog({
  schemas: otherSchemas = true,
  nullsNotDistinct = true,
}: CatalogOptions = {}): fc.Arbitrary<Catalog> {
  const schemaNames = otherSchemas ? [null, null, ...schemas] : [null];
  return fc
    .record({
      enums: fc.subarray([...enumPool].filter(({ schema }) => otherSchemas || schema === null)),
      sequences: fc.subarray(['seq', 'Se "q"']).chain((names) => fc.tuple(...names.map(anySequence))),
      tables: fc.subarray([...tableNames], { minLength: 1, maxLength: 3 }),
      places: fc.array(fc.constantFrom(...schemaNames), { minLength: 3, maxLength: 3 }),
    })
    .chain(({ enums, sequences, tables, places }) =>
      fc
        .tuple(...tables.map((name, at) => anyTable(name, places[at] ?? null, enums, sequences)))
        .chain((made) => withForeignKeys(made))
        .map((tables) => (nullsNotDistinct ? tables : tables.map(withDistinctNulls)))
        .map((made) =>
          makeCatalog({
            dialect: 'postgres',
            schemas: [
              ...new Set([...made, ...enums].flatMap(({ schema }) => (schema === null ? [] : [schema]))),
            ],
            enums,
            sequences,
            tables: made,
          }),
        ),
    );
}

function withDistinctNulls(table: Table): Table {
  return { ...table, uniques: table.uniques.map((unique) => ({ ...unique, nullsNotDistinct: false })) };
}

/** The operations that make the catalog in an empty database. */
export function creation(catalog: Catalog): readonly Operation[] {
  const nameOf = ({ schema, name }: Table) => ({ schema, name });
  return [
    ...catalog.schemas.map((name) => ({ kind: 'createSchema', name }) as const),
    ...catalog.enums.map((each) => ({ kind: 'createEnum', enum: each }) as const),
    ...catalog.sequences.map((sequence) => ({ kind: 'createSequence', sequence }) as const),
    ...catalog.tables.map(
      (table) => ({ kind: 'createTable', table: { ...table, foreignKeys: [], indexes: [] } }) as const,
    ),
    ...catalog.tables.flatMap((table) =>
      table.indexes.map((index) => ({ kind: 'createIndex', table: nameOf(table), index }) as const),
    ),
    ...catalog.tables
      .filter((table) => table.foreignKeys.length > 0)
      .map(
        (table) =>
          ({
            kind: 'alterTable',
            table: nameOf(table),
            changes: table.foreignKeys.map((constraint) => ({ kind: 'addConstraint', constraint }) as const),
          }) as const,
      ),
  ];
}

function anySequence(name: string): fc.Arbitrary<Sequence> {
  return anySequenceOptions().map((options) => ({ kind: 'sequence', schema: null, name, options }));
}

function anySequenceOptions(): fc.Arbitrary<SequenceOptions> {
  return fc.constantFrom<SequenceOptions>(
    {},
    { start: '1', increment: '1' },
    { start: '100', maxValue: '30000', cache: '5' },
    { increment: '-1', minValue: '-500', cycle: true },
    { increment: '10', minValue: '10', cycle: false },
  );
}

function maybe<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(value, { freq: 1 });
}

function some<T>(of: readonly T[], atMost: number): fc.Arbitrary<T[]> {
  return fc.subarray([...of], { maxLength: Math.min(atMost, of.length) });
}

/** One column that does not depend on others. */
function anyColumn(
  name: string,
  enums: readonly EnumType[],
  sequences: readonly Sequence[],
): fc.Arbitrary<Column> {
  const plain = fc.constantFrom(...plainTypes).chain(({ type, defaults }) =>
    fc
      .record({ nullable: fc.boolean(), value: maybe(fc.constantFrom(...defaults)) })
      .map(({ nullable, value }) =>
        plainColumn(name, type, {
          nullable,
          default: value,
        }),
      ),
  );
  const serial = fc
    .constantFrom('serial', 'smallserial', 'bigserial')
    .map((type) => plainColumn(name, type, { nullable: false }));
  const identity = fc
    .record({
      type: fc.constantFrom('integer', 'smallint', 'bigint'),
      kind: fc.constantFrom('always' as const, 'byDefault' as const),
      options: anySequenceOptions(),
    })
    .map(({ type, ...rest }) => plainColumn(name, type, { nullable: false, identity: rest }));
  const collated = fc.constantFrom('C', 'POSIX').map((collation) => plainColumn(name, 'text', { collation }));
  const choices = [
    { arbitrary: plain, weight: 12 },
    { arbitrary: serial, weight: 1 },
    { arbitrary: identity, weight: 2 },
    { arbitrary: collated, weight: 1 },
    ...enums.map((type) => ({ arbitrary: anyEnumColumn(name, type), weight: 2 })),
    ...sequences.map((sequence) => ({
      arbitrary: fc.constant(
        plainColumn(name, 'bigint', {
          default: expression(`nextval('${quoted(sequence.name).replaceAll("'", "''")}')`),
        }),
      ),
      weight: 1,
    })),
  ];
  return fc.oneof(...choices);
}

function anyEnumColumn(name: string, type: EnumType): fc.Arbitrary<Column> {
  const link = { schema: type.schema, name: type.name };
  return fc
    .record({ array: fc.boolean(), value: maybe(fc.constantFrom(...type.values)), bare: fc.boolean() })
    .map(({ array, value, bare }) => {
      const written = bare
        ? type.name
        : `${type.schema === null ? '' : `${quoted(type.schema)}.`}${quoted(type.name)}`;
      // An array's text needs quotes of its own.
      const text = value === null ? null : array ? `{"${value.replaceAll('"', '\\"')}"}` : value;
      return plainColumn(name, written + (array ? '[]' : ''), {
        enum: link,
        default: text === null ? null : literal(text),
      });
    });
}

function anyTable(
  name: string,
  schema: string | null,
  enums: readonly EnumType[],
  sequences: readonly Sequence[],
): fc.Arbitrary<Table> {
  return fc
    .subarray([...columnNames], { minLength: 1, maxLength: 6 })
    .chain((names) => fc.tuple(...names.map((each) => anyColumn(each, enums, sequences))))
    .chain((columns) =>
      fc.record({
        columns: fc.constant(columns),
        generated: maybe(fc.constantFrom(...generatedFrom(columns), undefined)),
        keys: some(
          columns.filter(isOrdered).map((column) => column.name),
          2,
        ),
        unique: some(
          columns.filter(isOrdered).map((column) => column.name),
          2,
        ),
        nullsNotDistinct: fc.boolean(),
        checks: some(checksOf(columns), 2),
        indexes: some(indexesOf(columns), 2),
      }),
    )
    .map(({ columns, generated, keys, unique, nullsNotDistinct, checks, indexes }): Table => {
      const withGenerated = generated ? [...columns, generated] : columns;
      return {
        kind: 'table',
        schema,
        name,
        columns: withGenerated.map((column) =>
          keys.includes(column.name) ? { ...column, nullable: false } : column,
        ),
        primaryKey: keys.length === 0 ? null : { kind: 'primaryKey', name: `${name}_pkey`, columns: keys },
        uniques:
          unique.length === 0
            ? []
            : [{ kind: 'unique', name: `${name}_key`, columns: unique, nullsNotDistinct } satisfies Unique],
        checks: checks.map(
          (sql, at): Check => ({ kind: 'check', name: `${name}_check_${at}`, expression: sql }),
        ),
        foreignKeys: [],
        indexes: indexes.map((index, at) => ({ ...index, name: `${name}_idx_${at}` })),
      };
    });
}

/** References to keys of the same column types, of any of the tables. */
function withForeignKeys(tables: readonly Table[]): fc.Arbitrary<readonly Table[]> {
  const action = fc.constantFrom<ReferentialAction>(
    'no action',
    'restrict',
    'cascade',
    'set null',
    'set default',
  );
  const possible = tables.map((table) => possibleKeys(table, tables));
  return fc.tuple(...possible.map((keys) => some(keys, 1))).chain((chosen) =>
    fc.tuple(action, action).map(([onDelete, onUpdate]) =>
      tables.map((table, at) => ({
        ...table,
        foreignKeys: (chosen[at] ?? []).map((key) => ({ ...key, onDelete, onUpdate })),
      })),
    ),
  );
}

function possibleKeys(table: Table, tables: readonly Table[]): readonly ForeignKey[] {
  return tables.flatMap((target) => {
    const keys = [target.primaryKey, ...target.uniques].filter((key) => key !== null);
    return keys.flatMap((key): ForeignKey[] => {
      const types = key.columns.map((name) => target.columns.find((column) => column.name === name));
      const columns: string[] = [];
      for (const type of types) {
        const fits = table.columns.find(
          (column) =>
            column.type === type?.type &&
            column.collation === type.collation &&
            !columns.includes(column.name) &&
            column.generated === null,
        );
        if (!fits) return [];
        columns.push(fits.name);
      }
      return [
        {
          kind: 'foreignKey',
          name: `${table.name}_fkey`,
          columns,
          references: { schema: target.schema, name: target.name, columns: key.columns },
          onDelete: 'no action',
          onUpdate: 'no action',
        },
      ];
    });
  });
}
