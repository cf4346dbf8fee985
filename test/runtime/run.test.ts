import { sql } from 'drizzle-orm';
import { integer, pgTable, text as pgText, timestamp } from 'drizzle-orm/pg-core';
import { integer as sqliteInteger, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import { column, primaryKey } from '../../src/operations/index.js';
import type { Op } from '../../src/runtime/op.js';
import { type TestRevision, testRunner } from '../support/runner.js';

const table =
  (name: string): NonNullable<TestRevision['upgrade']> =>
  (op) =>
    op.createTable(name, [
      column('id', 'integer', { nullable: false }),
      column('name', 'text'),
      primaryKey(['id']),
    ]);

const chain: readonly TestRevision[] = [
  { id: 'a1', upgrade: table('a'), downgrade: (op) => op.dropTable('a') },
  { id: 'b1', down: ['a1'], upgrade: table('b'), downgrade: (op) => op.dropTable('b') },
  { id: 'c1', down: ['b1'], upgrade: table('c'), downgrade: (op) => op.dropTable('c') },
];

describe.each(['sqlite', 'postgres'] as const)('a run on %s', (name) => {
  it('applies what is missing, in order, and takes it back', async () => {
    const runner = await testRunner(name);
    const first = await runner.upgrade(chain, 'b1');
    expect(first.steps.map((step) => step.revision)).toEqual(['a1', 'b1']);
    expect(await runner.rows()).toEqual(['b1']);
    const second = await runner.upgrade(chain);
    expect(second).toMatchObject({ before: ['b1'], after: ['c1'] });
    expect((await runner.upgrade(chain)).steps).toEqual([]);
    const down = await runner.downgrade(chain, 'base');
    expect(down.steps.map((step) => step.revision)).toEqual(['c1', 'b1', 'a1']);
    expect(await runner.rows()).toEqual([]);
  });

  it('loses nothing when awaits are forgotten', async () => {
    const runner = await testRunner(name);
    const forgetful: TestRevision = {
      id: 'a1',
      upgrade: (op) => {
        table('a')(op);
        op.execute("insert into a values (1, 'one')");
        op.execute(sql`insert into a values (${2}, ${"it's two"})`);
        op.bulkInsert('a', [{ id: 3, name: 'three' }, { id: 4 }]);
        setTimeout(() => undefined, 0);
      },
    };
    await runner.upgrade([forgetful]);
    expect(await runner.column('select name from a order by id')).toEqual(['one', "it's two", 'three', null]);
  });

  it('fails the whole revision for a call that nobody awaited', async () => {
    const runner = await testRunner(name);
    const broken: TestRevision = {
      id: 'b1',
      down: ['a1'],
      upgrade: (op) => {
        table('b')(op);
        op.execute('insert into nowhere values (1)');
        table('c')(op);
      },
    };
    await expect(runner.upgrade([chain[0] as TestRevision, broken])).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
      data: { revision: 'b1' },
    });
    expect(await runner.rows()).toEqual(['a1']);
    expect(await runner.dialect.hasTable(runner.driver, { schema: null, name: 'b' })).toBe(false);
    const journal = await runner.driver.values(
      'select revision, status, error_code from alembic_journal order by started_at, status',
    );
    expect(journal).toEqual([
      ['a1', 'done', null],
      ['b1', 'failed', 'REV_REVISION_FAILED'],
    ]);
  });

  it.each([
    'commit',
    '-- all done\n COMMIT;',
    '/* x */ rollback',
    'begin immediate',
    'END TRANSACTION',
    'select 1; commit; begin',
  ])('does not let a revision end its transaction by %j', async (statement) => {
    const runner = await testRunner(name);
    const revision: TestRevision = {
      id: 'a1',
      upgrade: async (op) => {
        await table('a')(op);
        await op.execute(statement);
      },
    };
    await expect(runner.upgrade([revision])).rejects.toThrow(/cannot run/);
    expect(await runner.rows()).toEqual([]);
    expect(await runner.dialect.hasTable(runner.driver, { schema: null, name: 'a' })).toBe(false);
  });

  it('refuses changes that an asynchronous callback would name too late', async () => {
    const runner = await testRunner(name);
    const revision: TestRevision = {
      id: 'b1',
      down: ['a1'],
      upgrade: (op) =>
        op.alterTable('a', async (changes) => {
          await null;
          changes.addColumn(column('lost', 'text'));
        }),
    };
    await expect(runner.upgrade([chain[0] as TestRevision, revision])).rejects.toThrow(/asynchronous/);
    expect(await runner.rows()).toEqual(['a1']);
  });

  it('fails for a promise that was left behind and has failed', async () => {
    const runner = await testRunner(name);
    const revision: TestRevision = {
      id: 'b1',
      down: ['a1'],
      upgrade: (op) => {
        void (async () => {
          await op.execute("insert into a values (1, 'one')");
          throw new Error('helper failed');
        })();
      },
    };
    await expect(runner.upgrade([chain[0] as TestRevision, revision])).rejects.toThrow(/helper failed/);
    expect(await runner.rows()).toEqual(['a1']);
    expect(Number((await runner.column('select count(*) from a'))[0])).toBe(0);
  });

  it('takes bytes as values, and leaves the values as they are', async () => {
    const runner = await testRunner(name);
    const given = { b: Buffer.from([0, 1, 255]), other: { free: true } };
    const revision: TestRevision = {
      id: 'a1',
      upgrade: (op) => {
        op.createTable('a', [column('b', name === 'sqlite' ? 'blob' : 'bytea'), column('j', 'text')]);
        op.bulkInsert('a', [{ b: given.b, j: JSON.stringify(given.other) }]);
        op.execute(sql`insert into a values (${given.b}, null)`);
      },
    };
    await runner.upgrade([revision]);
    given.other.free = false;
    const rows = await runner.column('select b from a');
    expect(rows.map((row) => Buffer.from(row as Uint8Array).toString('hex'))).toEqual(['0001ff', '0001ff']);
  });

  it('goes on without a journal that cannot be written, and says so', async () => {
    const runner = await testRunner(name);
    await runner.driver.run({ sql: 'create table alembic_journal (x integer)' });
    await runner.upgrade(chain);
    expect(await runner.rows()).toEqual(['c1']);
    expect(await runner.dialect.hasTable(runner.driver, { schema: null, name: 'c' })).toBe(true);
    const warnings = runner.events.filter((event) => event.kind === 'warning');
    expect(warnings.length).toBeGreaterThan(0);
  });

  it('does not let op.db end the transaction either', async () => {
    const runner = await testRunner(name);
    const revision: TestRevision = {
      id: 'a1',
      upgrade: async (given) => {
        await table('a')(given);
        const op = given as import('../../src/runtime/op.js').Op<'postgres'>;
        const db = op.db as unknown as {
          execute?: (query: unknown) => Promise<unknown>;
          run?: (query: unknown) => Promise<unknown>;
        };
        await (name === 'sqlite' ? db.run?.(sql`commit`) : db.execute?.(sql`commit`));
      },
    };
    await expect(runner.upgrade([revision])).rejects.toThrow(/cannot run COMMIT/);
    expect(await runner.rows()).toEqual([]);
  });

  it('lets a revision make a trigger and write texts that look like statements', async () => {
    const runner = await testRunner(name);
    const revision: TestRevision = {
      id: 'a1',
      upgrade: async (op) => {
        await table('a')(op);
        await op.execute("insert into a values (1, 'x; commit; end')");
        if (name === 'sqlite') {
          await op.execute('create trigger t after insert on a begin delete from a where id = 9; end');
        } else {
          await op.execute("select E'it\\'s; end of it'");
          await op.execute('create function f() returns int language plpgsql as $$ begin return 1; end $$');
        }
      },
    };
    await runner.upgrade([revision]);
    expect(await runner.column('select name from a')).toEqual(['x; commit; end']);
  });

  it('does not let a revision end the transaction behind a body', async () => {
    const trigger = 'create trigger t after insert on a begin select case when 1 then 2 end; end';
    const bodies =
      name === 'sqlite'
        ? [trigger, `${trigger};`, trigger.replace('create', 'create /* ; */ temp')]
        : [
            'do $$ begin perform 1; end $$',
            'do language plpgsql $x$ begin perform $$;commit;$$; end $x$',
            'create function f() returns int language plpgsql as $$ begin return 1; end $$',
            'create or replace procedure f() language sql begin atomic select 1; select case when true then 2 end; end',
            "create function f() returns text language sql return E'\\'; commit; --'",
            'create rule r as on insert to a do also (select 1; select 2)',
          ];
    for (const body of bodies) {
      const runner = await testRunner(name);
      await runner.driver.run({ sql: 'create table a (id integer)' });
      const run = (id: string, text: string) =>
        runner.upgrade([{ id, upgrade: (op) => op.execute(text) }], 'heads');
      await expect(run('a1', `${body}; create table kept (id integer); /**/ commit`), body).rejects.toThrow(
        /cannot run COMMIT/,
      );
      await expect(run('a1', `${body}; start /* */ transaction`)).rejects.toThrow(
        /cannot run START TRANSACTION/,
      );
      expect(await runner.dialect.hasTable(runner.driver, { schema: null, name: 'kept' })).toBe(false);
      await run('a1', `${body}; create table kept (id integer)`);
      expect(await runner.rows()).toEqual(['a1']);
    }
  });

  it('waits for nobody where there is nothing to do', async () => {
    const runner = await testRunner(name);
    await runner.upgrade(chain);
    const other = await runner.second();
    await other.driver.transaction(async () => {
      await other.driver.run({ sql: 'delete from a' });
      expect((await runner.upgrade(chain)).steps).toEqual([]);
    });
  });

  it('rolls everything back where the run is one transaction', async () => {
    const runner = await testRunner(name);
    const broken: TestRevision = { id: 'd1', down: ['c1'], upgrade: () => Promise.reject(new Error('no')) };
    await expect(runner.upgrade([...chain, broken], 'heads', { transaction: 'all' })).rejects.toMatchObject({
      code: 'REV_REVISION_FAILED',
    });
    expect(await runner.rows()).toEqual([]);
    expect(await runner.dialect.hasTable(runner.driver, { schema: null, name: 'a' })).toBe(false);
  });

  it('runs each revision once when two runners start together', async () => {
    const runner = await testRunner(name);
    const other = await runner.second();
    const counted = chain.map((revision) => ({
      ...revision,
      upgrade: async (op: Parameters<NonNullable<TestRevision['upgrade']>>[0]) => {
        await revision.upgrade?.(op);
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    }));
    const results = await Promise.all([runner.upgrade(counted), other.upgrade(counted)]);
    expect(results.flatMap((result) => result.steps.map((step) => step.revision)).sort()).toEqual([
      'a1',
      'b1',
      'c1',
    ]);
    expect(await runner.rows()).toEqual(['c1']);
  });

  it('makes no further step once it is interrupted', async () => {
    const runner = await testRunner(name);
    const controller = new AbortController();
    const stopped = chain.map((revision) =>
      revision.id === 'b1' ? { ...revision, upgrade: () => controller.abort() } : revision,
    );
    const result = runner.upgrade(stopped, 'heads', { signal: controller.signal });
    await expect(result).rejects.toMatchObject({ code: 'REV_INTERRUPTED', exitCode: 130 });
    expect(await runner.rows()).toEqual(['b1']);
  });

  it.each([
    [
      'in its transaction',
      async (op: Op, wait: () => Promise<void>) => {
        await table('b')(op);
        await wait();
      },
      ['a1'],
    ],
    ['in op.autocommit', (op: Op, wait: () => Promise<void>) => op.autocommit(() => wait()), ['a1']],
    [
      'in op.db.transaction',
      (op: Op, wait: () => Promise<void>) =>
        (op.db as { transaction(work: () => unknown): unknown }).transaction(wait),
      ['a1'],
    ],
  ] as const)(
    'does not wait for what is no statement once it is interrupted: %s',
    async (_, upgrade, rows) => {
      const runner = await testRunner(name);
      const stop = new AbortController();
      let late: Promise<unknown> | undefined;
      let goOn = () => {};
      const hanging: TestRevision = {
        id: 'b1',
        down: ['a1'],
        upgrade: (op) =>
          upgrade(op, () => {
            const ended = new Promise<void>((resolve) => {
              goOn = resolve;
            });
            late = ended.then(() => op.execute('create table late (n integer)'));
            late.catch(() => undefined);
            setImmediate(() => stop.abort());
            return new Promise(() => {});
          }),
      };
      const interruptible = await runner.interruptible(stop.signal);
      const run = interruptible.upgrade([chain[0] as TestRevision, hanging], 'heads', {
        signal: stop.signal,
      });
      await expect(run).rejects.toMatchObject({ code: 'REV_INTERRUPTED', exitCode: 130 });
      goOn();
      await expect(late).rejects.toMatchObject({ code: 'REV_OPERATION' });
      expect(await runner.rows()).toEqual(rows);
      for (const each of ['b', 'late']) {
        expect(await runner.dialect.hasTable(runner.driver, { schema: null, name: each })).toBe(false);
      }
      // The session is free, and the next run is not kept out.
      await runner.upgrade(chain.slice(0, 2));
      expect(await runner.rows()).toEqual(['b1']);
    },
  );

  it('removes rows that lie under another row', async () => {
    const runner = await testRunner(name);
    await runner.upgrade(chain);
    await runner.driver.run({ sql: "insert into alembic_version values ('a1')" });
    await runner.upgrade(chain);
    expect(await runner.rows()).toEqual(['c1']);
    expect(runner.events.some((event) => event.kind === 'warning' && event.text.includes('a1'))).toBe(true);
  });
});

