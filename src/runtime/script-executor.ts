import {
  type Catalog,
  displayName,
  emptyCatalog,
  findTable,
  type QualifiedName,
  sameName,
} from '../catalog/index.js';
import type { Dialect, Statement } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import { type AlterEnum, type Backfill, isRaw, type Operation } from '../operations/index.js';
import { chosenKey } from './backfill.js';
import type { Executor } from './executor.js';
import { compileOffline, type ReplayedCatalog } from './replay.js';
import { reads, unprintable } from './script-text.js';
import { refuseInSavepoint, refuseUnrunnable, savepointStep } from './transaction-control.js';

export interface ScriptExecutorOptions {
  readonly dialect: Dialect;
  readonly revision: string;
  /** Whether the revision begins inside a transaction. */
  readonly transactional: boolean;
  readonly state: ReplayedCatalog;
  readonly print: (statement: Statement) => void;
  /** Prints what each transaction of a script begins with. */
  readonly guard: () => void;
}

/** Prints a revision's operations as the statements that LiveExecutor would send, in the transactions that it makes. */
export class ScriptExecutor implements Executor {
  readonly offline = true;
  readonly #options: ScriptExecutorOptions;
  /** Whether the script's transaction is around what is printed now. */
  #isInside: boolean;
  /** `op.db.transaction` is open. */
  #isInSavepoint = false;
  /** One of `op.db`, outside of any other, and how it is to end. */
  #own: 'commit' | 'rollback' | null = null;

  constructor(options: ScriptExecutorOptions) {
    this.#options = options;
    this.#isInside = options.transactional;
  }

  async operation(operation: Operation): Promise<void> {
    const { dialect, state } = this.#options;
    const needsCatalog = dialect.needsCatalog(operation);
    const before = needsCatalog ? await state.now() : emptyCatalog(dialect.name);
    if (needsCatalog && operation.kind === 'alterEnum') this.#refuseUnknownColumns(operation, before);
    if (operation.kind === 'backfill') await this.#refuseKey(operation);
    if (needsCatalog && operation.kind === 'alterTable' && state.hasUnseen) this.#lines([unseen]);
    const statements = compileOffline(dialect, operation, before);
    if (isRaw(operation))
      for (const { sql } of statements) refuseUnrunnable(sql, { dialect, caller: 'revision' });
    const isOutside = !this.#isInside && this.#own === null;
    const frame = dialect.scriptFrame(isOutside && dialect.needsForeignKeysOff(operation));
    this.#lines(frame.before);
    for (const statement of statements) this.#options.print(statement);
    this.#lines(frame.after);
    state.record(operation);
  }

  readonly query: Executor['query'] = async (sql, params) => {
    const step = savepointStep(sql);
    if (step) this.#isInSavepoint = step !== 'release';
    else refuseUnrunnable(sql, { dialect: this.#options.dialect, caller: 'revision' });
    if (reads(sql)) throw unprintable(this.#options.revision, sql);
    if (step && !this.#isInside) this.#ownTransaction(step);
    else this.#options.print({ sql, params });
    return { rows: [] };
  };

  async autocommit(work: () => Promise<void>): Promise<void> {
    if (this.#isInSavepoint) refuseInSavepoint();
    if (!this.#isInside) return work();
    const { before, after } = this.#options.dialect.scriptFrame(true);
    this.#lines(after);
    this.#isInside = false;
    await work();
    this.#isInside = true;
    this.#lines(before);
    // Others had their turn between the two transactions.
    this.#options.guard();
  }

  inspect(): Promise<Catalog> {
    return this.#options.state.now();
  }

  /** `op.db.transaction` outside of a transaction is one. */
  #ownTransaction(step: 'savepoint' | 'undo' | 'release'): void {
    if (step === 'savepoint') {
      this.#own = 'commit';
      this.#lines(['BEGIN']);
    } else if (step === 'undo') {
      this.#own = 'rollback';
    } else {
      this.#lines([this.#own === 'rollback' ? 'ROLLBACK' : 'COMMIT']);
      this.#own = null;
    }
  }

  /** One UPDATE needs no key, but a run refuses what has none; of a table that the history makes it is known. */
  async #refuseKey(operation: Backfill): Promise<void> {
    const { dialect, state } = this.#options;
    const catalog = await state.known();
    const table = catalog && findTable(catalog, operation.table);
    if (table && !state.hasRawChange(table.name)) chosenKey(operation, dialect.rowKeyOf(table));
  }

  /** A type that is made anew takes its columns along: those that only a database knows would stop the script. */
  #refuseUnknownColumns({ name, columns }: AlterEnum, { enums, tables }: Catalog): void {
    const isOne = (each: QualifiedName | undefined) => each !== undefined && sameName(each, name);
    if (columns.length > 0 || tables.some((table) => table.columns.some((column) => isOne(column.enum))))
      return;
    if (enums.some(isOne) && !this.#options.state.hasRawChange(name.name)) return;
    throw new RevError(
      'REV_OFFLINE',
      `Cannot print how the enum ${displayName(name)} is made anew: which columns have it is not known.`,
      {
        hint: "Name them: columns: [{ table: 'users', column: 'state', default: 'new' }], each with its default if it has one.",
      },
    );
  }

  #lines(lines: readonly string[]): void {
    for (const sql of lines) this.#options.print({ sql });
  }
}

const unseen =
  '-- Raw SQL of this history makes triggers or indexes. If one is on the table below and it is rebuilt, make it again afterwards';
