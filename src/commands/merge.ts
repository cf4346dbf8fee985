import type { Environment } from './environment.js';
import { newRevision, type WrittenRevision } from './new-revision.js';
import { openProject } from './project.js';
import { type RevisionView, viewer } from './views.js';

export interface MergeOptions {
  readonly message: string;
  readonly branchLabels?: readonly string[] | undefined;
  readonly revId?: string | undefined;
  readonly splice?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface MergeResult extends WrittenRevision {
  readonly parents: readonly RevisionView[];
}

/** Writes a revision that joins others; default: all heads. Throws REV_USAGE where there is nothing to join. */
export async function merge(
  environment: Environment,
  targets: readonly string[],
  options: MergeOptions,
): Promise<MergeResult> {
  const project = await openProject(environment);
  const down = project.graph.planMerge(
    targets.length === 0 ? ['heads'] : targets,
    options.splice === undefined ? {} : { splice: options.splice },
  );
  const written = await newRevision(environment, project, {
    down,
    labels: options.branchLabels ?? [],
    depends: [],
    message: options.message,
    bodies: { imports: [], upgrade: '', downgrade: '' },
    id: options.revId,
    dryRun: options.dryRun ?? false,
  });
  return { ...written, parents: down.map(viewer(project)) };
}
