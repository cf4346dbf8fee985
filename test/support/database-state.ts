import type { Dialect, Driver } from '../../src/dialects/dialect.js';

/** Names of the runner's own tables. */
const own = ['alembic_version', 'alembic_version_lease', 'alembic_journal'];

/** What scripts bring about, too. */
export interface Contents {
  readonly catalog: unknown;
  /** Every row of every table, sorted. */
  readonly rows: Readonly<Record<string, readonly string[]>>;
  readonly versions: readonly unknown[];
}

export interface DatabaseState extends Contents {
  /** What the journal says is done: revision and direction, sorted. */
  readonly done: readonly string[];
  /** What is half done. */
  readonly half: readonly unknown[];
  /** Advisory locks, open transactions of others, invalid indexes: none of them should be there. */
  readonly leftovers: readonly unknown[];
}

const firstColumns = async (driver: Driver, sql: string) =>
  (await driver.values(sql)).map((row) => row.join(' '));

export async function databaseContents(dialect: Dialect, driver: Driver): Promise<Contents> {
  const catalog = await dialect.inspect(driver, {
    includes: ({ name }) => !own.includes(name),
  });
  const rows: Record<string, readonly string[]> = {};
  for (const { schema, name } of catalog.tables) {
    const found = await driver.values(`select * from ${dialect.identifier({ schema, name })}`);
    rows[name] = found
      .map((row) => JSON.stringify(row, (_key, each) => (typeof each === 'bigint' ? String(each) : each)))
      .sort();
  }
  return {
    catalog: JSON.parse(JSON.stringify(catalog)),
    rows,
    versions: await firstColumns(driver, 'select version_num from alembic_version order by 1'),
  };
}

/** All that a disturbed run must have in common with an undisturbed one. */
export async function databaseState(dialect: Dialect, driver: Driver): Promise<DatabaseState> {
  const column = (sql: string) => firstColumns(driver, sql);
  return {
    ...(await databaseContents(dialect, driver)),
    done: await column("select revision, direction from alembic_journal where status = 'done' order by 1, 2"),
    half: await column(
      "select revision from alembic_journal where progress is not null or status = 'running'",
    ),
    leftovers:
      dialect.name === 'sqlite'
        ? await column('pragma integrity_check')
        : [
            ...(await column(
              "select 'lock' from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid() and database = (select oid from pg_database where datname = current_database())",
            )),
            ...(await column('select indexrelid::regclass from pg_index where not indisvalid')),
          ],
  };
}
