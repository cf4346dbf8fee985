import { history as listHistory } from '../../commands/history.js';
import { drawHistory } from '../../commands/picture.js';
import { drawTerminal } from '../../pictures/terminal.js';
import type { CliArguments, CliCommand, CliContext } from '../command.js';
import { revisionLines } from '../revision-text.js';
import { paintOf, wantsAscii } from '../terminal-paint.js';
import { rangeOf, rangeOptions } from './range-options.js';

export const history: CliCommand = {
  command: 'history',
  describe: 'List revisions, newest first.',
  eachDatabase: 'in order',
  examples: [
    ['rev history', 'all of it'],
    ['rev history --graph', 'drawn with its branches and merges'],
    ['rev history -r 1f9a:head', 'a range, both ends included'],
    ['rev history -r current:', 'from where the database is'],
  ],
  options: (yargs) =>
    rangeOptions(yargs)
      .option('graph', { alias: 'g', type: 'boolean', describe: 'draw the lines between revisions' })
      .option('ascii', { type: 'boolean', describe: 'draw with ASCII characters only' }),
  async run(context, args) {
    if (args.flag('graph')) return drawn(context, args);
    const views = await listHistory(context.environment, rangeOf(args));
    context.output.result({ revisions: views }, revisionLines(views, context.output));
  },
};

async function drawn({ environment, output }: CliContext, args: CliArguments): Promise<void> {
  const { picture, revisions } = await drawHistory(environment, rangeOf(args));
  const text = drawTerminal(picture, {
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    ascii: args.flag('ascii') || wantsAscii(process.env),
    paint: paintOf(output),
  });
  output.result({ revisions, graph: picture.layout }, text);
}
