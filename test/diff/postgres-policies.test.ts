import { describe, expect, it } from 'vitest';
import { lines, newPg, readPg } from '../drizzle/lines.js';
import { expectCatalogScenario } from '../support/postgres-scenarios.js';

/** Row level security and policies of the models, on both lines of drizzle-orm, with rows in the tables. */

const roles = `do $$ begin create role rev_reader; exception when duplicate_object or unique_violation then null; end $$;`;

describe.each(lines)('row level security, with drizzle-orm $line', (line) => {
  const { pg } = line;
  const { sql } = line.orm;
  const catalog = (models: Record<string, unknown>) => readPg(line, models).catalog;
  const posts = (policies: readonly unknown[] = [], columns = {}) =>
    pg.pgTable(
      'posts',
      { id: pg.integer('id').primaryKey(), owner: pg.text('owner'), rank: pg.integer('rank'), ...columns },
      () => policies as never,
    );
  const policy = (name: string, config: object = {}) => pg.pgPolicy(name, config as never);
  const rows = "insert into posts values (1, 'ann', 5), (2, 'bob', 7)";
  const security = `select relrowsecurity, relforcerowsecurity from pg_class where relname = 'posts'`;

  it('is switched on, and off', async () => {
    const plain = posts();
    const { lines: done, seen } = await expectCatalogScenario(
      { before: catalog({ plain }), given: rows, after: catalog({ on: posts().enableRLS() }) },
      (database) => database.sql(security),
    );
    expect(done).toEqual(['enable row level security on posts']);
    expect(seen).toEqual([{ relrowsecurity: true, relforcerowsecurity: false }]);
    const off = await expectCatalogScenario({
      before: catalog({ on: posts().enableRLS() }),
      given: `${rows}; alter table posts force row level security`,
      after: catalog({ plain }),
      survives: "select relforcerowsecurity from pg_class where relname = 'posts'",
    });
    expect(off.lines).toEqual(['disable row level security on posts']);
  });

  it('comes with the policies of a new table, whatever they say', async () => {
    const table = posts([
      policy('plain'),
      policy('all of "it"', {
        as: 'restrictive',
        for: 'all',
        to: 'public',
        using: sql`true`,
        withCheck: sql`rank > 0`,
      }),
      policy('own', { for: 'select', to: ['rev_reader', 'current_user'], using: sql`owner = current_user` }),
      policy('new', {
        for: 'insert',
        to: pg.pgRole('rev_reader').existing(),
        withCheck: sql`rank between 1 and 9`,
      }),
      policy('session', { for: 'delete', to: 'session_user', using: sql`owner in ('ann', 'bob')` }),
    ]);
    const { lines: done } = await expectCatalogScenario({
      before: catalog({ other: pg.pgTable('other', { id: pg.integer() }) }),
      given: roles,
      after: catalog({ other: pg.pgTable('other', { id: pg.integer() }), table }),
    });
    expect(done).toHaveLength(7);
  });

  it('policies are altered where PostgreSQL can, made again where it cannot, and keep their comments', async () => {
    const before = posts([
      policy('a', { for: 'select', using: sql`rank > 1` }),
      policy('b', { for: 'update', using: sql`rank > 1`, withCheck: sql`rank > 2` }),
      policy('c', { for: 'select', using: sql`true` }),
      policy('d', { for: 'delete', using: sql`rank = 4` }),
      policy('old name', { for: 'select', using: sql`rank = 5` }),
    ]);
    const after = posts([
      policy('a', { for: 'select', to: 'rev_reader', using: sql`rank > 3` }),
      policy('b', { for: 'update', using: sql`rank > 1` }),
      policy('c', { for: 'delete', using: sql`true` }),
      policy('new name', { for: 'select', using: sql`rank = 5` }),
      policy('e', { using: sql`rank = 6` }),
    ]);
    const { lines: done } = await expectCatalogScenario({
      before: catalog({ before }),
      given: `${roles} ${rows}; comment on policy a on posts is 'A'; comment on policy b on posts is 'B%'`,
      after: catalog({ after }),
      survives:
        "select polname, obj_description(oid, 'pg_policy') from pg_policy where polname in ('a', 'b') order by 1",
    });
    expect(done).toEqual([
      'drop policy d on posts',
      'alter policy a on posts',
      'alter policy b on posts',
      'alter policy c on posts',
      'rename policy old name to new name on posts',
      'create policy e on posts',
    ]);
  });

  it('policies may read other tables and views, which come first and go last', async () => {
    const members = pg.pgTable('members', { post: pg.integer('post'), name: pg.text('name') });
    const view = pg.pgView('insiders').as((qb) => qb.select().from(members));
    const table = posts();
    const guarded = posts([
      policy('members', {
        for: 'select',
        using: sql`exists (select 1 from ${members} where ${members.post} = ${table.id} and ${members.name} = current_user)`,
      }),
      policy('insiders', { for: 'delete', using: sql`id in (select post from insiders)` }),
    ]);
    const { lines: done, seen } = await expectCatalogScenario(
      { before: catalog({ table }), given: rows, after: catalog({ guarded, members, view }) },
      (database) =>
        database.sql(
          "select pg_get_expr(polqual, polrelid) as text from pg_policy where polname = 'members'",
        ),
    );
    expect(done).toEqual([
      'create table members',
      'create view insiders',
      'enable row level security on posts',
      'create policy insiders on posts',
      'create policy members on posts',
    ]);
    expect(JSON.stringify(seen)).toContain('members.post = posts.id');
    const gone = await expectCatalogScenario({
      before: catalog({ guarded, members, view }),
      given: rows,
      after: catalog({ table }),
    });
    expect(gone.lines[0]).toBe('drop policy insiders on posts');
  });

  it('policies live through new types, dropped columns and renames', async () => {
    const config = { using: sql`rank > 1 and owner is not null` };
    const { lines: done } = await expectCatalogScenario({
      before: catalog({ t: posts([policy('p', config)], { extra: pg.text('extra') }) }),
      given: "insert into posts values (1, 'ann', 5, 'x'); comment on policy p on posts is 'it%s'",
      after: catalog({ t: posts([policy('p', config)], { rank: pg.numeric('rank') }) }),
      survives:
        "select id, owner, rank::int, (select obj_description(oid, 'pg_policy') from pg_policy) from posts",
    });
    expect(done).toEqual([
      'drop policy p on posts',
      'alter table posts: alter column rank: type numeric; drop column extra',
      'create policy p on posts',
    ]);
    const renamed = pg.pgTable(
      'articles',
      { id: pg.integer('id').primaryKey(), author: pg.text('author'), rank: pg.integer('rank') },
      () => [policy('p', { using: sql`rank > 1 and author is not null` })] as never,
    );
    const moved = await expectCatalogScenario({
      before: catalog({ t: posts([policy('p', config)]) }),
      given: rows,
      after: catalog({ renamed }),
      renames: ['posts=articles', 'posts.owner=articles.author'],
    });
    expect(moved.lines).toEqual([
      'rename table posts to articles',
      'alter table articles: rename column owner to author; rename constraint posts_pkey to articles_pkey',
    ]);
  });

  it('policies that read tables of one name in several schemas are found unchanged', async () => {
    const app = pg.pgSchema('app');
    const seesAll = sql`exists (select 1 from posts p where p.rank > posts.rank)`;
    const seesApp = sql`exists (select 1 from app.posts p where p.rank > posts.rank)`;
    const models = (mine: object, theirs: object) => ({
      posts: posts([policy('all', { using: seesAll })], mine),
      app,
      theirs: app.table('posts', { id: pg.integer('id'), rank: pg.integer('rank'), ...theirs }, () => [
        policy('all', { using: seesApp }) as never,
        policy('few', { using: sql`posts.rank > 1 and rank is not null` }) as never,
      ]),
    });
    const { lines: done } = await expectCatalogScenario({
      before: catalog(models({}, {})),
      given: `${rows}; insert into app.posts values (1, 3)`,
      after: catalog(models({ a: pg.text('a') }, { b: pg.text('b') })),
    });
    expect(done).toEqual(['alter table posts: add column a', 'alter table app.posts: add column b']);
  });

  it('may be linked from outside of the table, also in a schema', async () => {
    const app = pg.pgSchema('app');
    const table = app.table('notes', { id: pg.integer('id').primaryKey(), n: pg.integer('n') });
    const linked = policy('linked', { using: sql`${table.n} > 1` }) as ReturnType<typeof pg.pgPolicy>;
    await expectCatalogScenario({
      before: catalog({ app, table }),
      given: 'insert into app.notes values (1, 2)',
      after: catalog({ app, table, linked: linked.link(table) }),
    });
    const { catalog: read, warnings } = readPg(line, {
      posts: posts(),
      elsewhere: pg.pgPolicy('elsewhere', {}).link(pg.pgTable('theirs', { id: pg.integer() })),
    });
    expect(read.tables.map(({ name }) => name)).toEqual(['posts']);
    expect(warnings).toEqual([expect.stringContaining('policy elsewhere')]);
  });
});

describe('pgTable.withRLS of drizzle-orm 1.x', () => {
  it('switches row level security on', async () => {
    const [, line] = lines;
    if (!line) throw new Error('two lines');
    const table = newPg.pgTable.withRLS('t', { id: newPg.integer() });
    expect(readPg(line, { table }).catalog.tables[0]?.rowSecurity).toBe(true);
  });
});
