import { show as showRevision } from '../../commands/show.js';
import type { CliCommand } from '../command.js';
import { revisionBlock } from '../revision-text.js';

export const show: CliCommand = {
  command: 'show <revision>',
  describe: 'Show one revision and the text of its file.',
  examples: [
    ['rev show head', 'the latest'],
    ['rev show 5c1e', 'by the beginning of its id'],
  ],
  options: (yargs) =>
    yargs.positional('revision', { type: 'string', describe: 'an id, a beginning, a label, current' }),
  async run({ environment, output }, args) {
    const found = await showRevision(environment, args.requiredText('revision'));
    const text = found.map((each) => `${revisionBlock(each, output)}\n${each.source}`).join('\n');
    output.result({ revisions: found }, text);
  },
};
