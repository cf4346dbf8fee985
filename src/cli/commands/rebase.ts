import { relative } from 'node:path';
import { rebase as rebaseRevisions } from '../../commands/rebase.js';
import { compareOptions, readCompareOptions, reportComparison } from '../branch-text.js';
import type { CliCommand } from '../command.js';

export const rebase: CliCommand = {
  command: 'rebase [revision]',
  describe: 'Put a branch onto another one, by rewriting the parents of its oldest revision in its file.',
  examples: [
    ['rev rebase 5c1e', 'your own head, onto the only other one'],
    ['rev rebase 5c1e --onto 1f9a', 'the branch of 5c1e onto 1f9a'],
    ['rev rebase billing@head --onto search@head', 'by branch labels'],
    ['rev rebase 5c1e --parent 1f9a --onto 77d2', '5c1e alone: 77d2 instead of its parent 1f9a'],
    ['rev rebase 5c1e --dry-run', 'print the change as a diff'],
  ],
  options: (yargs) =>
    compareOptions(yargs)
      .positional('revision', { type: 'string', describe: 'the last revision of your own branch' })
      .option('onto', {
        type: 'string',
        nargs: 1,
        describe: 'what it shall stand on (default: the only other head)',
      })
      .option('parent', {
        type: 'string',
        nargs: 1,
        describe: 'the parent to replace, of this revision alone',
      })
      .option('no-database', {
        type: 'boolean',
        describe: 'do not ask the database whether the revision is applied',
      })
      .option('dry-run', { type: 'boolean', describe: 'print the change as a diff instead of writing it' }),
  async run({ environment, output }, args) {
    const result = await rebaseRevisions(environment, args.text('revision'), {
      onto: args.text('onto'),
      parent: args.text('parent'),
      noDatabase: args.flag('no-database'),
      ...readCompareOptions(args),
      dryRun: args.flag('dry-run'),
    });
    const { revision, from, to, moved, file, diff, written, branches, overlaps } = result;
    const names = (ids: readonly string[]) => ids.join(', ') || 'base';
    if (diff === '') {
      output.talk(`Nothing to do: ${revision} revises ${names(to)} already.`);
    } else {
      const titles = ['what moves', 'what it passes'];
      const advice = `Change what runs second so that it fits: rev edit ${revision}`;
      reportComparison(result, { titles, advice }, output);
      output.talk(
        `${revision} ${written ? 'now revises' : 'would revise'} ${names(to)} instead of ${names(from)}.`,
      );
      const along = moved.filter((id) => id !== revision);
      if (along.length > 0) output.talk(`What stands on it comes along: ${along.join(', ')}.`);
      if (written) output.talk(`Wrote ${relative(environment.cwd, file)}`);
    }
    output.result(
      { revision, from, to, moved, file, written, diff, branches, overlaps },
      written ? file : diff,
    );
  },
};
