import type { RevisionGraph } from '../graph/graph.js';
import type { Project } from './project.js';

/** A revision as commands show it. */
export interface RevisionView {
  readonly id: string;
  readonly down: readonly string[];
  readonly labels: readonly string[];
  readonly dependsOn: readonly string[];
  readonly message: string;
  /** ISO 8601, or null where the file does not say. */
  readonly created: string | null;
  readonly file: string;
  readonly head: boolean;
  /** A head that another revision depends on: it has no row of its own once that one is applied. */
  readonly effectiveHead: boolean;
  readonly branchPoint: boolean;
  readonly mergePoint: boolean;
  readonly children: readonly string[];
  /** Only where a database was asked. */
  readonly current?: boolean;
}

/** Makes views; the graph's lists are read once. */
export function viewer(
  { graph, files }: Pick<Project, 'files'> & { readonly graph: RevisionGraph },
  current?: readonly string[],
): (id: string) => RevisionView {
  const heads = new Set(graph.heads());
  const realHeads = new Set(graph.realHeads());
  const branchPoints = new Set(graph.branchPoints());
  const mergePoints = new Set(graph.mergePoints());
  const rows = current && new Set(current);
  return (id) => {
    const node = graph.get(id);
    const file = files.get(id);
    return {
      id,
      down: node?.down ?? [],
      labels: graph.labelsOf(id),
      dependsOn: node?.depends ?? [],
      message: file?.message ?? '',
      created: node?.created ?? null,
      file: file?.file ?? '',
      head: realHeads.has(id),
      effectiveHead: heads.has(id) && !realHeads.has(id),
      branchPoint: branchPoints.has(id),
      mergePoint: mergePoints.has(id),
      children: graph.childrenOf(id),
      ...(rows ? { current: rows.has(id) } : {}),
    };
  };
}
