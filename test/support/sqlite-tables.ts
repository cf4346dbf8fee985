/** Random SQLite tables for property tests: everything that models can say, with names that are hard to quote. */

import fc from 'fast-check';
import type {
  Check,
  Column,
  DefaultValue,
  ForeignKey,
  IndexKey,
  PrimaryKey,
  Table,
  TableIndex,
  Unique,
} from '../../src/catalog/index.js';

const letters = 'abcdefghijklmnopqrstuvwxyz';
/** Words of the expressions below: in a catalog in memory a column is renamed by its bare name, too. */
const words = ['is', 'not', 'in', 'or', 'and', 'null', 'typeof', 'length', 'coalesce', 'lower', 'x'];
const plainName = fc.tuple(
  fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 1 }),
  fc.string({ unit: fc.constantFrom(...`${letters}_0123456789`), minLength: 0, maxLength: 6 }),
);

/** Names of tables and columns: plain ones mostly, and such as need quotes. */
export const names: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: plainName.map((parts) => parts.join('')).filter((name) => !words.includes(name)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        'order',
        'select',
        'Group',
        'two words',
        'quo"te',
        "apo'strophe",
        'back`tick',
        '[bracket]',
        'naïve',
        '日本',
      ],
      ...['a.b', 'semi;colon', 'com--ment', '1st', 'references', 'check', 'rowid', 'CamelCase'],
    ),
  },
);

export const types: fc.Arbitrary<string> = fc.constantFrom(
  ...['integer', 'text', 'real', 'blob', 'numeric', 'text(20)', 'varchar(30)', 'decimal(10, 2)', 'datetime'],
);

export const defaults: fc.Arbitrary<DefaultValue | null> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  {
    weight: 3,
    arbitrary: fc
      .oneof(
        fc.integer(),
        fc.constantFrom(0, -1, 1.5, -2.25, 1e21),
        fc.string({ maxLength: 8 }),
        fc.constantFrom("it's", '', 'null', '1', '(x)', '-- no', 'line\nbreak'),
        fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }),
        fc.boolean(),
      )
      .map((value): DefaultValue => ({ kind: 'literal', value })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        "datetime('now')",
        'CURRENT_TIMESTAMP',
        'unixepoch()',
        "lower('A') || ')'",
        '1 + 2',
        'random()',
      )
      .map((sql): DefaultValue => ({ kind: 'expression', sql })),
  },
);

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

export function columns(name: string): fc.Arbitrary<Column> {
  return fc
    .record({ type: types, nullable: fc.boolean(), default: defaults })
    .map((parts) => ({ name, ...parts, identity: null, generated: null }));
}

/** Conditions that every row meets, about the column of that name. */
export function conditions(name: string): fc.Arbitrary<string> {
  const column = quote(name);
  return fc.constantFrom(
    `${column} is not 'impossible'`,
    `typeof(${column}) in ('null', 'integer', 'text', 'real', 'blob')`,
    `(${column} is null) or ((length(${column})) >= 0)`,
    `coalesce(${column}, ')') /* a ) */ <> '(impossible'''`,
  );
}

/** Different in SQLite's eyes. */
export function distinctNames(length: { min: number; max: number }): fc.Arbitrary<string[]> {
  return fc.uniqueArray(names, {
    minLength: length.min,
    maxLength: length.max,
    selector: (name) => name.toLowerCase(),
  });
}

export interface TableShape {
  /** Tables that foreign keys may refer to, by their primary key `id`; none: only the table itself. */
  readonly parents?: readonly string[];
}

/** A table with its indexes. Names of columns differ without case; every expression is valid. */
export function tables(name: string, shape: TableShape = {}): fc.Arbitrary<Table> {
  return distinctNames({ min: 1, max: 6 })
    .chain((columnNames) => fc.tuple(...columnNames.map(columns)))
    .chain((plain) =>
      fc
        .record({
          key: primaryKeys(plain),
          generated: generatedColumns(plain),
          uniques: fc.array(uniques(plain), { maxLength: 2 }),
          checks: fc.array(checks(plain), { maxLength: 2 }),
          foreignKeys: fc.array(foreignKeys(name, plain, shape), { maxLength: 2 }),
          indexes: fc.array(indexes(plain), { maxLength: 3 }),
        })
        .map((parts) => assemble(name, plain, parts)),
    );
}

interface Key {
  readonly key: PrimaryKey | null;
  readonly rowid: string | null;
  readonly autoincrement: boolean;
}

