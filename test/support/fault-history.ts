import type { Op } from '../../src/runtime/op.js';

/**
 * A history of ten revisions of all kinds, for runs that are disturbed: whatever runs twice, or not at all, shows in a
 * row. Its functions stand by themselves (no imports), so that they can be written out as files for another process.
 */
export interface FaultRevision {
  readonly id: string;
  readonly transactional: boolean;
  readonly upgrade: (op: Op) => unknown;
  readonly downgrade: (op: Op) => unknown;
}

/** Downgrades go to this one, so that there are rows left to tell what has run. */
export const lowest = 'a1';

type Functions = Pick<FaultRevision, 'upgrade' | 'downgrade'>;

/** A part outside of a transaction between two that are inside of one: a statement that cannot be in one, and a backfill. */
function aroundAutocommit({ up, down }: { readonly up: string; readonly down: string }): Functions {
  return {
    upgrade: withStatement(up, async (op, statement) => {
      op.execute("insert into ran values ('f1 before')");
      await op.autocommit(async () => {
        op.execute(statement);
        const n: unknown = { queryChunks: [], toQuery: () => ({ sql: 'n + 1000', params: [] }) };
        await op.backfill({ table: 'accounts', set: { n }, batchSize: 1 });
      });
      op.execute("insert into ran values ('f1 after')");
    }),
    downgrade: withStatement(down, async (op, statement) => {
      op.execute("insert into ran values ('f1 down')");
      await op.autocommit(async () => {
        const n: unknown = { queryChunks: [], toQuery: () => ({ sql: 'n - 1000', params: [] }) };
        op.backfill({ table: 'accounts', set: { n }, where: 'n > 0', batchSize: 2 });
        await op.execute(statement);
      });
    }),
  };
}

/** The statement is a part of the function also where that is written out. */
function withStatement(statement: string, call: (op: Op, statement: string) => unknown) {
  return Object.assign((op: Op) => call(op, statement), {
    toString: () => `(op) => (${call})(op, ${JSON.stringify(statement)})`,
  });
}

const common = {
  tables: {
    upgrade: async (op: Op) => {
      // Not by raw SQL: a script could not rebuild a table that it has not seen.
      const rest = { nullable: false, default: null, identity: null, generated: null };
      const id = { ...rest, name: 'id', type: 'integer' };
      const name = { ...rest, name: 'name', type: 'text' };
      const n = { ...rest, name: 'n', type: 'integer', default: { kind: 'literal' as const, value: 0 } };
      const primaryKey = { kind: 'primaryKey' as const, name: null, columns: ['id'] };
      op.createTable('accounts', [id, name, n, primaryKey]);
      op.execute('create table ran (step text)');
      op.execute("insert into accounts (id, name) values (1, 'a'), (2, 'b'), (3, 'c')");
      op.bulkInsert('ran', [{ step: 'a1' }]);
    },
    downgrade: (op: Op) => {
      op.dropTable('accounts');
      op.dropTable('ran');
    },
  },
  email: {
    upgrade: async (op: Op) => {
      op.addColumn('accounts', {
        name: 'email',
        type: 'text',
        nullable: true,
        default: null,
        identity: null,
        generated: null,
      });
      await op.execute("update accounts set email = name || '@x', n = n + 1");
      await op.execute("insert into ran values ('b1')");
    },
    downgrade: async (op: Op) => {
      op.dropColumn('accounts', 'email');
      await op.execute('update accounts set n = n - 1');
      op.execute("insert into ran values ('b1 down')");
    },
  },
  posts: {
    upgrade: async (op: Op) => {
      const rest = { default: null, identity: null, generated: null };
      op.createTable('posts', [
        { ...rest, name: 'id', type: 'integer', nullable: false },
        { ...rest, name: 'account_id', type: 'integer', nullable: true },
        { kind: 'primaryKey', name: null, columns: ['id'] },
        {
          kind: 'foreignKey',
          name: null,
          columns: ['account_id'],
          references: { schema: null, name: 'accounts', columns: ['id'] },
          onDelete: 'no action',
          onUpdate: 'no action',
        },
      ]);
      op.execute('insert into posts select id, id from accounts');
      await op.execute("insert into ran values ('g1')");
    },
    downgrade: (op: Op) => {
      op.dropTable('posts');
      op.execute("insert into ran values ('g1 down')");
    },
  },
  rename: {
    upgrade: (op: Op) => {
      op.renameColumn('accounts', 'email', 'mail');
      op.createIndex('posts_account', 'posts', ['account_id']);
      op.execute("insert into ran values ('i1')");
    },
    downgrade: (op: Op) => {
      op.dropIndex('posts_account', 'posts');
      op.renameColumn('accounts', 'mail', 'email');
      op.execute("insert into ran values ('i1 down')");
    },
  },
  last: {
    upgrade: (op: Op) => {
      op.execute('update accounts set n = n + 10');
      op.execute("insert into ran values ('j1')");
    },
    downgrade: (op: Op) => {
      op.execute('update accounts set n = n - 10');
      op.execute("insert into ran values ('j1 down')");
    },
  },
} satisfies Readonly<Record<string, Functions>>;

