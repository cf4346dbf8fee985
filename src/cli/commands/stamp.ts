import { stamp as runStamp } from '../../commands/stamp.js';
import type { CliCommand } from '../command.js';
import { reportRun, scriptOptions, tagOption } from './run-options.js';

export const stamp: CliCommand = {
  command: 'stamp <targets..>',
  describe: 'Set the version rows without running anything.',
  eachDatabase: 'in order',
  examples: [
    ['rev stamp head', 'say that the database has everything already'],
    ['rev stamp base --purge', 'forget all versions, also unknown ones'],
  ],
  options: (yargs) =>
    scriptOptions(tagOption(yargs))
      .positional('targets', {
        type: 'string',
        array: true,
        describe: 'revisions, labels, head, heads, base',
      })
      .option('purge', { type: 'boolean', describe: 'delete all rows first' }),
  async run(context, args) {
    const result = await runStamp(context.environment, args.list('targets'), {
      purge: args.flag('purge'),
      sql: args.flag('sql'),
      guard: args.flag('guard'),
    });
    reportRun(context, result);
  },
};
