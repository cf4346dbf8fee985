import { type Catalog, emptyCatalog } from '../catalog/index.js';
import type {
  CopyProgress,
  Dialect,
  Driver,
  Row,
  Scope,
  Statement,
  TransactionOptions,
} from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import { type Backfill, describe, isRaw, type Operation } from '../operations/index.js';
import { runBackfill } from './backfill.js';
import { EarlierSession } from './earlier-session.js';
import type { Executor } from './executor.js';
import { HeldTransaction } from './held-transaction.js';
import { type Next, operationText, type Point, type Progress } from './progress.js';
import { refuseInSavepoint, refuseUnrunnable, savepointStep } from './transaction-control.js';

/** Everything there is: a revision may touch what autogenerate does not look at. */
const everything: Scope = { includes: () => true };

export interface LiveExecutorOptions {
  /** Whose statements they are. */
  readonly caller: 'revision' | 'hook';
  /** Whether the revision begins inside a transaction. */
  readonly transactional: boolean;
  readonly progress: Progress;
  /** Commits what is done, does the work, and begins another transaction. */
  readonly outside: (work: () => Promise<void>) => Promise<void>;
  /** For the transaction of a single operation. */
  readonly writerTimeout: number | undefined;
  readonly onStatement: (statement: Statement) => void;
  readonly onBackfill: (progress: CopyProgress) => void;
  readonly signal: AbortSignal | undefined;
}

/** A transaction of `op.db`, outside of any other. */
interface OwnTransaction {
  readonly transaction: HeldTransaction;
  readonly begin: Point;
  isUndone: boolean;
}

/** Sends a revision's operations to a database. */
export class LiveExecutor implements Executor {
  readonly offline = false;
  readonly #dialect: Dialect;
  readonly #driver: Driver;
  readonly #options: LiveExecutorOptions;
  readonly #earlier: EarlierSession;
  /** Whether the runner's transaction is around what runs now. */
  #isInside: boolean;
  /** `op.db.transaction` is open. */
  #isInSavepoint = false;
  #own: OwnTransaction | null = null;

  constructor(dialect: Dialect, driver: Driver, options: LiveExecutorOptions) {
    this.#dialect = dialect;
    this.#driver = driver;
    this.#options = options;
    this.#earlier = new EarlierSession(dialect, driver);
    this.#isInside = options.transactional;
  }

  async operation(operation: Operation): Promise<void> {
    const { progress } = this.#options;
    const options = { serverVersion: this.#driver.serverVersion };
    const isOutside = !this.#isInside && !this.#own;
    const isApart = isOutside && this.#dialect.needsForeignKeysOff(operation, options);
    try {
      const text = operationText(operation);
      const begin = progress.point();
      const next = progress.next(text);
      const pass = () => this.#earlier.passOperation(operation, (each) => this.#again(each));
      await this.#counted({ next, begin, pass }, async () => {
        if (operation.kind === 'backfill') return this.#backfill(operation, text, next);
        const needsCatalog = this.#dialect.needsCatalog(operation, options);
        const before = needsCatalog ? await this.inspect() : emptyCatalog(this.#dialect.name);
        const statements = this.#dialect.compile(operation, before, options);
        if (isRaw(operation)) for (const { sql } of statements) this.#refuseControl(sql);
        // An insert's text may hold its rows, which are nobody else's business.
        const told = operation.kind === 'insert' ? [{ sql: `-- ${describe(operation)}` }] : statements;
        for (const statement of told) this.#options.onStatement(statement);
        if (!isOutside) return this.#driver.runAll(statements);
        // Everything else runs as it would by itself.
        await this.#alone(statements, { text, next, keepsForeignKeys: !isApart, isRaw: isRaw(operation) });
      });
    } catch (error) {
      const isMisplaced = this.#isInside && this.#dialect.refusedInTransaction(error);
      throw inOperation(error, operation, isMisplaced ? outsideHint : isApart ? apartHint(error) : undefined);
    }
  }

  readonly query: Executor['query'] = async (sql, params, method) => {
    const step = savepointStep(sql);
    if (step) {
      this.#isInSavepoint = step !== 'release';
      if (!this.#isInside) {
        await this.#ownTransaction(step);
        return { rows: [] };
      }
    } else this.#refuseControl(sql);
    let rows: readonly unknown[] = [];
    const run = async () => {
      this.#options.onStatement({ sql, params });
      rows =
        method === 'execute' ? await this.#driver.query(sql, params) : await this.#driver.values(sql, params);
    };
    if (!step && isChange(sql)) await this.#change({ sql, params }, run);
    // A function that a question calls may write: whoever has lost the lock must not even ask.
    else if (!step && !this.#isInside && !this.#own && this.#driver.guard)
      await this.#driver.transaction(run);
    else await run();
    // drizzle's proxy sessions want one row, not a list, for `get`.
    return { rows: method === 'get' ? ((rows[0] ?? undefined) as unknown as unknown[]) : [...rows] };
  };

  /** One statement of a function of `runHooks`, and its rows. */
  async rows(statement: Statement): Promise<readonly Row[]> {
    const { sql, params = [] } = statement;
    this.#refuseControl(sql);
    this.#options.onStatement(statement);
    const ask = () => this.#driver.query(sql, params);
    if (this.#isInside || this.#own) return ask();
    return this.#byItself([statement], {
      keepsForeignKeys: true,
      inTransaction: ask,
      outside: () => this.#driver.alone(statement),
    });
  }

