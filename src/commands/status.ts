import type { Recorded } from '../runtime/journal.js';
import { journalOf, readRows, revisionSources, withDatabase } from './database.js';
import type { Environment } from './environment.js';
import { openProject } from './project.js';

/** A revision as it stands with the database. */
export interface RevisionStatus {
  readonly revision: string;
  readonly message: string;
  /**
   * `unknown`: the database is at it, and no file has it. `half`: a part outside of a transaction was cut; the same
   * command goes on from there.
   */
  readonly state: 'applied' | 'pending' | 'half' | 'unknown';
  /** Whether the file is another one than the one that was run; null: that is not known. */
  readonly edited: boolean | null;
  /** When it was run, ISO 8601; null: not by `rev`, or not recorded. */
  readonly at: string | null;
  /** Milliseconds. */
  readonly duration: number | null;
  readonly username: string | null;
  readonly host: string | null;
  readonly tag: string | null;
  /** The last attempt, if it failed. */
  readonly failed: {
    readonly at: string;
    readonly direction: string;
    readonly errorCode: string | null;
  } | null;
  /** Of a half-done one: in which direction, and how many operations are done. */
  readonly half: { readonly direction: string; readonly position: number } | null;
}

export interface StatusResult {
  /** Oldest first, unknown ones at the end. */
  readonly revisions: readonly RevisionStatus[];
  readonly rows: readonly string[];
}

/** What is applied and what is not, since when and by whom. Makes no table, and needs no journal. */
export async function status(environment: Environment): Promise<StatusResult> {
  const project = await openProject(environment);
  const { config, graph } = project;
  const sources = revisionSources(project);
  const { rows, histories } = await withDatabase(environment, config, { create: false }, async (database) => {
    const journal = await journalOf(database, config);
    return {
      rows: await readRows(database, config),
      histories: await database.reading(() => journal.histories(database.driver)),
    };
  });
  const applied = new Set(graph.applied(rows.filter((row) => graph.has(row))));
  const describe = async (id: string, state: RevisionStatus['state']): Promise<RevisionStatus> => {
    const history = histories.get(id) ?? { applied: null, failed: null, half: null };
    const run = state === 'applied' || state === 'unknown' || history.half ? history.applied : null;
    return {
      revision: id,
      message: project.files.get(id)?.message ?? run?.message ?? '',
      state: history.half ? 'half' : state,
      edited: state === 'applied' ? await isEdited(run, () => sources(id).contentHash()) : null,
      at: run?.at ?? null,
      duration: run?.duration ?? null,
      username: run?.username ?? null,
      host: run?.host ?? null,
      tag: run?.tag ?? null,
      failed: history.failed && {
        at: history.failed.at,
        direction: history.failed.direction,
        errorCode: history.failed.errorCode,
      },
      half: history.half && { direction: history.half.direction, position: history.half.position },
    };
  };
  const revisions: RevisionStatus[] = [];
  for (const id of graph.history().reverse())
    revisions.push(await describe(id, applied.has(id) ? 'applied' : 'pending'));
  for (const row of rows) if (!graph.has(row)) revisions.push(await describe(row, 'unknown'));
  return { revisions, rows };
}

async function isEdited(run: Recorded | null, hash: () => Promise<string>): Promise<boolean | null> {
  return run?.contentHash ? run.contentHash !== (await hash()) : null;
}
