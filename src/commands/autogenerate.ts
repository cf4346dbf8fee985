import { type Comparison, compare, decideRenames } from './compare.js';
import { withDatabase } from './database.js';
import type { Environment } from './environment.js';
import type { Project } from './project.js';

export interface AutogenerateOptions {
  /** `old=new`: what was renamed. */
  readonly renames?: readonly string[] | undefined;
  /** What was dropped and not renamed; `all`: nothing was. */
  readonly noRenames?: readonly string[] | 'all' | undefined;
}

/** Compares models and database for a new revision, and settles what was renamed. */
export async function autogenerate(
  environment: Environment,
  project: Project,
  options: AutogenerateOptions,
): Promise<Comparison> {
  const said = options.renames ?? [];
  const standing = project.config.renames;
  const denied = options.noRenames ?? [];
  return withDatabase(environment, project.config, { create: false }, async (database) => {
    const first = await compare(project, database, { said, standing, denied });
    if (first.candidates.length === 0) return first;
    const decided = await decideRenames(environment, first.candidates);
    return compare(project, database, {
      standing,
      said: [...said, ...decided.said],
      denied: [...(denied === 'all' ? [] : denied), ...decided.denied],
    });
  });
}
