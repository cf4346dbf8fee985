import { byteSize } from '../../commands/byte-size.js';
import { info as findInfo } from '../../commands/info.js';
import type { CliCommand } from '../command.js';

export const info: CliCommand = {
  command: 'info',
  describe: 'Show the configuration in force and the database that it leads to.',
  eachDatabase: 'in order',
  examples: [
    ['rev info', 'dialect, URL without its password, version, tables, size'],
    ['rev info --verbose', 'and every key of the configuration'],
  ],
  options: (yargs) => yargs,
  async run({ environment, output }) {
    const found = await findInfo(environment);
    const { database } = found;
    const lines: (readonly [string, string])[] = [
      ['rev', `${found.version}, Node ${found.node}`],
      ['configuration', String(found.config.file)],
      ['dialect', found.dialect],
      ['database', found.url ?? '(none is configured)'],
      ...(database
        ? ([
            ['server', database.serverVersion],
            ['tables', String(database.tables)],
            ['size', byteSize(database.size)],
            ['at', database.rows.join(', ') || 'base'],
          ] as const)
        : []),
      ['version table', found.versionTable],
      ['journal', found.journalTable],
      ['revisions', String(found.revisions)],
      ['heads', found.heads.join(', ') || '(none)'],
      ...(output.verbose
        ? Object.entries(found.config).map(
            ([key, value]) => [`  ${key}`, JSON.stringify(value) ?? '–'] as const,
          )
        : []),
    ];
    const width = Math.max(...lines.map(([name]) => name.length));
    output.result(
      { ...found, version: 1, tool: found.version },
      lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n'),
    );
    if (found.problem !== null) output.warn(`the database was not asked: ${found.problem}`);
  },
};
