import { sql } from 'drizzle-orm';
import { integer as pgInteger, pgTable } from 'drizzle-orm/pg-core';
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import type { Op } from '../../src/runtime/op.js';
import { type TestRevision, type TestRunner, testRunner } from '../support/runner.js';

/** Parts outside of a transaction: what is done is not done again, and what is half done is found out. */

const one = (upgrade: (op: Op) => unknown, transactional = false): readonly TestRevision[] => [
  { id: 'a1', upgrade, transactional },
];

async function given(name: 'sqlite' | 'postgres', ...statements: string[]): Promise<TestRunner> {
  const runner = await testRunner(name);
  for (const each of ['create table t (n integer)', ...statements]) await runner.driver.run({ sql: each });
  return runner;
}

const numbers = (runner: TestRunner) => runner.column('select n from t order by n');
const insert = (op: Op, n: number) => op.execute(sql.raw(`insert into t values (${n})`));

describe.each(['sqlite', 'postgres'] as const)('a revision outside of a transaction on %s', (name) => {
  it('goes on after the last operation that was done, once what failed is mended', async () => {
    const runner = await given(name);
    const broken = one((op) => {
      insert(op, 1);
      insert(op, 2);
      op.execute('insert into nowhere values (1)');
      insert(op, 4);
    });
    await expect(runner.upgrade(broken)).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      hint: expect.stringContaining('operations done: 2'),
    });
    expect(await runner.rows()).toEqual([]);
    await runner.upgrade(
      one((op) => {
        insert(op, 1);
        insert(op, 2);
        insert(op, 3);
        insert(op, 4);
      }),
    );
    expect(await numbers(runner)).toEqual([1, 2, 3, 4]);
    expect(await runner.rows()).toEqual(['a1']);
    expect(runner.events).toContainEqual(expect.objectContaining({ kind: 'resumed', position: 2 }));
    const journal = await runner.driver.values(
      'select status, position, error_code, progress from alembic_journal order by started_at, status desc',
    );
    expect(journal).toEqual([
      ['failed', 2, 'REV_REVISION_FAILED', null],
      ['done', 4, null, null],
    ]);
  });

  it('refuses to go on where the operations that are done were changed, and can begin anew', async () => {
    const runner = await given(name);
    const broken = one((op) => {
      insert(op, 1);
      op.execute('insert into nowhere values (1)');
    });
    await expect(runner.upgrade(broken)).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
    const changed = one((op) => {
      insert(op, 7);
      insert(op, 8);
    });
    await expect(runner.upgrade(changed)).rejects.toMatchObject({ code: 'REV_RESUME', exitCode: 4 });
    await expect(runner.upgrade(one(() => undefined))).rejects.toMatchObject({ code: 'REV_RESUME' });
    expect(await numbers(runner)).toEqual([1]);
    await runner.upgrade(changed, 'heads', { resume: 'restart' });
    expect(await numbers(runner)).toEqual([1, 7, 8]);
  });

  it('goes on where another runner has left it half done since this one has begun', async () => {
    const runner = await given(name);
    const half: TestRevision = {
      id: 'b1',
      down: ['a1'],
      upgrade: (op) => op.autocommit(() => insert(op, 1)).then(() => insert(op, 2)),
    };
    const cut: TestRevision = {
      ...half,
      upgrade: (op) =>
        op.autocommit(() => insert(op, 1)).then(() => op.execute('insert into nowhere values (1)')),
    };
    await expect(runner.upgrade([{ id: 'a1' }, cut])).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
    const [progress] = await runner.column('select progress from alembic_journal where progress is not null');
    await runner.driver.run({ sql: 'update alembic_journal set progress = null' });
    await runner.driver.run({ sql: 'delete from alembic_version' });
    const other: TestRevision = {
      id: 'a1',
      upgrade: (op) =>
        op.execute(sql.raw(`update alembic_journal set progress = '${progress}' where revision = 'b1'`)),
    };
    await runner.upgrade([other, half]);
    expect(await numbers(runner)).toEqual([1, 2]);
    expect(await runner.column('select progress from alembic_journal where progress is not null')).toEqual(
      [],
    );
  });

  describe('that is half done', () => {
    const stop = 'insert into nowhere values (1)';
    /** a1, and above it b1, whose second operation fails, and c1. */
    const history = (upgrade: string, downgrade: string): readonly TestRevision[] => [
      { id: 'a1', downgrade: () => undefined },
      {
        id: 'b1',
        down: ['a1'],
        transactional: false,
        upgrade: (op) => insert(op, 1).then(() => op.execute(upgrade)),
        downgrade: (op) => op.execute('delete from t').then(() => op.execute(downgrade)),
      },
      { id: 'c1', down: ['b1'], upgrade: (op) => insert(op, 3) },
    ];

    it('keeps what it stands on', async () => {
      const runner = await given(name);
      await expect(runner.upgrade(history(stop, ''))).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
      await expect(runner.downgrade(history(stop, ''), 'base')).rejects.toMatchObject({
        code: 'REV_RESUME',
        message: 'The upgrade of revision b1, above a1, is half done (operations done: 1).',
        hint: expect.stringContaining('rev stamp b1'),
      });
      expect(await runner.rows()).toEqual(['a1']);
      await runner.upgrade(history('insert into t values (2)', ''));
      expect(await numbers(runner)).toEqual([1, 2, 3]);
    });

    it('on its way down has nothing put upon it', async () => {
      const runner = await given(name);
      const whole = history('select 1', 'select 1');
      await runner.upgrade(whole, 'b1');
      await expect(runner.downgrade(history('select 1', stop), 'a1')).rejects.toThrow();
      await expect(runner.upgrade(whole)).rejects.toMatchObject({
        code: 'REV_RESUME',
        message: 'The downgrade of revision b1, below c1, is half done (operations done: 1).',
      });
      expect(await runner.rows()).toEqual(['b1']);
      await runner.downgrade(whole, 'a1');
      await runner.upgrade(whole);
      expect(await numbers(runner)).toEqual([1, 3]);
    });

    it('does not begin anew in one transaction with others, unless that is said', async () => {
      const runner = await given(name);
      await expect(runner.upgrade(history(stop, ''))).rejects.toThrow();
      const mended = history('select 1', '').map((each) => ({ ...each, transactional: true }));
      await expect(runner.upgrade(mended, 'heads', { transaction: 'all' })).rejects.toMatchObject({
        code: 'REV_RESUME',
        hint: expect.stringContaining('--resume restart'),
      });
      expect(await numbers(runner)).toEqual([1]);
      await runner.upgrade(mended, 'heads', { transaction: 'all', resume: 'restart' });
      expect(await numbers(runner)).toEqual([1, 1, 3]);
      expect(await runner.column('select 1 from alembic_journal where progress is not null')).toEqual([]);
    });

    it('beside what is run is said', async () => {
      const runner = await given(name);
      await expect(runner.upgrade(history(stop, ''))).rejects.toThrow();
      const beside: TestRevision = { id: 'z1' };
      await runner.upgrade([...history(stop, ''), beside], 'z1');
      expect(runner.events).toContainEqual({
        kind: 'warning',
        text: expect.stringContaining('The upgrade of revision b1 is half done (operations done: 1)'),
      });
    });
  });

  it('is told how to go on of the first half-done revision only', async () => {
    const runner = await given(name);
    const both = (last: string): readonly TestRevision[] =>
      ['a1', 'b1'].map((id, at) => ({
        id,
        transactional: false,
        upgrade: (op) => {
          insert(op, at);
          op.execute(last);
        },
      }));
    for (const id of ['a1', 'b1'])
      await expect(runner.upgrade(both('insert into nowhere values (1)'), id)).rejects.toThrow();
    await runner.upgrade(both('select 1'), 'heads', { resume: 'restart' });
    expect(await numbers(runner)).toEqual([0, 0, 1]);
  });

  it('takes other values for the same operation', async () => {
    const runner = await given(name);
    const revision = (n: number, last: string) =>
      one((op) => {
        op.execute(sql`insert into t values (${n})`);
        op.bulkInsert('t', [{ n }]);
        op.execute(last);
      });
    await expect(runner.upgrade(revision(1, 'insert into nowhere values (1)'))).rejects.toThrow();
    await runner.upgrade(revision(2, 'insert into t values (3)'));
    expect(await numbers(runner)).toEqual([1, 1, 3]);
  });

  it('counts changes of op.db, and keeps op.db.transaction together', async () => {
    const runner = await given(name);
    const t =
      name === 'sqlite'
        ? sqliteTable('t', { n: integer('n') })
        : (pgTable('t', { n: pgInteger('n') }) as never);
    const revision = (last: string) =>
      one(async (any) => {
        const op = any as Op<'sqlite'>;
        await op.db.insert(t).values({ n: 1 });
        await op.db.transaction(async (tx) => {
          await tx.insert(t).values({ n: 2 });
          await op.execute('insert into t values (3)');
        });
        await op.db
          .transaction(async (tx) => {
            await tx.insert(t).values({ n: 100 });
            throw new Error('taken back');
          })
          .catch(() => undefined);
        expect((await op.db.select().from(t)).length).toBeGreaterThan(2);
        await op.execute(last);
      });
    await expect(runner.upgrade(revision('insert into nowhere values (1)'))).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
    });
    expect(await numbers(runner)).toEqual([1, 2, 3]);
    await runner.upgrade(revision('insert into t values (4)'));
    expect(await numbers(runner)).toEqual([1, 2, 3, 4]);
  });

  it('does not let a revision open a transaction of its own', async () => {
    const runner = await given(name);
    await expect(runner.upgrade(one((op) => op.execute('begin')))).rejects.toThrow(/cannot run BEGIN/);
  });

  it('runs without a journal, and says that it cannot be resumed', async () => {
    const runner = await given(name, 'create table alembic_journal (x integer)');
    await runner.upgrade(one((op) => insert(op, 1)));
    expect(await numbers(runner)).toEqual([1]);
    expect(await runner.rows()).toEqual(['a1']);
  });

  it('is no business of another version table that shares the journal', async () => {
    const runner = await given(name);
    const broken = one((op) => {
      insert(op, 1);
      op.execute('insert into nowhere values (1)');
    });
    await expect(runner.upgrade(broken)).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
    const whole = one((op) => {
      insert(op, 1);
      insert(op, 2);
    });
    await runner.upgrade(whole, 'heads', { versionTable: 'another' });
    expect(await numbers(runner)).toEqual([1, 1, 2]);
    await runner.upgrade(whole);
    expect(await numbers(runner)).toEqual([1, 1, 2, 2]);
    expect(await runner.column('select version_num from another')).toEqual(['a1']);
    expect(await runner.rows()).toEqual(['a1']);
  });

  it('adds to a journal of an older version what it lacks', async () => {
    const runner = await given(name);
    await runner.upgrade([{ id: '00' }]);
    for (const column of ['progress', 'pending', 'tag', 'version_table'])
      await runner.driver.run({ sql: `alter table alembic_journal drop column ${column}` });
    await runner.upgrade([{ id: '00' }, { id: 'a1', down: ['00'], upgrade: (op) => insert(op, 1) }]);
    expect(
      await runner.column("select revision from alembic_journal where status = 'done' order by 1"),
    ).toEqual(['00', 'a1']);
  });
});

