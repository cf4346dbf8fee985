import { branches as findBranches } from '../../commands/branches.js';
import type { CliCommand } from '../command.js';
import { revisionBlock, revisionLine } from '../revision-text.js';

export const branches: CliCommand = {
  command: 'branches',
  describe: 'Show the revisions that more than one other revises.',
  examples: [['rev branches', 'each point with the revisions that it branches into']],
  options: (yargs) => yargs,
  async run({ environment, output }) {
    const found = await findBranches(environment);
    const text = found.map(({ point, into }) =>
      output.verbose
        ? revisionBlock(point, output)
        : [revisionLine(point, output), ...into.map((view) => `  ${revisionLine(view, output)}`)].join('\n'),
    );
    output.result({ branches: found }, text.join('\n'));
  },
};
