import type { ResolvedConfig } from '../config/config.js';
import { loadConfig } from '../config/load.js';
import { RevisionGraph } from '../graph/graph.js';
import { type RevisionFile, scan } from '../revisions/scan.js';
import type { Environment } from './environment.js';

/** The configuration and the history of a project. No database, no revision module. */
export interface Project {
  readonly config: ResolvedConfig;
  readonly graph: RevisionGraph;
  readonly files: ReadonlyMap<string, RevisionFile>;
}

export interface ProjectOptions {
  /** A folder of revisions that is not there: at a deploy it would look like "nothing to do". Default: an error. */
  readonly missing?: 'error' | 'empty';
  /** Of several databases any will do: only the history is wanted. Default: one has to be chosen. */
  readonly anyDatabase?: boolean;
}

/** Throws what loading a configuration and scanning revisions throw: REV_CONFIG…, REV_HEADER, REV_DUPLICATE_REVISION, … */
export async function openProject(environment: Environment, options: ProjectOptions = {}): Promise<Project> {
  const config = await openConfig(environment, options);
  const files = scan(config.revisions, { missing: options.missing ?? 'error', recursive: config.recursive });
  return { config, graph: RevisionGraph.of(files), files: new Map(files.map((file) => [file.id, file])) };
}

/** The same project, once for each of its databases that is asked for. */
export async function inEachDatabase(
  environment: Environment,
  project: Project,
): Promise<readonly Project[]> {
  const { databases } = project.config;
  if (databases.length === 0 || environment.database !== undefined) return [project];
  return Promise.all(
    databases.map(async (database) => ({
      ...project,
      config: await openConfig({ ...environment, database }),
    })),
  );
}

/** @throws RevError REV_DATABASE where the project has several databases and none is chosen */
export function openConfig(
  environment: Environment,
  { anyDatabase = false }: Pick<ProjectOptions, 'anyDatabase'> = {},
): Promise<ResolvedConfig> {
  const { cwd, configFile, env, args, tag, url, database } = environment;
  return loadConfig({ cwd, file: configFile, env, args, tag, url, database, anyDatabase });
}
