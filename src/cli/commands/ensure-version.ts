import { ensureVersion as ensure, ensureVersionScript } from '../../commands/ensure-version.js';
import type { CliCommand } from '../command.js';

export const ensureVersion: CliCommand = {
  command: 'ensure-version',
  describe: 'Create the version table if it is absent.',
  eachDatabase: 'in order',
  examples: [
    ['rev ensure-version', 'nothing else is touched'],
    ['rev ensure-version --sql', 'print the SQL instead'],
  ],
  options: (yargs) =>
    yargs.option('sql', {
      type: 'boolean',
      describe: 'print the SQL instead of running it; no database is asked',
    }),
  async run({ environment, output }, args) {
    if (args.flag('sql')) {
      const sql = await ensureVersionScript(environment);
      output.result({ sql }, sql);
      return;
    }
    const { table, created } = await ensure(environment);
    output.talk(created ? `Created ${table}.` : `${table} is there.`);
    output.result({ table, created }, '');
  },
};
