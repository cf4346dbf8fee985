import { backup as runBackup } from '../../commands/backup.js';
import type { CliCommand } from '../command.js';
import { lockWaitOption } from './run-options.js';

export const backup: CliCommand = {
  command: 'backup',
  describe: 'Write a backup of the whole database, and check it. Prints its path.',
  eachDatabase: 'in order',
  examples: [
    ['rev backup', "into the configuration's folder, under a name of its own"],
    ['rev backup --to before-the-move.dump', 'to a file; nothing is overwritten'],
  ],
  options: (yargs) =>
    lockWaitOption(yargs).option('to', { type: 'string', nargs: 1, describe: 'the file to write' }),
  async run({ environment, output }, args) {
    const { file, heads, size, duration, removed } = await runBackup(environment, {
      to: args.text('to'),
      lockWait: args.number('lock-wait'),
    });
    output.result({ file, heads, size, duration, removed }, file);
  },
};
