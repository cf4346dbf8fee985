import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { emptyCatalog, type QualifiedName } from '../catalog/index.js';
import type { Dialect, Driver, LeaseSql, LockHolder, RunnerLock } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import { column, type Operation, primaryKey, unique } from '../operations/index.js';
import { userName } from './user-name.js';

export interface LeaseOptions {
  /** The version table; the lease's is named after it. */
  readonly of: QualifiedName;
  /** Milliseconds until it ends by itself, where its holder does not renew it. */
  readonly duration: number;
}

/** The table of the lease of a version table. */
export function leaseTable({ schema, name }: QualifiedName): QualifiedName {
  return { schema, name: `${name}_lease` };
}

/**
 * The lock of a runner that has no session to itself: one row, which says until when it is whose. All times are the
 * server's. Its token grows with each holder. Every transaction of the holder begins by holding the row with its own
 * token: whoever was too late to renew finds another one there, and commits nothing; and while the transaction is open,
 * nobody can take the row over. A second session renews it.
 */
export class Lease implements RunnerLock {
  readonly #dialect: Dialect;
  readonly #driver: Driver;
  readonly #sql: LeaseSql;
  readonly #name: QualifiedName;
  readonly #table: string;
  readonly #duration: number;

  private constructor(dialect: Dialect, driver: Driver, sql: LeaseSql, { of, duration }: LeaseOptions) {
    this.#dialect = dialect;
    this.#driver = driver;
    this.#sql = sql;
    this.#name = leaseTable(of);
    this.#table = dialect.identifier(this.#name);
    this.#duration = Math.ceil(duration);
  }

  /** Makes the table and the row where they are absent. Throws REV_STATEMENT; REV_CONFIG where the dialect has no lease. */
  static async open(dialect: Dialect, driver: Driver, options: LeaseOptions): Promise<Lease> {
    if (!dialect.lease) {
      throw new RevError('REV_CONFIG', `There is no lock 'lease' for ${dialect.name}.`, {
        hint: 'Leave lock out of the configuration: the lock of a database file needs no session of a server.',
      });
    }
    const lease = new Lease(dialect, driver, dialect.lease, options);
    await lease.#make();
    return lease;
  }

  /** The lease as it is; null: there is none. It may be looked at, and is not to be taken. */
  static async find(dialect: Dialect, driver: Driver, of: QualifiedName): Promise<Lease | null> {
    if (!dialect.lease || !(await dialect.hasTable(driver, leaseTable(of)))) return null;
    return new Lease(dialect, driver, dialect.lease, { of, duration: 0 });
  }

