import type { Argv } from 'yargs';
import type { CliCommand } from './command.js';

/**
 * Plain command lines without yargs, whose many modules take as long to load as Node itself takes to start.
 *
 * Plain is what can be read in one way only: known options in their long or short form, their values apart, and as many other
 * words as the command takes. Everything else (help, mistakes, `--name=value`, negative numbers, quotes) is left to yargs,
 * which also says what is wrong. Where both read a line they read the same.
 */

type Values = Readonly<Record<string, unknown>>;

interface Spec {
  readonly alias?: unknown;
  readonly type?: unknown;
  readonly array?: unknown;
  readonly nargs?: unknown;
  readonly demandOption?: unknown;
  readonly group?: unknown;
  readonly describe?: unknown;
}

const understood = new Set(['alias', 'type', 'array', 'nargs', 'demandOption', 'group', 'describe']);

/** What yargs would give for the words after the command's name. `undefined`: ask yargs. */
export function readPlainArguments(
  command: CliCommand,
  declareGlobal: (yargs: Argv) => Argv,
  words: readonly string[],
): Values | undefined {
  const options = new Map<string, Spec>();
  if (!declares((yargs) => command.options(declareGlobal(yargs)), options)) return undefined;
  const values: Record<string, unknown> = {};
  const positionals: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) {
      if (!isPlain(word)) return undefined;
      positionals.push(word);
      continue;
    }
    const found = [...options].find(
      ([name, { alias }]) =>
        word === (name.length === 1 ? `-${name}` : `--${name}`) || word === `-${String(alias)}`,
    );
    if (found === undefined) return undefined;
    const [name, spec] = found;
    if (!isUnderstood(spec)) return undefined;
    if (spec.array !== true && Object.hasOwn(values, name)) return undefined;
    if (spec.type === 'boolean') {
      if (words[at + 1] === 'true' || words[at + 1] === 'false') return undefined;
      values[name] = true;
      continue;
    }
    at += 1;
    const value = words[at] ?? '';
    if (spec.type !== 'string' || (spec.array === true && spec.nargs !== 1) || !isPlain(value))
      return undefined;
    values[name] = spec.array === true ? [...((values[name] as string[] | undefined) ?? []), value] : value;
  }
  const isComplete = [...options].every(([name, spec]) => !spec.demandOption || Object.hasOwn(values, name));
  const named = isComplete ? namePositionals(command, positionals) : undefined;
  return named && { ...values, ...named };
}

/** A word that yargs would not take apart, unquote or refuse. */
function isPlain(word: string): boolean {
  return word !== '' && !word.startsWith('-') && !/^['"]|['"]$/.test(word);
}

function isUnderstood(spec: Spec): boolean {
  return Object.keys(spec).every((key) => understood.has(key));
}

/** Collects the options that a command declares. False: it declares more than options and positional words. */
function declares(declare: (yargs: Argv) => Argv, options: Map<string, Spec>): boolean {
  let isSimple = true;
  const recorder: unknown = new Proxy(
    {},
    {
      get:
        (_, method) =>
        (name: unknown, spec: Spec = {}) => {
          if (method === 'option') options.set(String(name), spec);
          else if (method !== 'positional' || spec.type !== 'string' || !isUnderstood(spec)) isSimple = false;
          return recorder;
        },
    },
  );
  declare(recorder as Argv);
  return isSimple && [...options.values()].every((spec) => !Object.hasOwn(spec, 'default'));
}

/** By the command's grammar: `upgrade <target>`, `stamp <targets..>`, `init [folder]`. */
function namePositionals(command: CliCommand, words: readonly string[]): Values | undefined {
  const [grammar = ''] = [command.command].flat();
  const [, ...slots] = grammar.split(' ');
  const values: Record<string, unknown> = {};
  let at = 0;
  for (const slot of slots) {
    const name = slot.replace(/^[<[]|\.{0,2}[>\]]$/g, '');
    if (slot.includes('..')) {
      if (slot.startsWith('<') && at >= words.length) return undefined;
      values[name] = words.slice(at);
      at = words.length;
    } else if (at < words.length) {
      values[name] = words[at];
      at += 1;
    } else if (slot.startsWith('<')) {
      return undefined;
    }
  }
  return at === words.length ? values : undefined;
}
