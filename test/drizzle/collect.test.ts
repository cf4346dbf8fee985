import { describe, expect, it } from 'vitest';
import { readModels } from '../../src/drizzle/index.js';
import { lines, newPg, readPg, readSqlite } from './lines.js';

const names = (list: readonly { readonly name: string }[]) => list.map((each) => each.name);

describe.each(lines)('the models of a project with drizzle-orm $line', (line) => {
  const { pg, sqlite, orm } = line;
  const { sql } = orm;
  const table = (name: string) => pg.pgTable(name, { id: pg.integer().primaryKey() });

  it('are exports, the default export, and members of objects and arrays', () => {
    const shared = table('shared');
    const { catalog, warnings } = readModels(
      [
        { a: table('a'), shared, default: table('b') },
        {
          tables: { c: table('c'), deep: { d: table('d'), deeper: { e: table('not_this') } } },
          list: [table('f')],
        },
        { default: { shared, g: table('g') }, again: shared },
      ],
      { dialect: 'postgres', core: line.pg },
    );
    expect(names(catalog.tables)).toEqual(['a', 'b', 'c', 'd', 'f', 'g', 'shared']);
    expect(warnings).toEqual([]);
  });

  it('are not relations, functions, aliases, types or whatever else is exported', () => {
    const users = table('users');
    const { catalog, warnings } = readPg(line, {
      users,
      me: pg.alias(users, 'me'),
      helper: () => users,
      count: 3,
      text: 'users',
      nothing: null,
      when: new Date(),
      map: new Map([['hidden', table('hidden')]]),
      condition: sql`1 = 1`,
      column: users.id,
      ...('relations' in orm ? { usersRelations: orm.relations(users, () => ({})) } : {}),
      relations: { users: { table: table('related'), name: 'users', relations: {} } },
    });
    expect(names(catalog.tables)).toEqual(['users']);
    expect(warnings).toEqual([]);
  });

  it('are also found behind getters, and next to what refuses to be read', () => {
    const env = {
      get SECRET(): string {
        throw new Error('not on this side');
      },
    };
    const users = table('users');
    const namespace = Object.defineProperty({}, 'users', { get: () => users, enumerable: true });
    expect(names(readPg(line, { env, namespace }).catalog.tables)).toEqual(['users']);
  });

  it('hold what they reach, with a warning that names it', () => {
    const app = pg.pgSchema('app');
    const mood = app.enum('mood', ['ok', 'sad']);
    const level = pg.pgEnum('level', ['low', 'high']);
    const root = app.table('root', { id: pg.integer().primaryKey(), mood: mood() });
    const middle = pg.pgTable('middle', {
      id: pg.integer().primaryKey(),
      rootId: pg.integer().references(() => root.id),
      levels: level().array(),
    });
    const leaf = pg.pgTable('leaf', { middleId: pg.integer().references(() => middle.id) });

    const { catalog, warnings } = readPg(line, { leaf });

    expect(names(catalog.tables)).toEqual(['leaf', 'middle', 'root']);
    expect(names(catalog.enums)).toEqual(['level', 'mood']);
    expect(catalog.schemas).toEqual(['app']);
    expect(warnings.map((warning) => warning.split(' but ')[0])).toEqual([
      'Table middle is used by a foreign key of leaf',
      'Enum level is used by middle.levels',
      'Table app.root is used by a foreign key of middle',
      'Enum mood is used by app.root.mood',
      'Schema app is used by app.root',
    ]);
    expect(warnings[0]).toContain('not exported');
  });

  it('may refer to each other in a circle', () => {
    const a = pg.pgTable('a', {
      id: pg.integer().primaryKey(),
      b: pg.integer().references((): never => b.id as never),
    });
    const b = pg.pgTable('b', { id: pg.integer().primaryKey(), a: pg.integer().references(() => a.id) });
    const { catalog, warnings } = readPg(line, { a });
    expect(catalog.tables.map((each) => each.foreignKeys[0]?.references.name)).toEqual(['b', 'a']);
    expect(warnings).toHaveLength(1);
  });

  it('are schemas, enums and sequences too', () => {
    const app = pg.pgSchema('app');
    const { catalog, warnings } = readPg(line, {
      app,
      empty: pg.pgSchema('empty'),
      fromList: pg.pgEnum('from_list', ['b', 'a']),
      fromObject: app.enum('from_object', { Yes: 'yes', No: 'no' }),
      plain: pg.pgSequence('plain'),
      usual: pg.pgSequence('usual', { increment: 1, cache: '1', cycle: false, startWith: 7 }),
      odd: app.sequence('odd', {
        startWith: 10,
        increment: -2,
        minValue: '-9223372036854775808',
        maxValue: 10,
        cache: 5,
        cycle: true,
      }),
    });
    expect(catalog.schemas).toEqual(['app', 'empty']);
    expect(catalog.enums).toEqual([
      { kind: 'enum', schema: null, name: 'from_list', values: ['b', 'a'] },
      { kind: 'enum', schema: 'app', name: 'from_object', values: ['yes', 'no'] },
    ]);
    expect(catalog.sequences).toEqual([
      { kind: 'sequence', schema: null, name: 'plain', options: {} },
      { kind: 'sequence', schema: null, name: 'usual', options: { start: '7' } },
      {
        kind: 'sequence',
        schema: 'app',
        name: 'odd',
        options: {
          start: '10',
          increment: '-2',
          minValue: '-9223372036854775808',
          maxValue: '10',
          cache: '5',
          cycle: true,
        },
      },
    ]);
    expect(warnings).toEqual([]);
  });

  it('have views, policies and roles, and know those of others', () => {
    const users = pg.pgTable('users', { id: pg.integer() }, () => [
      pg.pgPolicy('mine', { using: sql`true` }),
    ]);
    const plain = pg.pgTable('plain', { id: pg.integer() }).enableRLS();
    const { catalog, warnings } = readPg(line, {
      users,
      plain,
      linked: pg.pgPolicy('linked', {}).link(plain),
      one: pg.pgView('one', { id: pg.integer() }).as(sql`select 1 as id`),
      two: pg.pgSchema('app').view('two', { id: pg.integer() }).as(sql`select 2 as id`),
      heap: pg.pgMaterializedView('heap', { id: pg.integer() }).as(sql`select 3 as id`),
      theirs: pg.pgView('theirs', { id: pg.integer() }).existing(),
      reader: pg.pgRole('reader'),
      postgres: pg.pgRole('postgres').existing(),
    });
    expect(
      catalog.uncompared.map((each) => [each.kind, each.name.schema, each.name.name, each.table?.name]),
    ).toEqual([['existing view', null, 'theirs', undefined]]);
    expect(catalog.roles.map(({ name }) => name)).toEqual(['reader']);
    expect(
      catalog.tables.map((each) => [each.name, each.rowSecurity, each.policies?.map(({ name }) => name)]),
    ).toEqual([
      ['plain', true, ['linked']],
      ['users', true, ['mine']],
    ]);
    expect(catalog.views.map((each) => [each.schema, each.name, each.materialized, each.query])).toEqual([
      [null, 'heap', true, 'select 3 as id'],
      [null, 'one', false, 'select 1 as id'],
      ['app', 'two', false, 'select 2 as id'],
    ]);
    expect(warnings).toEqual([expect.stringContaining('Schema app is used by two')]);
  });

  it('have SQLite views, and know those of others', () => {
    const { catalog, warnings } = readSqlite(line, {
      one: sqlite.sqliteView('one', { id: sqlite.integer() }).as(sql`select 1 as id`),
      theirs: sqlite.sqliteView('theirs', { id: sqlite.integer() }).existing(),
    });
    expect(catalog.views.map(({ name, query }) => [name, query])).toEqual([['one', 'select 1 as id']]);
    expect(catalog.uncompared).toEqual([{ kind: 'existing view', name: { schema: null, name: 'theirs' } }]);
    expect(warnings).toEqual([]);
  });

  it('are refused where two of them have one name', () => {
    expect(() => readPg(line, { users: table('people'), members: table('people') })).toThrow(
      expect.objectContaining({
        code: 'REV_SCHEMA',
        message: 'Two different tables are named people: users and members.',
      }),
    );
    expect(() => readPg(line, { a: pg.pgEnum('e', ['x']), b: { c: pg.pgEnum('e', ['x']) } })).toThrow(
      'Two different enums are named e: a and b.c.',
    );
    const hidden = table('people');
    const pets = pg.pgTable('pets', { owner: pg.integer().references(() => hidden.id) });
    expect(() => readPg(line, { pets, users: table('people') })).toThrow(
      'Two different tables are named people: users and people (not exported, found through a foreign key of pets).',
    );
    const elsewhere = pg.pgSchema('app').table('people', { id: pg.integer() });
    expect(readPg(line, { a: table('people'), b: elsewhere }).catalog.tables).toHaveLength(2);
  });

  it('are refused where they are of another dialect', () => {
    const sqliteUsers = sqlite.sqliteTable('users', { id: sqlite.integer() });
    expect(() => readPg(line, { models: { users: sqliteUsers } })).toThrow(
      expect.objectContaining({
        code: 'REV_SCHEMA',
        message: "The export models.users is a model of SQLite, but this project's dialect is PostgreSQL.",
      }),
    );
    expect(() => readSqlite(line, { users: table('users') })).toThrow('is a model of PostgreSQL');
    expect(() => readSqlite(line, { mood: pg.pgEnum('mood', ['ok']) })).toThrow('is a model of PostgreSQL');
    expect(() => readSqlite(line, { app: pg.pgSchema('app') })).toThrow('is a model of PostgreSQL');
  });

  it('are refused where there are none', () => {
    const refusal = expect.objectContaining({
      code: 'REV_SCHEMA',
      message: 'The schema exports no tables.',
      hint: expect.stringContaining('pgTable'),
    });
    expect(() => readPg(line, {})).toThrow(refusal);
    expect(() => readPg(line, { helper: () => 1, users: { name: 'x' } })).toThrow(refusal);
    expect(() => readModels([], { dialect: 'postgres', core: pg })).toThrow(refusal);
  });

  it('are refused where a foreign key leads nowhere', () => {
    const broken = pg.pgTable('broken', { a: pg.integer().references(() => undefined as never) });
    expect(() => readPg(line, { broken })).toThrow(
      expect.objectContaining({
        code: 'REV_SCHEMA',
        message: 'A foreign key of broken refers to something that is no column.',
      }),
    );
  });

  it('are refused where a table cannot be read, by its name', () => {
    const broken = pg.pgTable('broken', { a: pg.integer() }, () => {
      throw new Error('no such column');
    });
    expect(() => readPg(line, { broken })).toThrow(
      'The constraints and indexes of the table broken cannot be read: no such column',
    );
  });

  it('need a core that can be asked', () => {
    expect(() => readModels([{ a: table('a') }], { dialect: 'postgres', core: {} })).toThrow(
      expect.objectContaining({ code: 'REV_SCHEMA', message: expect.stringContaining('getTableConfig') }),
    );
  });

  it('are read the same twice, and frozen', () => {
    const models = {
      users: pg.pgTable('users', { a: pg.integer().unique() }, (t) => [pg.index('i').on(t.a)]),
    };
    const first = readPg(line, models);
    expect(readPg(line, models)).toEqual(first);
    expect(Object.isFrozen(first.catalog.tables[0]?.indexes[0]?.keys)).toBe(true);
  });
});

describe('schemas of 1.x', () => {
  const line = lines[1];
  if (!line) throw new Error('no 1.x');

  it('that exist elsewhere are not ours to make', () => {
    const auth = newPg.pgSchema('auth').existing();
    const sessions = auth.table('sessions', { id: newPg.integer() });
    const { catalog, warnings } = readPg(line, { auth, sessions });
    expect(catalog.schemas).toEqual([]);
    expect(catalog.tables[0]).toMatchObject({ schema: 'auth', name: 'sessions' });
    expect(warnings).toEqual([]);
  });
});
