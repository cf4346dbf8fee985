import { describe, expect, it } from 'vitest';
import {
  column,
  findOverlaps,
  foreignKey,
  type Operation,
  type TableChange,
  unique,
} from '../../src/operations/index.js';

/** What two branches touch both, and whether it matters. */

const users = { schema: null, name: 'users' };
const posts = { schema: null, name: 'posts' };

function alter(...changes: readonly TableChange[]): Operation {
  return { kind: 'alterTable', table: users, changes };
}
const add = (name: string, type = 'text') => alter({ kind: 'addColumn', column: column(name, type) });
const drop = (name: string) => alter({ kind: 'dropColumn', name });
const retype = (name: string) => alter({ kind: 'alterColumn', name, to: { type: 'integer' } });
const rename = (from: string, to: string) => alter({ kind: 'renameColumn', from, to });
const index = (name: string, key: string, table = users): Operation => ({
  kind: 'createIndex',
  table,
  index: {
    kind: 'index',
    name,
    unique: false,
    method: 'btree',
    keys: [{ column: key, order: 'asc', nulls: null }],
    where: null,
  },
});
const dropTable: Operation = { kind: 'dropTable', name: users };
const createTable = (name: string, keys: readonly ReturnType<typeof foreignKey>[] = []): Operation => ({
  kind: 'createTable',
  table: {
    kind: 'table',
    schema: null,
    name,
    columns: [column('id', 'integer'), column('mood', 'mood[]')],
    primaryKey: null,
    uniques: [],
    checks: [],
    foreignKeys: keys,
    indexes: [],
  },
});
const fill: Operation = { kind: 'insert', table: users, columns: ['name'], rows: [['a']] };
const mood = { schema: null, name: 'mood' };
const alterMood = (to: readonly string[]): Operation => ({
  kind: 'alterEnum',
  name: mood,
  from: ['ok', 'sad'],
  to,
  columns: [{ table: users, column: 'mood', default: null }],
});
const constraint = (each: Parameters<typeof unique>[1], name: string | null) =>
  alter({ kind: 'addConstraint', constraint: unique(name, each) });

/** `conflict column users.name`, … */
function overlaps(left: readonly Operation[], right: readonly Operation[]): readonly string[] {
  const own = (revision: string, operations: readonly Operation[]) =>
    operations.map((operation) => ({ revision, operation }));
  return findOverlaps(own('left', left), own('right', right)).map(({ kind, object }) => `${kind} ${object}`);
}

