import { current as findCurrent } from '../../commands/current.js';
import type { CliCommand } from '../command.js';
import { revisionLines } from '../revision-text.js';

export const current: CliCommand = {
  command: 'current',
  describe: 'Show the revisions that the database is at.',
  eachDatabase: 'in order',
  examples: [
    ['rev current', 'nothing is printed for a database without revisions'],
    ['rev current --check-heads', 'exit 1 if a revision is not applied: for CI'],
  ],
  options: (yargs) =>
    yargs.option('check-heads', { type: 'boolean', describe: 'exit 1 if the database is not at every head' }),
  async run({ environment, output }, args) {
    const { revisions, atHead } = await findCurrent(environment, { checkHeads: args.flag('check-heads') });
    output.result({ current: revisions, atHead }, revisionLines(revisions, output));
  },
};
