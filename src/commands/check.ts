import { RevError } from '../errors.js';
import { apply, describe, isNothing } from '../operations/index.js';
import { catalogPatch } from './catalog-text.js';
import { compare } from './compare.js';
import { withDatabase } from './database.js';
import type { Environment } from './environment.js';
import { openProject } from './project.js';

export interface CheckResult {
  readonly warnings: readonly string[];
  /** What is in the database and is not compared. */
  readonly uncompared: readonly string[];
}

/**
 * Whether autogenerate would write anything. Throws REV_DIFFERENCES if so, with a unified diff (`data.diff`) and the
 * operations (`data.operations`); REV_BEHIND_HEAD if the database lacks revisions.
 */
export async function check(environment: Environment): Promise<CheckResult> {
  const project = await openProject(environment);
  return withDatabase(environment, project.config, { create: false }, async (database) => {
    const found = await compare(project, database, {
      standing: project.config.renames,
      denied: 'all',
    });
    const { uncompared } = found;
    if (found.operations.length === 0) return { warnings: found.warnings, uncompared };
    const operations = found.operations
      .filter((each) => each.kind !== 'execute' || !isNothing(each))
      .map(describe);
    const patch = catalogPatch(
      { name: 'database', catalog: found.actual },
      // What would be, not what the models say: names that count as equal stay the live ones.
      { name: 'models', catalog: apply(found.operations, found.actual) },
      database.dialect,
    );
    throw new RevError(
      'REV_DIFFERENCES',
      `The models and the database differ: ${operations.length} operation(s).`,
      {
        hint: 'rev create -m "…" --autogenerate',
        data: { operations, diff: patch, warnings: found.warnings },
      },
    );
  });
}
