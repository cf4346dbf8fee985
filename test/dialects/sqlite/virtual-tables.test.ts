import { describe, expect, test } from 'vitest';
import { column, type Operation, type TableChange } from '../../../src/operations/index.js';
import { freshSqlite } from '../../support/sqlite.js';

const docs = { schema: null, name: 'docs' };
const alter = (...changes: TableChange[]): Operation => ({ kind: 'alterTable', table: docs, changes });

async function prepared(...statements: readonly string[]) {
  const db = await freshSqlite();
  await db.setup(
    'create table docs (id integer primary key, title text, size int)',
    'create virtual table search using fts5(title, content=docs, content_rowid=id)',
    ...statements,
  );
  return db;
}

describe('a full-text index that would no longer find its table is refused', () => {
  test.each<[string, Operation, string]>([
    [
      'table renamed',
      { kind: 'renameTable', from: docs, to: { schema: null, name: 'texts' } },
      'no such table',
    ],
    [
      'column renamed',
      alter({ kind: 'renameColumn', from: 'title', to: 'heading' }),
      'no such column: T.title',
    ],
    ['column dropped', alter({ kind: 'dropColumn', name: 'title' }), 'no such column: T.title'],
  ])('%s', async (_, operation, message) => {
    for (const rows of [[], ["insert into docs values (1, 'x', 2)"]]) {
      const db = await prepared(...rows);
      await expect(db.run(operation)).rejects.toMatchObject({
        message: expect.stringMatching(
          new RegExp(`^These virtual tables would no longer work:\\n {2}search: .*${message}`),
        ),
        data: { virtualTables: ['search'] },
      });
      expect(await db.rows('select count(*) from search')).toEqual([[rows.length]]);
    }
  });
});

describe('what a full-text index does not use changes', () => {
  test('columns', async () => {
    const db = await prepared("insert into docs values (1, 'x', 2)");
    await db.run(
      alter({ kind: 'dropColumn', name: 'size' }, { kind: 'addColumn', column: column('n', 'int') }),
    );
    expect(await db.rows('select * from search')).toEqual([['x']]);
  });

  test('where one that was broken before stays so', async () => {
    const db = await prepared('create virtual table old using fts5(a, content=nowhere)');
    await db.run(alter({ kind: 'renameColumn', from: 'size', to: 'length' }));
    expect(await db.rows('select * from search')).toEqual([]);
  });
});