interface Parts {
  readonly key: Key;
  readonly generated: readonly Column[];
  readonly uniques: readonly Unique[];
  readonly checks: readonly Check[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly indexes: readonly TableIndex[];
}

function assemble(name: string, plain: readonly Column[], parts: Parts): Table {
  const { key, rowid, autoincrement } = parts.key;
  const isKey = (columns: readonly string[]) =>
    [...(key ? [key] : []), ...parts.uniques].some((each) => each.columns.join('\0') === columns.join('\0'));
  // SQLite wants a key where a foreign key points to; here only those to the table itself can lack it.
  const sound = parts.foreignKeys.filter(
    ({ references }) => references.name !== name || isKey(references.columns),
  );
  const unique = <T extends { readonly name: string | null }>(list: readonly T[], prefix: string): T[] =>
    list.map((each, at) => (each.name === null ? each : { ...each, name: `${prefix}_${at}_${each.name}` }));
  return {
    kind: 'table',
    schema: null,
    name,
    columns: [
      ...plain.map((column) =>
        column.name === rowid
          ? {
              ...column,
              type: 'integer',
              nullable: false,
              default: null,
              identity: autoincrement ? ({ kind: 'autoincrement' } as const) : null,
            }
          : column,
      ),
      ...parts.generated,
    ],
    primaryKey: key,
    uniques: unique(parts.uniques, 'u'),
    checks: unique(parts.checks, 'c'),
    foreignKeys: unique(sound, 'f'),
    indexes: unique(parts.indexes, `${name}_i`),
  };
}

function primaryKeys(plain: readonly Column[]): fc.Arbitrary<Key> {
  const pick = fc.shuffledSubarray([...plain], { minLength: 1, maxLength: Math.min(3, plain.length) });
  return fc
    .record({ picked: pick, kind: fc.constantFrom('none', 'rowid', 'autoincrement', 'key'), name: maybeName })
    .map(({ picked, kind, name }) => {
      const [first] = picked;
      if (kind === 'none' || !first) return { key: null, rowid: null, autoincrement: false };
      if (kind !== 'key') {
        const key: PrimaryKey = { kind: 'primaryKey', name, columns: [first.name] };
        return { key, rowid: first.name, autoincrement: kind === 'autoincrement' };
      }
      // One column of type integer would be the rowid.
      const columnNames = picked.map((column) => column.name);
      if (picked.length === 1 && first.type === 'integer')
        return { key: null, rowid: null, autoincrement: false };
      return { key: { kind: 'primaryKey', name, columns: columnNames }, rowid: null, autoincrement: false };
    });
}

const maybeName = fc.option(names, { nil: null });

function generatedColumns(plain: readonly Column[]): fc.Arbitrary<Column[]> {
  const one = fc.record({ of: fc.constantFrom(...plain), type: types, stored: fc.boolean() }).map(
    ({ of, type, stored }): Column => ({
      ...{ name: `generated of ${of.name}`, type, nullable: true, default: null, identity: null },
      generated: { expression: `coalesce(${quote(of.name)}, 'x') || ')'`, stored },
    }),
  );
  return fc.array(one, { maxLength: 1 });
}

function uniques(plain: readonly Column[]): fc.Arbitrary<Unique> {
  return fc
    .record({
      name: maybeName,
      picked: fc.shuffledSubarray([...plain], { minLength: 1, maxLength: Math.min(2, plain.length) }),
    })
    .map(({ name, picked }) => ({
      ...{ kind: 'unique', name },
      columns: picked.map((column) => column.name),
      nullsNotDistinct: false,
    }));
}

function checks(plain: readonly Column[]): fc.Arbitrary<Check> {
  return fc
    .record({ name: maybeName, of: fc.constantFrom(...plain) })
    .chain(({ name, of }) =>
      conditions(of.name).map((expression): Check => ({ kind: 'check', name, expression })),
    );
}

function foreignKeys(table: string, plain: readonly Column[], shape: TableShape): fc.Arbitrary<ForeignKey> {
  const action = fc.constantFrom('no action', 'restrict', 'cascade', 'set null', 'set default');
  const self = { schema: null, name: table, columns: [plain[0]?.name ?? ''] };
  const parents = (shape.parents ?? []).map((name) => ({ schema: null, name, columns: ['id'] }));
  return fc
    .record({
      name: maybeName,
      of: fc.constantFrom(...plain),
      references: fc.constantFrom(self, ...parents),
      onDelete: action,
      onUpdate: action,
    })
    .map(
      ({ of, name, ...rest }) => ({ kind: 'foreignKey', name, columns: [of.name], ...rest }) as ForeignKey,
    );
}

function indexes(plain: readonly Column[]): fc.Arbitrary<TableIndex> {
  const order = fc.constantFrom('asc' as const, 'desc' as const);
  const key = fc.record({ of: fc.constantFrom(...plain), order, lower: fc.boolean() }).map(
    ({ of, order, lower }): IndexKey => ({
      ...(lower ? { expression: `lower(${quote(of.name)})` } : { column: of.name }),
      ...{ order, nulls: null },
    }),
  );
  return fc
    .record({
      name: names,
      keys: fc.array(key, { minLength: 1, maxLength: 3 }),
      of: fc.constantFrom(...plain),
    })
    .chain(({ of, ...rest }) =>
      fc
        .option(conditions(of.name), { nil: null })
        .map((where): TableIndex => ({ kind: 'index', unique: false, method: 'btree', where, ...rest })),
    );
}
