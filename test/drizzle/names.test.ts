import { describe, expect, it } from 'vitest';
import { cutTo63Bytes } from '../../src/drizzle/check-names.js';
import { lines, newPg, readPg, readSqlite, tableOf } from './lines.js';

const [old, modern] = lines;
if (!old || !modern) throw new Error('two lines');

describe('casing of 0.x', () => {
  const { pg, sqlite, orm } = old;
  const { sql } = orm;

  it('names what the user did not name, everywhere', () => {
    const users = pg.pgTable('users', { userId: pg.integer().primaryKey() });
    const t = pg.pgTable(
      'userPosts',
      {
        authorId: pg.integer().references(() => users.userId),
        postTitle: pg.text().unique(),
        slugText: pg.text(),
        HTTPStatus2: pg
          .integer()
          .generatedAlwaysAs((): ReturnType<typeof sql> => sql`length(${t.postTitle})`),
        givenName: pg.text('givenName'),
      },
      (t) => [
        pg.primaryKey({ columns: [t.authorId, t.slugText] }),
        pg.unique().on(t.slugText, t.givenName),
        pg.index().on(t.slugText),
        pg.index('by_title').on(sql`lower(${t.postTitle})`),
        pg.check('title', sql`${t.postTitle} <> ''`),
      ],
    );
    const table = tableOf(readPg(old, { users, t }, { casing: 'snake_case' }).catalog, 'userPosts');

    expect(table.columns.map((column) => column.name)).toEqual([
      'author_id',
      'post_title',
      'slug_text',
      'http_status2',
      'givenName',
    ]);
    expect(table.columns[3]?.generated?.expression).toBe('length("post_title")');
    expect(table.primaryKey).toMatchObject({
      name: 'userPosts_author_id_slug_text_pk',
      derived: true,
      columns: ['author_id', 'slug_text'],
    });
    expect(table.foreignKeys).toMatchObject([
      { name: 'userPosts_author_id_users_user_id_fk', derived: true, references: { columns: ['user_id'] } },
    ]);
    // drizzle 0.45 makes these from the property's key before casing is known, and kit keeps them.
    expect(table.uniques).toMatchObject([
      { name: 'userPosts_postTitle_unique', derived: true, columns: ['post_title'] },
      { name: 'userPosts_slugText_givenName_unique', derived: true, columns: ['slug_text', 'givenName'] },
    ]);
    expect(table.indexes).toMatchObject([
      { name: 'by_title', keys: [{ expression: 'lower("post_title")' }] },
      { name: 'userPosts_slug_text_index', derived: true, keys: [{ column: 'slug_text' }] },
    ]);
    expect(table.checks[0]?.expression).toBe(`"post_title" <> ''`);
  });

  it('can be camelCase, and is off unless asked for', () => {
    const t = sqlite.sqliteTable('t', {
      user_id: sqlite.integer(),
      html_URL: sqlite.text(),
      "don't_x": sqlite.text(),
    });
    const columns = (casing?: 'camelCase' | 'snake_case') =>
      tableOf(readSqlite(old, { t }, casing ? { casing } : {}).catalog).columns.map((column) => column.name);
    expect(columns('camelCase')).toEqual(['userId', 'htmlURL', 'dontX']);
    expect(columns('snake_case')).toEqual(['user_id', 'html_url', 'dont_x']);
    expect(columns()).toEqual(['user_id', 'html_URL', "don't_x"]);
  });

  it('is as drizzle does it', async () => {
    const casing = (await import('drizzle-orm/casing')) as {
      toSnakeCase(text: string): string;
      toCamelCase(text: string): string;
    };
    const keys = ['aB', 'ABc', 'aBC', 'a1B2', 'a_b', 'A', 'userID', 'XMLHttpRequest', 'élan', 'a__b', "it's"];
    const column = (key: string, kind: 'camelCase' | 'snake_case') => {
      const t = sqlite.sqliteTable('t', { [key]: sqlite.text() });
      return tableOf(readSqlite(old, { t }, { casing: kind }).catalog).columns[0]?.name;
    };
    for (const key of keys) {
      expect(column(key, 'snake_case')).toBe(casing.toSnakeCase(key));
      expect(column(key, 'camelCase')).toBe(casing.toCamelCase(key));
    }
  });

  it('can make two columns one, which is refused', () => {
    const t = pg.pgTable('t', { createdAt: pg.integer(), created_at: pg.integer() });
    expect(() => readPg(old, { t }, { casing: 'snake_case' })).toThrow(
      expect.objectContaining({
        code: 'REV_NAME',
        message:
          'The column created_at of t and the column created_at of t have one name: a table cannot have both.',
      }),
    );
  });
});

