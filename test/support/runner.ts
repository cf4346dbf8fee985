import { onTestFinished } from 'vitest';
import type { Dialect, Driver } from '../../src/dialects/dialect.js';
import { loadDialect } from '../../src/dialects/load-dialect.js';
import { RevisionGraph } from '../../src/graph/graph.js';
import type { RunnerLockChoice } from '../../src/runtime/alone.js';
import type { RunEvent } from '../../src/runtime/events.js';
import type { Op } from '../../src/runtime/op.js';
import type { Resume } from '../../src/runtime/progress.js';
import type { RevisionSource } from '../../src/runtime/revision-source.js';
import { type RunResult, run } from '../../src/runtime/run.js';
import { freshDatabase } from './postgres.js';
import { temporaryFolder } from './sqlite.js';

/** Runs revisions that a test writes as functions, against a real database. */

export interface TestRevision {
  readonly id: string;
  readonly down?: readonly string[];
  readonly upgrade?: (op: Op) => unknown;
  readonly downgrade?: ((op: Op) => unknown) | undefined;
  readonly transactional?: boolean;
}

export interface TestRunner {
  readonly dialect: Dialect;
  readonly driver: Driver;
  readonly events: RunEvent[];
  upgrade(revisions: readonly TestRevision[], target?: string, options?: RunnerOptions): Promise<RunResult>;
  downgrade(revisions: readonly TestRevision[], target: string, options?: RunnerOptions): Promise<RunResult>;
  stamp(revisions: readonly TestRevision[], target: string, options?: RunnerOptions): Promise<RunResult>;
  /** The version rows, sorted. */
  rows(): Promise<readonly unknown[]>;
  /** One column of a query. */
  column(sql: string): Promise<readonly unknown[]>;
  /** Another session with the same database. */
  second(): Promise<TestRunner>;
  /** The same, whose statements an abort cancels. */
  interruptible(signal: AbortSignal): Promise<TestRunner>;
}

export interface RunnerOptions {
  readonly transaction?: 'each' | 'all';
  readonly signal?: AbortSignal;
  readonly resume?: Resume;
  readonly lockTimeout?: number;
  readonly statementTimeout?: number;
  readonly lockRetries?: number;
  readonly lockWait?: number;
  readonly lock?: RunnerLockChoice;
  /** Of the version table and the journal, as the configuration names it. */
  readonly schema?: string;
  readonly versionTable?: string;
  readonly onEvent?: (event: RunEvent) => void;
  /** Of a stamp. */
  readonly purge?: boolean;
}

export async function testRunner(name: 'sqlite' | 'postgres'): Promise<TestRunner> {
  const url = name === 'sqlite' ? `${temporaryFolder()}/test.db` : (await freshDatabase()).url;
  return runnerAt(name, url);
}

export async function runnerAt(
  name: 'sqlite' | 'postgres',
  url: string,
  { signal, driver: driverName }: { readonly signal?: AbortSignal; readonly driver?: string } = {},
): Promise<TestRunner> {
  const dialect = await loadDialect(name);
  const driver = await dialect.connect({
    url,
    from: process.cwd(),
    create: true,
    ...(signal ? { signal } : {}),
    ...(driverName ? { driver: driverName } : {}),
  });
  onTestFinished(() => driver.close());
  const events: RunEvent[] = [];
  const start = (
    revisions: readonly TestRevision[],
    direction: 'upgrade' | 'downgrade' | 'stamp',
    target: string,
    options: RunnerOptions = {},
  ) => {
    const graph = RevisionGraph.of(
      revisions.map(({ id, down = [] }) => ({ id, down, labels: [], depends: [] })),
    );
    return run({
      dialect,
      driver,
      versionTable: { schema: options.schema ?? null, name: options.versionTable ?? 'alembic_version' },
      journalTable: { schema: options.schema ?? null, name: 'alembic_journal' },
      toolVersion: '0.0.0',
      plan: (rows) => {
        if (direction === 'stamp') return graph.planStamp(rows, [target], { purge: options.purge ?? false });
        return direction === 'upgrade' ? graph.planUpgrade(rows, target) : graph.planDowngrade(rows, target);
      },
      revision: (id) => sourceOf(revisions.find((each) => each.id === id)),
      needs: (id) => (graph.has(id) ? graph.neededFor(id) : []),
      transaction: options.transaction ?? 'each',
      timeouts: { lockTimeout: options.lockTimeout ?? 5000, statementTimeout: options.statementTimeout ?? 0 },
      lock: options.lock ?? { kind: 'session' },
      lockRetries: options.lockRetries ?? 5,
      lockWait: options.lockWait ?? 30_000,
      args: {},
      folder: process.cwd(),
      report: (event) => {
        events.push(event);
        options.onEvent?.(event);
      },
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.resume ? { resume: options.resume } : {}),
    });
  };
  const column = async (sql: string) => (await driver.values(sql)).map((row) => row[0]);
  return {
    dialect,
    driver,
    events,
    column,
    upgrade: (revisions, target = 'heads', options = {}) => start(revisions, 'upgrade', target, options),
    downgrade: (revisions, target, options = {}) => start(revisions, 'downgrade', target, options),
    stamp: (revisions, target, options = {}) => start(revisions, 'stamp', target, options),
    rows: () => column('select version_num from alembic_version order by 1'),
    second: () => runnerAt(name, url),
    interruptible: (signal) => runnerAt(name, url, { signal }),
  };
}

export function sourceOf(revision: TestRevision | undefined): RevisionSource {
  if (!revision) throw new Error('no such revision in this test');
  return {
    id: revision.id,
    message: `revision ${revision.id}`,
    transactional: revision.transactional ?? true,
    contentHash: async () => 'hash',
    load: async () => ({ upgrade: revision.upgrade ?? (() => undefined), downgrade: revision.downgrade }),
  };
}
