/**
 * One connection by the user's own driver package: synchronous inside, asynchronous outside. Transactions here are such
 * that tables can be rebuilt in them (SQLite's manual, ALTER TABLE, "Making Other Kinds Of Table Schema Changes").
 */

import { RevError } from '../../errors.js';
import type { ConnectOptions, Driver, Row, Statement, TransactionOptions } from '../dialect.js';
import type { AsFound } from './as-found.js';
import { bindable } from './bindable.js';
import { type Connection, columnOf, type Prepared, pragma } from './connections/connection.js';
import { copyRows } from './copy-rows.js';
import { editSchema } from './edit-schema.js';
import { ForeignKeysOff } from './foreign-keys-off.js';
import { type Faults, findFaults, mayAddKind, refuseNewFaults, withAttached } from './integrity.js';
import { isLive, type LiveStatement } from './live-statement.js';
import { beginsRebuild } from './rebuilt-name.js';
import { type SessionState, StateReader, settingsOf } from './session-state.js';
import { setAside } from './set-aside.js';
import { endedError, statementError, transactionEnd } from './statement-error.js';
import { statementsOf } from './statements.js';
import { readStatistics, restoreStatistics } from './statistics.js';
import { restoreTriggers, temporaryTriggers, triggersOfReplaced } from './temporary-triggers.js';
import { busyTimeout, whenFree } from './when-free.js';

/** How a session reaches files. On a server all of it throws REV_UNSUPPORTED. */
export interface Files {
  /** The database's own; `:memory:` where there is none. */
  readonly file: string;
  /** What the URL means: a file that may not be there yet, `:memory:`, or the host of a server. */
  readonly path: string;
  readonly openFile: (path: string) => Connection;
  /** Opens the file beside the database whose name has this ending, the same one by whatever link. null: the database is in memory, and nobody else's. */
  readonly openBeside: ((ending: string) => Connection) | null;
}

/** What only SQLite's own parts ask of a driver: its lock, and backups. */
export interface SqliteSession extends Driver, Files {
  readonly connection: Connection;
}

export class SqliteDriver implements SqliteSession {
  readonly serverVersion: string;
  readonly file: string;
  readonly path: string;
  readonly openFile: (path: string) => Connection;
  readonly openBeside: ((ending: string) => Connection) | null;
  readonly #database: Connection;
  readonly #signal: AbortSignal | undefined;
  readonly #options: ConnectOptions;
  /** How a connection was that was handed in. null: it is this driver's own. */
  readonly #found: AsFound | null;
  readonly #state: StateReader;
  readonly #foreignKeys: ForeignKeysOff;
  #isClosed = false;
  #savepoints = 0;
  /** Whether a transaction of this driver has begun; it is the driver that ends it. */
  #began = false;
  /** What is said of a statement that ended it nevertheless: from then on nothing more runs. */
  #ended: RevError | null = null;
  /** The faults that the last transaction has left, and what the database was then. */
  #left: { readonly version: string | null; readonly faults: Faults } | null = null;
  /** Those that were there before the transaction. */
  #before: Faults | null = null;
  /** Whether there may be kinds of objects since then that there were not. */
  #mayAddKind = false;
  /** As they were before the first rebuild of the transaction. */
  #statistics: ReturnType<typeof readStatistics> | null = null;
  /** What makes views and triggers again that are away while their table is. */
  #aside: readonly string[] = [];
  #temporary: ReadonlyMap<string, string> = new Map();

  /** @param found of a connection that was handed in */
  constructor(
    database: Connection,
    options: ConnectOptions,
    { file, path, openFile, openBeside }: Files,
    found: AsFound | null = null,
  ) {
    this.file = file;
    this.path = path;
    this.openFile = openFile;
    this.openBeside = openBeside;
    this.#database = database;
    this.#signal = options.signal;
    this.#options = options;
    this.#found = found;
    this.#state = new StateReader(database);
    this.#foreignKeys = new ForeignKeysOff(database, { isShared: found !== null });
    this.serverVersion = String(columnOf(database, 'SELECT sqlite_version()')[0]);
  }

