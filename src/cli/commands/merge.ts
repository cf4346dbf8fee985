import { relative } from 'node:path';
import { merge as mergeRevisions } from '../../commands/merge.js';
import type { CliCommand } from '../command.js';
import { revisionLine } from '../revision-text.js';

export const merge: CliCommand = {
  command: 'merge [revisions..]',
  describe: 'Write a revision that joins branches.',
  examples: [
    ['rev merge -m "merge billing and search"', 'all heads'],
    ['rev merge 5c1e 1f9a -m "merge"', 'these two'],
  ],
  options: (yargs) =>
    yargs
      .positional('revisions', { type: 'string', array: true, describe: 'what to join (default: all heads)' })
      .option('message', {
        alias: 'm',
        type: 'string',
        demandOption: true,
        describe: 'what the revision does',
      })
      .option('branch-label', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'a name for the branch that begins here',
      })
      .option('rev-id', { type: 'string', describe: 'an id of your own' })
      .option('splice', { type: 'boolean', describe: 'allow joining revisions that are no heads' })
      .option('dry-run', { type: 'boolean', describe: 'print instead of writing' }),
  async run({ environment, output }, args) {
    const result = await mergeRevisions(environment, args.list('revisions'), {
      message: args.requiredText('message'),
      branchLabels: args.list('branch-label'),
      revId: args.text('rev-id'),
      splice: args.flag('splice'),
      dryRun: args.flag('dry-run'),
    });
    const { id, file, written, source, parents } = result;
    for (const parent of parents) output.talk(`  joins ${revisionLine(parent, output)}`);
    if (written) output.talk(`Wrote ${relative(environment.cwd, file)}`);
    output.result(
      { id, file, written, parents: parents.map((view) => view.id), ...(written ? {} : { source }) },
      written ? file : source,
    );
  },
};
