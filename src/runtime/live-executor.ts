import { type Catalog, emptyCatalog } from '../catalog/index.js';
import type { Dialect, Driver, Scope, Statement } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import { describe, type Operation } from '../operations/index.js';
import type { Executor } from './executor.js';

/** Everything there is: a revision may touch what autogenerate does not look at. */
const everything: Scope = { includes: () => true };

export interface LiveExecutorOptions {
  /** Whether the revision is inside a transaction, which it must then not end. */
  readonly transactional: boolean;
  readonly onStatement: (statement: Statement) => void;
}

/** Sends a revision's operations to a database. */
export class LiveExecutor implements Executor {
  readonly offline = false;
  readonly #dialect: Dialect;
  readonly #driver: Driver;
  readonly #transactional: boolean;
  readonly #onStatement: (statement: Statement) => void;
  #position = 0;

  constructor(dialect: Dialect, driver: Driver, options: LiveExecutorOptions) {
    this.#dialect = dialect;
    this.#driver = driver;
    this.#transactional = options.transactional;
    this.#onStatement = options.onStatement;
  }

  /** How many operations have been run. */
  get position(): number {
    return this.#position;
  }

  async operation(operation: Operation): Promise<void> {
    try {
      if (this.#transactional && operation.kind === 'execute')
        refuseTransactionControl(operation.sql.texts.join('?'));
      const before = this.#dialect.needsCatalog(operation)
        ? await this.inspect()
        : emptyCatalog(this.#dialect.name);
      const statements = this.#dialect.compile(operation, before, {
        serverVersion: this.#driver.serverVersion,
      });
      for (const statement of statements) this.#onStatement(statement);
      await this.#driver.runAll(statements);
      this.#position += 1;
    } catch (error) {
      throw inOperation(error, operation);
    }
  }

  readonly query: Executor['query'] = async (sql, params, method) => {
    if (this.#transactional) refuseTransactionControl(sql);
    this.#onStatement({ sql, params });
    const rows =
      method === 'execute' ? await this.#driver.query(sql, params) : await this.#driver.values(sql, params);
    this.#position += 1;
    // drizzle's proxy sessions want one row, not a list, for `get`.
    return { rows: method === 'get' ? ((rows[0] ?? undefined) as unknown as unknown[]) : [...rows] };
  };

  inspect(): Promise<Catalog> {
    return this.#dialect.inspect(this.#driver, everything);
  }
}

/** The same error, saying in which operation it happened. */
function inOperation(error: unknown, operation: Operation): unknown {
  if (!(error instanceof RevError) || error.data.operation !== undefined) return error;
  return new RevError(error.code, error.message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    data: { ...error.data, operation: describe(operation) },
    cause: error.cause,
  });
}

/** The transaction belongs to the runner: version rows written after its end would say that all is done. */
function refuseTransactionControl(sql: string): void {
  const bare = sql.replace(
    /--[^\n]*|\/\*[\s\S]*?\*\/|e'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|(\$\w*\$)[\s\S]*?\1/gi,
    ' ',
  );
  // The bodies of triggers and functions have a BEGIN and an END of their own.
  if (/^\s*(?:do\b|create\b[^;]*?\b(?:trigger|function|procedure)\b)/i.test(bare)) return;
  const found =
    /(?:^|;)\s*(begin|start\s+transaction|commit|end|rollback(?!\s+(?:work\s+|transaction\s+)?to)|abort)\b/i.exec(
      bare,
    );
  if (!found?.[1]) return;
  throw new RevError(
    'REV_OPERATION',
    `A revision cannot run ${found[1].toUpperCase()}: its transaction is the runner's.`,
    {
      hint: 'Leave it out, or write `export const transactional = false` for what cannot run in a transaction.',
    },
  );
}