  get connection(): Connection {
    this.#foreignKeys.restore();
    return this.#database;
  }

  async query<R extends Row = Row>(sql: string, params: readonly unknown[] = []): Promise<readonly R[]> {
    return this.#read(sql, (statement) => statement.all(params.map(bindable)) as R[], params);
  }

  async values(sql: string, params: readonly unknown[] = []): Promise<readonly (readonly unknown[])[]> {
    return this.#read(sql, (statement) => statement.values(params.map(bindable)), params);
  }

  asBegun<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  async alone({ sql, params = [] }: Statement): Promise<readonly Row[]> {
    return this.query(sql, params);
  }

  async run(statement: Statement): Promise<number> {
    const drops = isLive(statement) && statement.live === 'drop';
    if ((drops || beginsRebuild(statement.sql)) && this.#hasForeignKeys()) {
      const what = drops ? 'dropped' : 'rebuilt';
      throw new RevError(
        'REV_OPERATION',
        `A table can be ${what} only inside a transaction that has foreign keys off.`,
        {
          hint: 'Do it before or after op.db.transaction, or do not set `transactional = false` for the revision.',
        },
      );
    }
    if (beginsRebuild(statement.sql)) this.#statistics ??= readStatistics(this.#database);
    return isLive(statement) ? this.#runLive(statement) : this.#run(statement);
  }

  async runAll(statements: readonly Statement[]): Promise<void> {
    const rebuilds = statements.some((statement) => isLive(statement) || beginsRebuild(statement.sql));
    if (rebuilds && !this.#database.inTransaction) return this.transaction(() => this.runAll(statements));
    for (const statement of statements) await this.run(statement);
  }

  async runAllOrNone(statements: readonly Statement[]): Promise<void> {
    const [only, ...others] = statements;
    // One statement is all or nothing by itself.
    if (only && others.length === 0 && this.#database.inTransaction && !isLive(only)) {
      await this.run(only);
      return;
    }
    return this.transaction(() => this.runAll(statements), { keepsForeignKeys: true });
  }

  async transaction<T>(work: () => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    this.#refuseEnded();
    if (this.#database.inTransaction) return this.#savepoint(work, { keep: true });
    const patience = options.writerTimeout ?? options.lockTimeout ?? busyTimeout;
    if (options.keepsForeignKeys) {
      return this.#untilEnded(async () => {
        await this.#whenFree('BEGIN IMMEDIATE', patience, () => this.#foreignKeys.restore());
        this.#began = true;
        const result = await work();
        this.#refuseEnded();
        await this.#whenFree('COMMIT', patience);
        return result;
      });
    }
    return this.#withForeignKeysOff(async () => {
      await this.#whenFree('BEGIN IMMEDIATE', patience, () => this.#foreignKeys.turnOff());
      this.#began = true;
      const found = this.#stateNow();
      this.#foreignKeys.assert(found);
      // Whoever has handed in a connection may use it by itself.
      this.#mayAddKind = this.#found !== null;
      this.#before = this.#faultsBefore(found);
      const result = await work();
      this.#refuseEnded();
      const { schemas, version } = this.#stateNow();
      const after = this.#faults(schemas, this.#mayAddKind ? undefined : this.#before.kinds);
      refuseNewFaults(this.#before, after);
      if (this.#statistics) restoreStatistics(this.#database, this.#statistics);
      if (options.dryRun) return result;
      await this.#whenFree('COMMIT', patience);
      this.#left = { version, faults: after };
      return result;
    });
  }

