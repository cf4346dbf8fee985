import { loadDialect } from '../dialects/load-dialect.js';
import { RevError } from '../errors.js';
import { describe, findOverlaps, type Operation, type Overlap } from '../operations/index.js';
import { type Recording, recordOperations } from '../runtime/record.js';
import { revisionSources } from './database.js';
import type { Environment } from './environment.js';
import { inEachDatabase, type Project } from './project.js';

/** What a revision does, as lines for a person. */
export interface RevisionOperations {
  readonly revision: string;
  readonly message: string;
  readonly operations: readonly string[];
  /** Why there may be more to it than that: raw SQL, queries; ends of a sentence. */
  readonly opaque: readonly string[];
}

/** An object that two branches touch, and what either does to it. */
export interface OverlapView {
  readonly kind: Overlap['kind'];
  readonly object: string;
  readonly sides: readonly [readonly OverlapSide[], readonly OverlapSide[]];
}

export interface OverlapSide {
  readonly revision: string;
  readonly operation: string;
}

export interface ComparedBranches {
  /** One list for each branch, oldest first. */
  readonly branches: readonly (readonly RevisionOperations[])[];
  readonly overlaps: readonly OverlapView[];
}

export interface CompareOptions {
  /** Throw REV_CONFLICT where the branches conflict. */
  readonly check?: boolean | undefined;
  /** Do not run the revisions, and say nothing of them. */
  readonly noCompare?: boolean | undefined;
}

/** The comparison as the options want it. Throws REV_CONFLICT, REV_USAGE. */
export async function compareIfWanted(
  environment: Environment,
  project: Project,
  branches: readonly (readonly string[])[],
  { check, noCompare, command }: CompareOptions & { readonly command: 'merge' | 'rebase' },
): Promise<ComparedBranches> {
  if (check && noCompare) {
    throw new RevError('REV_USAGE', '--check needs the comparison that --no-compare leaves out.', {
      hint: `rev ${command} --check`,
    });
  }
  if (noCompare) return { branches: [], overlaps: [] };
  const compared = together(
    await Promise.all(
      (await inEachDatabase(environment, project)).map((each) =>
        compareBranches(environment, each, branches),
      ),
    ),
  );
  if (check && compared.overlaps.some(({ kind }) => kind === 'conflict'))
    throw conflictError(compared, command);
  return compared;
}

/**
 * Compares what branches do, each given by its revisions, oldest first; a revision that two of them share is not compared
 * with itself. Every revision is run without a database, as for a script; none is asked.
 */
async function compareBranches(
  environment: Environment,
  project: Project,
  branches: readonly (readonly string[])[],
): Promise<ComparedBranches> {
  const { config } = project;
  const sources = revisionSources(project);
  const options = {
    dialect: await loadDialect(config.dialect),
    args: environment.args,
    folder: config.folder,
    signal: environment.signal,
  };
  const recordings = new Map<string, Recording>();
  for (const id of new Set(branches.flat())) {
    const recording = await recordOperations(sources(id), options);
    recordings.set(id, { ...recording, operations: recording.operations.flatMap(singleChanges) });
  }
  const owned = (ids: readonly string[], without: readonly string[]) => {
    const shared = new Set(without);
    return ids
      .filter((id) => !shared.has(id))
      .flatMap((revision) =>
        (recordings.get(revision)?.operations ?? []).map((operation) => ({ revision, operation })),
      );
  };
  const overlaps = branches.flatMap((left, at) =>
    branches.slice(at + 1).flatMap((right) => findOverlaps(owned(left, right), owned(right, left))),
  );
  return {
    branches: branches.map((ids) =>
      ids.map((id) => ({
        revision: id,
        message: project.files.get(id)?.message ?? '',
        operations: (recordings.get(id)?.operations ?? []).map(describe),
        opaque: recordings.get(id)?.opaque ?? [],
      })),
    ),
    overlaps: overlaps.map(({ kind, object, left, right }) => ({
      kind,
      object,
      sides: [side(left), side(right)],
    })),
  };
}

/** What the branches do in all databases. */
function together(compared: readonly ComparedBranches[]): ComparedBranches {
  const [first = { branches: [], overlaps: [] }] = compared;
  return {
    branches: first.branches.map((branch, at) =>
      branch.map((revision, place) => {
        const all = compared.flatMap(({ branches }) => branches[at]?.[place] ?? []);
        return {
          ...revision,
          operations: all.flatMap(({ operations }) => operations),
          opaque: [...new Set(all.flatMap(({ opaque }) => opaque))],
        };
      }),
    ),
    overlaps: compared.flatMap(({ overlaps }) => overlaps),
  };
}

/** The changes of one table one by one, so that a conflict names just what it is about. */
function singleChanges(operation: Operation): readonly Operation[] {
  if (operation.kind !== 'alterTable') return [operation];
  return operation.changes.map((change) => ({ ...operation, changes: [change] }));
}

function side(list: Overlap['left']): readonly OverlapSide[] {
  return list.map(({ revision, operation }) => ({ revision, operation: describe(operation) }));
}

/** One line for each conflict: `column users.name: 5c1e… (alter table …), 1f9a… (…)`. */
export function conflictLines(overlaps: readonly OverlapView[]): readonly string[] {
  return overlaps
    .filter(({ kind }) => kind === 'conflict')
    .map(
      ({ object, sides }) =>
        `${object}: ${sides
          .flat()
          .map(({ revision, operation }) => `${revision} (${operation})`)
          .join(', ')}`,
    );
}

/** What `--check` throws instead of writing. */
function conflictError(compared: ComparedBranches, command: 'merge' | 'rebase'): RevError {
  const conflicts = conflictLines(compared.overlaps);
  const objects = conflicts.length === 1 ? 'one object' : `${conflicts.length} objects`;
  return new RevError('REV_CONFLICT', `The branches conflict over ${objects}: it matters which runs first.`, {
    hint: [
      ...conflicts,
      `Nothing was written. Change one of the revisions, or rev ${command} without --check and settle it there.`,
    ].join('\n'),
    data: { ...compared },
  });
}
