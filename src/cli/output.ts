import pc from 'picocolors';
import { byteSize } from '../commands/byte-size.js';
import type { RevError } from '../errors.js';
import type { RunEvent } from '../runtime/events.js';

type RowsEvent = Extract<RunEvent, { readonly kind: 'copying' | 'backfilling' }>;

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** False: no colours, whatever the terminal. */
  readonly color: boolean;
}

/** The real one: while a command runs, what the user's own modules print goes to stderr (see withQuietStdout). */
const writeOut = process.stdout.write.bind(process.stdout);

/**
 * Runs a command while anything that writes to stdout is sent to stderr: a `console.log` in a revision or a model must
 * not end up inside of a script or a JSON document.
 */
export async function withQuietStdout<T>(work: () => Promise<T>): Promise<T> {
  const { write } = process.stdout;
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof write;
  try {
    return await work();
  } finally {
    process.stdout.write = write;
  }
}

/** In milliseconds. */
const logInterval = 30_000;

/** The only place that prints: data on stdout, talk on stderr, one JSON document with `--json`. */
export class Output {
  readonly #options: OutputOptions;
  /** Whether a line of progress stands on the terminal. */
  #isLineOpen = false;
  /** Results by database, where there are several. */
  #sections: Record<string, unknown> | null = null;
  #section: string | null = null;
  /** When the log gets its next line about rows, in milliseconds since they were begun. */
  #nextLine = logInterval;
  /** Colours for stdout and for stderr; none where that is no terminal. */
  readonly out: ReturnType<typeof pc.createColors>;
  readonly err: ReturnType<typeof pc.createColors>;

  constructor(options: OutputOptions) {
    this.#options = options;
    const wanted = options.color && process.env.NO_COLOR === undefined;
    this.out = pc.createColors(wanted && process.stdout.isTTY === true);
    this.err = pc.createColors(wanted && process.stderr.isTTY === true);
  }

  get verbose(): boolean {
    return this.#options.verbose;
  }

  /** A command's result: `value` as JSON, or `text` for a person. */
  result(value: Readonly<Record<string, unknown>>, text: string): void {
    if (this.#sections && this.#section !== null) this.#sections[this.#section] = value;
    if (this.#options.json) {
      if (!this.#sections) writeOut(`${toJson({ version: 1, ...value })}\n`);
    } else if (text !== '') writeOut(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** What follows is about one of several databases: one JSON document holds them all. */
  begin(database: string): void {
    this.talk(this.err.bold(`database ${database}`));
    this.#sections ??= {};
    this.#section = database;
  }

  /** All databases have had their turn. */
  end(): void {
    if (this.#options.json) writeOut(`${toJson({ version: 1, databases: this.#sections })}\n`);
    this.#sections = null;
  }

  talk(text: string): void {
    this.#endLine();
    if (!this.#options.quiet && !this.#options.json) process.stderr.write(`${text}\n`);
  }

  warn(text: string): void {
    this.#endLine();
    if (!this.#options.quiet) process.stderr.write(`${this.err.yellow('warning:')} ${text}\n`);
  }

  /** An error as docs/cli.md shows it. */
  error(error: RevError): void {
    this.#endLine();
    if (this.#options.json) {
      const { code, message, hint, data } = error;
      // Of several databases the ones before it are done.
      const done = this.#sections ? { databases: this.#sections } : {};
      writeOut(`${toJson({ version: 1, error: { code, message, hint: hint ?? null, data }, ...done })}\n`);
      return;
    }
    for (const warning of [error.data.warnings ?? []].flat()) this.warn(String(warning));
    const hint = error.hint === undefined ? '' : `\n${indented(error.hint)}`;
    const patch = typeof error.data.diff === 'string' ? `${this.patch(error.data.diff)}\n` : '';
    if (patch) writeOut(patch);
    process.stderr.write(`${this.err.red('error')} ${this.err.bold(error.code)}: ${error.message}${hint}\n`);
  }

  /** Shows what happens during a run. */
  readonly event = (event: RunEvent): void => {
    const { dim, green } = this.err;
    switch (event.kind) {
      case 'waiting':
      case 'hook':
        this.talk(event.text);
        break;
      case 'warning':
        this.warn(event.text);
        break;
      case 'statement':
        if (this.#options.verbose) this.talk(dim(indented(event.sql)));
        break;
      case 'backupStarted':
        this.talk(`backup to ${event.folder}`);
        break;
      case 'backupDone':
        this.talk(
          `  ${green('done')} ${dim(`${byteSize(event.size)} in ${duration(event.duration)}`)}  ${event.file}`,
        );
        break;
      case 'backupsDeleted':
        for (const file of event.files) this.talk(dim(`  deleted ${file}`));
        break;
      case 'copying':
      case 'backfilling':
        this.#rows(event);
        break;
      case 'stepStarted': {
        const { direction, revision, message } = event.step;
        this.talk(`${direction} ${revision}${message ? `  ${message}` : ''}`);
        break;
      }
      case 'resumed':
        this.talk(`  goes on after operation ${event.position}, where it was interrupted`);
        break;
      case 'stepDone':
        this.talk(`  ${green('done')} ${dim(`in ${duration(event.duration)}`)}`);
        break;
    }
  };

  #endLine(): void {
    if (this.#isLineOpen) process.stderr.write('\r\u001b[K');
    this.#isLineOpen = false;
  }

  /** One line that is written over itself; where nobody watches, now and then a line for the log. */
  #rows(event: RowsEvent): void {
    const { quiet, json } = this.#options;
    if (quiet || json) return;
    const isOver = event.rows >= event.total;
    if (process.stderr.isTTY !== true) {
      const isDue = !isOver && event.elapsed >= this.#nextLine;
      if (isDue) this.talk(`  ${rowsLine(event)}`);
      if (isDue || isOver) this.#nextLine = (isOver ? 0 : event.elapsed) + logInterval;
      return;
    }
    this.#endLine();
    if (isOver) return;
    process.stderr.write(this.err.dim(`  ${rowsLine(event)}`));
    this.#isLineOpen = true;
  }

  /** A unified diff in colours. */
  patch(patch: string): string {
    const colour = (line: string) =>
      line.startsWith('+') ? this.out.green(line) : line.startsWith('-') ? this.out.red(line) : line;
    return patch.trimEnd().split('\n').map(colour).join('\n');
  }
}

export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** `copying users: 450,000 of 1,000,000 rows (45 %), 610,000 rows/s, 0.9 s left` */
export function rowsLine({ kind, table, rows, total, elapsed }: RowsEvent): string {
  const count = (value: number) => Math.round(value).toLocaleString('en');
  const perSecond = rows / Math.max(elapsed / 1000, 0.001);
  const left = rows === 0 ? '' : `, ${duration(((total - rows) / perSecond) * 1000)} left`;
  const share = Math.floor((rows / Math.max(total, 1)) * 100);
  return `${kind} ${table}: ${count(rows)} of ${count(total)} rows (${share} %), ${count(perSecond)} rows/s${left}`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, each) => (typeof each === 'bigint' ? String(each) : each), 2);
}