describe.each(['sqlite', 'postgres'] as const)('a downgrade outside of a transaction on %s', (name) => {
  it('goes on where it was cut, too', async () => {
    const runner = await given(name, 'insert into t values (1)');
    const revision = (last: string): readonly TestRevision[] => [
      {
        id: 'a1',
        transactional: false,
        downgrade: (op) => {
          op.execute('update t set n = n + 10');
          op.execute(last);
        },
      },
    ];
    await runner.upgrade(revision('select 1'));
    await expect(runner.downgrade(revision('insert into nowhere values (1)'), 'base')).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
    });
    expect(await runner.rows()).toEqual(['a1']);
    await runner.downgrade(revision('insert into t values (2)'), 'base');
    expect(await numbers(runner)).toEqual([2, 11]);
    expect(await runner.rows()).toEqual([]);
    await runner.upgrade(revision('select 1'));
    await runner.downgrade(revision('select 1'), 'base');
    expect(await numbers(runner)).toEqual([12, 21]);
  });
});

describe.each(['sqlite', 'postgres'] as const)('op.autocommit on %s', (name) => {
  const vacuum = 'vacuum';

  it('is outside of a transaction, in its place, awaited or not', async () => {
    const runner = await given(name);
    await runner.upgrade(
      one((op) => {
        insert(op, 1);
        op.autocommit(() => {
          op.execute(vacuum);
          op.execute('insert into t select max(n) + 1 from t');
        });
        op.execute('insert into t select max(n) * 10 from t');
        op.autocommit(async () => {
          await op.execute(vacuum);
          await op.autocommit(() => op.execute('insert into t select max(n) + 1 from t'));
        });
      }, true),
    );
    expect(await numbers(runner)).toEqual([1, 2, 20, 21]);
  });

  it('keeps what it and the part before have done, and rolls back the part after', async () => {
    const runner = await given(name);
    const revision = (last: string) =>
      one(async (op) => {
        insert(op, 1);
        await op.autocommit(() => insert(op, 2));
        insert(op, 3);
        op.execute(last);
      }, true);
    await expect(runner.upgrade(revision('insert into nowhere values (1)'))).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      hint: expect.stringContaining('operations done: 2'),
    });
    expect(await numbers(runner)).toEqual([1, 2]);
    expect(await runner.rows()).toEqual([]);
    await runner.upgrade(revision('insert into t values (4)'));
    expect(await numbers(runner)).toEqual([1, 2, 3, 4]);
  });

  it('fails the revision by what fails inside of it', async () => {
    const runner = await given(name);
    const forgotten = one((op) => {
      op.autocommit(() => {
        op.execute('insert into nowhere values (1)');
      });
      insert(op, 9);
    }, true);
    await expect(runner.upgrade(forgotten)).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
    const thrown = one(
      (op) =>
        op.autocommit(async () => {
          throw new Error('of my own');
        }),
      true,
    );
    await expect(runner.upgrade(thrown, 'heads', { resume: 'restart' })).rejects.toThrow(/of my own/);
    expect(await numbers(runner)).toEqual([]);
  });

  it('is refused inside of op.db.transaction, and in a run that is one transaction', async () => {
    const runner = await given(name);
    const inside = one((op) => op.db.transaction(async () => op.autocommit(() => undefined)) as never, true);
    await expect(runner.upgrade(inside)).rejects.toThrow(/inside of op.db.transaction/);
    const whole = one((op) => op.autocommit(() => undefined), true);
    await expect(runner.upgrade(whole, 'heads', { transaction: 'all' })).rejects.toMatchObject({
      code: 'REV_USAGE',
    });
  });
});

