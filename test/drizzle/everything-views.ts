import type { Line } from './lines.js';

/**
 * Views, materialized views, row level security and policies, on two tables of their own; for everything.ts.
 * `changed`: the same application later.
 */
export function views({ orm, pg }: Line, changed: boolean): Record<string, unknown> {
  const { sql, gt, eq } = orm;
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
      .where(gt(notes.stars, changed ? 2 : 1)),
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
    .with({ fillfactor: changed ? 80 : 70 })
    .as(sql`select author, count(*)::integer as count from notes group by author`);
  const empty = reports
    .materializedView('empty')
    .withNoData()
    .as((qb) => qb.select({ note: answers.note }).from(answers));

  return {
    reports,
    monitor,
    notes,
    closed,
    answers,
    linked,
    starred,
    guarded,
    onView,
    inSchema,
    counts,
    empty,
  };
}