const postgres = {
  c1: {
    upgrade: (op: Op) => op.execute('create index concurrently accounts_name on accounts (name)'),
    downgrade: (op: Op) => op.execute('drop index concurrently accounts_name'),
  },
  d1: {
    upgrade: async (op: Op) => {
      await op.execute("create type mood as enum ('sad', 'ok')");
      await op.execute("alter table accounts add column mood mood not null default 'ok'");
      await op.execute("insert into ran values ('d1')");
    },
    downgrade: async (op: Op) => {
      await op.dropColumn('accounts', 'mood');
      await op.dropEnum('mood');
      await op.execute("insert into ran values ('d1 down')");
    },
  },
  e1: {
    upgrade: async (op: Op) => {
      await op.execute("insert into ran values ('e1 first')");
      op.execute('create unique index concurrently accounts_email on accounts (email)');
      op.execute('update accounts set n = n + 100');
      op.execute('drop index concurrently accounts_name');
      op.execute("insert into ran values ('e1 last')");
    },
    downgrade: async (op: Op) => {
      op.execute('create index concurrently accounts_name on accounts (name)');
      op.execute('update accounts set n = n - 100');
      op.execute('drop index concurrently accounts_email');
      op.execute("insert into ran values ('e1 down')");
    },
  },
  f1: aroundAutocommit({
    up: 'create index concurrently "Accounts n" on accounts (n)',
    down: 'drop index concurrently "Accounts n"',
  }),
  h1: {
    upgrade: (op: Op) => {
      op.execute('reindex index concurrently accounts_email');
      op.execute('vacuum accounts');
      op.execute("alter type mood add value 'happy'");
      op.execute("update accounts set mood = 'happy'");
      op.execute("insert into ran values ('h1')");
    },
    downgrade: (op: Op) => {
      op.execute("update accounts set mood = 'ok'");
      op.execute("insert into ran values ('h1 down')");
      op.execute('vacuum accounts');
    },
  },
} satisfies Readonly<Record<string, Functions>>;

const sqlite = {
  c1: {
    upgrade: (op: Op) => op.createIndex('accounts_name', 'accounts', ['name']),
    downgrade: (op: Op) => op.dropIndex('accounts_name', 'accounts'),
  },
  d1: {
    upgrade: async (op: Op) => {
      await op.alterColumn('accounts', 'name', { default: 'nobody' });
      await op.execute("insert into ran values ('d1')");
    },
    downgrade: async (op: Op) => {
      await op.alterColumn('accounts', 'name', { default: null });
      await op.execute("insert into ran values ('d1 down')");
    },
  },
  e1: {
    upgrade: async (op: Op) => {
      await op.execute("insert into ran values ('e1 first')");
      op.execute('vacuum');
      op.execute('update accounts set n = n + 100');
      op.alterColumn('accounts', 'n', { type: 'bigint' });
      op.execute('pragma user_version = 7');
      op.execute("insert into ran values ('e1 last')");
    },
    downgrade: async (op: Op) => {
      op.execute('pragma user_version = 0');
      op.alterColumn('accounts', 'n', { type: 'integer' });
      op.execute('update accounts set n = n - 100');
      op.execute("insert into ran values ('e1 down')");
    },
  },
  f1: aroundAutocommit({ up: 'vacuum', down: 'vacuum' }),
  h1: {
    upgrade: (op: Op) => {
      op.execute('pragma application_id = 9');
      op.dropIndex('accounts_name', 'accounts');
      op.execute("insert into ran values ('h1')");
    },
    downgrade: (op: Op) => {
      op.execute('pragma application_id = 0');
      op.createIndex('accounts_name', 'accounts', ['name']);
      op.execute("insert into ran values ('h1 down')");
    },
  },
} satisfies Readonly<Record<string, Functions>>;

/** In order; each stands on the one before. */
export function faultHistory(dialect: 'postgres' | 'sqlite'): readonly FaultRevision[] {
  const own = { postgres, sqlite }[dialect];
  const of = (id: string, functions: Functions, transactional = true): FaultRevision => ({
    id,
    transactional,
    ...functions,
  });
  return [
    of('a1', common.tables),
    of('b1', common.email),
    of('c1', own.c1, false),
    of('d1', own.d1),
    of('e1', own.e1, false),
    of('f1', own.f1),
    of('g1', common.posts),
    of('h1', own.h1, false),
    of('i1', common.rename),
    of('j1', common.last),
  ];
}

/** The text of a revision file. */
export function revisionText(revision: FaultRevision, down: string | null): string {
  return [
    `export const revision = '${revision.id}';`,
    `export const downRevision = ${down === null ? 'null' : `'${down}'`};`,
    ...(revision.transactional ? [] : ['export const transactional = false;']),
    `export const upgrade = ${revision.upgrade.toString()};`,
    `export const downgrade = ${revision.downgrade.toString()};`,
    '',
  ].join('\n');
}
