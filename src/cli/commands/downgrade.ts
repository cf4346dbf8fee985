import { downgrade as runDowngrade } from '../../commands/downgrade.js';
import type { CliCommand } from '../command.js';
import { readRunOptions, reportRun, runOptions } from './run-options.js';

export const downgrade: CliCommand = {
  command: 'downgrade <target>',
  describe: 'Take revisions back down to a target.',
  eachDatabase: 'backwards',
  target: (args) => args.requiredText('target'),
  examples: [
    ['rev downgrade -1', 'the last one'],
    ['rev downgrade 1f9a', 'everything above that revision'],
    ['rev downgrade base', 'everything'],
    ['rev downgrade head:base --sql', 'print the SQL instead'],
  ],
  options: (yargs) =>
    runOptions(
      yargs.positional('target', {
        type: 'string',
        describe: 'base, an id or its beginning, a label, -N, FROM:TO',
      }),
    ),
  async run(context, args) {
    const result = await runDowngrade(context.environment, args.requiredText('target'), readRunOptions(args));
    reportRun(context, result);
  },
};
