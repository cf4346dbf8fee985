import { type Line, newPg } from './lines.js';

/**
 * Views, materialized views, row level security and policies, on two tables of their own; for everything.ts.
 * `changed`: the same application later.
 */
export function views({ line, orm, pg }: Line, changed: boolean): Record<string, unknown> {
  const { sql, and, gt, eq, ne } = orm;
  const reports = pg.pgSchema('reports');
  const monitor = pg.pgRole('pg_monitor').existing();

  const notes = pg.pgTable(
    'notes',
    {
      id: pg.integer('id').primaryKey(),
      author: pg.text('author').notNull(),
      stars: pg.integer('stars').default(0),
    },
    (t) => [
      pg.pgPolicy('everybody'),
      pg.pgPolicy('authors write', {
        for: 'insert',
        to: changed ? [monitor, 'current_user'] : monitor,
        withCheck: sql`${t.author} = current_user`,
      }),
      pg.pgPolicy('readers', {
        as: 'restrictive',
        for: 'select',
        to: 'public',
        using: changed ? sql`${t.stars} > 3` : sql`${t.stars} >= 0`,
      }),
      pg.pgPolicy('updates', {
        for: 'update',
        using: sql`true`,
        withCheck: sql`${t.stars} in (1, 2) or ${t.author} = 'it''s me'`,
      }),
      ...(changed ? [pg.pgPolicy('removals', { for: 'delete', using: sql`${t.stars} < 0` })] : []),
    ],
  );
  const closed = pg.pgTable('closed', { id: pg.integer('id').primaryKey() }).enableRLS();
  const closedAnew =
    line === '1.x'
      ? newPg.pgTable.withRLS('closed_anew', { id: newPg.integer('id') })
      : pg.pgTable('closed_anew', { id: pg.integer('id') }).enableRLS();
  const answers = reports.table(
    'answers',
    { id: pg.integer('id').primaryKey(), note: pg.integer('note') },
    () => [pg.pgPolicy('in a schema', { using: sql`note > 0` })],
  );
  const linked = pg
    .pgPolicy('linked', { for: 'select', to: 'session_user', using: sql`id > 0` })
    .link(answers);

  const starred = pg.pgView('a_starred').as((qb) =>
    qb
      .select()
      .from(notes)
      .where(and(gt(notes.stars, changed ? 2 : 1), ne(notes.author, "it's me"))),
  );
  const guarded = pg
    .pgView('guarded', { id: pg.integer('id'), author: pg.text('author') })
    .with({ securityBarrier: true, securityInvoker: changed, checkOption: 'cascaded' })
    .as(sql`select id, author from notes where author <> 'nobody'`);
  const onView = pg
    .pgView('b_on_view')
    .as((qb) =>
      qb.select({ id: starred.id, label: sql<string>`upper(${starred.author})`.as('label') }).from(starred),
    );
  const inSchema = reports
    .view('joined')
    .as((qb) =>
      qb
        .select({ id: notes.id, answer: answers.note })
        .from(notes)
        .innerJoin(answers, eq(notes.id, answers.note)),
    );
  const counts = pg
    .pgMaterializedView('counts', { author: pg.text('author'), count: pg.integer('count') })
    .using('heap')
    .with({ fillfactor: changed ? 80 : 70, autovacuumEnabled: false, autovacuumVacuumThreshold: 100 })
    .as(sql`select author, count(*)::integer as count from notes group by author`);
  const elsewhere = pg.pgView('elsewhere', { id: pg.integer('id') }).existing();
  const empty = reports
    .materializedView('empty')
    .withNoData()
    .as((qb) => qb.select({ note: answers.note }).from(answers));

  return {
    reports,
    monitor,
    notes,
    closed,
    closedAnew,
    answers,
    linked,
    starred,
    guarded,
    onView,
    inSchema,
    counts,
    elsewhere,
    empty,
  };
}

/** Models that drizzle-kit of both lines writes SQL for that PostgreSQL refuses, and how. */
export const refusedOfKit: readonly (readonly [
  what: string,
  error: string,
  models: (line: Line) => Record<string, unknown>,
])[] = [
  [
    'a view whose name comes before that of the view that it reads',
    'relation "z" does not exist',
    ({ pg }) => {
      const t = pg.pgTable('t', { id: pg.integer('id') });
      const z = pg.pgMaterializedView('z').as((qb) => qb.select().from(t));
      const a = pg.pgView('a').as((qb) => qb.select().from(z));
      return { t, z, a };
    },
  ],
  [
    'a policy with a value',
    'there is no parameter $1',
    ({ pg, orm: { sql } }) => {
      const t = pg.pgTable('t', { c: pg.text('c') }, (table) => [
        pg.pgPolicy('p', { using: sql`${table.c} = ${"it's"}` }),
      ]);
      return { t };
    },
  ],
  [
    'a policy with a quote in its name',
    'syntax error at or near "mine"',
    ({ pg, orm: { sql } }) => ({
      t: pg.pgTable('t', { id: pg.integer('id') }, () => [pg.pgPolicy('my "mine"', { using: sql`true` })]),
    }),
  ],
  [
    'a view with a quote in its name',
    'syntax error at or near "view"',
    ({ pg, orm: { sql } }) => ({ v: pg.pgView('my "view"', { x: pg.integer('x') }).as(sql`select 1 as x`) }),
  ],
];
