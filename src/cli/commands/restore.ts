import { restore as runRestore } from '../../commands/restore.js';
import type { CliCommand } from '../command.js';
import { lockTimeoutOption, lockWaitOption, tagOption } from './run-options.js';

export const restore: CliCommand = {
  command: 'restore <file>',
  describe: 'Make the database what a backup is. Asks for the name of the database.',
  examples: [
    ['rev restore backups/shop_5c1e8b70d2a4_20261121T104500Z.dump', 'all of it, and nothing beside it'],
    ['rev restore shop.dump --yes', 'without a question: for scripts'],
    ['rev restore shop.dump --no-owner', 'on a server that has other roles'],
  ],
  options: (yargs) =>
    lockTimeoutOption(
      lockWaitOption(tagOption(yargs.positional('file', { type: 'string', describe: 'the backup' }))),
    ).option('no-owner', {
      type: 'boolean',
      describe: 'PostgreSQL: everything belongs to the user of the URL, nothing is granted',
    }),
  async run({ environment, output }, args) {
    const { file, before, after } = await runRestore(environment, args.requiredText('file'), {
      noOwner: args.flag('no-owner'),
      lockTimeout: args.number('lock-timeout'),
      lockWait: args.number('lock-wait'),
    });
    output.talk(`Restored; the database is at ${after.join(', ') || 'base'}.`);
    output.result({ file, before, after }, '');
  },
};
