import { readFile } from 'node:fs/promises';
import type { Environment } from './environment.js';
import { openProject, type Project } from './project.js';
import { type RevisionView, viewer } from './views.js';

export interface ShownRevision extends RevisionView {
  /** The text of its file. */
  readonly source: string;
}

/** The revisions that a name stands for; `current` asks the database. */
export async function show(environment: Environment, name: string): Promise<readonly ShownRevision[]> {
  const project = await openProject(environment, { anyDatabase: name !== 'current' });
  const ids = await resolveOrCurrent(environment, project, name);
  const view = viewer(project);
  return Promise.all(
    ids.map(view).map(async (each) => ({ ...each, source: await readFile(each.file, 'utf8') })),
  );
}

/** The ids that a name stands for; for `current` a database is loaded and asked. */
export async function resolveOrCurrent(
  environment: Environment,
  { config, graph }: Project,
  name: string,
): Promise<readonly string[]> {
  if (name !== 'current') return graph.resolve(name);
  const { askRows } = await import('./database.js');
  return graph.current(await askRows(environment, config));
}