describe('names of 1.x', () => {
  it('are final, also where the configuration still has casing', () => {
    const t = newPg.snakeCase.table('t', { userId: newPg.integer() });
    const u = newPg.pgTable('u', { userId: newPg.integer() });
    const { catalog } = readPg(modern, { t, u }, { casing: 'camelCase' });
    expect(catalog.tables.map((table) => table.columns[0]?.name)).toEqual(['user_id', 'userId']);
  });
});

describe.each(lines)('names that PostgreSQL would take for one, with drizzle-orm $line', (line) => {
  const { pg } = line;
  const long = 'x'.repeat(63);
  const table = (name: string) => pg.pgTable(name, { id: pg.integer() });
  const clash = (message: string) =>
    expect.objectContaining({ code: 'REV_NAME', message: expect.stringContaining(message) });

  it('are refused before anything runs: tables', () => {
    expect(() => readPg(line, { a: table(`${long}a`), b: table(`${long}b`) })).toThrow(
      clash('PostgreSQL keeps 63 bytes of a name'),
    );
    expect(readPg(line, { a: table(`a${long}`), b: table(`b${long}`) }).catalog.tables).toHaveLength(2);
  });

  it('are refused: columns', () => {
    const t = pg.pgTable('t', { a: pg.integer(`${long}a`), b: pg.integer(`${long}b`) });
    expect(() => readPg(line, { t })).toThrow(clash(`The column ${long}a of t and the column ${long}b of t`));
  });

  it('are refused: an index and a constraint of one long table', () => {
    const t = pg.pgTable(long, { a: pg.integer().unique() }, (t) => [pg.index().on(t.a)]);
    expect(() => readPg(line, { t })).toThrow(clash('have one name'));
  });

  it('are refused: indexes of two tables of a schema, but not of two schemas', () => {
    const make = (schema: string | null, name: string) => {
      const table: typeof pg.pgTable = schema === null ? pg.pgTable : (pg.pgSchema(schema).table as never);
      return table(name, { a: pg.integer() }, (t) => [pg.index('by_a').on(t.a)]);
    };
    expect(() => readPg(line, { a: make(null, 'a'), b: make(null, 'b') })).toThrow(
      clash('The index by_a of a and the index by_a of b have one name: a schema cannot have both.'),
    );
    expect(readPg(line, { a: make('x', 'a'), b: make('y', 'b') }).catalog.tables).toHaveLength(2);
  });

  it('are refused: a table and an enum, a table and a sequence', () => {
    expect(() => readPg(line, { t: table('mood'), e: pg.pgEnum('mood', ['ok']) })).toThrow(
      clash('enum mood'),
    );
    expect(() => readPg(line, { t: table('n'), s: pg.pgSequence('n') })).toThrow(clash('sequence n'));
  });

  it('are refused: constraints of one table', () => {
    const t = pg.pgTable('t', { a: pg.integer() }, (t) => [
      pg.check('c', line.orm.sql`${t.a} > 0`),
      pg.check('c', line.orm.sql`${t.a} < 9`),
    ]);
    expect(() => readPg(line, { t })).toThrow(clash('The check c of t and the check c of t'));
  });
});

describe.each(lines)('names that SQLite would take for one, with drizzle-orm $line', (line) => {
  const { sqlite } = line;

  it('are refused without regard to case', () => {
    const t = sqlite.sqliteTable('t', { a: sqlite.text(), b: sqlite.text('A') });
    expect(() => readSqlite(line, { t })).toThrow('SQLite does not tell names apart by case');
  });

  it('are refused for indexes of the whole database', () => {
    const make = (name: string) =>
      sqlite.sqliteTable(name, { a: sqlite.text() }, (t) => [sqlite.index('by_a').on(t.a)]);
    expect(() => readSqlite(line, { a: make('a'), b: make('b') })).toThrow('index by_a of b');
  });
});

describe('63 bytes', () => {
  it('are cut as PostgreSQL cuts them, never inside of a character', () => {
    expect(cutTo63Bytes('short')).toBe('short');
    expect(cutTo63Bytes('x'.repeat(70))).toBe('x'.repeat(63));
    expect(cutTo63Bytes('é'.repeat(40))).toBe('é'.repeat(31));
    expect(cutTo63Bytes(`${'x'.repeat(60)}👍`)).toBe('x'.repeat(60));
    expect(cutTo63Bytes(`${'x'.repeat(59)}👍`)).toBe(`${'x'.repeat(59)}👍`);
  });
});
