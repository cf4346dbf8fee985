import type { Environment } from './environment.js';
import { openProject } from './project.js';
import { type RevisionView, viewer } from './views.js';

export interface HeadsOptions {
  /** The heads that will be rows: those that nothing depends on either. */
  readonly resolveDependencies?: boolean;
}

/** The revisions that nothing revises. */
export async function heads(
  environment: Environment,
  options: HeadsOptions = {},
): Promise<readonly RevisionView[]> {
  const project = await openProject(environment);
  const ids = options.resolveDependencies ? project.graph.realHeads() : project.graph.heads();
  return ids.map(viewer(project));
}