  async autocommit(work: () => Promise<void>): Promise<void> {
    if (this.#isInSavepoint) refuseInSavepoint();
    if (!this.#isInside) return work();
    await this.#options.outside(async () => {
      this.#isInside = false;
      try {
        await work();
      } finally {
        this.#isInside = true;
      }
    });
  }

  inspect(): Promise<Catalog> {
    return this.#dialect.inspect(this.#driver, everything);
  }

  #refuseControl(sql: string): void {
    refuseUnrunnable(sql, { dialect: this.#dialect, caller: this.#options.caller });
  }

  /** The revision is over: a transaction that it has left open is rolled back. */
  async close(): Promise<void> {
    await this.#own?.transaction.rollback();
    this.#own = null;
  }

  /** Runs what counts as an operation, or passes over it if it is done, and counts it only if that succeeds. */
  async #counted(
    how: { readonly next: Next; readonly begin: Point; readonly pass: () => Promise<void> },
    run: () => Promise<void>,
  ): Promise<void> {
    const { next, begin, pass } = how;
    try {
      if (next.kind === 'pass') return await pass();
      this.#options.progress.refuseWithout(this.#earlier.gone);
      await run();
    } catch (error) {
      this.#options.progress.back(begin);
      throw error;
    }
  }

  /** A statement that an earlier run has done, and that this session lacks. */
  async #again(statement: Statement): Promise<void> {
    this.#options.onStatement(statement);
    const run = async () => {
      await this.#driver.run(statement);
    };
    // Where it fails, what is around it must not.
    if (this.#isInside || this.#own) return this.#driver.transaction(run);
    await this.#byItself([statement], { keepsForeignKeys: true, inTransaction: run, outside: run });
  }

