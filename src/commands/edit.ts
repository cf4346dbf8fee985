import type { RevisionFile } from '../revisions/scan.js';
import type { Environment } from './environment.js';
import { openProject } from './project.js';
import { resolveOrCurrent } from './show.js';

/** The files of the revisions that a name stands for; `current` asks the database. */
export async function filesToEdit(environment: Environment, name: string): Promise<readonly RevisionFile[]> {
  const project = await openProject(environment, { anyDatabase: name !== 'current' });
  const ids = await resolveOrCurrent(environment, project, name);
  return ids.flatMap((id) => project.files.get(id) ?? []);
}

/** Throws as any command would if the files are no history any more. */
export async function checkEdited(environment: Environment): Promise<void> {
  await openProject(environment, { anyDatabase: true });
}