describe.each<[string, Operation[], Operation[], string[]]>([
  ['two adds of one column', [add('bio')], [add('bio')], ['conflict column users.bio']],
  ['two alters of one column', [retype('name')], [retype('name')], ['conflict column users.name']],
  ['a drop and an alter of one column', [drop('name')], [retype('name')], ['conflict column users.name']],
  ['a rename and an alter', [rename('name', 'n')], [retype('name')], ['conflict column users.name']],
  ['a rename to what the other adds', [rename('name', 'n')], [add('n')], ['conflict column users.n']],
  [
    'a drop of a column and an index on it',
    [drop('name')],
    [index('i', 'name')],
    ['conflict column users.name'],
  ],
  ['two columns of one table', [add('bio')], [add('age')], ['sameTable table users']],
  ['an alter and an index of one column', [retype('name')], [index('i', 'name')], ['sameTable table users']],
  ['rows and a new column', [fill], [add('bio')], ['sameTable table users']],
  ['rows on both sides', [fill], [fill], ['sameTable table users']],
  ['a drop of a table and a column on it', [dropTable], [add('bio')], ['conflict table users']],
  ['the same the other way round', [add('bio')], [dropTable], ['conflict table users']],
  ['a drop of a table and rows', [dropTable], [fill], ['conflict table users']],
  ['a drop of a table and an index', [index('i', 'name')], [dropTable], ['conflict table users']],
  [
    'a drop of a table and a reference to it',
    [dropTable],
    [createTable('posts', [foreignKey('fk', ['id'], users, ['id'])])],
    ['conflict table users'],
  ],
  [
    'a rename of a table and a column on it',
    [{ kind: 'renameTable', from: users, to: { schema: null, name: 'people' } }],
    [add('bio')],
    ['conflict table users'],
  ],
  ['two drops of a table', [dropTable], [dropTable], ['conflict table users']],
  ['two tables', [createTable('posts')], [createTable('tags')], []],
  ['one table twice', [createTable('posts')], [createTable('posts')], ['conflict table posts']],
  ['one index name on two tables', [index('i', 'a')], [index('i', 'a', posts)], ['conflict index i']],
  [
    'one constraint name',
    [constraint(['a'], 'u')],
    [constraint(['b'], 'u')],
    ['conflict constraint users.u'],
  ],
  [
    'one unnamed constraint',
    [constraint(['a'], null)],
    [constraint(['a'], null)],
    ['conflict an unnamed constraint of users'],
  ],
  [
    'two unnamed constraints',
    [constraint(['a'], null)],
    [constraint(['b'], null)],
    ['sameTable table users'],
  ],
  ['two alters of an enum', [alterMood(['ok', 'sad', 'x'])], [alterMood(['ok'])], ['conflict enum mood']],
  [
    'a drop of an enum and a column of it',
    [{ kind: 'dropEnum', name: mood }],
    [createTable('posts')],
    ['conflict enum mood'],
  ],
  ['an enum with one value more and a column of it', [alterMood(['ok', 'sad', 'x'])], [retype('mood')], []],
  [
    'an enum made anew and a column of it',
    [alterMood(['ok'])],
    [retype('mood')],
    ['conflict column users.mood'],
  ],
  [
    'a drop of a schema and a table in it',
    [{ kind: 'dropSchema', name: 'app' }],
    [{ kind: 'dropTable', name: { schema: 'app', name: 'users' } }],
    ['conflict schema app'],
  ],
  [
    'a table of the same name elsewhere',
    [{ kind: 'dropTable', name: { schema: 'app', name: 'users' } }],
    [add('bio')],
    [],
  ],
  ['raw SQL', [{ kind: 'execute', sql: { texts: ['drop table users'], values: [] } }], [add('bio')], []],
  [
    'a conflict and its neighbours',
    [add('bio'), add('age')],
    [add('bio'), add('size')],
    ['conflict column users.bio'],
  ],
])('%s', (_what, left, right, expected) => {
  it('is found, and from either side', () => {
    expect(overlaps(left, right)).toEqual(expected);
    expect(overlaps(right, left)).toEqual(expected);
  });
});

it('does not mind letter case', () => {
  expect(overlaps([add('Bio')], [add('bio')])).toEqual(['conflict column users.Bio']);
});

it('says whose operations they are', () => {
  const left = { revision: 'aaaa', operation: add('bio') };
  const right = { revision: 'bbbb', operation: add('bio') };
  expect(findOverlaps([left], [right])).toEqual([
    { kind: 'conflict', object: 'column users.bio', left: [left], right: [right] },
  ]);
});

describe('what an expression names', () => {
  const check: TableChange = {
    kind: 'addConstraint',
    constraint: { kind: 'check', name: 'ck', expression: `"Email" <> ''` },
  };
  const lower: Operation = {
    kind: 'createIndex',
    table: users,
    index: {
      kind: 'index',
      name: 'ix',
      unique: false,
      method: 'btree',
      keys: [{ expression: 'lower(email)', order: 'asc', nulls: null }],
      where: null,
    },
  };
  const generated = alter({
    kind: 'addColumn',
    column: { ...column('mail', 'text'), generated: { expression: 'upper(email)', stored: true } },
  });
  it.each([
    ['a check', alter(check)],
    ['a key of an index', lower],
    ['a generated column', generated],
    [
      'the default schema by its name',
      {
        kind: 'alterTable',
        table: { schema: 'public', name: 'users' },
        changes: [{ kind: 'alterColumn', name: 'email', to: { type: 'text' } }],
      } satisfies Operation,
    ],
  ])('%s conflicts with the drop of a column in it', (_name, operation) => {
    const found = findOverlaps([{ revision: 'a', operation: drop('email') }], [{ revision: 'b', operation }]);
    expect(found.map(({ kind, object }) => [kind, object])).toEqual([['conflict', 'column users.email']]);
  });

  it('an index and a table cannot have one name', () => {
    const found = findOverlaps(
      [{ revision: 'a', operation: index('ix', 'name') }],
      [{ revision: 'b', operation: createTable('ix') }],
    );
    expect(found[0]?.kind).toBe('conflict');
  });
});
