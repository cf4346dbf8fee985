import { describe, expect, it } from 'vitest';
import type { Op } from '../../src/runtime/op.js';
import { userProject } from '../support/project.js';
import { type TestRevision, type TestRunner, testRunner } from '../support/runner.js';
import { changeFile, readFile } from '../support/sqlite-file.js';

/** Outside of a transaction foreign keys are on, and SQLite deletes all rows of a table that it drops. */

async function family(action: string): Promise<TestRunner> {
  const runner = await testRunner('sqlite');
  for (const sql of [
    'create table parent (id integer primary key)',
    `create table child (id integer primary key, p integer references parent on delete ${action})`,
    'insert into parent values (1)',
    'insert into child values (1, 1)',
  ])
    await runner.driver.run({ sql });
  return runner;
}

const outside: readonly [string, (work: (op: Op) => unknown) => TestRevision][] = [
  ['in a revision outside of a transaction', (upgrade) => ({ id: 'a1', upgrade, transactional: false })],
  ['in op.autocommit', (work) => ({ id: 'a1', upgrade: (op) => op.autocommit(() => work(op)) })],
];

describe.each(outside)('a table dropped %s', (_where, revision) => {
  it.each(['cascade', 'set null'])('is refused, and keeps its children: on delete %s', async (action) => {
    const runner = await family(action);
    const upgrade = runner.upgrade([revision((op) => op.dropTable('parent'))]);
    await expect(upgrade).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      message: expect.stringContaining('child (p) refers to table parent, which does not exist'),
      hint: expect.stringMatching(
        /None of its operations was finished[\s\S]*drop the foreign key\.\n.*in a transaction of its own/,
      ),
    });
    expect(await runner.column('select p from child')).toEqual([1]);
    expect(await runner.column('select id from parent')).toEqual([1]);
    expect(await runner.column('pragma foreign_keys')).toEqual([1]);
  });

  it('goes where nothing refers to it any more, and a run that failed after it goes on', async () => {
    const runner = await family('cascade');
    const drops = (last: string) =>
      revision(async (op) => {
        await op.dropTable('child');
        await op.dropTable('parent');
        await op.execute(last);
      });
    await expect(runner.upgrade([drops('insert into nowhere values (1)')])).rejects.toThrow();
    expect(await runner.column("select name from sqlite_schema where name in ('parent', 'child')")).toEqual(
      [],
    );
    await runner.upgrade([drops('create table other (id integer primary key)')]);
    expect(await runner.rows()).toEqual(['a1']);
  });

  it('is there as long as the journal does not know that it is gone', async () => {
    const runner = await family('cascade');
    await runner.upgrade([{ id: 'a0' }]);
    await runner.driver.run({
      sql: `create trigger cut before update of position on alembic_journal
        when new.position = 1 and new.status = 'running' begin select raise(abort, 'cut'); end`,
    });
    const revisions = [{ id: 'a0' }, { ...revision((op) => op.dropTable('child')), down: ['a0'] }];
    await expect(runner.upgrade(revisions)).rejects.toThrow(/cut/);
    expect(await runner.column('select p from child')).toEqual([1]);
    await runner.driver.run({ sql: 'drop trigger cut' });
    await runner.upgrade(revisions);
    expect(await runner.column("select name from sqlite_schema where name = 'child'")).toEqual([]);
    expect(await runner.rows()).toEqual(['a1']);
  });

  it('inside of op.db.transaction is refused', async () => {
    const runner = await family('cascade');
    const upgrade = runner.upgrade([
      revision((op) => op.db.transaction(async () => op.dropTable('parent') as never)),
    ]);
    await expect(upgrade).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      hint: expect.stringContaining('op.db.transaction'),
    });
    expect(await runner.column('select p from child')).toEqual([1]);
  });
});

it("the user's own SQL is run as it is", async () => {
  const runner = await family('set null');
  await runner.upgrade([
    { id: 'a1', transactional: false, upgrade: (op) => op.execute('drop table parent') },
  ]);
  expect(await runner.column('select p from child')).toEqual([null]);
});

it.each([
  ['dropped', "op.dropTable('parent')", []],
  ['rebuilt', "op.alterColumn('parent', 'id', { type: 'text' })", ['1']],
])('a script has a table %s while foreign keys are off', async (_what, change, left) => {
  const project = userProject();
  try {
    project.write('alembic.config.ts', "export default { dialect: 'sqlite', schema: './schema' };");
    project.write(
      'revisions/ffff00003333_first.ts',
      `import { column, foreignKey } from 'drizzle-alembic';
       export const revision = 'ffff00003333'; export const downRevision = null;
       export async function upgrade(op) {
         await op.createTable('parent', [column('id', 'integer', { nullable: false }), primaryKey(['id'])]);
         await op.createTable('child', [column('p', 'integer'), foreignKey(null, ['p'], 'parent', ['id'], { onDelete: 'cascade' })]);
       }`.replace('foreignKey }', 'foreignKey, primaryKey }'),
    );
    project.write(
      'revisions/ffff00004444_second.ts',
      `export const revision = 'ffff00004444'; export const downRevision = 'ffff00003333';
       export const transactional = false;
       export async function upgrade(op) { await ${change}; }`,
    );
    const file = project.path('script.db');
    changeFile(file, (await project.ok(['upgrade', 'ffff00003333', '--sql'])).stdout);
    changeFile(file, 'insert into parent values (1); insert into child values (1)');
    const { stdout } = await project.ok(['upgrade', 'ffff00003333:head', '--sql']);
    if (left.length > 0) changeFile(file, stdout);
    else expect(() => changeFile(file, stdout)).toThrow(/foreign keys are violated/);
    expect(readFile(file, 'select p from child')).toEqual([1]);
  } finally {
    project.remove();
  }
});
