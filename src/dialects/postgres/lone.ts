import { setTimeout as wait } from 'node:timers/promises';
import type { Driver, LoneOutcome, Row, Standing, Statement } from '../dialect.js';
import type { PostgresSession } from './driver.js';
import { isTooLate, sqlstateOf } from './failure.js';

/** Statements that PostgreSQL runs only outside of a transaction, and what can be found out of one that was cut off. */

const name = String.raw`(?:"(?:[^"]|"")+"|[\w$]+)`;
const qualified = String.raw`${name}(?:\s*\.\s*${name})*`;
const createIndex = new RegExp(
  String.raw`^create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?(${name})\s+on\s+(?:only\s+)?(${qualified})`,
  'i',
);
const dropIndex = new RegExp(
  String.raw`^drop\s+index\s+concurrently\s+(?:if\s+exists\s+)?(${qualified})\s*(?:cascade|restrict)?$`,
  'i',
);
const detach = new RegExp(
  String.raw`^alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(${qualified})\s+detach\s+partition\s+(${qualified})\s+concurrently$`,
  'i',
);
const reindex = new RegExp(
  String.raw`^reindex\s+(?:\([^)]*\)\s*)?(index|table|schema|database)\s+concurrently\s+(${qualified})?$`,
  'i',
);
const createDatabase = new RegExp(String.raw`^create\s+database\s+(${name})`, 'i');
const dropDatabase = new RegExp(
  String.raw`^drop\s+database\s+(?:if\s+exists\s+)?(${name})\s*(?:with\b.*)?$`,
  'i',
);

/** When one of them fails, what it has done is undone, or does no harm when it is run again. */
const alone = [
  createIndex,
  /^create\s+(?:unique\s+)?index\s+concurrently\b/i,
  dropIndex,
  /^drop\s+index\s+concurrently\b/i,
  detach,
  /^reindex\b.*\bconcurrently\b/i,
  /^reindex\s+(?:\([^)]*\)\s*)?(?:database|system|schema)\b/i,
  /^vacuum\b/i,
  /^alter\s+system\b/i,
  /^(?:create|drop)\s+(?:database|tablespace)\b/i,
  /^(?:create|alter|drop)\s+subscription\b/i,
  /^cluster(?:\s+verbose|\s*\([^)]*\))?$/i,
];

/** To run these again changes nothing more. */
const repeatable = [/^reindex\b/i, /^vacuum\b/i, /^analyze\b/i, /^alter\s+system\b/i, /^cluster\b/i];

/** Of a text of several statements the first one tells: the server itself undoes all of such a text, or refuses it. */
export function standing({ sql }: Statement): Standing {
  const text = bare(sql);
  return alone.some((pattern) => pattern.test(text)) ? 'alone' : 'together';
}

/** "Cannot run inside a transaction block", and a procedure that ends transactions itself. */
export function refusedInTransaction(error: unknown): boolean {
  const sqlstate = sqlstateOf(error);
  return (sqlstate === '25001' && !isTooLate(error)) || sqlstate === '2D000';
}

/** What became of a statement that was cut off, or (`failed`) that the server has refused. */
export async function probeLone(
  driver: Driver,
  { sql }: Statement,
  { failed }: { readonly failed: boolean },
): Promise<LoneOutcome> {
  const text = bare(sql);
  await untilNobodyRuns(driver as PostgresSession, sql);
  const made = createIndex.exec(text);
  if (made) return probeIndex(driver, made[1] ?? '', made[2] ?? '', failed);
  const reindexed = reindex.exec(text);
  if (reindexed) return again(await leftByReindex(driver, reindexed[1] ?? '', reindexed[2]));
  const detached = detach.exec(text);
  if (detached) return probeDetached(driver, detached[1] ?? '', detached[2] ?? '', failed);
  if (failed) return again();
  const dropped = dropIndex.exec(text);
  if (dropped)
    return (await isThere(driver, 'to_regclass($1) is not null', dropped[1])) ? again() : { kind: 'done' };
  const database = createDatabase.exec(text) ?? dropDatabase.exec(text);
  if (database) {
    const exists = await isThere(
      driver,
      'exists (select from pg_database where datname = (parse_ident($1))[1])',
      database[1],
    );
    return exists === createDatabase.test(text) ? { kind: 'done' } : again();
  }
  return repeatable.some((pattern) => pattern.test(text)) ? again() : { kind: 'unknown' };
}

