import { hostname, userInfo } from 'node:os';
import { emptyCatalog, type QualifiedName } from '../catalog/index.js';
import type { Dialect, Driver } from '../dialects/dialect.js';
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
