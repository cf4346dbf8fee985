import { type Catalog, emptyCatalog } from '../catalog/index.js';
import type { Dialect } from '../dialects/dialect.js';
import { RevError, thrownText } from '../errors.js';
import { describe, type Operation } from '../operations/index.js';
import { callRevision } from './call.js';
import type { Executor } from './executor.js';
import { inTime } from './in-time.js';
import { applyOffline, compileOffline } from './replay.js';
import type { RevisionFunctions, RevisionSource } from './revision-source.js';
import { reads, statementText, terminated, unprintable } from './script-text.js';

/** What one function of a revision does, as far as can be told without a database. */
export interface RehearsedFunction {
  /** Lines for a person. */
  readonly operations: readonly string[];
  readonly sql: string;
  /** Why the above is not all of it. */
  readonly problems: readonly string[];
}

export interface Rehearsal {
  readonly upgrade: RehearsedFunction;
  /** Null: the revision has none. */
  readonly downgrade: RehearsedFunction | null;
}

export interface RehearseOptions {
  readonly dialect: Dialect;
  /** In the order in which an upgrade would run them, from the first. */
  readonly ids: readonly string[];
  readonly revision: (id: string) => RevisionSource;
  /** The others are run only for what later ones must know of the schema. */
  readonly shown: ReadonlySet<string>;
  readonly args: Readonly<Record<string, string>>;
  /** The project's folder. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs revisions offline, one after the other, and tells what each would do. What cannot be told is a problem of that
 * revision, not a failure. Throws only REV_INTERRUPTED.
 */
export async function rehearse(options: RehearseOptions): Promise<ReadonlyMap<string, Rehearsal>> {
  const rehearsals = new Map<string, Rehearsal>();
  let catalog = emptyCatalog(options.dialect.name);
  for (const id of options.ids) {
    if (options.signal?.aborted) throw new RevError('REV_INTERRUPTED', 'Nothing was drawn.');
    const functions = await loaded(options.revision(id));
    if (typeof functions === 'string') {
      const unknown = { operations: [], sql: '', problems: [functions] };
      rehearsals.set(id, { upgrade: unknown, downgrade: unknown });
      continue;
    }
    const upgrade = await call(options, id, functions.upgrade, catalog);
    catalog = upgrade.after;
    if (!options.shown.has(id)) continue;
    const downgrade = functions.downgrade && (await call(options, id, functions.downgrade, catalog));
    rehearsals.set(id, { upgrade: upgrade.told, downgrade: downgrade?.told ?? null });
  }
  return rehearsals;
}

async function loaded(source: RevisionSource): Promise<RevisionFunctions | string> {
  try {
    return await source.load();
  } catch (error) {
    return thrownText(error);
  }
}

async function call(
  { dialect, args, folder, signal }: RehearseOptions,
  id: string,
  run: RevisionFunctions['upgrade'],
  before: Catalog,
): Promise<{ readonly told: RehearsedFunction; readonly after: Catalog }> {
  let catalog = before;
  const operations: string[] = [];
  const statements: string[] = [];
  const problems: string[] = [];
  const executor: Executor = {
    offline: true,
    async operation(operation: Operation) {
      operations.push(describe(operation));
      try {
        for (const each of compileOffline(dialect, operation, catalog))
          statements.push(terminated(statementText(each, dialect), dialect));
      } catch (error) {
        // The operations after this one can still be told.
        problems.push(thrownText(error));
      }
      try {
        catalog = applyOffline(operation, catalog);
      } catch {
        // It changes what raw SQL has made. An operation that must see that is a problem where it is compiled.
      }
    },
    async query(sql, params) {
      if (reads(sql)) throw unprintable(id, sql);
      operations.push('op.db: a query');
      statements.push(terminated(statementText({ sql, params }, dialect), dialect));
      return { rows: [] };
    },
    autocommit: (work) => work(),
    inspect: async () => catalog,
  };
  try {
    await inTime(callRevision(run, { dialect, executor, args, folder }), signal);
  } catch (error) {
    problems.push(thrownText(error));
  }
  return { told: { operations, sql: statements.join('\n'), problems }, after: catalog };
}
