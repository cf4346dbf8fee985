import { describe, expect, it } from 'vitest';
import { lines, newPg, readPg, readSqlite, tableOf } from './lines.js';

describe.each(lines)('PostgreSQL constraints of drizzle-orm $line', (line) => {
  const { pg, orm } = line;
  const { sql } = orm;
  const modern = line.line === '1.x';

  it('have the names of their line where the user gave none', () => {
    const users = pg.pgTable('users', { id: pg.integer().primaryKey(), email: pg.text().unique() });
    const posts = pg.pgTable(
      'posts',
      {
        a: pg.integer(),
        b: pg.integer(),
        authorId: pg.integer('author_id').references(() => users.id),
      },
      (t) => [pg.primaryKey({ columns: [t.b, t.a] }), pg.unique().on(t.a, t.authorId)],
    );
    const { catalog } = readPg(line, { users, posts });

    expect(tableOf(catalog, 'users').primaryKey).toEqual({
      kind: 'primaryKey',
      name: 'users_pkey',
      derived: true,
      columns: ['id'],
    });
    expect(tableOf(catalog, 'users').uniques).toEqual([
      {
        kind: 'unique',
        name: modern ? 'users_email_key' : 'users_email_unique',
        derived: true,
        columns: ['email'],
        nullsNotDistinct: false,
      },
    ]);
    expect(tableOf(catalog, 'posts').primaryKey).toEqual({
      kind: 'primaryKey',
      name: modern ? 'posts_pkey' : 'posts_b_a_pk',
      derived: true,
      columns: ['b', 'a'],
    });
    expect(tableOf(catalog, 'posts').uniques).toMatchObject([
      { name: 'posts_a_author_id_unique', derived: true, columns: ['a', 'author_id'] },
    ]);
    expect(tableOf(catalog, 'posts').foreignKeys).toEqual([
      {
        kind: 'foreignKey',
        name: modern ? 'posts_author_id_users_id_fkey' : 'posts_author_id_users_id_fk',
        derived: true,
        columns: ['author_id'],
        references: { schema: null, name: 'users', columns: ['id'] },
        onDelete: 'no action',
        onUpdate: 'no action',
      },
    ]);
  });

  it('keep the names that the user gave', () => {
    const users = pg.pgTable('users', { id: pg.integer().primaryKey() });
    const t = pg.pgTable(
      't',
      {
        a: pg.integer(),
        b: pg.integer(),
        c: pg.integer().unique('c_once', { nulls: 'not distinct' }),
        userId: pg.integer(),
      },
      (t) => [
        pg.primaryKey({ columns: [t.a, t.b], name: 't_key' }),
        pg.unique('a_once').on(t.a).nullsNotDistinct(),
        pg
          .foreignKey({ name: 't_user', columns: [t.userId], foreignColumns: [users.id] })
          .onDelete('set null')
          .onUpdate('cascade'),
        pg.check('t_a_positive', sql`(${t.a} > 0)`),
      ],
    );
    const table = tableOf(readPg(line, { users, t }).catalog, 't');
    expect(table.primaryKey).toEqual({ kind: 'primaryKey', name: 't_key', columns: ['a', 'b'] });
    expect(table.uniques).toEqual([
      { kind: 'unique', name: 'a_once', columns: ['a'], nullsNotDistinct: true },
      { kind: 'unique', name: 'c_once', columns: ['c'], nullsNotDistinct: true },
    ]);
    expect(table.foreignKeys).toMatchObject([
      { name: 't_user', columns: ['userId'], onDelete: 'set null', onUpdate: 'cascade' },
    ]);
    expect(table.foreignKeys[0]).not.toHaveProperty('derived');
    expect(table.checks).toEqual([{ kind: 'check', name: 't_a_positive', expression: '"a" > 0' }]);
  });

  it('have names of their own where tables share a column builder', () => {
    const shared = { slug: pg.text().unique() };
    const { catalog } = readPg(line, { a: pg.pgTable('a', shared), b: pg.pgTable('b', shared) });
    const end = modern ? 'key' : 'unique';
    expect(catalog.tables.map((table) => table.uniques[0])).toMatchObject([
      { name: `a_slug_${end}`, derived: true },
      { name: `b_slug_${end}`, derived: true },
    ]);
  });

  it('reach into other schemas, and back to their own table', () => {
    const app = pg.pgSchema('app');
    const nodes = app.table(
      'nodes',
      { a: pg.integer(), b: pg.integer(), parentA: pg.integer(), parentB: pg.integer() },
      (t) => [
        pg.primaryKey({ columns: [t.a, t.b] }),
        pg.foreignKey({ columns: [t.parentB, t.parentA], foreignColumns: [t.b, t.a] }),
      ],
    );
    const [key] = tableOf(readPg(line, { app, nodes }).catalog).foreignKeys;
    expect(key).toMatchObject({
      columns: ['parentB', 'parentA'],
      references: { schema: 'app', name: 'nodes', columns: ['b', 'a'] },
    });
  });

  it('are one where a column and its table say the same', () => {
    const users = pg.pgTable('users', { id: pg.integer().primaryKey() });
    const t = pg.pgTable('t', { userId: pg.integer().references(() => users.id) }, (t) => [
      pg.foreignKey({ columns: [t.userId], foreignColumns: [users.id] }),
    ]);
    expect(tableOf(readPg(line, { users, t }).catalog, 't').foreignKeys).toHaveLength(1);
  });

  it('are refused where a table has two primary keys', () => {
    const t = pg.pgTable('t', { a: pg.integer().primaryKey(), b: pg.integer().primaryKey() });
    const u = pg.pgTable('u', { a: pg.integer().primaryKey(), b: pg.integer() }, (table) => [
      pg.primaryKey({ columns: [table.a, table.b] }),
    ]);
    const refusal = { code: 'REV_SCHEMA', message: expect.stringContaining('more than one primary key') };
    expect(() => readPg(line, { t })).toThrow(expect.objectContaining(refusal));
    expect(() => readPg(line, { u })).toThrow(expect.objectContaining(refusal));
  });

  it('read the older form of the last argument, an object', () => {
    const t = pg.pgTable('t', { a: pg.integer(), b: pg.integer() }, (t) => ({
      key: pg.primaryKey({ columns: [t.a, t.b] }),
      byB: pg.index('by_b').on(t.b),
    }));
    const table = tableOf(readPg(line, { t }).catalog);
    expect(table.primaryKey?.columns).toEqual(['a', 'b']);
    expect(table.indexes.map((index) => index.name)).toEqual(['by_b']);
  });
});

