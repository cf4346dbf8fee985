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
  const project = await openProject(environment);
  const ids = name === 'current' ? await askDatabase(environment, project) : project.graph.resolve(name);
  const view = viewer(project);
  return Promise.all(
    ids.map(view).map(async (each) => ({ ...each, source: await readFile(each.file, 'utf8') })),
  );
}

/** A database is loaded only where it is asked. */
async function askDatabase(environment: Environment, { config }: Project): Promise<readonly string[]> {
  const { askRows } = await import('./database.js');
  return askRows(environment, config);
}
