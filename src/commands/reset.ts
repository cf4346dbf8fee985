import type { RunResult } from '../runtime/run.js';
import { requireConsent } from './consent.js';
import { databaseName, describeDatabase } from './database.js';
import type { Environment } from './environment.js';
import { openProject } from './project.js';
import { type RunTargetOptions, runOnly, runTarget } from './run-target.js';

/**
 * Takes every revision down. Its data is lost, so the database's name has to be typed.
 * Throws REV_CONSENT, and as `downgrade` does.
 */
export async function reset(
  environment: Environment,
  options: Omit<RunTargetOptions, 'sql' | 'dryRun' | 'resume'> = {},
): Promise<RunResult> {
  const { config } = await openProject(environment);
  await requireConsent(
    environment,
    {
      message: `This takes every revision of ${describeDatabase(config)} down; its data is lost.`,
      details: [],
    },
    { word: databaseName(config) },
  );
  return runOnly(
    await runTarget(environment, ({ graph }, rows) => graph.planDowngrade(rows, 'base'), {
      ...options,
      direction: 'downgrade',
      from: 'base',
      title: 'rev reset',
    }),
  );
}