/**
 * The server works on when its client is gone. A lock of that session would last as long; a lease does not. Where the
 * text is cut (track_activity_query_size), its beginning tells.
 */
async function untilNobodyRuns(driver: PostgresSession, sql: string): Promise<void> {
  for (;;) {
    const running = await driver.query(
      `select 1 from pg_stat_activity where state = 'active' and pid <> pg_backend_pid()
         and datname = current_database() and starts_with($1, query) and length(query) >= least(length($1), 50)`,
      [sql],
    );
    if (running.length === 0) return;
    driver.heedAbort();
    await wait(250);
  }
}

/** An index that CONCURRENTLY has left half made is invalid: it is dropped, and made again. */
async function probeIndex(
  driver: Driver,
  index: string,
  table: string,
  failed: boolean,
): Promise<LoneOutcome> {
  const [found] = await driver.query<Row & { readonly name: string; readonly valid: boolean }>(
    `select i.indexrelid::regclass::text as name, i.indisvalid and i.indisready as valid
     from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = to_regclass($1) and c.relname = (parse_ident($2))[1]`,
    [table, index],
  );
  if (!found) return again();
  if (!found.valid) return again([{ sql: `DROP INDEX CONCURRENTLY ${found.name}` }]);
  return failed ? again() : { kind: 'done' };
}

/** The new index of each one that REINDEX CONCURRENTLY had begun (PostgreSQL's manual, REINDEX: _ccnew and _ccold). */
async function leftByReindex(
  driver: Driver,
  kind: string,
  name: string | undefined,
): Promise<readonly Statement[]> {
  const of: Readonly<Record<string, string>> = {
    index: 'i.indrelid = (select indrelid from pg_index where indexrelid = to_regclass($1))',
    table: 'i.indrelid = to_regclass($1)',
    schema: 'c.relnamespace = to_regnamespace($1)',
    database: '$1::text is not null',
  };
  const rows = await driver.query<Row & { readonly name: string }>(
    `select i.indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indexrelid
     where not i.indisvalid and c.relname ~ '_cc(new|old)[0-9]*$' and ${of[kind.toLowerCase()]} order by 1`,
    [name ?? ''],
  );
  return rows.map((row) => ({ sql: `DROP INDEX CONCURRENTLY IF EXISTS ${row.name}` }));
}

/** A detachment that was cut off between its two transactions is pending, and can only be finished. */
async function probeDetached(
  driver: Driver,
  table: string,
  partition: string,
  failed: boolean,
): Promise<LoneOutcome> {
  const [found] = await driver.query<Row & { readonly pending: boolean }>(
    `select inhdetachpending as pending from pg_inherits
     where inhparent = to_regclass($1) and inhrelid = to_regclass($2)`,
    [table, partition],
  );
  if (!found) return failed ? again() : { kind: 'done' };
  if (!found.pending) return again();
  return { kind: 'finish', by: [{ sql: `ALTER TABLE ${table} DETACH PARTITION ${partition} FINALIZE` }] };
}

function again(before: readonly Statement[] = []): LoneOutcome {
  return { kind: 'again', before };
}

async function isThere(driver: Driver, condition: string, named: string | undefined): Promise<boolean> {
  const [row] = await driver.query<Row & { readonly is: boolean }>(`select ${condition} as is`, [named]);
  return row?.is === true;
}

/** The statement on one line, without comments and the semicolon. */
function bare(sql: string): string {
  return sql
    .replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, (piece) =>
      piece.startsWith('-') || piece.startsWith('/') ? ' ' : piece,
    )
    .replace(/[\s;]+$/, '')
    .replace(/\s+/g, ' ')
    .trim();
}
