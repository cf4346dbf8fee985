import { ensureVersion as ensure } from '../../commands/ensure-version.js';
import type { CliCommand } from '../command.js';

export const ensureVersion: CliCommand = {
  command: 'ensure-version',
  describe: 'Create the version table if it is absent.',
  examples: [['rev ensure-version', 'nothing else is touched']],
  options: (yargs) => yargs,
  async run({ environment, output }) {
    const { table, created } = await ensure(environment);
    output.talk(created ? `Created ${table}.` : `${table} is there.`);
    output.result({ table, created }, '');
  },
};
