import type { DialectName } from '../../catalog/index.js';
import { init as initProject } from '../../commands/init.js';
import type { CliCommand } from '../command.js';

export const init: CliCommand = {
  command: 'init [folder]',
  describe: 'Set up a project: a configuration, a folder for revisions, a template and first models.',
  examples: [
    ['rev init', 'here; what exists is kept'],
    ['rev init --dialect postgres', 'for PostgreSQL'],
  ],
  options: (yargs) =>
    yargs
      .positional('folder', { type: 'string', describe: 'the project (default: here)' })
      .option('dialect', {
        choices: ['postgres', 'sqlite'],
        describe: 'default: what the project has installed',
      }),
  async run({ environment, output }, args) {
    const result = await initProject(environment, {
      folder: args.text('folder'),
      dialect: args.text('dialect') as DialectName | undefined,
    });
    if (result.takenFrom) output.talk(`Settings taken from ${result.takenFrom}.`);
    for (const file of result.written) output.talk(`wrote ${file}`);
    for (const file of result.kept) output.talk(`kept  ${file}`);
    output.talk(`\nNext:\n${result.next.map((step, at) => `  ${at + 1}. ${step}`).join('\n')}`);
    output.result({ ...result }, '');
  },
};
