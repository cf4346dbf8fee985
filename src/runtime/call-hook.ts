import type { SQL } from 'drizzle-orm';
import { emptyCatalog } from '../catalog/index.js';
import type { Dialect, Driver, Row } from '../dialects/dialect.js';
import { sqlParts } from '../operations/index.js';
import { inOrder } from './call.js';
import { type Report, statementEvent } from './events.js';
import { LiveExecutor } from './live-executor.js';
import { makeOp, type Op } from './op.js';
import { Progress } from './progress.js';

/** What a function of the project works with: the session of the run. */
export interface HookDatabase {
  readonly db: Op['db'];
  execute(statement: string | SQL): Promise<readonly Row[]>;
}

export interface CallHookOptions {
  readonly dialect: Dialect;
  readonly driver: Driver;
  readonly args: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly report: Report;
  readonly signal: AbortSignal | undefined;
  /** Whether a transaction of the runner is around it. */
  readonly inTransaction: boolean;
  /** How long a statement outside of it waits for another writer, in milliseconds. */
  readonly writerTimeout: number;
}

/** Calls a function of the project as a revision's is called: what it has begun is waited for, awaited or not. */
export async function callHook(
  work: (database: HookDatabase) => unknown,
  { dialect, driver, args, folder, report, signal, inTransaction, writerTimeout }: CallHookOptions,
): Promise<void> {
  const executor = new LiveExecutor(dialect, driver, {
    caller: 'hook',
    transactional: inTransaction,
    progress: new Progress(null, null, undefined),
    writerTimeout,
    outside: (inner) => inner(),
    onStatement: (statement) => report(statementEvent(statement)),
    onBackfill: () => undefined,
    signal,
  });
  try {
    await inOrder((parts) => {
      const { db } = makeOp({ dialect, executor, args, folder, ...parts });
      const execute = (statement: string | SQL) => {
        const rows = parts.queue.push(async () => {
          const operation = { kind: 'execute', sql: sqlParts(statement) } as const;
          const [compiled] = dialect.compile(operation, emptyCatalog(dialect.name), {});
          return compiled ? executor.rows(compiled) : [];
        });
        // The queue keeps the failure, where nobody awaits it.
        rows.catch(() => undefined);
        return rows;
      };
      return work({ db, execute });
    }, signal);
  } finally {
    await executor.close();
  }
}
