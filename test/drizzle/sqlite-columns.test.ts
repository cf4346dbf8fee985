import { describe, expect, it } from 'vitest';
import { columnsOf, lines, readSqlite, tableOf } from './lines.js';

const literal = (value: unknown) => ({ kind: 'literal', value });
const expression = (text: string) => ({ kind: 'expression', sql: text });

describe.each(lines)('SQLite columns of drizzle-orm $line', (line) => {
  const { sqlite, orm } = line;
  const { sql } = orm;

  it('have the type that the model says', () => {
    const custom = (type: string) => sqlite.customType<{ data: string }>({ dataType: () => type })();
    const t = sqlite.sqliteTable('t', {
      integer: sqlite.integer(),
      int: sqlite.int(),
      boolean: sqlite.integer({ mode: 'boolean' }),
      timestamp: sqlite.integer({ mode: 'timestamp' }),
      timestampMs: sqlite.integer({ mode: 'timestamp_ms' }),
      text: sqlite.text({ enum: ['a', 'b'] }),
      text50: sqlite.text({ length: 50 }),
      json: sqlite.text({ mode: 'json' }),
      real: sqlite.real(),
      numeric: sqlite.numeric(),
      numericNumber: sqlite.numeric({ mode: 'number' }),
      blob: sqlite.blob({ mode: 'buffer' }),
      blobJson: sqlite.blob({ mode: 'json' }),
      blobBig: sqlite.blob({ mode: 'bigint' }),
      custom: custom('VARCHAR(20)'),
      folded: custom('text COLLATE nocase'),
      own: custom('text collate "my_order"'),
    });
    const columns = Object.values(columnsOf(readSqlite(line, { t }).catalog));
    expect(columns.map((column) => column.type)).toEqual([
      'integer',
      'integer',
      'integer',
      'integer',
      'integer',
      'text',
      'text(50)',
      'text',
      'real',
      'numeric',
      'numeric',
      'blob',
      'blob',
      'blob',
      'VARCHAR(20)',
      'text',
      'text',
    ]);
    expect(columns.map((column) => column.collation).filter(Boolean)).toEqual(['NOCASE', 'my_order']);
  });

  it('have defaults as the column itself would store them', () => {
    const t = sqlite.sqliteTable('t', {
      text: sqlite.text().default("it's"),
      number: sqlite.integer().default(-1),
      float: sqlite.real().default(0.5),
      infinite: sqlite.real().default(Number.NEGATIVE_INFINITY),
      yes: sqlite.integer({ mode: 'boolean' }).default(true),
      no: sqlite.integer({ mode: 'boolean' }).default(false),
      seconds: sqlite.integer({ mode: 'timestamp' }).default(new Date('2020-01-02T03:04:05.678Z')),
      milliseconds: sqlite.integer({ mode: 'timestamp_ms' }).default(new Date('2020-01-02T03:04:05.678Z')),
      json: sqlite.text({ mode: 'json' }).default({ a: "it's" }),
      jsonText: sqlite.text({ mode: 'json' }).default('str'),
      numeric: sqlite.numeric().default('1.50'),
      numericNumber: sqlite.numeric({ mode: 'number' }).default(2.5),
      numericBig: sqlite.numeric({ mode: 'bigint' }).default(5n),
      bytes: sqlite.blob({ mode: 'buffer' }).default(Buffer.from([1, 171])),
      blobJson: sqlite.blob({ mode: 'json' }).default({ a: 1 }),
      blobBig: sqlite.blob({ mode: 'bigint' }).default(12n),
    });
    const columns = Object.values(columnsOf(readSqlite(line, { t }).catalog));
    expect(Object.fromEntries(columns.map((column) => [column.name, column.default]))).toEqual({
      text: literal("it's"),
      number: literal(-1),
      float: literal(0.5),
      infinite: expression('-9e999'),
      yes: literal(1),
      no: literal(0),
      seconds: literal(1577934245),
      milliseconds: literal(1577934245678),
      json: literal(`{"a":"it's"}`),
      jsonText: literal('"str"'),
      numeric: literal('1.50'),
      numericNumber: literal(2.5),
      numericBig: literal(5n),
      bytes: expression("x'01ab'"),
      blobJson: expression("x'7b2261223a317d'"),
      blobBig: expression("x'3132'"),
    });
  });

  it('have SQL defaults without outer parentheses, and none where only drizzle has them', () => {
    const t = sqlite.sqliteTable('t', {
      now: sqlite.integer().default(sql`(unixepoch())`),
      word: sqlite.text().default(sql`CURRENT_TIMESTAMP`),
      sum: sqlite.integer().default(sql`(1) + (2)`),
      quoted: sqlite.text().default(sql`'it''s'`),
      flag: sqlite.integer().default(sql`true`),
      value: sqlite.text().default(sql`(upper(${"o'k"}))`),
      sqlNull: sqlite.text().default(sql`(null)`),
      run: sqlite.text().$default(() => 'x'),
    });
    const columns = Object.values(columnsOf(readSqlite(line, { t }).catalog));
    expect(columns.map((column) => column.default)).toEqual([
      expression('unixepoch()'),
      expression('CURRENT_TIMESTAMP'),
      expression('(1) + (2)'),
      literal("it's"),
      literal(1),
      expression("upper('o''k')"),
      null,
      null,
    ]);
  });

  it('number themselves with AUTOINCREMENT only where it is asked for', () => {
    const rowid = sqlite.sqliteTable('rowid', { id: sqlite.integer().primaryKey() });
    const counted = sqlite.sqliteTable('counted', {
      id: sqlite.integer().primaryKey({ autoIncrement: true }),
    });
    const { catalog } = readSqlite(line, { rowid, counted });
    expect(tableOf(catalog, 'rowid').columns[0]).toMatchObject({
      nullable: false,
      default: null,
      identity: null,
    });
    expect(tableOf(catalog, 'counted').columns[0]).toMatchObject({
      nullable: false,
      identity: { kind: 'autoincrement' },
    });
  });

  it('are never null in a primary key, which SQLite alone would allow', () => {
    const single = sqlite.sqliteTable('single', { id: sqlite.text().primaryKey(), other: sqlite.text() });
    const pair = sqlite.sqliteTable('pair', { a: sqlite.text(), b: sqlite.text(), c: sqlite.text() }, (t) => [
      sqlite.primaryKey({ columns: [t.b, t.a] }),
    ]);
    const { catalog } = readSqlite(line, { single, pair });
    expect(tableOf(catalog, 'single').columns.map((column) => column.nullable)).toEqual([false, true]);
    expect(tableOf(catalog, 'pair').columns.map((column) => column.nullable)).toEqual([false, false, true]);
  });

  it('are generated, virtual unless they are stored', () => {
    const t = sqlite.sqliteTable('t', {
      a: sqlite.integer(),
      virtual: sqlite.integer().generatedAlwaysAs((): ReturnType<typeof sql> => sql`(${t.a} * ${2})`),
      stored: sqlite.integer().generatedAlwaysAs(sql`a + 1`, { mode: 'stored' }),
    });
    const columns = columnsOf(readSqlite(line, { t }).catalog);
    expect(columns.virtual?.generated).toEqual({ expression: '"a" * 2', stored: false });
    expect(columns.stored?.generated).toEqual({ expression: 'a + 1', stored: true });
  });
});
