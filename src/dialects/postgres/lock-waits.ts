import type { Blocker, LockWaits, Row } from '../dialect.js';
import type { PostgresSession } from './driver.js';
import { othersSql, sqlstateOf } from './failure.js';

/** Statements that wait for a lock on a table or a row, and who keeps them waiting. */

export const gaveUpWaiting: LockWaits['gaveUpWaiting'] = (error) => {
  switch (sqlstateOf(error)) {
    // lock_not_available: lock_timeout is over, or a statement with NOWAIT did not want to wait.
    case '55P03':
      return 'timeout';
    case '40P01':
      return 'deadlock';
    default:
      return null;
  }
};

export const blockers: LockWaits['blockers'] = async (driver, beside) => {
  const { process } = driver as PostgresSession;
  if (process === null) return [];
  const rows = await beside.query<Row & Blocker>(
    `select distinct nullif(b.pid, 0) as pid, a.application_name as application, a.usename::text as user, a.state,
       to_char(coalesce(a.xact_start, a.backend_start) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') as since,
       a.query, (select l.relation::regclass::text from pg_locks as l
         where l.pid = $1 and not l.granted and l.relation is not null limit 1) as relation
     from unnest(pg_blocking_pids($1)) as b(pid) left join pg_stat_activity as a on a.pid = b.pid
     order by since, pid`,
    [process],
  );
  return rows.map(({ query, ...row }) => ({ ...row, query: query ? othersSql(query) : null }));
};
