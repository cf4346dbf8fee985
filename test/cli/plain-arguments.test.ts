import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import yargs from 'yargs';
import { CliArguments, type CliCommand } from '../../src/cli/command.js';
import { commands } from '../../src/cli/commands/index.js';
import { readPlainArguments } from '../../src/cli/plain-arguments.js';
import { globalOptions, parserConfiguration } from '../../src/cli/program.js';

const loaded = await Promise.all(
  Object.entries(commands).map(async ([name, { load }]) => [name, await load()] as const),
);

/** What yargs gives for a command line, or nothing where it refuses. */
async function byYargs(command: CliCommand, argv: readonly string[]) {
  let values: Readonly<Record<string, unknown>> | undefined;
  try {
    await globalOptions(yargs([...argv]))
      .command(
        command.command as string,
        '',
        (parser) => command.options(parser),
        (given) => {
          values = given;
        },
      )
      .strict()
      .exitProcess(false)
      .version(false)
      .parserConfiguration(parserConfiguration)
      .fail(() => {
        throw new Error('refused');
      })
      .parseAsync();
  } catch {
    return undefined;
  }
  return values;
}

/** Everything that a command can ask of its arguments. */
function answers(values: Readonly<Record<string, unknown>>, names: readonly string[]) {
  const args = new CliArguments(values);
  return names.map((name) => [name, args.text(name), args.list(name), args.flag(name), args.number(name)]);
}

describe('a plain command line', () => {
  test.each([
    ['heads', ['heads']],
    ['upgrade', ['upgrade', 'head']],
    ['upgrade', ['upgrade', '--sql', 'base:head', '--json']],
    ['create', ['create', '-m', 'add author', '--autogenerate', '--rename', 'a=b', '--rename', 'c=d']],
    ['create', ['revision', '--message', 'x', '-x', 'a=b', '-x', 'c', '-c', 'other.config.ts']],
    ['stamp', ['stamp', 'a', 'b', '--purge']],
    ['history', ['history', '-r', 'a:b', '-v']],
    ['merge', ['merge', 'heads', '-m', 'merge']],
  ])('is read without yargs: %s %j', async (name, argv) => {
    const command = await commands[name]?.load();
    expect(command && readPlainArguments(command, globalOptions, argv.slice(1))).toBeDefined();
  });

  test.each([
    ['heads', ['heads', '--help']],
    ['heads', ['heads', '--nonsense']],
    ['heads', ['heads', 'word']],
    ['upgrade', ['upgrade']],
    ['upgrade', ['upgrade', 'head', '--lock-timeout', '5']],
    ['downgrade', ['downgrade', '-1']],
    ['create', ['create', '--autogenerate']],
    ['create', ['create', '-m', '"quoted"']],
    ['create', ['create', '-m']],
    ['create', ['create', '-m', 'a', '-m', 'b']],
    ['create', ['create', '--message=a']],
    ['init', ['init', '--dialect', 'oracle']],
  ])('and anything else with it: %s %j', async (name, argv) => {
    const command = await commands[name]?.load();
    expect(command && readPlainArguments(command, globalOptions, argv.slice(1))).toBeUndefined();
  });

  test('is read as yargs reads it', async () => {
    const options = [
      '--json',
      '--sql',
      '-v',
      '-q',
      '--purge',
      '--splice',
      '--autogenerate',
      '--yes',
      '--debug',
    ];
    const valued = [
      '-m',
      '--message',
      '--head',
      '-r',
      '--url',
      '-x',
      '--env',
      '-c',
      '--rename',
      '--rev-id',
      '--lock-wait',
    ];
    const odd = [
      '',
      '-1',
      '+1',
      '--',
      '-',
      '--no-color',
      '--no-yes',
      '-mx',
      '--head=x',
      "'a'",
      '"b',
      'true',
      'false',
    ];
    const more = [
      '1',
      '0x10',
      '1e3',
      'a b',
      'a=b',
      '--range',
      'head',
      'base:head',
      'ünï',
      '__proto__',
      '--__proto__',
      'toString',
    ];
    const word = fc.constantFrom(...options, ...valued, ...odd, ...more);
    const pair = fc.tuple(fc.constantFrom(...valued), fc.constantFrom(...odd, ...more));
    const words = fc
      .array(
        fc.oneof(
          word.map((each) => [each]),
          pair,
        ),
        { maxLength: 5 },
      )
      .map((all) => all.flat());
    const names = [
      'config',
      'url',
      'env',
      'x',
      'json',
      'quiet',
      'verbose',
      'no-color',
      'debug',
      'yes',
      'message',
      'head',
    ];
    names.push(
      'range',
      'sql',
      'purge',
      'splice',
      'autogenerate',
      'rename',
      'rev-id',
      'target',
      'targets',
      'revisions',
    );
    names.push(
      'revision',
      'folder',
      'dry-run',
      'lock-wait',
      'resolve-dependencies',
      'branch-label',
      'depends-on',
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...loaded), words, async ([name, command], given) => {
        const plain = readPlainArguments(command, globalOptions, given);
        if (plain === undefined) return;
        const full = await byYargs(command, [name, ...given]);
        expect(full, `yargs refuses ${JSON.stringify([name, ...given])}`).toBeDefined();
        expect(answers(plain, names)).toEqual(answers(full ?? {}, names));
      }),
      { numRuns: 3_000 },
    );
  });
});
