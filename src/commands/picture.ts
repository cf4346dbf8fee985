import type { RevisionGraph } from '../graph/graph.js';
import type { Mark, Picture, PictureRevision } from '../pictures/picture.js';
import type { Environment } from './environment.js';
import { type HistoryOptions, revisionsOf } from './history.js';
import { openProject } from './project.js';
import type { RevisionView } from './views.js';

export interface DrawnHistory {
  readonly picture: Picture;
  /** Newest first, as `history` lists them. */
  readonly revisions: readonly RevisionView[];
}

/** The revisions of a range, placed for a picture. */
export async function drawHistory(environment: Environment, options: HistoryOptions): Promise<DrawnHistory> {
  const project = await openProject(environment);
  const revisions = await revisionsOf(environment, project, options);
  return { picture: pictureOf(project.graph, revisions), revisions };
}

export function pictureOf(graph: RevisionGraph, views: readonly RevisionView[]): Picture {
  const byId = new Map(views.map((view) => [view.id, view]));
  const layout = graph.layout(views.map(({ id }) => id));
  const revisions = layout.revisions.flatMap(({ id }): PictureRevision[] => {
    const view = byId.get(id);
    if (!view) return [];
    return [
      {
        id,
        message: view.message,
        // A branch's labels hold for all of its revisions; in a picture its line shows which those are.
        labels: graph.get(id)?.labels ?? [],
        marks: marksOf(view),
        parents: graph.parentsOf(id),
        depends: graph.dependenciesOf(id),
      },
    ];
  });
  return { layout, revisions };
}

function marksOf(view: RevisionView): readonly Mark[] {
  return [
    ...(view.current ? ['current' as const] : []),
    ...(view.head ? ['head' as const] : []),
    ...(view.effectiveHead ? ['effective head' as const] : []),
    ...(view.mergePoint ? ['merge' as const] : []),
    ...(view.branchPoint ? ['branch' as const] : []),
    ...(view.down.length === 0 ? ['base' as const] : []),
  ];
}
