import { history as listHistory } from '../../commands/history.js';
import type { CliCommand } from '../command.js';
import { revisionLines } from '../revision-text.js';

export const history: CliCommand = {
  command: 'history',
  describe: 'List revisions, newest first.',
  examples: [
    ['rev history', 'all of it'],
    ['rev history -r 1f9a:head', 'a range, both ends included'],
    ['rev history -r current:', 'from where the database is'],
  ],
  options: (yargs) =>
    yargs
      .option('range', {
        alias: 'r',
        nargs: 1,
        type: 'string',
        describe: 'FROM:TO; either side may be empty or `current`',
      })
      .option('indicate-current', {
        alias: 'i',
        type: 'boolean',
        describe: 'mark the revisions that the database is at',
      }),
  async run({ environment, output }, args) {
    const views = await listHistory(environment, {
      range: args.text('range'),
      indicateCurrent: args.flag('indicate-current'),
    });
    output.result({ revisions: views }, revisionLines(views, output));
  },
};
