import { hostname } from 'node:os';
import { displayName, emptyCatalog, type QualifiedName } from '../catalog/index.js';
import type { Dialect, Driver, Row, Statement } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import { columns, journalTable, later } from './journal-table.js';
import { userName } from './user-name.js';

/** One run of one revision. Never holds a URL or a password, and of rows at most a key: `checkpoint`. */
export interface JournalEntry {
  readonly id: string;
  readonly revision: string;
  readonly direction: 'upgrade' | 'downgrade' | 'stamp';
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** null while it runs, and for ever if the process died. */
  readonly finishedAt: string | null;
  /** Milliseconds. */
  readonly duration: number | null;
  readonly status: 'running' | 'done' | 'failed';
  /** How many operations had been run. */
  readonly position: number;
  readonly errorCode: string | null;
  /** SHA-256 of the revision file. */
  readonly contentHash: string | null;
  /** Of a run that is half done, outside of a transaction: a hash of the operations that are done. Else null. */
  readonly progress: string | null;
  /**
   * A statement outside of a transaction whose end is not known: `running` or `failed`, and a hash of what it was.
   * It is written before the statement is run.
   */
  readonly pending: string | null;
  /** Of a backfill that is done in part: the last key that is done, as JSON. It goes when the backfill is done. */
  readonly checkpoint: string | null;
  /** `--tag`. */
  readonly tag: string | null;
}

/** The parts of an entry that change while its revision runs. */
export type EntryChange = Partial<
  Pick<
    JournalEntry,
    'finishedAt' | 'duration' | 'status' | 'position' | 'errorCode' | 'progress' | 'pending' | 'checkpoint'
  >
>;

/** A run that is half done: its process has died, or one of its operations has failed. */
export interface HalfRun {
  readonly id: string;
  readonly revision: string;
  readonly direction: 'upgrade' | 'downgrade';
  readonly position: number;
  readonly progress: string;
  readonly pending: string | null;
  readonly checkpoint: string | null;
  readonly startedAt: string;
}

/** What the journal knows of a revision. */
export interface History {
  /** The last time that it was run up to its end. */
  readonly applied: Recorded | null;
  /** What happened to it last, if it has failed or is half done. */
  readonly failed: Recorded | null;
  readonly half: Pick<HalfRun, 'direction' | 'position'> | null;
}

/** One run, as it is shown. */
export interface Recorded extends PastRun {
  readonly direction: string;
  /** Milliseconds; null: it has not ended. */
  readonly duration: number | null;
  readonly errorCode: string | null;
  readonly contentHash: string | null;
  readonly tag: string | null;
}

/** Who has run a revision, and when. */
export interface PastRun {
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly username: string;
  readonly host: string;
}

/** Of what is half done. */
const halfColumns =
  'id, revision, direction, position, progress, pending, checkpoint, started_at, version_table';

export interface JournalOptions {
  readonly journal: QualifiedName;
  /** Whose runs it tells of: others may be kept in the same table. */
  readonly versionTable: QualifiedName;
  /** Where both are if their names do not say that; null: wherever the session finds them. */
  readonly schema: string | null;
  readonly toolVersion: string;
}

/** By the names that they have in an entry. */
const changeable = {
  finishedAt: 'finished_at',
  duration: 'duration_ms',
  status: 'status',
  position: 'position',
  errorCode: 'error_code',
  progress: 'progress',
  pending: 'pending',
  checkpoint: 'checkpoint',
} as const;

/**
 * Who ran what, when and how it ended. The version rows rule without it: a journal that cannot be written is left out,
 * unless it tells of revisions that are half done.
 */
export class Journal {
  readonly #dialect: Dialect;
  readonly #name: QualifiedName;
  /** As it is configured. */
  readonly #shown: string;
  readonly #versionTable: string;
  readonly #toolVersion: string;
  /** `ensure` has found the table as it must be, or has made it so. */
  #isEnsured = false;

