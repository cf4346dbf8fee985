import { diff as diffSides } from '../../commands/diff.js';
import type { CliCommand } from '../command.js';

export const diff: CliCommand = {
  command: 'diff [from] [to]',
  describe: 'Show what differs between models, database and revisions.',
  examples: [
    ['rev diff', 'from the database to the models'],
    ['rev diff head live', 'what somebody has changed in the database by hand'],
    ['rev diff models 5c1e --exit-code', 'exit 1 if there is a difference'],
  ],
  options: (yargs) =>
    yargs
      .positional('from', { type: 'string', describe: 'models, live or a revision (default: live)' })
      .positional('to', { type: 'string', describe: 'models, live or a revision (default: models)' })
      .option('exit-code', { type: 'boolean', describe: 'exit 1 if there is a difference' }),
  async run({ environment, output }, args) {
    const from = args.text('from') ?? 'live';
    const to = args.text('to') ?? (from === 'models' ? 'live' : 'models');
    const { operations, patch, warnings } = await diffSides(environment, from, to, {
      exitCode: args.flag('exit-code'),
    });
    for (const warning of warnings) output.warn(warning);
    if (operations.length === 0) output.talk(`No difference between ${from} and ${to}.`);
    output.result({ from, to, changes: operations, diff: patch, warnings }, output.patch(patch));
  },
};