  /** A query of `op.db` that changes something. */
  async #change(statement: Statement, run: () => Promise<void>): Promise<void> {
    const { sql } = statement;
    const { progress } = this.#options;
    const begin = progress.point();
    const next = progress.next(`query ${sql}`);
    if (next.kind === 'pass' && /\breturning\b/i.test(sql)) {
      throw progress.unknown('The next query of op.db that was done returned rows, and they are not kept.');
    }
    const pass = () => this.#earlier.passStatement(statement, (each) => this.#again(each));
    // Its caller may catch its failure and go on.
    await this.#counted({ next, begin, pass }, async () => {
      if (this.#isInside || this.#own) return run();
      await this.#driver.transaction(
        async () => {
          await run();
          await progress.save(this.#driver);
        },
        this.#single({ keepsForeignKeys: true }),
      );
    });
  }

  /** `op.db.transaction` outside of a transaction is one. */
  async #ownTransaction(step: 'savepoint' | 'undo' | 'release'): Promise<void> {
    const { progress } = this.#options;
    if (step === 'savepoint') {
      this.#own = {
        transaction: await HeldTransaction.open(this.#driver, this.#single({ keepsForeignKeys: true })),
        begin: progress.point(),
        isUndone: false,
      };
      return;
    }
    const own = this.#own;
    if (!own) return;
    if (step === 'undo') {
      own.isUndone = true;
      return;
    }
    this.#own = null;
    if (own.isUndone) {
      await own.transaction.rollback();
      progress.back(own.begin);
      return;
    }
    try {
      await progress.save(this.#driver);
    } catch (error) {
      await own.transaction.rollback();
      throw error;
    }
    await own.transaction.commit();
  }

  /** One operation outside of a transaction, such that the next run can tell whether it happened. */
  async #alone(
    statements: readonly Statement[],
    {
      text,
      next,
      keepsForeignKeys,
      isRaw,
    }: {
      readonly text: string;
      readonly next: Next;
      readonly keepsForeignKeys: boolean;
      /** What the user has written. */
      readonly isRaw: boolean;
    },
  ): Promise<void> {
    const { progress } = this.#options;
    if (next.kind === 'probe' && (await this.#isMended(statements, next))) {
      await progress.save(this.#driver);
      return;
    }
    await this.#byItself(statements, {
      keepsForeignKeys,
      inTransaction: async () => {
        await this.#driver.runAll(statements);
        await progress.save(this.#driver);
      },
      outside: async () => {
        if (isRaw) this.#refuseMixed(statements);
        await progress.intend(this.#driver, text, 'running');
        for (const [at, statement] of statements.entries()) {
          try {
            await this.#driver.run(statement);
          } catch (error) {
            // A procedure may have committed before, and so has each statement that came before this one.
            const isUndone = this.#dialect.standing(statement) === 'alone' && (at === 0 || !isRaw);
            if (!isUndone) progress.leaveUnknown();
            // If this cannot be written, the connection is gone, and the statement's end is not known.
            else await progress.intend(this.#driver, text, 'failed').catch(() => undefined);
            throw error;
          }
        }
        await progress.save(this.#driver);
      },
    });
  }

  /** Outside of a transaction nobody could tell which of several statements ran before one that failed. */
  #refuseMixed(statements: readonly Statement[]): void {
    const standings = statements.map((each) => this.#dialect.standing(each));
    const isOne = statements.length === 1 && standings[0] !== 'mixed';
    if (isOne || standings.every((each) => each === 'alone')) return;
    throw new RevError(
      'REV_OPERATION',
      'One of these statements cannot run in a transaction, and the others would run without one: if one fails, nobody can tell which of them are done.',
      { hint: 'Nothing of it was run. Write each statement as its own op.execute.' },
    );
  }

  /** Statements in a transaction of their own, or outside of any where they cannot be in one. */
  async #byItself<T>(
    statements: readonly Statement[],
    ways: {
      readonly keepsForeignKeys: boolean;
      readonly inTransaction: () => Promise<T>;
      readonly outside: () => Promise<T>;
    },
  ): Promise<T> {
    const { keepsForeignKeys, inTransaction, outside } = ways;
    if (!keepsForeignKeys || statements.every((each) => this.#dialect.standing(each) === 'together')) {
      try {
        return await this.#driver.transaction(inTransaction, this.#single({ keepsForeignKeys }));
      } catch (error) {
        if (!this.#dialect.refusedInTransaction(error)) throw error;
      }
    }
    return outside();
  }

  /** Outside of a transaction each batch is one of its own, together with how far it is. */
  async #backfill(operation: Backfill, text: string, next: Next): Promise<void> {
    const { progress, onStatement, onBackfill: onProgress, signal } = this.#options;
    const isInside = this.#isInside || this.#own !== null;
    const driver = this.#driver;
    await runBackfill(operation, {
      dialect: this.#dialect,
      driver,
      from: next.kind === 'continue' ? next.from : null,
      batch: (work) => {
        if (isInside) return work();
        return driver.transaction(
          async () => {
            const end = await work();
            await (end === null ? progress.save(driver) : progress.savePart(driver, text, end));
            return end;
          },
          this.#single({ keepsForeignKeys: true }),
        );
      },
      pause: isInside ? 0 : operation.pause,
      onStatement,
      onProgress,
      signal,
    });
  }

  /** Finds out what an interrupted operation has come to, and puts away what is half done. True: all of it is done. */
  async #isMended(
    statements: readonly Statement[],
    { failed }: { readonly failed: boolean },
  ): Promise<boolean> {
    const { progress } = this.#options;
    const isOne = statements.length === 1;
    if (!isOne && !failed) throw progress.unknown('It is several statements, and some may have happened.');
    // Of several that have failed, nothing is left but by the one that stands alone.
    const statement = statements.find((each) => this.#dialect.standing(each) === 'alone') ?? statements[0];
    if (!statement) return false;
    const outcome = await this.#dialect.probeLone(this.#driver, statement, { failed });
    const run = async (each: Statement) => {
      this.#options.onStatement(each);
      await this.#driver.run(each);
    };
    switch (outcome.kind) {
      case 'done':
        return isOne;
      case 'again':
        for (const each of outcome.before) await run(each);
        return false;
      case 'finish':
        for (const each of outcome.by) await run(each);
        if (!isOne) throw progress.unknown('It is several statements.');
        return true;
      case 'unknown':
        throw progress.unknown('Nothing in the catalogue tells.');
    }
  }

  #single(options: { readonly keepsForeignKeys: boolean }): TransactionOptions {
    const { writerTimeout } = this.#options;
    return { ...options, ...(writerTimeout === undefined ? {} : { writerTimeout }) };
  }
}

/** Whether a query of `op.db` changes something. */
function isChange(sql: string): boolean {
  return (
    !/^\s*(?:select|values|table|show|explain|pragma)\b/i.test(sql) &&
    !/^\s*with\b(?![\s\S]*\b(?:insert|update|delete|merge)\b)/i.test(sql)
  );
}

const outsideHint =
  'Put it into op.autocommit(async () => { … }), or write `export const transactional = false` if all of the revision is like it.';

/** A hint may say what else belongs into the revision. What comes after the operation is too late for it. */
function apartHint(error: unknown): string | undefined {
  return error instanceof RevError && error.hint !== undefined
    ? `${error.hint}\nHere the operation is in a transaction of its own: that must stand before it.`
    : undefined;
}

/** The same error, saying in which operation it happened. */
function inOperation(error: unknown, operation: Operation, hint?: string): unknown {
  if (!(error instanceof RevError) || error.data.operation !== undefined) return error;
  const said = hint ?? error.hint;
  return new RevError(error.code, error.message, {
    ...(said === undefined ? {} : { hint: said }),
    data: { ...error.data, operation: describe(operation) },
    cause: error.cause,
  });
}
