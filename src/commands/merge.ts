import {
  type ComparedBranches,
  type CompareOptions,
  compareIfWanted,
  conflictLines,
} from './branch-operations.js';
import type { Environment } from './environment.js';
import { newRevision, type WrittenRevision } from './new-revision.js';
import { openProject } from './project.js';
import { type RevisionView, viewer } from './views.js';

export interface MergeOptions extends CompareOptions {
  /** Default: the names of what is merged. */
  readonly message?: string | undefined;
  readonly branchLabels?: readonly string[] | undefined;
  readonly revId?: string | undefined;
  readonly splice?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface MergeResult extends WrittenRevision, ComparedBranches {
  readonly parents: readonly RevisionView[];
}

/**
 * Writes a revision that joins others; default: all heads. What the branches do is compared; conflicts are returned and
 * written into the revision's comment. Throws REV_USAGE where there is nothing to join, REV_TARGET for a revision and its
 * own ancestor.
 */
export async function merge(
  environment: Environment,
  targets: readonly string[],
  options: MergeOptions,
): Promise<MergeResult> {
  const project = await openProject(environment, { anyDatabase: true });
  const down = project.graph.planMerge(
    targets.length === 0 ? ['heads'] : targets,
    options.splice === undefined ? {} : { splice: options.splice },
  );
  const unshared = project.graph.unshared(down);
  const compared = await compareIfWanted(environment, project, unshared, { ...options, command: 'merge' });
  const conflicts = conflictLines(compared.overlaps);
  const view = viewer(project);
  const parents = down.map(view);
  const message = options.message ?? `merge ${parents.map(branchName).join(' and ')}`;
  const written = await newRevision(environment, project, {
    down,
    labels: options.branchLabels ?? [],
    depends: [],
    message: conflicts.length === 0 ? message : `${message}\n\n${conflictNote(conflicts)}`,
    bodies: { imports: [], upgrade: '', downgrade: '' },
    id: options.revId,
    dryRun: options.dryRun ?? false,
  });
  return { ...written, ...compared, parents };
}

/** A label that only this branch has would be best; its own ones are what it is called by. */
function branchName({ id, labels }: RevisionView): string {
  return labels.length === 1 ? (labels[0] ?? id) : id;
}

function conflictNote(conflicts: readonly string[]): string {
  return ['The branches conflict:', ...conflicts.map((line) => `- ${line}`)].join('\n');
}
