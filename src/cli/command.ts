import type { Argv } from 'yargs';
import type { Environment } from '../commands/environment.js';
import type { Output } from './output.js';

/** One command of the command line: what yargs must know, and what happens. */
export interface CliCommand {
  /** In yargs' grammar, with its aliases: `['create', 'revision']`. */
  readonly command: string | readonly string[];
  readonly describe: string;
  /** Each with a line that says what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** In a project with several databases: it runs in each of them, in their order or the other way round. */
  readonly eachDatabase?: 'in order' | 'backwards';
  /** Where it takes the database; absent: it has no such target. */
  readonly target?: (args: CliArguments) => string;
  options(yargs: Argv): Argv;
  run(context: CliContext, args: CliArguments): Promise<void>;
}

export interface CliContext {
  readonly environment: Environment;
  readonly output: Output;
}

/** Arguments as yargs has checked them. */
export class CliArguments {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return value === undefined || value === null
      ? undefined
      : String(Array.isArray(value) ? value.at(-1) : value);
  }

  /** Throws nothing: yargs demands it before. */
  requiredText(name: string): string {
    return this.text(name) ?? '';
  }

  list(name: string): readonly string[] {
    const value = this.#values[name];
    if (value === undefined || value === null) return [];
    return (Array.isArray(value) ? value : [value]).map(String);
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  number(name: string): number | undefined {
    const value = this.#values[name];
    return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
  }
}