  async rolledBack<T>(work: () => Promise<T>): Promise<T> {
    this.#refuseEnded();
    if (this.#database.inTransaction) return this.#savepoint(work, { keep: false });
    return this.#withForeignKeysOff(async () => {
      await this.#whenFree('BEGIN', 0, () => this.#foreignKeys.turnOff());
      this.#began = true;
      this.#foreignKeys.assert(settingsOf(this.#database));
      return work();
    });
  }

  /** Nobody's lock on a table keeps a reader out. */
  async reading<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  /** A connection that was handed in stays open. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#found === null) this.#database.close();
    else if (this.#database.open) this.#found.restore();
  }

  async #withForeignKeysOff<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#untilEnded(work);
    } finally {
      this.#foreignKeys.ended();
    }
  }

  /** Whatever happens inside: afterwards no transaction is open. */
  async #untilEnded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.#began = false;
      this.#ended = null;
      this.#before = null;
      this.#statistics = null;
      if (this.#database.open && this.#database.inTransaction) this.#database.exec('ROLLBACK');
    }
  }

  /** A transaction inside a transaction. */
  async #savepoint<T>(work: () => Promise<T>, options: { readonly keep: boolean }): Promise<T> {
    this.#savepoints += 1;
    const name = `rev_${this.#savepoints}`;
    this.#run({ sql: `SAVEPOINT ${name}` });
    let kept = false;
    try {
      const result = await work();
      kept = options.keep;
      return result;
    } finally {
      this.#savepoints -= 1;
      if (this.#database.open && this.#database.inTransaction) {
        if (!kept) this.#database.exec(`ROLLBACK TO ${name}`);
        this.#database.exec(`RELEASE ${name}`);
      }
    }
  }

  /**
   * Runs BEGIN or COMMIT as soon as no other connection is in the way, without blocking this process meanwhile.
   * @param first what is done each time just before it.
   */
  async #whenFree(sql: string, patience: number, first?: () => void): Promise<void> {
    this.#setBusyTimeout(0);
    try {
      await whenFree(
        () => {
          this.#refuseAborted();
          try {
            first?.();
            this.#database.exec(sql);
          } catch (thrown) {
            throw statementError(thrown, sql);
          }
        },
        { patience },
      );
    } finally {
      this.#setBusyTimeout(busyTimeout);
    }
  }

  /** A server lets everybody wait in turn. */
  #setBusyTimeout(milliseconds: number): void {
    if (!this.#database.isServer) this.#database.exec(`PRAGMA busy_timeout = ${milliseconds}`);
  }

  /** Outside of a transaction a reader waits as long as a writer would. */
  #read<T>(
    sql: string,
    rows: (statement: Prepared) => readonly T[],
    params: readonly unknown[],
  ): Promise<readonly T[]> {
    let prepared: Prepared | undefined;
    const read = () => {
      prepared ??= this.#prepare(sql);
      const statement = prepared;
      return this.#guard(sql, () => {
        if (statement.reader) return rows(statement);
        statement.run(params.map(bindable));
        return [];
      });
    };
    if (this.#database.inTransaction) return Promise.resolve().then(read);
    return whenFree(() => this.#unblocked(read), this.#options);
  }

  /** Without SQLite's own waiting, meanwhile this process would see no interrupt. */
  #unblocked<T>(read: () => T): T {
    this.#setBusyTimeout(0);
    try {
      return read();
    } finally {
      this.#setBusyTimeout(busyTimeout);
    }
  }

  async #runLive(statement: LiveStatement): Promise<number> {
    if (statement.live !== 'question' && statement.live !== 'texts') this.#mayAddKind = true;
    switch (statement.live) {
      case 'question': {
        const [counts = []] = await this.values(statement.sql);
        const refusal = statement.refusal(counts.map(Number));
        if (refusal) throw refusal;
        return 0;
      }
      case 'texts': {
        const refusal = statement.refusal((await this.values(statement.sql)).map(([text]) => String(text)));
        if (refusal) throw refusal;
        return 0;
      }
      case 'copy': {
        const run = (sql: string) => this.#run({ sql });
        return copyRows(this.#database, statement, { run, progress: this.#options.progress });
      }
      case 'edit':
        if (!this.#guard(statement.sql, () => editSchema(this.#database, statement))) {
          await this.runAll(statement.otherwise);
        }
        return 0;
      case 'look away':
        if (!this.#database.isServer) {
          this.#temporary = temporaryTriggers(this.#database);
          return this.#run(statement);
        }
        this.#aside = this.#guard(statement.sql, () =>
          setAside(this.#database, statement.schema, statement.table),
        );
        return 0;
      case 'look again':
        if (!this.#database.isServer) {
          const changes = this.#run(statement);
          this.#guard(statement.sql, () => restoreTriggers(this.#database, this.#temporary));
          return changes;
        }
        this.#guard(statement.sql, () => this.#database.exec(this.#aside.join('\n;\n')));
        this.#aside = [];
        return 0;
      case 'view away':
        this.#temporary = this.#guard(statement.sql, () => triggersOfReplaced(this.#database, statement));
        return this.#run(statement);
      case 'view again': {
        const changes = this.#run(statement);
        this.#guard(statement.sql, () => restoreTriggers(this.#database, this.#temporary));
        return changes;
      }
      case 'drop':
        return this.#run(statement);
    }
  }

  #run({ sql, params = [] }: Statement): number {
    if (this.#before === null || !/\battach\b/i.test(sql)) return this.#runOne({ sql, params });
    // Each by itself: the next may already delete from what the first has attached.
    const texts = statementsOf(sql).map((tokens) => sql.slice(tokens[0]?.start, tokens.at(-1)?.end));
    let changes = 0;
    for (const text of texts.length > 1 ? texts : [sql]) {
      changes += this.#runOne({ sql: text, params });
      this.#before = withAttached(this.#database, this.#before);
    }
    return changes;
  }

  #runOne({ sql, params = [] }: Statement): number {
    const statement = params.length === 0 ? this.#prepareAny(sql) : this.#prepare(sql);
    return this.#guard(sql, () => {
      if (statement !== null && !statement.reader) return statement.run(params.map(bindable));
      const before = this.#totalChanges();
      if (statement === null) this.#database.exec(sql);
      else statement.all(params.map(bindable));
      return this.#totalChanges() - before;
    });
  }

  #prepare(sql: string): Prepared {
    const statement = this.#prepareAny(sql);
    if (statement) return statement;
    throw statementError(new RangeError('The text is not one statement, but several or none.'), sql);
  }

  /** null: the text holds several statements, or none. */
  #prepareAny(sql: string): Prepared | null {
    this.#mayAddKind ||= mayAddKind(sql);
    return this.#guard(sql, () => this.#database.prepare(sql));
  }

  #guard<T>(sql: string, work: () => T): T {
    this.#refuseAborted();
    this.#refuseEnded();
    this.#foreignKeys.restore();
    let result: T;
    try {
      result = work();
    } catch (thrown) {
      if (this.#isOpen()) throw statementError(thrown, sql);
      this.#ended = endedError(sql, transactionEnd(sql), thrown);
      throw this.#ended;
    }
    if (!this.#isOpen()) this.#ended = endedError(sql, transactionEnd(sql));
    this.#refuseEnded();
    return result;
  }

  /** Whether the transaction is open, if one has begun. */
  #isOpen(): boolean {
    return !this.#began || this.#database.inTransaction;
  }

  #refuseEnded(): void {
    if (this.#ended) throw this.#ended;
  }

  /** A statement cannot be cancelled while it runs: an abort is seen before the next one. */
  #refuseAborted(): void {
    if (this.#signal?.aborted) throw new RevError('REV_INTERRUPTED', 'Interrupted.');
  }

  #stateNow(): SessionState {
    return this.#guard('PRAGMA data_version', () => this.#state.read());
  }

  #faults(schemas: readonly string[], kinds?: ReadonlySet<string>): Faults {
    return this.#guard('PRAGMA foreign_key_check', () => findFaults(this.#database, schemas, kinds));
  }

  /** To look again costs as much as the database has tables and rows. */
  #faultsBefore({ version, schemas }: SessionState): Faults {
    const left = this.#left;
    return left && left.version !== null && left.version === version ? left.faults : this.#faults(schemas);
  }

  #totalChanges(): number {
    return Number(columnOf(this.#database, 'SELECT total_changes()')[0]);
  }

  #hasForeignKeys(): boolean {
    this.#foreignKeys.restore();
    return pragma(this.#database, 'foreign_keys') !== 0;
  }
}