describe('on PostgreSQL', () => {
  it('drops the invalid index that a failed CREATE INDEX CONCURRENTLY has left, and makes it again', async () => {
    const runner = await given('postgres', 'insert into t values (1), (1)');
    const revision = one((op) => op.execute('create unique index concurrently "T n" on t (n)'));
    await expect(runner.upgrade(revision)).rejects.toMatchObject({ code: 'REV_REVISION_FAILED' });
    const valid = () => runner.column("select indisvalid from pg_index where indrelid = 't'::regclass");
    expect(await valid()).toEqual([false]);
    await runner.driver.run({ sql: 'delete from t where ctid = (select min(ctid) from t)' });
    await runner.upgrade(revision);
    expect(await valid()).toEqual([true]);
  });

  it('asks where a procedure was cut off that commits by itself', async () => {
    const runner = await given(
      'postgres',
      `create procedure p() language plpgsql as $$ begin
        insert into t values (1); commit; perform pg_terminate_backend(pg_backend_pid()); end $$`,
    );
    const revision = one((op) => {
      op.execute('call p()');
      insert(op, 2);
    });
    const attempt = async (resume?: 'done' | 'again') => {
      const other = await runner.second();
      return other.upgrade(revision, 'heads', resume ? { resume } : {});
    };
    await expect(attempt()).rejects.toMatchObject({ code: 'REV_CONNECT' });
    await expect(attempt()).rejects.toMatchObject({
      code: 'REV_RESUME',
      hint: expect.stringContaining('--resume done'),
    });
    await expect(attempt('again')).rejects.toMatchObject({ code: 'REV_CONNECT' });
    expect(await numbers(runner)).toEqual([1, 1]);
    await attempt('done');
    expect(await numbers(runner)).toEqual([1, 1, 2]);
    expect(await runner.rows()).toEqual(['a1']);
  });

  it.each([
    ['drop index concurrently if exists i', 'create index i on t (n)'],
    ['alter table parted detach partition part concurrently', ''],
    ['reindex table concurrently t', 'create index i on t (n)'],
    ['alter system reset work_mem', ''],
  ])('runs %s', async (statement, setup) => {
    const runner = await given(
      'postgres',
      'create table parted (n integer) partition by range (n)',
      'create table part partition of parted for values from (0) to (9)',
      ...(setup ? [setup] : []),
    );
    await runner.upgrade(one((op) => op.execute(`-- it stands alone\n${statement};`)));
    expect(await runner.rows()).toEqual(['a1']);
  });
});
