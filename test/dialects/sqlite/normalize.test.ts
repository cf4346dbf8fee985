import { describe, expect, test } from 'vitest';
import { type Column, expression, literal, makeCatalog, type Table } from '../../../src/catalog/index.js';
import { normalizeCatalogs } from '../../../src/dialects/sqlite/normalize.js';
import { rules } from '../../../src/dialects/sqlite/rules.js';
import { check, column, primaryKey } from '../../../src/operations/index.js';

const table = (parts: Partial<Table>): Table => ({
  ...{ kind: 'table', schema: null, name: 't', columns: [column('a', 'text')], primaryKey: null },
  ...{ foreignKeys: [], uniques: [], checks: [], indexes: [] },
  ...parts,
});
const catalog = (parts: Partial<Table>) => makeCatalog({ dialect: 'sqlite', tables: [table(parts)] });

function sides(actual: Partial<Table>, wanted: Partial<Table>) {
  const normalized = normalizeCatalogs(catalog(actual), catalog(wanted));
  return { actual: normalized.actual.tables[0], wanted: normalized.wanted.tables[0] };
}

describe('expressions are equal', () => {
  test.each([
    ['a > 0', '"a">0'],
    ['a > 0', '("t"."a" > 0)'],
    ['A > 0 and [b] <> 1', '`a` > 0 AND b != 1'],
    ["length(a) > 1 -- why\n and b == ')'", 'LENGTH ( a ) > 1 AND "b" = \')\' /* so */'],
    ['main.t.a IS NOT NULL', 'a is not null'],
    ['((a))', 'a'],
    ["x'0F' = a", "X'0f' = a"],
  ])('%s · %s', (a, b) => {
    expect(rules.equalExpressions(a, b)).toBe(true);
    const { actual, wanted } = sides({ checks: [check(null, a)] }, { checks: [check(null, b)] });
    expect(wanted?.checks).toEqual(actual?.checks);
  });

  test.each([
    ["a = 'X'", "a = 'x'"],
    ['a > 0', 'b > 0'],
    ['(a) > (0)', 'a > 1'],
    ['(a) and (b)', 'a) and (b'],
    ['a = "true"', 'a = true'],
    ["a = 'b'", 'a = b'],
    ['a - 1', 'a -1 - 1'],
  ])('not %s · %s', (a, b) => {
    expect(rules.equalExpressions(a, b)).toBe(false);
  });
});

describe('defaults are equal', () => {
  const any = { type: 'text' } as Column;
  test.each([
    [literal('x'), expression("'x'"), 'text'],
    [literal(true), literal(1), 'integer'],
    [expression('FALSE'), literal(0), 'integer'],
    [literal(1.5), expression('(1.50)'), 'real'],
    [literal(5), literal(5n), 'integer'],
    [literal('5'), literal(5), 'integer'],
    [literal('5'), literal(5), 'text'],
    [expression('unixepoch()'), expression('(unixepoch())'), 'integer'],
    [expression('CURRENT_TIMESTAMP'), expression('(current_timestamp)'), 'text'],
    [null, expression('NULL'), 'text'],
    [expression("strftime('%s', 'now')"), expression("(STRFTIME('%s','now'))"), 'integer'],
  ])('%o · %o in %s', (a, b, type) => {
    expect(rules.equalDefaults(a, b, { ...any, type })).toBe(true);
    expect(rules.equalDefaults(b, a, { ...any, type })).toBe(true);
    const of = (value: typeof a) => ({ columns: [{ ...column('a', type), default: value }] });
    const { actual, wanted } = sides(of(a), of(b));
    expect(wanted?.columns).toEqual(actual?.columns);
  });

  test.each([
    [literal('5'), literal(5), 'blob'],
    [literal('x'), literal('X'), 'text'],
    [null, literal(''), 'text'],
    [literal('unixepoch()'), expression('unixepoch()'), 'text'],
    [literal('05'), literal(5), 'text'],
  ])('not %o · %o in %s', (a, b, type) => {
    expect(rules.equalDefaults(a, b, { ...any, type })).toBe(false);
  });
});

test('types are equal whatever their case and space', () => {
  expect(rules.equalTypes('VARCHAR(20)', 'varchar ( 20 )')).toBe(true);
  expect(rules.equalTypes('DECIMAL(10,2)', 'decimal(10, 2)')).toBe(true);
  expect(rules.equalTypes('INT', 'integer')).toBe(false);
  const { actual, wanted } = sides({ columns: [column('a', 'TEXT')] }, { columns: [column('a', 'text')] });
  expect(wanted).toEqual(actual);
});

test('the rowid is never null, whatever the models say', () => {
  const of = (nullable: boolean) => ({
    columns: [column('id', 'integer', { nullable })],
    primaryKey: primaryKey(['id']),
  });
  const { actual, wanted } = sides(of(false), of(true));
  expect(wanted).toEqual(actual);
  const text = (nullable: boolean) => ({
    columns: [column('id', 'text', { nullable })],
    primaryKey: primaryKey(['id']),
  });
  expect(sides(text(false), text(true)).wanted?.columns[0]?.nullable).toBe(true);
  const without = sides({ ...text(false), live: { withoutRowid: true } }, text(true));
  expect(without.wanted?.columns).toEqual(without.actual?.columns);
});

test('index keys that are written as SQL are columns, orders and collations', () => {
  const index = (keys: Table['indexes'][number]['keys'], where: string | null = null) => ({
    columns: [column('a', 'text'), column('b', 'int')],
    indexes: [{ kind: 'index', name: 'i', unique: false, method: 'btree', keys, where } as const],
  });
  const { actual, wanted } = sides(
    index(
      [
        { column: 'a', order: 'desc', nulls: null, collation: 'NOCASE' },
        { expression: 'lower(a)', order: 'asc', nulls: null },
        { column: 'b', order: 'asc', nulls: null },
      ],
      'b > 1',
    ),
    index(
      [
        { expression: '"t"."a" collate nocase desc', order: 'asc', nulls: 'last' },
        { expression: '(lower("t"."a"))', order: 'asc', nulls: 'last' },
        { column: 'b', order: 'asc', nulls: 'last' },
      ],
      '("t"."b" > 1)',
    ),
  );
  expect(wanted?.indexes).toEqual(actual?.indexes);
});

test('a collation inside of a type is a collation', () => {
  const { actual, wanted } = sides(
    { columns: [column('a', 'VARCHAR(20)', { collation: 'NOCASE' })] },
    { columns: [column('a', 'varchar(20) collate nocase')] },
  );
  expect(wanted).toEqual(actual);
});

test('what differs stays as the models have it', () => {
  const { wanted } = sides(
    { columns: [column('a', 'TEXT', { default: 'x' })], checks: [check('c', 'a > 0')] },
    { columns: [column('a', 'blob', { default: 'y' })], checks: [check('c', '"t"."a" > 1')] },
  );
  expect(wanted?.columns[0]).toMatchObject({ type: 'blob', default: literal('y') });
  expect(wanted?.checks[0]?.expression).toBe('"t"."a" > 1');
});
