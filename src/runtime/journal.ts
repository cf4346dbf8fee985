import { hostname, userInfo } from 'node:os';
import { emptyCatalog, type QualifiedName } from '../catalog/index.js';
import type { Dialect, Driver } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import { column, type Operation, primaryKey } from '../operations/index.js';

/** One run of one revision. Never holds a URL, a password or a row's values. */
export interface JournalEntry {
  readonly id: string;
  readonly revision: string;
  readonly direction: 'upgrade' | 'downgrade' | 'stamp';
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly status: 'done' | 'failed';
  /** How many operations had been run. */
  readonly position: number;
  readonly errorCode: string | null;
  /** SHA-256 of the revision file. */
  readonly contentHash: string | null;
}

/** Who has run a revision, and when. */
export interface PastRun {
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly username: string;
  readonly host: string;
}

const columns = [
  'id',
  'revision',
  'direction',
  'message',
  'started_at',
  'finished_at',
  'duration_ms',
  'status',
  'position',
  'error_code',
  'content_hash',
  'tool_version',
  'host',
  'username',
] as const;

/** Who ran what, when and how it ended. The version rows rule without it: a journal that cannot be written is left out. */
export class Journal {
  readonly #dialect: Dialect;
  readonly #name: QualifiedName;
  readonly #toolVersion: string;

  constructor(dialect: Dialect, name: QualifiedName, toolVersion: string) {
    this.#dialect = dialect;
    this.#name = name;
    this.#toolVersion = toolVersion;
  }

  /** Makes the table where it is absent. */
  async ensure(driver: Driver): Promise<void> {
    if (await this.#dialect.hasTable(driver, this.#name)) return;
    const text = (name: string, nullable = false) => column(name, 'varchar(255)', { nullable });
    const operation: Operation = {
      kind: 'createTable',
      table: {
        kind: 'table',
        ...this.#name,
        columns: [
          text('id'),
          text('revision'),
          text('direction'),
          column('message', 'text', { nullable: false }),
          text('started_at'),
          text('finished_at', true),
          column('duration_ms', 'integer'),
          text('status'),
          column('position', 'integer', { nullable: false }),
          text('error_code', true),
          text('content_hash', true),
          text('tool_version'),
          text('host'),
          text('username'),
        ],
        primaryKey: primaryKey(['id'], { name: `${this.#name.name}_pkc` }),
        uniques: [],
        checks: [],
        foreignKeys: [],
        indexes: [],
      },
    };
    await driver.runAll(this.#dialect.compile(operation, emptyCatalog(this.#dialect.name), {}));
  }

  async write(driver: Driver, entry: JournalEntry): Promise<void> {
    const params = [
      entry.id,
      entry.revision,
      entry.direction,
      entry.message.slice(0, 2000),
      entry.startedAt,
      entry.finishedAt,
      Math.round(entry.duration),
      entry.status,
      entry.position,
      entry.errorCode,
      entry.contentHash,
      this.#toolVersion,
      hostname(),
      userName(),
    ];
    const places = columns.map((_, at) => this.#dialect.placeholder(at + 1)).join(', ');
    await driver.run({
      sql: `INSERT INTO ${this.#table} (${columns.join(', ')}) VALUES (${places})`,
      params,
    });
  }

  /** What is known of revisions that have been run up: the last time for each. Nothing, if the table is not as expected. */
  async lastUpgrades(driver: Driver, revisions: readonly string[]): Promise<ReadonlyMap<string, PastRun>> {
    if (revisions.length === 0 || !(await this.#dialect.hasTable(driver, this.#name))) return new Map();
    const ids = revisions.map((id) => this.#dialect.literal(id)).join(', ');
    try {
      const rows = await driver.rolledBack(() =>
        driver.query<{
          revision: string;
          message: string;
          started_at: string;
          username: string;
          host: string;
        }>(`
          SELECT revision, message, started_at, username, host FROM ${this.#table}
          WHERE direction = 'upgrade' AND status = 'done' AND revision IN (${ids}) ORDER BY started_at`),
      );
      return new Map(
        rows.map(({ revision, message, started_at: at, username, host }) => [
          revision,
          { message, at, username, host },
        ]),
      );
    } catch (error) {
      if (error instanceof RevError && error.code === 'REV_STATEMENT') return new Map();
      throw error;
    }
  }

  get #table(): string {
    return this.#dialect.identifier(this.#name);
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no name.
    return String(process.getuid?.() ?? '');
  }
}
