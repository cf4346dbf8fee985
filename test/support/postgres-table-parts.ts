import {
  type Column,
  type DefaultValue,
  expression,
  type IndexKey,
  literal,
  type TableIndex,
} from '../../src/catalog/index.js';

/** What the columns of a random table allow: defaults, generated columns, checks and indexes (postgres-tables.ts). */

export const texts = [
  'x',
  '',
  "it's",
  'a "b" \\ \\n $1 $$ %s',
  "'; drop table posts; --",
  'ü😀\n\t',
  '(1)::int',
  'null',
  'true',
  '42',
];

export interface PlainType {
  readonly type: string;
  readonly defaults: readonly DefaultValue[];
  /** Has an order, so that keys and indexes can stand on it. */
  readonly ordered: boolean;
}

export const plainTypes: readonly PlainType[] = [
  { type: 'integer', ordered: true, defaults: [literal(0), literal(-7), expression('1 + 2')] },
  { type: 'smallint', ordered: true, defaults: [literal(3)] },
  { type: 'bigint', ordered: true, defaults: [literal(9007199254740993n), literal(-1)] },
  {
    type: 'numeric(10, 2)',
    ordered: true,
    defaults: [literal('1.50'), literal(2), expression('0::numeric')],
  },
  { type: 'double precision', ordered: true, defaults: [literal(1.5), literal('NaN'), literal(1e21)] },
  { type: 'boolean', ordered: true, defaults: [literal(true), literal(false)] },
  {
    type: 'text',
    ordered: true,
    defaults: [...texts.map(literal), expression("upper('x')"), expression('CURRENT_USER')],
  },
  { type: 'varchar(40)', ordered: true, defaults: [...texts.map(literal), expression("'a' || 'b'")] },
  { type: 'char(4)', ordered: true, defaults: [literal('ab')] },
  {
    type: 'timestamptz',
    ordered: true,
    defaults: [expression('now()'), literal('2020-01-02T03:04:05.678Z')],
  },
  { type: 'timestamp (3)', ordered: true, defaults: [expression("(now() at time zone 'utc')")] },
  { type: 'date', ordered: true, defaults: [literal('2020-01-02'), expression('CURRENT_DATE')] },
  { type: 'interval', ordered: true, defaults: [literal('1 day 2 hours')] },
  { type: 'uuid', ordered: true, defaults: [expression('gen_random_uuid()')] },
  {
    type: 'jsonb',
    ordered: false,
    defaults: [literal('{"b": 1, "a": "it\'s"}'), literal('[]'), literal('"x"')],
  },
  { type: 'json', ordered: false, defaults: [literal('{"b":1,"a":2}')] },
  { type: 'bytea', ordered: true, defaults: [literal('\\x01ff')] },
  { type: 'text[]', ordered: true, defaults: [literal('{"a b","c\\"d"}'), expression('ARRAY[]::text[]')] },
  { type: 'integer[]', ordered: true, defaults: [literal('{1,2}')] },
  { type: 'inet', ordered: true, defaults: [literal('10.0.0.1')] },
  { type: 'bit(3)', ordered: true, defaults: [literal('101')] },
  { type: 'int4range', ordered: true, defaults: [literal('[1,5)')] },
  { type: 'point', ordered: false, defaults: [literal('(1,2)')] },
];

const orderedTypes = new Set(plainTypes.filter(({ ordered }) => ordered).map(({ type }) => type));

export const plainColumn = (name: string, type: string, parts: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: true,
  default: null,
  identity: null,
  generated: null,
  ...parts,
});

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function isOrdered(column: Column): boolean {
  return (
    orderedTypes.has(column.type) ||
    /serial/.test(column.type) ||
    (column.enum !== undefined && !column.type.endsWith('[]'))
  );
}

export function generatedFrom(columns: readonly Column[]): readonly Column[] {
  return columns.flatMap((column) => {
    const name = quoted(column.name);
    if (column.type === 'integer' || column.type === 'serial') {
      return [
        plainColumn('computed', 'bigint', { generated: { expression: `${name} * 2 + 1`, stored: true } }),
      ];
    }
    if (column.type !== 'text' || column.collation !== undefined) return [];
    return [
      plainColumn('computed', 'text', {
        generated: { expression: `coalesce(upper(${name}), 'it''s') || '-'`, stored: true },
      }),
    ];
  });
}

export function checksOf(columns: readonly Column[]): readonly string[] {
  return columns.flatMap((column) => {
    const name = quoted(column.name);
    if (column.type === 'integer') return [`${name} between -100 and 100000`, `((${name} > -1000))`];
    if (column.type === 'text') return [`${name} not like 'z%'`, `length(${name}) < 1000 or ${name} is null`];
    if (column.type.startsWith('varchar')) return [`${name} NOT IN ('p','q''r')`];
    if (column.type.startsWith('numeric')) return [`cast(${name} as int) > -1000`];
    if (column.type === 'date') return [`extract(year from ${name}) > 1000`];
    if (column.enum !== undefined && !column.type.endsWith('[]')) return [`${name} is not null or true`];
    return [];
  });
}

export function indexesOf(columns: readonly Column[]): readonly TableIndex[] {
  const index = (keys: readonly Partial<IndexKey>[], parts: Partial<TableIndex> = {}): TableIndex => ({
    kind: 'index',
    name: '',
    unique: false,
    method: 'btree',
    keys: keys.map((key) => ({ order: 'asc', nulls: 'last', ...key })),
    where: null,
    ...parts,
  });
  const ordered = columns.filter(isOrdered);
  const pair = ordered.slice(0, 2).map(
    (column, at): Partial<IndexKey> => ({
      column: column.name,
      ...(at === 0 ? { order: 'desc', nulls: 'last' } : { nulls: 'first' }),
    }),
  );
  return [
    ...(pair.length === 0 ? [] : [index(pair), index(pair.slice(0, 1), { with: { fillfactor: '70' } })]),
    ...columns.flatMap((column): TableIndex[] => {
      const { name: key, type } = column;
      const name = quoted(key);
      switch (type) {
        case 'text':
          return [
            index([{ expression: `lower(${name})` }, { column: key, opclass: 'text_pattern_ops' }]),
            index([{ column: key, collation: 'C', order: 'desc', nulls: 'first' }], {
              where: `${name} <> 'it''s'`,
            }),
          ];
        case 'integer':
          return [
            index([{ expression: `(${name} + 1)`, order: 'desc', nulls: 'first' }], { unique: true }),
            index([{ column: key }], { where: `${name} > 0 and ${name} in (1, 2)`, include: [key] }),
          ];
        case 'jsonb':
          return [
            index([{ column: key, opclass: 'jsonb_path_ops' }], {
              method: 'gin',
              with: { fastupdate: 'off' },
            }),
          ];
        case 'text[]':
          return [index([{ column: key }], { method: 'gin' })];
        case 'uuid':
          return [index([{ column: key }], { method: 'hash' })];
        default:
          return [];
      }
    }),
  ];
}
