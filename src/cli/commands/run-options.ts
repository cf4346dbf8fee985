import type { Argv } from 'yargs';
import type { RunTargetOptions, RunTargetResult } from '../../commands/run-target.js';
import { isTime } from '../../commands/run-values.js';
import { longestTime } from '../../config/validate.js';
import { RevError } from '../../errors.js';
import type { CliArguments, CliContext } from '../command.js';
import { duration } from '../output.js';

/** How long a command waits for its turn. */
export function lockWaitOption(yargs: Argv): Argv {
  return yargs.option('lock-wait', {
    type: 'string',
    nargs: 1,
    coerce: milliseconds,
    describe: 'milliseconds to wait for another runner (default 300000)',
  });
}

export function tagOption(yargs: Argv): Argv {
  return yargs.option('tag', {
    type: 'string',
    nargs: 1,
    describe: 'a word for the journal and the configuration, such as a release',
  });
}

export function lockTimeoutOption(yargs: Argv): Argv {
  return yargs.option('lock-timeout', {
    type: 'string',
    nargs: 1,
    coerce: milliseconds,
    describe: 'milliseconds that a statement waits for a lock',
  });
}

/** Options of every command that runs revisions. */
export function rerunOptions(yargs: Argv): Argv {
  return lockTimeoutOption(tagOption(lockWaitOption(yargs)))
    .option('atomic', { type: 'boolean', describe: 'one transaction for the whole run' })
    .option('lock-retries', {
      type: 'string',
      nargs: 1,
      coerce: wholeNumber,
      describe: 'how often a transaction is run again that got no lock in time (PostgreSQL)',
    })
    .option('backup', { type: 'boolean', describe: 'take a backup before the first step' })
    .option('no-backup', { type: 'boolean', describe: 'take none, whatever the configuration says' })
    .option('statement-timeout', {
      type: 'string',
      nargs: 1,
      coerce: milliseconds,
      describe: 'milliseconds that a statement may take',
    });
}

/** Options of every command that can print a script. */
export function scriptOptions(yargs: Argv): Argv {
  return yargs
    .option('sql', { type: 'boolean', describe: 'print the SQL instead of running it; no database is asked' })
    .option('guard', {
      type: 'boolean',
      describe: 'with --sql: the script stops where the version rows are not those that it starts from',
    });
}

/** Options that upgrade and downgrade share. */
export function runOptions(yargs: Argv): Argv {
  return scriptOptions(rerunOptions(yargs))
    .option('dry-run', {
      type: 'boolean',
      describe: 'run everything in one transaction, and roll it back',
    })
    .option('resume', {
      choices: ['done', 'again', 'restart'] as const,
      describe: 'how a half-done revision goes on, where that is asked',
    });
}

export function readRunOptions(args: CliArguments): RunTargetOptions {
  return {
    sql: args.flag('sql'),
    guard: args.flag('guard'),
    dryRun: args.flag('dry-run'),
    atomic: args.flag('atomic'),
    backup: wantedBackup(args),
    resume: args.text('resume') as RunTargetOptions['resume'],
    lockTimeout: args.number('lock-timeout'),
    lockRetries: args.number('lock-retries'),
    statementTimeout: args.number('statement-timeout'),
    lockWait: args.number('lock-wait'),
  };
}

function wantedBackup(args: CliArguments): boolean | undefined {
  const [wanted, unwanted] = [args.flag('backup'), args.flag('no-backup')];
  if (wanted && unwanted) {
    throw new RevError('REV_USAGE', '--backup and --no-backup: which is it?', {
      hint: 'Leave one of them out.',
    });
  }
  return wanted ? true : unwanted ? false : undefined;
}

/** Prints a script, or how a run went. */
export function reportRun({ output }: CliContext, result: RunTargetResult): void {
  if (result.kind === 'script') {
    output.result({ sql: result.sql }, result.sql);
    return;
  }
  if (result.kind === 'dryRun') {
    const { steps, notTried, before } = result;
    const tried = `${steps.length} step${steps.length === 1 ? '' : 's'} can be run; all of it was rolled back.`;
    output.talk(steps.length + notTried.length === 0 ? 'Nothing to do.' : tried);
    if (notTried.length > 0)
      output.warn(
        `not tried, because the first of them runs outside of a transaction: ${notTried.join(', ')}`,
      );
    output.result({ dryRun: true, steps, notTried, before }, '');
    return;
  }
  const { steps, before, after, backup = null } = result;
  const total = steps.reduce((sum, step) => sum + step.duration, 0);
  output.talk(
    steps.length === 0
      ? `Nothing to do: the database is at ${after.join(', ') || 'base'}.`
      : `${steps.length} step${steps.length === 1 ? '' : 's'} in ${duration(total)}; the database is at ${after.join(', ') || 'base'}.`,
  );
  output.result({ steps, before, after, backup }, '');
}

function wholeNumber(text: unknown): number {
  const value = parseWholeNumber(text);
  if (value !== undefined) return value;
  throw new RevError('REV_USAGE', `"${String(text)}" is no number.`, {
    hint: 'Give a whole number, for example --lock-retries 5; 0 tries once.',
  });
}

function parseWholeNumber(text: unknown): number | undefined {
  const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
  return Number.isInteger(value) && value >= 0 ? value : undefined;
}

function milliseconds(text: unknown): number {
  const value = parseWholeNumber(text);
  if (isTime(value)) return value;
  throw new RevError('REV_USAGE', `"${String(text)}" is no number of milliseconds.`, {
    hint: `Give a whole number up to ${longestTime}, for example --lock-timeout 5000; 0 waits for ever.`,
  });
}
