import type { Environment } from './environment.js';
import { openProject } from './project.js';
import { type RevisionView, viewer } from './views.js';

export interface Branch {
  readonly point: RevisionView;
  readonly into: readonly RevisionView[];
}

/** The revisions that more than one other revises, with those others. */
export async function branches(environment: Environment): Promise<readonly Branch[]> {
  const project = await openProject(environment, { anyDatabase: true });
  const view = viewer(project);
  return project.graph
    .branchPoints()
    .map((id) => ({ point: view(id), into: project.graph.childrenOf(id).map(view) }));
}
