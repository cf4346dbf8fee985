import type { SQL } from 'drizzle-orm';
import { emptyCatalog } from '../catalog/index.js';
import type { Dialect, Driver, Row } from '../dialects/dialect.js';
import { sqlParts } from '../operations/index.js';
import { callRevision } from './call.js';
import type { Report } from './events.js';
import { LiveExecutor } from './live-executor.js';
import type { Op } from './op.js';
import { Progress } from './progress.js';
import { refuseTransactionControl } from './transaction-control.js';

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
}

/** Calls a function of the project as a revision's is called: what it has begun is waited for, awaited or not. */
export async function callHook(
  work: (database: HookDatabase) => unknown,
  { dialect, driver, args, folder, report, signal, inTransaction }: CallHookOptions,
): Promise<void> {
  const executor = new LiveExecutor(dialect, driver, {
    transactional: inTransaction,
    progress: new Progress(null, null, undefined),
    writerTimeout: undefined,
    outside: (inner) => inner(),
    onStatement: ({ sql }) => report({ kind: 'statement', sql }),
    onBackfill: () => undefined,
    signal,
  });
  const running: Promise<unknown>[] = [];
  const run = async (statement: string | SQL) => {
    const operation = { kind: 'execute', sql: sqlParts(statement) } as const;
    const [compiled] = dialect.compile(operation, emptyCatalog(dialect.name), {});
    if (!compiled) return [];
    refuseTransactionControl(compiled.sql);
    report({ kind: 'statement', sql: compiled.sql });
    return driver.query(compiled.sql, compiled.params);
  };
  const execute = (statement: string | SQL) => {
    const rows = run(statement);
    running.push(rows);
    return rows;
  };
  try {
    await callRevision(
      async (op) => {
        await work({ db: op.db, execute });
        await Promise.all(running);
      },
      { dialect, executor, args, folder },
    );
  } finally {
    await Promise.allSettled(running);
    await executor.close();
  }
}
