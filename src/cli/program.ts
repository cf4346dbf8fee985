import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Argv } from 'yargs';
import type { Environment } from '../commands/environment.js';
import { RevError, thrownText } from '../errors.js';
import { locate, locatedMessage } from '../loading/locate.js';
import { CliArguments, type CliCommand } from './command.js';
import { commands } from './commands/index.js';
import { runInDatabases } from './databases.js';
import { Output, withQuietStdout } from './output.js';

/**
 * Runs one command line and returns the exit code (docs/cli.md). Nothing below this throws to the user: a RevError is
 * shown as such, anything else as REV_INTERNAL, with a stack trace only under `--debug`.
 */
export async function program(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const output = outputOf(argv);
  const ending = watchEnding(output);
  const interrupt = listenForInterrupts(() => ending.leave(130));
  try {
    await parse(argv, output, interrupt.signal);
    // Node reports promises that failed and were left behind once the microtasks are done.
    await new Promise((resolve) => setImmediate(resolve));
    return ending.report();
  } catch (thrown) {
    const error = thrown instanceof RevError ? thrown : unexpected(thrown);
    output.error(error);
    if (argv.includes('--debug')) process.stderr.write(`${stackOf(thrown)}\n`);
    return error.exitCode;
  } finally {
    interrupt.stop();
    ending.stop();
  }
}

const ofRunning =
  'Of a running revision nothing was committed in its transaction; what it did outside of a transaction stays: `rev status` says how far it is.';

/** What can go wrong beside the command itself: promises left behind that fail or never settle, and an end from inside. */
function watchEnding(output: Output): {
  report(): number;
  /** Ends the process at once. */
  leave(code: number): void;
  stop(): void;
} {
  const strays: unknown[] = [];
  const onStray = (error: unknown) => strays.push(error);
  const onIdle = () => {
    output.error(
      new RevError('REV_REVISION_FAILED', 'The command waits for a promise that never settles.', {
        hint: `It stands in a revision, the models or the configuration. ${ofRunning}`,
      }),
    );
    leave(1);
  };
  const onCrash = (error: unknown) => {
    output.error(locate(error) === undefined ? unexpected(error) : leftBehind(error));
    leave(1);
  };
  // A revision, the models or the configuration may end the process: that is no success.
  const onExit = () => {
    output.error(
      new RevError(
        'REV_REVISION_FAILED',
        'The process was ended from inside (process.exit) before the command was done.',
        {
          hint: `Take process.exit out of revisions, models and the configuration. ${ofRunning}`,
        },
      ),
    );
    process.exitCode = 1;
  };
  const leave = (code: number) => {
    process.off('exit', onExit);
    process.exit(code);
  };
  process.on('unhandledRejection', onStray);
  process.on('uncaughtException', onCrash);
  process.on('beforeExit', onIdle);
  process.on('exit', onExit);
  return {
    leave,
    report() {
      if (strays.length === 0) return 0;
      const [first] = strays;
      output.warn(
        `A promise that nobody awaited failed: ${locatedMessage(first)}\n  The command itself is done, and what it reported has happened.`,
      );
      return 1;
    },
    stop() {
      process.off('unhandledRejection', onStray);
      process.off('uncaughtException', onCrash);
      process.off('beforeExit', onIdle);
      process.off('exit', onExit);
    },
  };
}

async function parse(argv: readonly string[], output: Output, signal: AbortSignal): Promise<void> {
  const { default: yargs } = await import('yargs');
  const name = commandName(argv);
  const command = name === undefined ? undefined : await commands[name]?.load();
  // Of a command that it runs by name yargs lays out the help as well, in some 60 ms; of its default one it does not. Only
  // the first word is surely no option's value.
  const asDefault = name !== undefined && name === named(argv[0]) && !argv.some((each) => /^--?h/.test(each));
  const parser = globalOptions(
    asDefault ? yargs(argv.slice(1)).scriptName(`rev ${name}`) : yargs(argv).scriptName('rev'),
  );
  if (command) register(parser, command, asDefault, output, signal);
  else for (const [each, { describe }] of Object.entries(commands)) parser.command(each, describe);
  await parser
    .demandCommand(1, 'Which command?')
    .strict()
    .recommendCommands()
    .exitProcess(false)
    .version(false)
    .help()
    .alias('help', 'h')
    .parserConfiguration({
      'parse-numbers': true,
      'parse-positional-numbers': false,
      'boolean-negation': false,
    })
    .wrap(Math.min(100, process.stderr.columns ?? 100))
    .epilogue(command ? '' : 'rev COMMAND --help explains one command. Documentation: docs/ of this package.')
    .fail((message: string | null, error: unknown) => {
      if (name === undefined) throw unknownCommand(argv, message);
      if (message?.startsWith('Not enough non-option')) throw missingArgument(name);
      const isOwn = error instanceof Error && error.name === 'YError';
      if (error && !isOwn) throw error;
      throw new RevError(
        'REV_USAGE',
        (isOwn ? error.message : message) ?? 'The command line cannot be read.',
        {
          hint: name ? `rev ${name} --help` : 'rev --help',
        },
      );
    })
    .parseAsync();
}

function missingArgument(name: string): RevError {
  return new RevError('REV_USAGE', `rev ${name} needs one argument more.`, { hint: `rev ${name} --help` });
}

/** No word of the command line is a command; yargs may know one that looks like it. */
function unknownCommand(argv: readonly string[], message: string | null): RevError {
  const word = argv.find((each) => !each.startsWith('-'));
  const guess = message?.startsWith('Did you mean') ? ` ${message}` : '';
  return new RevError('REV_USAGE', word ? `There is no command ${word}.${guess}` : 'Which command?', {
    hint: 'rev --help',
  });
}

