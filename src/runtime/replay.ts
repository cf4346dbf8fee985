/** Schemas without a database: what the operations of a history come to. */

import { type Catalog, emptyCatalog, withEnums } from '../catalog/index.js';
import type { Dialect, Statement } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import type { Plan } from '../graph/graph.js';
import { locate, locatedMessage } from '../loading/locate.js';
import { apply, describe, isRaw, type Operation } from '../operations/index.js';
import { callRevision } from './call.js';
import type { Executor } from './executor.js';
import { inTime } from './in-time.js';
import { prepare } from './prepare.js';
import type { RevisionSource } from './revision-source.js';

export interface ReplayOptions {
  readonly dialect: Dialect;
  /** The way from nothing to the point that is asked for. */
  readonly history: Plan;
  readonly revision: (id: string) => RevisionSource;
  readonly args: Readonly<Record<string, string>>;
  /** The project's folder. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The catalog that a history leads to, from its operations; data changes are left out, and what raw SQL makes is not seen.
 * @param see is given each operation and the revision that it is of
 * @throws RevError REV_OFFLINE where the operations do not fit one another, and as `prepare` does
 */
export async function replay(
  { dialect, history, revision, args, folder, signal }: ReplayOptions,
  see: (operation: Operation, revision: string) => void = () => {},
): Promise<Catalog> {
  let catalog = emptyCatalog(dialect.name);
  for (const { call, report } of await prepare(history, revision)) {
    const executor: Executor = {
      offline: true,
      async operation(operation) {
        see(operation, report.revision);
        catalog = applyOffline(operation, catalog);
      },
      query: async () => ({ rows: [] }),
      autocommit: (work) => work(),
      inspect: async () => catalog,
    };
    if (call)
      await inRevision(report.revision, () =>
        inTime(callRevision(call, { dialect, executor, args, folder }), signal),
      );
  }
  return catalog;
}

/** The schema at a point of a history. Read from the history only if something asks for it. */
export class ReplayedCatalog {
  readonly #options: ReplayOptions;
  #catalog: Catalog | undefined;
  #waiting: Operation[] = [];
  readonly #raw: string[] = [];
  #hasUnseen = false;

  /** Whether raw SQL has made triggers or indexes, of which a rebuild in a script can know nothing. */
  get hasUnseen(): boolean {
    return this.#hasUnseen;
  }

  /** Whether raw SQL may have made or changed something by this name, or on it. */
  hasRawChange(name: string): boolean {
    const wanted = name.toLowerCase();
    return this.#raw.some(
      (sql) => /\b(?:create|alter|drop|do)\b/i.test(sql) && sql.toLowerCase().includes(wanted),
    );
  }

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  async now(): Promise<Catalog> {
    const catalog = this.#catalog ?? (await replay(this.#options, (operation) => this.see(operation)));
    this.#catalog = this.#waiting.reduce((before, operation) => applyOffline(operation, before), catalog);
    this.#waiting = [];
    return this.#catalog;
  }

  /** The same; null: the operations of the history alone do not tell. */
  async known(): Promise<Catalog | null> {
    try {
      return await this.now();
    } catch (error) {
      if (error instanceof RevError && error.code === 'REV_OFFLINE') return null;
      throw error;
    }
  }

  record(operation: Operation): void {
    this.see(operation);
    this.#waiting.push(operation);
  }

  /** Takes note of what operations do that no catalog holds. */
  see(operation: Operation): void {
    if (!isRaw(operation)) return;
    const { dialect } = this.#options;
    const statements = compileOffline(dialect, operation, emptyCatalog(dialect.name));
    for (const { sql } of statements) {
      this.#raw.push(sql);
      this.#hasUnseen ||= /\bcreate\s+(?:(?:temp(?:orary)?\s+)?trigger|(?:unique\s+)?index)\b/i.test(sql);
    }
  }
}

/** The same failure, saying in which revision it is. */
export async function inRevision(revision: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RevError)) {
      throw new RevError('REV_REVISION_FAILED', `Revision ${revision}: ${locatedMessage(error)}`, {
        hint: 'Mend its file, and run the same command again.',
        data: { ...locate(error), revision },
        cause: error,
      });
    }
    if (error.data.revision !== undefined) throw error;
    throw new RevError(error.code, `Revision ${revision}: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      data: { ...error.data, revision },
      cause: error.cause,
    });
  }
}

/** Operations that do not fit the replayed catalog may well fit the database: raw SQL has made more than is seen here. */
function seenOnly<T>(operation: Operation, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RevError) || error.code !== 'REV_OPERATION') throw error;
    throw new RevError('REV_OFFLINE', `Cannot print "${describe(operation)}": ${error.message}`, {
      hint: 'The schema is known from the operations of the history alone; what raw SQL has made is not seen.',
      cause: error,
    });
  }
}

export function compileOffline(
  dialect: Dialect,
  operation: Operation,
  before: Catalog,
): readonly Statement[] {
  const compile = () => dialect.compile(operation, before, {});
  return dialect.needsCatalog(operation) ? seenOnly(operation, compile) : compile();
}

export function applyOffline(operation: Operation, catalog: Catalog): Catalog {
  return seenOnly(operation, () => withEnums(apply([operation], catalog)));
}