describe('op.db', () => {
  it('is a drizzle database in the revision, on SQLite', async () => {
    const runner = await testRunner('sqlite');
    const a = sqliteTable('a', {
      id: sqliteInteger('id'),
      name: text('name'),
      at: sqliteInteger('at', { mode: 'timestamp' }),
    });
    const revision: TestRevision = {
      id: 'a1',
      upgrade: async (given) => {
        const op = given as import('../../src/runtime/op.js').Op<'sqlite'>;
        op.createTable('a', [column('id', 'integer'), column('name', 'text'), column('at', 'integer')]);
        await op.db.insert(a).values([
          { id: 1, name: 'one', at: new Date(1000) },
          { id: 2, name: 'two' },
        ]);
        await op.db.transaction(async (inner) => {
          await inner.update(a).set({ name: 'TWO' }).where(sql`${a.id} = ${2}`);
        });
        await op.db
          .transaction(async (inner) => {
            await inner.delete(a);
            throw new Error('taken back');
          })
          .catch(() => undefined);
        const rows = await op.db.select().from(a).orderBy(a.id);
        expect(rows).toEqual([
          { id: 1, name: 'one', at: new Date(1000) },
          { id: 2, name: 'TWO', at: null },
        ]);
        expect(await op.db.select().from(a).where(sql`${a.id} = 7`).get()).toBeUndefined();
      },
    };
    await runner.upgrade([revision]);
    expect(await runner.column('select name from a order by id')).toEqual(['one', 'TWO']);
  });

  it('is a drizzle database in the revision, on PostgreSQL', async () => {
    const runner = await testRunner('postgres');
    const a = pgTable('a', {
      id: integer('id'),
      name: pgText('name'),
      at: timestamp('at', { withTimezone: true }),
    });
    const revision: TestRevision = {
      id: 'a1',
      upgrade: async (given) => {
        const op = given as import('../../src/runtime/op.js').Op<'postgres'>;
        op.createTable('a', [column('id', 'integer'), column('name', 'text'), column('at', 'timestamptz')]);
        const at = new Date('2026-01-02T03:04:05.678Z');
        const inserted = await op.db
          .insert(a)
          .values([
            { id: 1, name: 'one', at },
            { id: 2, name: 'two' },
          ])
          .returning();
        expect(inserted[0]).toEqual({ id: 1, name: 'one', at });
        await op.db.transaction(async (inner) => {
          await inner.update(a).set({ name: 'TWO' }).where(sql`${a.id} = ${2}`);
        });
        await op.db
          .transaction(async (inner) => {
            await inner.delete(a);
            throw new Error('taken back');
          })
          .catch(() => undefined);
        expect(await op.db.select().from(a).orderBy(a.id)).toEqual([
          { id: 1, name: 'one', at },
          { id: 2, name: 'TWO', at: null },
        ]);
      },
    };
    await runner.upgrade([revision]);
    expect(await runner.column('select name from a order by id')).toEqual(['one', 'TWO']);
  });

  it('lets a revision go on after a query that it has caught', async () => {
    const runner = await testRunner('postgres');
    const a = pgTable('a', { id: integer('id').primaryKey() });
    const revision: TestRevision = {
      id: 'b1',
      down: ['a1'],
      upgrade: async (given) => {
        const op = given as import('../../src/runtime/op.js').Op<'postgres'>;
        await op.db.insert(a).values({ id: 1 });
        const twice = op.db.transaction((inner) => inner.insert(a).values({ id: 1 }));
        await expect(twice).rejects.toThrow();
        await op.db.insert(a).values({ id: 2 });
      },
    };
    await runner.upgrade([chain[0] as TestRevision, revision]);
    expect(await runner.column('select id from a order by id')).toEqual([1, 2]);
  });

  it('fails the revision for a change that nobody awaited, wherever it stands', async () => {
    const runner = await testRunner('sqlite');
    const a = sqliteTable('a', { id: sqliteInteger('id') });
    type SqliteOp = import('../../src/runtime/op.js').Op<'sqlite'>;
    const forgotten: Record<string, (op: SqliteOp) => unknown> = {
      insert: (op) => void op.db.insert(a).values({ id: 1 }),
      update: (op) => void op.db.update(a).set({ id: 2 }).where(sql`true`),
      delete: (op) => op.db.transaction(async (inner) => void inner.delete(a)),
      run: (op) => void op.db.run(sql`delete from a`),
      all: (op) => void op.db.all(sql`delete from a returning id`),
    };
    await runner.upgrade([chain[0] as TestRevision]);
    for (const [method, upgrade] of Object.entries(forgotten)) {
      const revision: TestRevision = { id: 'b1', down: ['a1'], upgrade: (op) => upgrade(op as SqliteOp) };
      const result = runner.upgrade([chain[0] as TestRevision, revision]);
      await expect(result).rejects.toThrow(`A query of op.db was not awaited: ${method}.`);
    }
    expect(await runner.rows()).toEqual(['a1']);
  });

  it('lets a change be a part of another query, and a read be dropped', async () => {
    const runner = await testRunner('postgres');
    const a = pgTable('a', { id: integer('id').primaryKey(), name: pgText('name') });
    const revision: TestRevision = {
      id: 'b1',
      down: ['a1'],
      upgrade: async (given) => {
        const op = given as import('../../src/runtime/op.js').Op<'postgres'>;
        op.db.select().from(a);
        const added = op.db.$with('added').as(op.db.insert(a).values({ id: 1, name: 'one' }).returning());
        expect(await op.db.with(added).select().from(added)).toEqual([{ id: 1, name: 'one' }]);
        await op.db.insert(a).values({ id: 2 }).onConflictDoNothing();
        const prepared = op.db.update(a).set({ name: 'two' }).where(sql`${a.id} = 2`).prepare('p');
        await prepared.execute();
      },
    };
    await runner.upgrade([chain[0] as TestRevision, revision]);
    expect(await runner.column('select name from a order by id')).toEqual(['one', 'two']);
  });

  it('takes its changes back with the revision', async () => {
    const runner = await testRunner('sqlite');
    const a = sqliteTable('a', { id: sqliteInteger('id') });
    const broken: TestRevision = {
      id: 'b1',
      down: ['a1'],
      upgrade: async (given) => {
        const op = given as import('../../src/runtime/op.js').Op<'sqlite'>;
        await op.db.insert(a).values({ id: 1 });
        throw new Error('no');
      },
    };
    await expect(runner.upgrade([chain[0] as TestRevision, broken])).rejects.toThrow('no');
    expect(await runner.column('select count(*) from a')).toEqual([0]);
  });
});
