import { describe, expect, it } from 'vitest';
import type { IndexKey, TableIndex } from '../../src/catalog/index.js';
import { lines, readPg, readSqlite, tableOf } from './lines.js';

describe.each(lines)('PostgreSQL indexes of drizzle-orm $line', (line) => {
  const { pg, orm } = line;
  const { sql } = orm;

  /** The indexes of a table with the columns a, b, c and d. */
  function indexes(
    make: (t: Record<'a' | 'b' | 'c' | 'd', ReturnType<typeof columns>['a']>) => unknown[],
  ): Record<string, TableIndex> {
    const t = pg.pgTable('t', columns(), (table) => make(table as never) as never);
    const list = tableOf(readPg(line, { t }).catalog).indexes;
    return Object.fromEntries(list.map((index) => [index.name, index]));
  }
  const columns = () => ({ a: pg.text(), b: pg.text(), c: pg.text(), d: pg.integer() });
  // biome-ignore lint/suspicious/noExplicitAny: the columns of an index have calls that a column's type lacks
  type Indexed = any;

  it('say everything that the model says, and what it leaves to the default', () => {
    const found = indexes((t: Indexed) => [
      pg.index('plain').on(t.a, t.d),
      pg.uniqueIndex('only_open').on(t.b.asc().nullsFirst()).where(sql`${t.d} is null`),
      pg.index('documents').using('gin', t.c.op('gin_trgm_ops')).with({ fastupdate: false, fillfactor: 70 }),
    ]);
    expect(found.plain).toEqual({
      kind: 'index',
      name: 'plain',
      unique: false,
      method: 'btree',
      keys: [
        { column: 'a', order: 'asc', nulls: 'last' },
        { column: 'd', order: 'asc', nulls: 'last' },
      ],
      where: null,
    });
    expect(found.only_open).toEqual({
      kind: 'index',
      name: 'only_open',
      unique: true,
      method: 'btree',
      keys: [{ column: 'b', order: 'asc', nulls: 'first' }],
      where: '"d" is null',
    });
    expect(found.documents).toEqual({
      kind: 'index',
      name: 'documents',
      unique: false,
      method: 'gin',
      keys: [{ column: 'c', order: 'asc', nulls: 'last', opclass: 'gin_trgm_ops' }],
      where: null,
      with: { fastupdate: 'false', fillfactor: '70' },
    });
  });

  it('put nulls last for .desc(), as drizzle means it', () => {
    const found = indexes((t: Indexed) => [
      pg.index('down').on(t.a.desc()),
      pg.index('down_first').on(t.a.desc().nullsFirst()),
      pg.index('down_op').on(t.a.desc().op('text_pattern_ops')),
    ]);
    expect(found.down?.keys).toEqual([{ column: 'a', order: 'desc', nulls: 'last' }]);
    expect(found.down_first?.keys).toEqual([{ column: 'a', order: 'desc', nulls: 'first' }]);
    expect(found.down_op?.keys).toEqual([
      { column: 'a', order: 'desc', nulls: 'last', opclass: 'text_pattern_ops' },
    ]);
  });

  it('do not turn each other around after onOnly(), also when they are read twice', () => {
    const t = pg.pgTable('t', columns(), (table) => [
      pg.index('first').onOnly(table.a),
      pg.index('second').on((table.a as Indexed).desc()),
      pg.index('third').on(table.a),
    ]);
    const orders = () => tableOf(readPg(line, { t }).catalog).indexes.map((index) => index.keys[0]?.order);
    expect(orders()).toEqual(['asc', 'desc', 'asc']);
    expect(orders()).toEqual(['asc', 'desc', 'asc']);
  });

  it('have names of their own where the user gave none', () => {
    const found = indexes((t: Indexed) => [
      pg.index().on(t.a, t.b),
      pg.uniqueIndex().on(t.c, sql`lower(${t.a})`),
    ]);
    expect(found.t_a_b_index).toMatchObject({ derived: true, unique: false });
    expect(found.t_c_expr_index).toMatchObject({ derived: true, unique: true });
  });

  it.each<[string, (t: Indexed) => unknown, IndexKey]>([
    ['an expression', (t) => sql`lower(${t.a})`, { expression: 'lower("a")', order: 'asc', nulls: 'last' }],
    ['a column', (t) => sql`${t.a}`, { column: 'a', order: 'asc', nulls: 'last' }],
    ['a bare name', () => sql`a desc nulls last`, { column: 'a', order: 'desc', nulls: 'last' }],
    ['desc', (t) => sql`${t.a} DESC`, { column: 'a', order: 'desc', nulls: 'first' }],
    [
      'an opclass',
      (t) => sql`(lower(${t.a})) text_pattern_ops desc nulls last`,
      { expression: 'lower("a")', order: 'desc', nulls: 'last', opclass: 'text_pattern_ops' },
    ],
    [
      'a collation',
      (t) => sql`${t.a} collate "C"`,
      { column: 'a', order: 'asc', nulls: 'last', collation: 'C' },
    ],
    [
      'a value',
      (t) => sql`coalesce(${t.a}, ${"it's"})`,
      { expression: `coalesce("a", 'it''s')`, order: 'asc', nulls: 'last' },
    ],
    ['a sum', (t) => sql`(${t.d} + 1) * (2)`, { expression: '("d" + 1) * (2)', order: 'asc', nulls: 'last' }],
  ])('read %s from SQL', (_what, make, key) => {
    expect(indexes((t: Indexed) => [pg.index('i').on(make(t) as Indexed)]).i?.keys).toEqual([key]);
  });
});

describe.each(lines)('SQLite indexes of drizzle-orm $line', (line) => {
  const { sqlite, orm } = line;
  const { sql } = orm;

  it('have columns and expressions, direction and collation from SQL', () => {
    const t = sqlite.sqliteTable('t', { a: sqlite.text(), b: sqlite.text() }, (t) => [
      sqlite.index('plain').on(t.a, t.b),
      sqlite.uniqueIndex('down').on(t.a, sql`${t.b} desc`),
      sqlite.index('folded').on(sql`${t.a} collate nocase desc`),
      sqlite.index('computed').on(sql`lower(${t.a}) desc`),
      sqlite.index('partial').on(t.a).where(orm.eq(t.b, "it's")),
    ]);
    const { indexes } = tableOf(readSqlite(line, { t }).catalog);
    expect(indexes).toEqual([
      {
        kind: 'index',
        name: 'computed',
        unique: false,
        method: 'btree',
        keys: [{ expression: 'lower("a")', order: 'desc', nulls: null }],
        where: null,
      },
      {
        kind: 'index',
        name: 'down',
        unique: true,
        method: 'btree',
        keys: [
          { column: 'a', order: 'asc', nulls: null },
          { column: 'b', order: 'desc', nulls: null },
        ],
        where: null,
      },
      {
        kind: 'index',
        name: 'folded',
        unique: false,
        method: 'btree',
        keys: [{ column: 'a', order: 'desc', nulls: null, collation: 'NOCASE' }],
        where: null,
      },
      {
        kind: 'index',
        name: 'partial',
        unique: false,
        method: 'btree',
        keys: [{ column: 'a', order: 'asc', nulls: null }],
        where: `"b" = 'it''s'`,
      },
      {
        kind: 'index',
        name: 'plain',
        unique: false,
        method: 'btree',
        keys: [
          { column: 'a', order: 'asc', nulls: null },
          { column: 'b', order: 'asc', nulls: null },
        ],
        where: null,
      },
    ]);
  });
});