function register(
  parser: Argv,
  command: CliCommand,
  asDefault: boolean,
  output: Output,
  signal: AbortSignal,
): void {
  const names = [command.command].flat();
  parser.command(
    asDefault ? names.slice(0, 1).map((each) => each.replace(/^\S+/, '$0')) : names,
    command.describe,
    (yargs) => {
      const own = command.options(yargs);
      return command.examples.reduce((each, [example, text]) => each.example(example, text), own);
    },
    async (values) => {
      const environment = await environmentOf(values, output, signal);
      await withQuietStdout(() => runInDatabases(command, { environment, output }, new CliArguments(values)));
    },
  );
}

function globalOptions(parser: Argv): Argv {
  const group = 'Everywhere:';
  return parser
    .option('config', {
      alias: 'c',
      type: 'string',
      group,
      describe: 'the configuration (default: searched upwards)',
    })
    .option('url', { type: 'string', group, describe: "the database; overrides the configuration's" })
    .option('env', {
      type: 'string',
      group,
      describe: 'a named environment, for the configuration ($REV_ENV)',
    })
    .option('database', {
      type: 'string',
      group,
      describe: 'which database, in a project with several (default: each)',
    })
    .option('x', {
      type: 'string',
      array: true,
      nargs: 1,
      group,
      describe: 'KEY=VALUE for the configuration and revisions',
    })
    .option('json', { type: 'boolean', group, describe: 'one JSON document on stdout' })
    .option('quiet', { alias: 'q', type: 'boolean', group, describe: 'no talk' })
    .option('verbose', { alias: 'v', type: 'boolean', group, describe: 'more of it, and SQL as it runs' })
    .option('no-color', { type: 'boolean', group, describe: 'no colours (also $NO_COLOR)' })
    .option('debug', { type: 'boolean', group, describe: 'stack traces' })
    .option('yes', { type: 'boolean', group, describe: 'ask no questions: what would be asked is wanted' });
}

async function environmentOf(
  values: Readonly<Record<string, unknown>>,
  output: Output,
  signal: AbortSignal,
): Promise<Environment> {
  const args = new CliArguments(values);
  const asks =
    process.stdin.isTTY === true && process.stderr.isTTY === true && !args.flag('yes') && !args.flag('json');
  return {
    cwd: process.cwd(),
    configFile: args.text('config'),
    env: args.text('env') ?? (process.env.REV_ENV || undefined),
    tag: args.text('tag'),
    url: args.text('url'),
    database: args.text('database'),
    args: keyValues(args.list('x')),
    report: output.event,
    now: () => new Date(),
    nonce: randomUUID,
    signal,
    yes: args.flag('yes'),
    ...(asks ? { ask: (await import('./questions.js')).questions } : {}),
  };
}

function keyValues(list: readonly string[]): Readonly<Record<string, string>> {
  const entries = list.map((each): [string, string] => {
    const at = each.indexOf('=');
    if (at > 0) return [each.slice(0, at), each.slice(at + 1)];
    throw new RevError('REV_USAGE', `-x ${each}: a key and its value are joined by '='.`, {
      hint: `-x ${each.replace(/^=/, '') || 'key'}=value`,
    });
  });
  return Object.fromEntries(entries);
}

/** The first word that names a command; option values before it are passed over where they name none. */
function commandName(argv: readonly string[]): string | undefined {
  return argv.map(named).find((name) => name !== undefined);
}

/** The command that the word names, by its name or another one. */
function named(word = ''): string | undefined {
  if (Object.hasOwn(commands, word)) return word;
  return Object.entries(commands).find(([, { aliases }]) => aliases?.includes(word))?.[0];
}

function outputOf(argv: readonly string[]): Output {
  const has = (...flags: string[]) => flags.some((flag) => argv.includes(flag));
  return new Output({
    json: has('--json'),
    quiet: has('-q', '--quiet'),
    verbose: has('-v', '--verbose'),
    color: !has('--no-color'),
  });
}

/** The first interrupt asks the run to stop at a safe place; the second one ends the process. */
function listenForInterrupts(leave: () => void): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) leave();
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const each of signals) process.on(each, onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      for (const each of signals) process.off(each, onSignal);
    },
  };
}

/** Thrown in the user's own file, but by nothing that was waited for: in a timer, or by an event. */
function leftBehind(thrown: unknown): RevError {
  return new RevError(
    'REV_REVISION_FAILED',
    `What a revision, the models or the configuration has started, and nobody waited for, failed.\n${locatedMessage(thrown)}`,
    {
      hint: 'Mend it, and wait for its end where it is started. The transaction that was open was rolled back; what was committed before stays.',
      data: { ...locate(thrown) },
      cause: thrown,
    },
  );
}

function unexpected(thrown: unknown): RevError {
  const message = thrownText(thrown);
  return new RevError('REV_INTERNAL', message, {
    hint: 'This looks like a fault of rev itself. Please report it, with the output of the same command under --debug.',
    cause: thrown,
  });
}

function stackOf(thrown: unknown): string {
  const lines: string[] = [];
  for (let error = thrown; error instanceof Error; error = error.cause)
    lines.push(error.stack ?? error.message);
  return lines.join('\ncaused by: ');
}

function version(): string {
  return (createRequire(import.meta.url)('../../package.json') as { readonly version: string }).version;
}
