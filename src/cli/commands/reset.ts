import { drop } from '../../commands/drop.js';
import { reset as runReset } from '../../commands/reset.js';
import { RevError } from '../../errors.js';
import type { CliCommand } from '../command.js';
import { readRunOptions, reportRun, rerunOptions } from './run-options.js';

export const reset: CliCommand = {
  command: 'reset',
  describe: 'Take every revision down, or drop everything. Asks for the name of the database.',
  eachDatabase: 'backwards',
  examples: [
    ['rev reset', 'down to base'],
    ['rev reset --drop', 'drop all tables and the rest: for what cannot be taken down'],
    ['rev reset --yes', 'without a question: for scripts'],
  ],
  options: (yargs) =>
    rerunOptions(yargs).option('drop', {
      type: 'boolean',
      describe: 'run no revision: drop all that is compared, and the version table',
    }),
  async run(context, args) {
    const options = readRunOptions(args);
    if (!args.flag('drop')) {
      reportRun(context, { kind: 'run', ...(await runReset(context.environment, options)) });
      return;
    }
    if (options.atomic) {
      throw new RevError('REV_USAGE', '--drop is one transaction anyway.', { hint: 'Leave out --atomic.' });
    }
    const { output } = context;
    const { dropped, backup } = await drop(context.environment, options);
    output.talk(
      dropped.length === 0 ? 'Nothing to drop.' : `${dropped.length} dropped; the database is empty.`,
    );
    output.result({ dropped, backup }, dropped.join('\n'));
  },
};
