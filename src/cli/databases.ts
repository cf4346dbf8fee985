import { RevError } from '../errors.js';
import type { CliArguments, CliCommand, CliContext } from './command.js';

/**
 * Runs a command; in a project with several databases, of which none was chosen, in each of them, if it is one that can.
 * The first failure ends it.
 */
export async function runInDatabases(
  command: CliCommand,
  context: CliContext,
  args: CliArguments,
): Promise<void> {
  try {
    await command.run(context, args);
  } catch (error) {
    const names = namesIn(error);
    const option = oneDatabaseOptions.find((each) => args.flag(each) || args.text(each) !== undefined);
    if (names && option) throw forOneDatabase(option, names);
    if (!names || !command.eachDatabase) throw error;
    if (command.target) {
      const { assertSameRows } = await import('../commands/same-rows.js');
      await assertSameRows(context.environment, nameOf(command), command.target(args));
    }
    await runInEach(
      command,
      context,
      args,
      command.eachDatabase === 'backwards' ? [...names].reverse() : names,
    );
  }
}

const nameOf = ({ command }: CliCommand) => String([command].flat()[0]).replace(/ .*/, '');

/** One script, one file, one url. */
const oneDatabaseOptions = ['sql', 'to', 'url'] as const;

function forOneDatabase(option: (typeof oneDatabaseOptions)[number], names: readonly string[]): RevError {
  return new RevError(
    'REV_DATABASE',
    `--${option} is for one database, and the project has several: ${names.join(', ')}.`,
    {
      hint: `Say which it is for: --database ${names[0]}`,
      data: { databases: names },
    },
  );
}

async function runInEach(
  command: CliCommand,
  { environment, output }: CliContext,
  args: CliArguments,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    output.begin(name);
    try {
      await command.run({ environment: { ...environment, database: name }, output }, args);
    } catch (error) {
      throw error instanceof RevError ? inDatabase(error, name) : error;
    }
  }
  output.end();
}

/** The databases among which nobody has chosen. */
function namesIn(error: unknown): readonly string[] | null {
  if (!(error instanceof RevError) || error.code !== 'REV_DATABASE') return null;
  return error.data.databases as readonly string[];
}

function inDatabase({ code, message, hint, data, cause }: RevError, database: string): RevError {
  return new RevError(code, `${database}: ${message}`, {
    ...(hint === undefined ? {} : { hint }),
    data: { ...data, database },
    cause,
  });
}
