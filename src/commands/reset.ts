import type { RunResult } from '../runtime/run.js';
import { requireConsent } from './consent.js';
import type { Environment } from './environment.js';
import { type RunTargetOptions, runOnly, runTarget } from './run-target.js';

/**
 * Takes every revision down. Its data is lost, so the database's name has to be typed, unless there is nothing to take down.
 * Throws REV_CONSENT, and as `downgrade` does.
 */
export async function reset(
  environment: Environment,
  options: Omit<RunTargetOptions, 'sql' | 'dryRun' | 'resume'> = {},
): Promise<RunResult> {
  return runOnly(
    await runTarget(environment, ({ graph }, rows) => graph.planDowngrade(rows, 'base'), {
      ...options,
      asks: async (_environment, _project, { dialect, driver }) => {
        const { name, text } = await dialect.identify(driver);
        await requireConsent(
          environment,
          { message: `This takes every revision of ${text} down; its data is lost.`, details: [] },
          { word: name },
        );
      },
      direction: 'downgrade',
      from: 'base',
      title: 'rev reset',
    }),
  );
}
