import type { Op } from '../../src/runtime/op.js';

/**
 * A history of ten revisions of all kinds, for runs that are disturbed: whatever runs twice, or not at all, shows in a
 * row. Its functions stand by themselves (no imports), so that they can be written out as files for another process.
 */
export interface FaultRevision {
  readonly id: string;
  readonly transactional: boolean;
  readonly upgrade: (op: Op) => unknown;
}

const common = {
  tables: async (op: Op) => {
    op.execute(
      'create table accounts (id integer primary key, name text not null, n integer not null default 0)',
    );
    op.execute('create table ran (step text)');
    op.execute("insert into accounts (id, name) values (1, 'a'), (2, 'b'), (3, 'c')");
    op.bulkInsert('ran', [{ step: 'a1' }]);
  },
  email: async (op: Op) => {
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
  posts: async (op: Op) => {
    op.execute('create table posts (id integer primary key, account_id integer references accounts (id))');
    op.execute('insert into posts select id, id from accounts');
    await op.execute("insert into ran values ('g1')");
  },
  rename: (op: Op) => {
    op.renameColumn('accounts', 'email', 'mail');
    op.createIndex('posts_account', 'posts', ['account_id']);
    op.execute("insert into ran values ('i1')");
  },
  last: (op: Op) => {
    op.execute('update accounts set n = n + 10');
    op.execute("insert into ran values ('j1')");
  },
};

const postgres: Readonly<Record<string, (op: Op) => unknown>> = {
  c1: (op) => op.execute('create index concurrently accounts_name on accounts (name)'),
  d1: async (op) => {
    await op.execute("create type mood as enum ('sad', 'ok')");
    await op.execute("alter table accounts add column mood mood not null default 'ok'");
    await op.execute("insert into ran values ('d1')");
  },
  e1: async (op) => {
    await op.execute("insert into ran values ('e1 first')");
    op.execute('create unique index concurrently accounts_email on accounts (email)');
    op.execute('update accounts set n = n + 100');
    op.execute('drop index concurrently accounts_name');
    op.execute("insert into ran values ('e1 last')");
  },
  f1: async (op) => {
    op.execute("insert into ran values ('f1 before')");
    await op.autocommit(async () => {
      op.execute('create index concurrently "Accounts n" on accounts (n)');
      await op.execute('update accounts set n = n + 1000');
    });
    op.execute("insert into ran values ('f1 after')");
  },
  h1: (op) => {
    op.execute('reindex index concurrently accounts_email');
    op.execute('vacuum accounts');
    op.execute("alter type mood add value 'happy'");
    op.execute("update accounts set mood = 'happy'");
    op.execute("insert into ran values ('h1')");
  },
};

const sqlite: Readonly<Record<string, (op: Op) => unknown>> = {
  c1: (op) => op.execute('create index accounts_name on accounts (name)'),
  d1: async (op) => {
    await op.alterColumn('accounts', 'name', { default: 'nobody' });
    await op.execute("insert into ran values ('d1')");
  },
  e1: async (op) => {
    await op.execute("insert into ran values ('e1 first')");
    op.execute('vacuum');
    op.execute('update accounts set n = n + 100');
    op.alterColumn('accounts', 'n', { type: 'bigint' });
    op.execute('pragma user_version = 7');
    op.execute("insert into ran values ('e1 last')");
  },
  f1: async (op) => {
    op.execute("insert into ran values ('f1 before')");
    await op.autocommit(async () => {
      op.execute('vacuum');
      await op.execute('update accounts set n = n + 1000');
    });
    op.execute("insert into ran values ('f1 after')");
  },
  h1: (op) => {
    op.execute('pragma application_id = 9');
    op.execute('drop index accounts_name');
    op.execute("insert into ran values ('h1')");
  },
};

/** In order; each stands on the one before. */
export function faultHistory(dialect: 'postgres' | 'sqlite'): readonly FaultRevision[] {
  const own = { postgres, sqlite }[dialect];
  const of = (
    id: string,
    upgrade: ((op: Op) => unknown) | undefined,
    transactional = true,
  ): FaultRevision => {
    if (!upgrade) throw new Error(`no revision ${id}`);
    return { id, transactional, upgrade };
  };
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
    '',
  ].join('\n');
}