  async take(): Promise<(() => Promise<void>) | null> {
    const token = await this.#claim().catch(async (error: unknown) => {
      // Its last holder may have dropped it: rev reset --drop.
      if (await this.#isThere()) throw error;
      await this.#make();
      return null;
    });
    if (token === null) return null;
    const renewal = new Renewal(this.#driver, this.#duration / 3, {
      sql: `UPDATE ${this.#table} SET expires_at = ${this.#end} WHERE token = ${token}`,
    });
    this.#driver.guard?.(() => this.#assertOurs(token));
    return async () => {
      this.#driver.guard?.(null);
      await renewal.stop({
        sql: `UPDATE ${this.#table} SET expires_at = 0, holder = NULL WHERE token = ${token}`,
      });
    };
  }

  async #make(): Promise<void> {
    if (!(await this.#isThere())) {
      const create = this.#dialect.compile(createTable(this.#name), emptyCatalog(this.#dialect.name), {});
      try {
        await this.#driver.transaction(() => this.#driver.runAll(create));
      } catch (error) {
        // Another runner was first.
        if (!(await this.#isThere())) throw error;
      }
    }
    // A row that somebody has deleted comes back with a token that was never given.
    await this.#driver.run({
      sql: `INSERT INTO ${this.#table} (id, token, expires_at) VALUES (1, ${this.#sql.clock}, 0) ON CONFLICT DO NOTHING`,
    });
  }

  #isThere(): Promise<boolean> {
    return this.#dialect.hasTable(this.#driver, this.#name);
  }

  /** Its token; null: somebody has the lease. */
  async #claim(): Promise<string | null> {
    const { clock, takesFreeRow } = this.#sql;
    const [row] = await this.#driver.query<{ token: string | number }>(
      `UPDATE ${this.#table} SET token = token + 1, holder = ${this.#dialect.placeholder(1)}, expires_at = ${this.#end}
       WHERE token = (SELECT token FROM ${this.#table} WHERE expires_at <= ${clock} ${takesFreeRow}) RETURNING token`,
      [`${userName()}@${hostname()}, process ${process.pid}`],
    );
    return row ? String(row.token) : null;
  }

  async holder(): Promise<LockHolder | null> {
    const { clock, takesFreeRow } = this.#sql;
    const free = `SELECT token FROM ${this.#table} WHERE expires_at <= ${clock} ${takesFreeRow}`;
    if ((await this.#driver.query(free)).length > 0) return null;
    const [row] = await this.#driver.query<{ holder: string | null; left: string | number }>(
      `SELECT holder, expires_at - ${clock} AS "left" FROM ${this.#table}`,
    );
    if (!row?.holder) return null;
    const left = Math.ceil(Number(row.left) / 1000);
    return {
      who: row.holder,
      hint:
        left > 0
          ? `Wait for it. If it is gone, its lease ends in ${left} s by itself.`
          : 'Wait for it. It did not renew its lease, and its last transaction is still open on the server.',
      data: { holder: row.holder, left },
    };
  }

  async #assertOurs(token: string): Promise<void> {
    const rows = await this.#driver.query(
      `SELECT token FROM ${this.#table} WHERE token = ${token} ${this.#sql.holdsRow}`,
    );
    if (rows.length > 0) return;
    throw new RevError('REV_LOCKED', 'Another runner has taken over: the lease was not renewed in time.', {
      hint: 'This transaction was rolled back. Run the same command again; leaseDuration in the configuration gives more time.',
    });
  }

  get #end(): string {
    return `${this.#sql.clock} + ${this.#duration}`;
  }
}

/** Renews in a session of its own: the runner's may be busy for hours. */
class Renewal {
  readonly #driver: Driver;
  readonly #stopped = new AbortController();
  readonly #ended: Promise<void>;
  #beside: Driver | null = null;

  /** @param pause between renewals, in milliseconds */
  constructor(driver: Driver, pause: number, renew: { readonly sql: string }) {
    this.#driver = driver;
    this.#ended = this.#run(pause, renew);
  }

  /** Ends it; the last statement is run in the runner's session, or in this one if that is lost. */
  async stop(last: { readonly sql: string }): Promise<void> {
    this.#stopped.abort();
    try {
      await this.#driver.run(last);
    } catch {
      // If this fails too, the lease ends by itself.
      await this.#beside?.run(last).catch(() => undefined);
    }
    await this.#ended;
  }

  async #run(pause: number, renew: { readonly sql: string }): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await wait(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      try {
        this.#beside ??= (await this.#driver.beside?.()) ?? null;
        // Lost: the runner hears of it in its next transaction.
        if ((await this.#beside?.run(renew)) === 0) break;
      } catch {
        // Another session may have more luck.
        await this.#close();
      }
    }
    await this.#close();
  }

  async #close(): Promise<void> {
    await this.#beside?.close().catch(() => undefined);
    this.#beside = null;
  }
}

function createTable(name: QualifiedName): Operation {
  return {
    kind: 'createTable',
    table: {
      kind: 'table',
      ...name,
      columns: [
        column('id', 'integer', { nullable: false }),
        column('token', 'bigint', { nullable: false }),
        column('expires_at', 'bigint', { nullable: false }),
        column('holder', 'varchar(255)'),
      ],
      primaryKey: primaryKey(['id'], { name: `${name.name}_pkc` }),
      // Of a key, so that holding the row forbids to change it.
      uniques: [unique(`${name.name}_token`, ['token'])],
      checks: [],
      foreignKeys: [],
      indexes: [],
    },
  };
}
