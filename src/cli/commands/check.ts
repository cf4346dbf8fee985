import { check as checkModels } from '../../commands/check.js';
import type { CliCommand } from '../command.js';

export const check: CliCommand = {
  command: 'check',
  describe: 'Tell whether --autogenerate would write anything.',
  eachDatabase: 'in order',
  examples: [['rev check', 'exit 1 and a diff if models and database differ: for CI']],
  options: (yargs) => yargs,
  async run({ environment, output }) {
    const { warnings, uncompared } = await checkModels(environment);
    for (const warning of warnings) output.warn(warning);
    output.talk('No changes: the models and the database agree.');
    if (uncompared.length > 0) {
      output.talk(
        `Not compared, kept as it is: ${uncompared.length} object(s)${output.verbose ? ':' : ' (--verbose lists them)'}`,
      );
      if (output.verbose) for (const line of uncompared) output.talk(`  ${line}`);
    }
    output.result({ changes: [], warnings, uncompared }, '');
  },
};
