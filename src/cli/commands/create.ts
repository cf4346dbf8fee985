import { relative } from 'node:path';
import { create as createRevision } from '../../commands/create.js';
import type { CliCommand } from '../command.js';

export const create: CliCommand = {
  command: ['create', 'revision'],
  describe: 'Write a new revision: empty, or from what the models say that the database does not.',
  examples: [
    ['rev create -m "add author" --autogenerate', 'compare models and database'],
    ['rev create -m "fill in slugs"', 'an empty one, for a data change'],
    [
      'rev create -m "x" --autogenerate --rename users.name=users.full_name',
      'a rename, not a drop and an add',
    ],
    ['rev create -m "x" --autogenerate --dry-run', 'print it instead of writing it'],
  ],
  options: (yargs) =>
    yargs
      .option('message', {
        alias: 'm',
        type: 'string',
        demandOption: true,
        describe: 'what the revision does',
      })
      .option('autogenerate', { type: 'boolean', describe: 'compare the models with the database' })
      .option('dry-run', { type: 'boolean', describe: 'print instead of writing' })
      .option('head', { type: 'string', describe: 'the revision to build on (default: the only head)' })
      .option('splice', { type: 'boolean', describe: 'allow building on a revision that is no head' })
      .option('branch-label', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'a name for the branch that begins here',
      })
      .option('depends-on', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'a revision that must be applied before',
      })
      .option('rev-id', { type: 'string', describe: 'an id of your own' })
      .option('version-path', {
        type: 'string',
        nargs: 1,
        describe: 'the folder to write to, one of the configured ones',
      })
      .option('rename', { type: 'string', array: true, nargs: 1, describe: 'old=new: what was renamed' })
      .option('no-rename', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'what was dropped and not renamed (or: all)',
      }),
  async run({ environment, output }, args) {
    const denied = args.list('no-rename');
    const result = await createRevision(environment, {
      message: args.requiredText('message'),
      autogenerate: args.flag('autogenerate'),
      dryRun: args.flag('dry-run'),
      head: args.text('head'),
      splice: args.flag('splice'),
      branchLabels: args.list('branch-label'),
      dependsOn: args.list('depends-on'),
      revId: args.text('rev-id'),
      versionPath: args.text('version-path'),
      renames: args.list('rename'),
      noRenames: denied.includes('all') ? 'all' : denied,
    });
    for (const warning of result.warnings) output.warn(warning);
    if (result.kind === 'unchanged') {
      output.talk('No changes: the models and the database agree. Nothing was written.');
      output.result({ changes: [], warnings: result.warnings, uncompared: result.uncompared }, '');
      return;
    }
    const { id, file, source, written, operations, losses, warnings, uncompared } = result;
    for (const operation of operations) output.talk(`  ${operation}`);
    for (const loss of losses) output.warn(`${loss} will be lost`);
    if (written) output.talk(`Wrote ${relative(environment.cwd, file)}`);
    output.result(
      {
        id,
        file,
        written,
        changes: operations,
        losses,
        warnings,
        uncompared,
        ...(written ? {} : { source }),
      },
      written ? file : source,
    );
  },
};
