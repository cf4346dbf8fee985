import { relative } from 'node:path';
import { merge as mergeRevisions } from '../../commands/merge.js';
import { compareOptions, readCompareOptions, reportComparison } from '../branch-text.js';
import type { CliCommand } from '../command.js';
import { revisionLine } from '../revision-text.js';

export const merge: CliCommand = {
  command: 'merge [revisions..]',
  describe: 'Write a revision that joins branches.',
  examples: [
    ['rev merge', 'all heads'],
    ['rev merge 5c1e 1f9a -m "merge billing and search"', 'these two, with a message of your own'],
    ['rev merge --dry-run', 'only compare the branches, and print what would be written'],
    ['rev merge --check', 'write nothing if the branches conflict: for CI'],
  ],
  options: (yargs) =>
    compareOptions(yargs)
      .positional('revisions', { type: 'string', array: true, describe: 'what to join (default: all heads)' })
      .option('message', {
        alias: 'm',
        type: 'string',
        describe: 'what the revision does (default: the names of the branches)',
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
      message: args.text('message'),
      branchLabels: args.list('branch-label'),
      revId: args.text('rev-id'),
      splice: args.flag('splice'),
      ...readCompareOptions(args),
      dryRun: args.flag('dry-run'),
    });
    const { id, file, written, source, parents, branches, overlaps } = result;
    for (const parent of parents) output.talk(`  joins ${revisionLine(parent, output)}`);
    const titles = parents.map(({ id, labels }) =>
      labels.length === 0 ? `branch ${id}` : `branch ${id} (${labels.join(', ')})`,
    );
    const advice = 'To settle the order, `rev rebase` one of them instead, and change it to fit.';
    reportComparison(result, { titles, advice }, output);
    if (written) output.talk(`Wrote ${relative(environment.cwd, file)}`);
    output.result(
      {
        id,
        file,
        written,
        parents: parents.map((view) => view.id),
        branches,
        overlaps,
        ...(written ? {} : { source }),
      },
      written ? file : source,
    );
  },
};
