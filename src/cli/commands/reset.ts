import { reset as runReset } from '../../commands/reset.js';
import type { CliCommand } from '../command.js';
import { readRunOptions, reportRun, rerunOptions } from './run-options.js';

export const reset: CliCommand = {
  command: 'reset',
  describe: 'Take every revision down. Asks for the name of the database.',
  eachDatabase: 'backwards',
  examples: [
    ['rev reset', 'down to base'],
    ['rev reset --yes', 'without a question: for scripts'],
  ],
  options: rerunOptions,
  async run(context, args) {
    const result = await runReset(context.environment, readRunOptions(args));
    reportRun(context, { kind: 'run', ...result });
  },
};
