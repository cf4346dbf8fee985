import { relative } from 'node:path';
import { importDrizzle } from '../../commands/import-drizzle.js';
import type { CliCommand } from '../command.js';

export const importFrom: CliCommand = {
  command: 'import <from> [folder]',
  describe: "Turn another tool's migrations into revisions. Nothing is run.",
  examples: [
    ['rev import drizzle', "drizzle-kit's, from the folder that drizzle.config.ts names"],
    ['rev import drizzle --dry-run', 'print the revisions instead of writing them'],
    ['rev import drizzle --stamp', "and say in the database what drizzle's migrator has run"],
  ],
  options: (yargs) =>
    yargs
      .positional('from', { choices: ['drizzle'], demandOption: true, describe: 'whose migrations' })
      .positional('folder', {
        type: 'string',
        describe: 'where they are (default: `out` of drizzle.config.ts, or ./drizzle)',
      })
      .option('stamp', {
        type: 'boolean',
        describe: 'stamp the database with what is applied there, as __drizzle_migrations tells',
      })
      .option('dry-run', { type: 'boolean', describe: 'print instead of writing and stamping' }),
  async run({ environment, output }, args) {
    const result = await importDrizzle(environment, {
      folder: args.text('folder'),
      stamp: args.flag('stamp'),
      dryRun: args.flag('dry-run'),
    });
    const { folder, format, revisions, written, stamped, isCurrent, warnings, next } = result;
    const path = (file: string) => relative(environment.cwd, file) || '.';
    for (const warning of warnings) output.warn(warning);
    const fresh = revisions.flatMap(({ rendered, ...view }) => (rendered ? [{ ...view, rendered }] : []));
    for (const { migration, file } of fresh) output.talk(`  ${migration} → ${path(file)}`);
    const noWayBack = fresh.filter(({ rendered }) => rendered.irreversible !== null);
    if (noWayBack.length > 0) {
      output.talk(
        `Without downgrade, ${noWayBack.length} of ${fresh.length}; write one where you will need it:`,
      );
      for (const { migration, rendered } of noWayBack)
        output.talk(`  ${migration}: ${rendered.irreversible}`);
    }
    for (const { migration, rendered } of fresh)
      if (rendered.outside) output.warn(`${migration} runs outside a transaction: ${rendered.outside}`);
    const migrations = `migration${revisions.length === 1 ? '' : 's'} of drizzle-kit ${format} in ${path(folder)}`;
    output.talk(
      fresh.length === 0
        ? `Nothing to import: the ${revisions.length} ${migrations} are revisions already.`
        : `${written ? 'Wrote' : 'Would write'} ${fresh.length} revision${fresh.length === 1 ? '' : 's'}, from ${revisions.length} ${migrations}.`,
    );
    if (stamped && stamped.length > 0)
      output.talk(
        `The database ${args.flag('dry-run') ? 'would be' : 'is'} stamped at ${stamped.join(', ')}.`,
      );
    if (isCurrent) output.talk('The database is where drizzle has left it, or further: nothing to stamp.');
    if (next.length > 0) output.talk(`\nNext:\n${next.map((step, at) => `  ${at + 1}. ${step}`).join('\n')}`);
    output.result(
      {
        folder,
        format,
        revisions: revisions.map(({ rendered, ...view }) => ({
          ...view,
          new: rendered !== null,
          downgrade: rendered === null ? null : rendered.irreversible === null,
          reason: rendered?.irreversible ?? null,
          transactional: rendered === null ? null : rendered.outside === null,
          ...(rendered && !written ? { source: rendered.source } : {}),
        })),
        written,
        stamped,
        warnings,
      },
      written ? '' : fresh.map(({ file, rendered }) => `// ${path(file)}\n${rendered.source}`).join('\n'),
    );
  },
};
