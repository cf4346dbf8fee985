import { redo as runRedo } from '../../commands/redo.js';
import type { CliCommand } from '../command.js';
import { readRunOptions, reportRun, rerunOptions } from './run-options.js';

export const redo: CliCommand = {
  command: 'redo [target]',
  describe: 'Take the last revision down and run it again.',
  eachDatabase: 'in order',
  target: (args) => args.text('target') ?? '-1',
  examples: [
    ['rev redo', 'the last one'],
    ['rev redo -3', 'the last three'],
    ['rev redo 1f9a', 'everything above that revision'],
  ],
  options: (yargs) =>
    rerunOptions(
      yargs.positional('target', {
        type: 'string',
        describe: 'how far down, as for downgrade; default: -1',
      }),
    ),
  async run(context, args) {
    const result = await runRedo(context.environment, args.text('target') ?? '-1', readRunOptions(args));
    reportRun(context, { kind: 'run', ...result });
  },
};
