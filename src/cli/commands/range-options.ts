import type { Argv } from 'yargs';
import type { HistoryOptions } from '../../commands/history.js';
import type { CliArguments } from '../command.js';

/** Which revisions a command shows, and whether it says where the database is. */
export function rangeOptions(yargs: Argv): Argv {
  return yargs
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
    });
}

export function rangeOf(args: CliArguments): HistoryOptions {
  return { range: args.text('range'), indicateCurrent: args.flag('indicate-current') };
}
