import { heads as findHeads } from '../../commands/heads.js';
import type { CliCommand } from '../command.js';
import { revisionLines } from '../revision-text.js';

export const heads: CliCommand = {
  command: 'heads',
  describe: 'Show the latest revisions: those that no other revises.',
  examples: [
    ['rev heads', 'one line each; more than one means that branches wait to be merged'],
    ['rev heads --check', 'exit 1 if there are several: for CI'],
  ],
  options: (yargs) =>
    yargs
      .option('resolve-dependencies', {
        type: 'boolean',
        describe: 'leave out heads that another revision depends on',
      })
      .option('check', { type: 'boolean', describe: 'exit 1 if there are several' }),
  async run({ environment, output }, args) {
    const views = await findHeads(environment, {
      resolveDependencies: args.flag('resolve-dependencies'),
      check: args.flag('check'),
    });
    output.result({ heads: views }, revisionLines(views, output));
    if (views.length === 0) output.talk('There are no revisions yet: rev create -m "first" --autogenerate');
  },
};