describe('names of 1.x', () => {
  const line = lines[1];
  if (!line) throw new Error('no 1.x');

  it('are explicit for a foreign key that a column names', () => {
    const users = newPg.pgTable('users', { id: newPg.integer().primaryKey() });
    const t = newPg.pgTable('t', {
      userId: newPg.integer().references(() => users.id, { name: 'mine', onDelete: 'cascade' }),
    });
    const [key] = tableOf(readPg(line, { users, t }).catalog, 't').foreignKeys;
    expect(key).toMatchObject({ name: 'mine', onDelete: 'cascade' });
    expect(key).not.toHaveProperty('derived');
  });

  it('are explicit even where they equal the derived ones', () => {
    const t = newPg.pgTable('t', { a: newPg.integer() }, (t) => [newPg.unique('t_a_unique').on(t.a)]);
    expect(tableOf(readPg(line, { t }).catalog).uniques[0]).not.toHaveProperty('derived');
  });

  it('are made short with a hash for foreign keys over 63 characters', () => {
    const users = newPg.pgTable('organization_memberships', { organizationId: newPg.integer().primaryKey() });
    const t = newPg.pgTable('organization_membership_invitations', {
      organizationId: newPg.integer().references(() => users.organizationId),
    });
    const [key] = tableOf(
      readPg(line, { users, t }).catalog,
      'organization_membership_invitations',
    ).foreignKeys;
    expect(key?.name).toMatch(/^organization_membership_invitations_[0-9a-f]{12}_fkey$/);
  });
});

describe.each(lines)('SQLite constraints of drizzle-orm $line', (line) => {
  const { sqlite, orm } = line;
  const { sql } = orm;
  const modern = line.line === '1.x';

  it('have no primary key name unless the user gave one', () => {
    const a = sqlite.sqliteTable('a', { id: sqlite.integer().primaryKey() });
    const b = sqlite.sqliteTable('b', { x: sqlite.text(), y: sqlite.text() }, (t) => [
      sqlite.primaryKey({ columns: [t.x, t.y] }),
    ]);
    const c = sqlite.sqliteTable('c', { x: sqlite.text(), y: sqlite.text() }, (t) => [
      sqlite.primaryKey({ columns: [t.x, t.y], name: 'c_key' }),
    ]);
    const { catalog } = readSqlite(line, { a, b, c });
    expect(catalog.tables.map((table) => table.primaryKey)).toEqual([
      { kind: 'primaryKey', name: null, columns: ['id'] },
      { kind: 'primaryKey', name: null, columns: ['x', 'y'] },
      { kind: 'primaryKey', name: 'c_key', columns: ['x', 'y'] },
    ]);
  });

  it('tell a unique constraint from a unique index', () => {
    const t = sqlite.sqliteTable(
      't',
      { a: sqlite.text().unique(), b: sqlite.text().unique('b_once'), c: sqlite.text(), d: sqlite.text() },
      (t) => [sqlite.unique().on(t.c, t.d), sqlite.uniqueIndex('t_c').on(t.c)],
    );
    const table = tableOf(readSqlite(line, { t }).catalog);
    expect(table.uniques).toEqual([
      { kind: 'unique', name: 'b_once', columns: ['b'], nullsNotDistinct: false },
      { kind: 'unique', name: 't_a_unique', derived: true, columns: ['a'], nullsNotDistinct: false },
      { kind: 'unique', name: 't_c_d_unique', derived: true, columns: ['c', 'd'], nullsNotDistinct: false },
    ]);
    expect(table.indexes).toMatchObject([{ name: 't_c', unique: true }]);
  });

  it('have foreign keys with the default actions spelled out', () => {
    const users = sqlite.sqliteTable('users', { id: sqlite.integer().primaryKey() });
    const t = sqlite.sqliteTable(
      't',
      { userId: sqlite.integer().references(() => users.id), other: sqlite.integer() },
      (t) => [
        sqlite
          .foreignKey({ name: 'other_fk', columns: [t.other], foreignColumns: [users.id] })
          .onDelete('set default'),
        sqlite.check('c', sql`${t.other} <> ${t.userId}`),
      ],
    );
    const table = tableOf(readSqlite(line, { users, t }).catalog, 't');
    expect(table.foreignKeys).toEqual(
      [
        {
          kind: 'foreignKey',
          name: modern ? 'fk_t_userId_users_id_fk' : 't_userId_users_id_fk',
          derived: true,
          columns: ['userId'],
          references: { schema: null, name: 'users', columns: ['id'] },
          onDelete: 'no action',
          onUpdate: 'no action',
        },
        {
          kind: 'foreignKey',
          name: 'other_fk',
          columns: ['other'],
          references: { schema: null, name: 'users', columns: ['id'] },
          onDelete: 'set default',
          onUpdate: 'no action',
        },
      ].sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
    expect(table.checks).toEqual([{ kind: 'check', name: 'c', expression: '"other" <> "userId"' }]);
  });
});
