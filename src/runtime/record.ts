import { emptyCatalog } from '../catalog/index.js';
import type { Dialect } from '../dialects/dialect.js';
import { thrownText } from '../errors.js';
import { describe, isRaw, type Operation } from '../operations/index.js';
import { callRevision } from './call.js';
import type { Executor } from './executor.js';
import { inTime } from './in-time.js';
import type { RevisionSource } from './revision-source.js';

export interface RecordOptions {
  readonly dialect: Dialect;
  readonly args: Readonly<Record<string, string>>;
  /** The project's folder. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

/** What a revision's upgrade does, as far as it can be seen without a database. */
export interface Recording {
  readonly revision: string;
  readonly operations: readonly Operation[];
  /** Why there may be more to it than its operations, as ends of a sentence; empty where they are all of it. */
  readonly opaque: readonly string[];
  /** It has failed on the way: there may be more operations of any kind. */
  readonly isCut: boolean;
  /** It has asked or changed the database by `op.db`. */
  readonly asksDatabase: boolean;
}

/**
 * Runs a revision's upgrade (or downgrade) against nothing and notes its operations. Never throws because of the revision: what does
 * not load or fails without a database is opaque.
 */
export async function recordOperations(
  source: RevisionSource,
  options: RecordOptions,
  direction: 'upgrade' | 'downgrade' = 'upgrade',
): Promise<Recording> {
  const operations: Operation[] = [];
  const opaque = new Set<string>();
  let isCut = false;
  let asksDatabase = false;
  const executor: Executor = {
    get offline() {
      opaque.add('does something else without a database (op.offline)');
      return true;
    },
    async operation(operation) {
      operations.push(operation);
      if (isRaw(operation)) opaque.add(`runs SQL of its own (${describe(operation)})`);
    },
    async query() {
      asksDatabase = true;
      opaque.add('asks or changes the database (op.db)');
      return { rows: [] };
    },
    autocommit: (work) => work(),
    async inspect() {
      opaque.add('reads the schema (op.inspect)');
      return emptyCatalog(options.dialect.name);
    },
  };
  try {
    const call = (await source.load())[direction];
    if (call) await inTime(callRevision(call, { ...options, executor }), options.signal);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    isCut = true;
    opaque.add(`cannot be run without a database: ${firstLine(error)}`);
  }
  return { revision: source.id, operations, opaque: [...opaque], isCut, asksDatabase };
}

function firstLine(error: unknown): string {
  const text = thrownText(error);
  return text.split('\n', 1)[0] ?? '';
}
