import { upgrade as runUpgrade } from '../../commands/upgrade.js';
import type { CliCommand } from '../command.js';
import { readRunOptions, reportRun, runOptions } from './run-options.js';

export const upgrade: CliCommand = {
  command: 'upgrade <target>',
  describe: 'Run the revisions up to a target.',
  eachDatabase: 'in order',
  target: (args) => args.requiredText('target'),
  examples: [
    ['rev upgrade head', 'everything; refused where there are several heads'],
    ['rev upgrade heads', 'everything, on every branch'],
    ['rev upgrade +1', 'one more'],
    ['rev upgrade head --dry-run', 'try it in a transaction that is rolled back'],
    ['rev upgrade base:head --sql', 'print the SQL of the whole history'],
    ['rev upgrade 1f9a:head --sql --guard', 'a script that stops where the database is not at 1f9a'],
  ],
  options: (yargs) =>
    runOptions(
      yargs.positional('target', {
        type: 'string',
        describe: 'head, heads, an id or its beginning, a label, +N',
      }),
    ),
  async run(context, args) {
    const result = await runUpgrade(context.environment, args.requiredText('target'), readRunOptions(args));
    reportRun(context, result);
  },
};