  constructor(dialect: Dialect, { journal, versionTable, schema, toolVersion }: JournalOptions) {
    this.#dialect = dialect;
    this.#shown = displayName(journal);
    this.#name = { schema: journal.schema ?? schema, name: journal.name };
    this.#versionTable = dialect.tableKey({
      schema: versionTable.schema ?? schema,
      name: versionTable.name,
    });
    this.#toolVersion = toolVersion;
  }

  /** Makes the table where it is absent, and adds columns that an older one lacks. Throws REV_STATEMENT. */
  async ensure(driver: Driver): Promise<void> {
    if (await this.#dialect.hasTable(driver, this.#name)) await this.#ensureColumns(driver);
    else await this.#create(driver);
    this.#isEnsured = true;
  }

  async #create(driver: Driver): Promise<void> {
    const empty = emptyCatalog(this.#dialect.name);
    await driver.runAll(this.#dialect.compile(journalTable(this.#name), empty, {}));
  }

  async #ensureColumns(driver: Driver): Promise<void> {
    const first = columns.filter((name) => !later.some((each) => each.name === name));
    // A table that has not even these is somebody else's.
    await driver.query(`SELECT ${first.join(', ')} FROM ${this.#table} WHERE 1 = 0`);
    if (await this.#has(driver, columns)) return;
    for (const each of later) {
      if (await this.#has(driver, [each.name])) continue;
      await driver.run({ sql: `ALTER TABLE ${this.#table} ADD COLUMN ${each.name} ${each.type}` });
    }
  }

  async #has(driver: Driver, names: readonly string[]): Promise<boolean> {
    try {
      await driver.rolledBack(() =>
        driver.query(`SELECT ${names.join(', ')} FROM ${this.#table} WHERE 1 = 0`),
      );
      return true;
    } catch (error) {
      if (this.isRefusal(error)) return false;
      throw error;
    }
  }

  /** Whether an error says that the journal is not as it must be, or may not be used; not that somebody has it locked. */
  isRefusal(error: unknown): error is RevError {
    return (
      error instanceof RevError &&
      error.code === 'REV_STATEMENT' &&
      this.#dialect.gaveUpWaiting(error) === null
    );
  }

  /** Of a journal that `ensure` has refused: whether it tells of something half done, or cannot be asked. */
  async mayTellOfHalfRuns(driver: Driver): Promise<boolean> {
    if (!(await this.#dialect.hasTable(driver, this.#name))) return false;
    const isReadable = await this.#has(driver, ['1']);
    return !isReadable || (await this.halfRuns(driver)).length > 0;
  }

  /** The statements that write it. `settles`: what else is half done of its revision is over. */
  entry(entry: JournalEntry, { settles }: { readonly settles: boolean }): readonly Statement[] {
    return [this.#insertion(entry), ...(settles ? [this.#settling(entry.revision, entry.id)] : [])];
  }

  #insertion(entry: JournalEntry): Statement {
    const { literal, placeholder } = this.#dialect;
    const values = [
      entry.id,
      entry.revision,
      entry.direction,
      entry.message.slice(0, 2000),
      entry.startedAt,
      entry.finishedAt,
      entry.duration === null ? null : Math.round(entry.duration),
      entry.status,
      entry.position,
      entry.errorCode,
      entry.contentHash,
      this.#toolVersion,
      hostname(),
      userName(),
      entry.progress,
      entry.pending,
      entry.tag,
    ];
    const params: string[] = [];
    const bound = (value: string) => placeholder(params.push(value));
    // A value that is bound costs a round trip more. What a backslash is in a text of SQL, a server's setting says.
    const texts = values.map((value) =>
      typeof value === 'string' && value.includes('\\') ? bound(value) : literal(value),
    );
    // A row's key must be in no text that an error shows.
    texts.push(entry.checkpoint === null ? 'NULL' : bound(entry.checkpoint));
    texts.push(literal(this.#versionTable));
    return {
      sql: `INSERT INTO ${this.#table} (${columns.join(', ')}) VALUES (${texts.join(', ')})`,
      ...(params.length === 0 ? {} : { params }),
    };
  }

  /**
   * Changes the entry of a run that is half done. Throws REV_ROWS where it is no more: another runner has taken it over.
   */
  async change(driver: Driver, id: string, change: EntryChange): Promise<void> {
    const names = (Object.keys(changeable) as (keyof typeof changeable)[]).filter((name) => name in change);
    const sets = names.map((name, at) => `${changeable[name]} = ${this.#dialect.placeholder(at + 1)}`);
    const count = await driver.run({
      sql: `UPDATE ${this.#table} SET ${sets.join(', ')}
        WHERE id = ${this.#dialect.literal(id)} AND progress IS NOT NULL`,
      params: names.map((name) => change[name]),
    });
    if (count === 1) return;
    throw new RevError('REV_ROWS', 'Another runner has taken over the revision that was half done here.', {
      hint: 'Run the same command again: it goes on from where it is now.',
    });
  }

  /** What is half done of these revisions is over: it was resumed, begun anew, or has been said to be done. */
  async settle(driver: Driver, revision: string): Promise<void> {
    await driver.run(this.#settling(revision));
  }

  #settling(revision: string, except?: string): Statement {
    const { literal } = this.#dialect;
    const others = except === undefined ? '' : ` AND id <> ${literal(except)}`;
    const ours = `(version_table IS NULL OR version_table = ${literal(this.#versionTable)})`;
    const where = `WHERE revision = ${literal(revision)} AND progress IS NOT NULL AND ${ours}${others}`;
    return {
      sql: `UPDATE ${this.#table} SET progress = NULL, pending = NULL, checkpoint = NULL, status = 'failed',
        error_code = coalesce(error_code, 'REV_INTERRUPTED') ${where}`,
    };
  }

  /** What is half done. Nothing, if there is no journal, or one that is not as expected. */
  async halfRuns(driver: Driver): Promise<readonly HalfRun[]> {
    const rows = await this.#ask<{
      id: string;
      revision: string;
      direction: HalfRun['direction'];
      position: number;
      progress: string;
      pending: string | null;
      checkpoint?: string | null;
      started_at: string;
    }>(
      driver,
      // An older journal lacks the last columns.
      `SELECT ${this.#isEnsured ? halfColumns : '*'} FROM ${this.#table} WHERE progress IS NOT NULL ORDER BY started_at, id`,
    );
    return rows.map(({ id, revision, direction, position, progress, pending, checkpoint, started_at }) => ({
      ...{ id, revision, direction, progress, pending },
      position: Number(position),
      checkpoint: checkpoint ?? null,
      startedAt: started_at,
    }));
  }

  /** What is known of every revision that was ever run. Nothing, if there is no journal, or one that is not as expected. */
  async histories(driver: Driver): Promise<ReadonlyMap<string, History>> {
    const rows = await this.#ask<{
      revision: string;
      direction: string;
      message: string;
      started_at: string;
      duration_ms: number | null;
      status: string;
      position: number;
      error_code: string | null;
      content_hash: string | null;
      username: string;
      host: string;
      progress: string | null;
      tag: string | null;
    }>(driver, `SELECT * FROM ${this.#table} ORDER BY started_at, id`);
    const known = new Map<string, History>();
    for (const row of rows) {
      const before = known.get(row.revision) ?? { applied: null, failed: null, half: null };
      const { direction, message, username, host, tag, progress, revision } = row;
      const recorded: Recorded = {
        direction,
        message,
        at: row.started_at,
        username,
        host,
        duration: row.duration_ms === null ? null : Number(row.duration_ms),
        errorCode: row.error_code,
        contentHash: row.content_hash,
        tag,
      };
      const isDone = row.status === 'done';
      const isHalf = progress !== null && (direction === 'upgrade' || direction === 'downgrade');
      known.set(revision, {
        applied: !isDone ? before.applied : direction === 'downgrade' ? null : recorded,
        failed: isDone ? null : recorded,
        half: isHalf ? { direction, position: Number(row.position) } : before.half,
      });
    }
    return known;
  }

  /** The rows of a question that are of our version table; none, if there is no journal, or one that is not as expected. */
  async #ask<R extends Row>(driver: Driver, sql: string): Promise<readonly R[]> {
    const rows = await this.#answer<R & { readonly version_table?: string | null }>(driver, sql);
    // An older journal does not say whose its rows are.
    return rows.filter(({ version_table: of }) => (of ?? this.#versionTable) === this.#versionTable);
  }

  async #answer<R extends Row>(driver: Driver, sql: string): Promise<readonly R[]> {
    if (this.#isEnsured) {
      return driver.query<R>(sql).catch((error: unknown) => {
        throw this.isRefusal(error) ? this.#unreadable(error) : error;
      });
    }
    if (!(await this.#dialect.hasTable(driver, this.#name))) return [];
    try {
      return await driver.rolledBack(() => driver.query<R>(sql));
    } catch (error) {
      if (this.isRefusal(error)) return [];
      throw error;
    }
  }

  /** It was as it must be when the run began: no revision's file is to blame for what it asks of the journal. */
  #unreadable(cause: RevError): RevError {
    const journal = this.#shown;
    return new RevError('REV_RESUME', `The journal ${journal} cannot be read any more: ${cause.message}`, {
      hint: 'It was changed during this run; does an earlier revision drop it? What is done stays. Run the same command again: it looks at the journal anew, and makes one where there is none.',
      data: { ...cause.data, journal },
      cause,
    });
  }

  /** What is known of revisions that have been run up: the last time for each. Nothing, if the table is not as expected. */
  async lastUpgrades(driver: Driver, revisions: readonly string[]): Promise<ReadonlyMap<string, PastRun>> {
    if (revisions.length === 0) return new Map();
    const ids = revisions.map((id) => this.#dialect.literal(id)).join(', ');
    const rows = await this.#ask<{
      revision: string;
      message: string;
      started_at: string;
      username: string;
      host: string;
    }>(
      driver,
      `SELECT * FROM ${this.#table}
       WHERE direction = 'upgrade' AND status = 'done' AND revision IN (${ids}) ORDER BY started_at`,
    );
    return new Map(
      rows.map(({ revision, message, started_at: at, username, host }) => [
        revision,
        { message, at, username, host },
      ]),
    );
  }

  get #table(): string {
    return this.#dialect.identifier(this.#name);
  }
}
