import { type Finding, doctor as findFaults } from '../../commands/doctor.js';
import { RevError } from '../../errors.js';
import type { CliCommand } from '../command.js';
import type { Output } from '../output.js';
import { lockWaitOption } from './run-options.js';

export const doctor: CliCommand = {
  command: 'doctor',
  describe: 'Find what is wrong with the revision files and the version table, and mend the table.',
  eachDatabase: 'in order',
  examples: [
    ['rev doctor', 'exit 1 if there is something'],
    ['rev doctor --fix', 'mend what can be mended without losing anything'],
    ['rev doctor --fix --forget 1f9a3c27be10', 'also remove the row of a revision whose file is gone'],
    ['rev doctor --no-database', 'the files alone: for CI'],
  ],
  options: (yargs) =>
    lockWaitOption(
      yargs
        .option('fix', { type: 'boolean', describe: 'mend the version table; files are never changed' })
        .option('forget', {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'with --fix: an unknown row to remove, by its full id',
        })
        .option('no-database', { type: 'boolean', describe: 'look at the revision files only' }),
    ),
  async run({ environment, output }, args) {
    const { findings, fixed, revisions, databaseSeen } = await findFaults(environment, {
      fix: args.flag('fix'),
      forget: args.list('forget'),
      noDatabase: args.flag('no-database'),
      lockWait: args.number('lock-wait'),
    });
    for (const { code, message } of fixed) output.talk(`${output.err.green('mended')} ${code}: ${message}`);
    const data = { findings, fixed, revisions, databaseSeen };
    if (findings.length === 0) {
      const where = databaseSeen ? 'the revision files and the version table' : 'the revision files';
      output.talk(`Nothing is wrong with ${where}: ${revisions} revision${revisions === 1 ? '' : 's'}.`);
      output.result(data, '');
      return;
    }
    if (!args.flag('json')) output.result(data, findings.map((each) => findingText(each, output)).join('\n'));
    const fixable = findings.filter((each) => each.fixable).length;
    throw new RevError(
      'REV_UNHEALTHY',
      `${findings.length} finding${findings.length === 1 ? '' : 's'}${fixable > 0 ? `, of which --fix mends ${fixable}` : ''}.`,
      {
        hint: fixable > 0 ? 'rev doctor --fix' : 'Each finding says what to do; then: rev doctor',
        data,
      },
    );
  },
};

function findingText({ code, message, hint, fixable }: Finding, { out }: Output): string {
  const lines = [
    ...(hint === null ? [] : hint.split('\n')),
    ...(fixable ? ['rev doctor --fix mends it.'] : []),
  ];
  return [`${out.yellow(code)}: ${message}`, ...lines.map((line) => `  ${line}`)].join('\n');
}
