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
}

/** Throws what loading a configuration and scanning revisions throw: REV_CONFIG…, REV_HEADER, REV_DUPLICATE_REVISION, … */
export async function openProject(environment: Environment, options: ProjectOptions = {}): Promise<Project> {
  const config = await openConfig(environment);
  const files = scan(config.revisions, { missing: options.missing ?? 'error', recursive: config.recursive });
  return { config, graph: RevisionGraph.of(files), files: new Map(files.map((file) => [file.id, file])) };
}

export function openConfig(environment: Environment): Promise<ResolvedConfig> {
  const { cwd, configFile, env, args, tag, url } = environment;
  return loadConfig({ cwd, file: configFile, env, args, tag, url });
}
