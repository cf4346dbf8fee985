/** Copies of a whole database by pg_dump, and the way back. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { QualifiedName } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import type { BackupOptions, Driver, RestoreOptions } from '../dialect.js';
import { ClientPrograms, major } from './client-programs.js';
import { giveDefaultPrivileges, takeDefaultPrivileges } from './default-privileges.js';
import type { PostgresSession } from './driver.js';
import { column } from './drop-all.js';
import { emptying, type KeptEntries, keptEntries, type TablePlace } from './emptying.js';
import { identifier } from './quote.js';

export const backupEnding = 'dump';

/** Subscriptions are the cluster's affair, and cannot be made in a transaction. */
const dumpArguments = ['--format=custom', '--no-password', '--no-subscriptions'];

export async function assertBackup(driver: Driver, options: BackupOptions): Promise<void> {
  const programs = await ClientPrograms.open(driver as PostgresSession, options, 'REV_BACKUP');
  await programs.check('pg_dump', 'pg_restore');
}

export const canRestore = () => true;

export async function backup(driver: Driver, file: string, options: BackupOptions): Promise<void> {
  const programs = await ClientPrograms.open(driver as PostgresSession, options, 'REV_BACKUP');
  const apart = await withSchemas(driver, options.apart);
  await programs.run('pg_dump', [
    ...dumpArguments,
    ...apart.map((table) => `--exclude-table=${identifier(table)}`),
    ...(options.lockTimeout > 0 ? [`--lock-wait-timeout=${Math.ceil(options.lockTimeout)}`] : []),
    `--file=${file}`,
  ]);
  // All of it is read and unpacked.
  await programs.run('pg_restore', ['--file=-', file]);
}

export async function rowsOfBackup(
  driver: Driver,
  file: string,
  { schema, name }: QualifiedName,
  options: BackupOptions,
): Promise<readonly string[] | null> {
  if (!hasHeader(file)) {
    throw new RevError('REV_RESTORE', `${file} is no archive of pg_dump (custom format).`, {
      hint: 'Give the file that `rev backup` has written, or one of `pg_dump -Fc`.',
    });
  }
  const programs = await ClientPrograms.open(driver as PostgresSession, options, 'REV_RESTORE');
  await programs.check('pg_restore', 'psql');
  const places = schema === null ? await searchPath(driver) : [schema];
  const contents = await listOf(programs, file);
  const place = places.find((each) => contents.some((line) => isEntry(line, `TABLE DATA ${each} ${name}`)));
  if (place === undefined) return null;
  const only = [`--schema=${place}`, `--table=${name}`];
  const script = await programs.read('pg_restore', ['--data-only', ...only, '--file=-', file]);
  const copied = /^COPY .*;\n([\s\S]*?)^\\\.$/m.exec(script);
  return copied
    ? (copied[1] ?? '')
        .split('\n')
        .filter((line) => line !== '')
        .sort()
    : null;
}

/**
 * psql runs it all in one transaction: first everything that is there is dropped, then the archive's own script makes all of
 * it again. The COMMIT is sent only when pg_restore has written the whole script.
 */
export async function restore(driver: Driver, file: string, options: RestoreOptions): Promise<void> {
  const programs = await ClientPrograms.open(driver as PostgresSession, options, 'REV_RESTORE');
  const contents = await listOf(programs, file);
  const apart = await withSchemas(driver, options.apart);
  const kept = await keptEntries(driver, apart);
  const folder = await mkdtemp(join(tmpdir(), 'rev-restore-'));
  const end = new EndOfTransaction();
  try {
    const list = join(folder, 'list');
    await writeFile(list, wanted(contents, kept).join('\n'), { mode: 0o600 });
    const owner = options.noOwner ? ['--no-owner', '--no-privileges'] : [];
    const statements = [
      `SET client_encoding = 'UTF8'`,
      'BEGIN',
      `SET LOCAL lock_timeout = ${Math.ceil(options.lockTimeout)}`,
      ...(await emptying(driver, extensionsOf(contents), apart)),
    ];
    const target = programs.start(
      'psql',
      ['--no-psqlrc', '--quiet', '--no-password', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=terse'],
      ['pipe', 'pipe', 'pipe'],
    );
    end.listenTo(target.child.stdout as Readable);
    const stdin = target.child.stdin as Writable;
    stdin.on('error', () => undefined);
    stdin.write(statements.map((statement) => `${statement};\n`).join(''));
    // Without the privileges of the backup, what is made is the user's as if he had made it himself.
    if (!options.noOwner) stdin.write(takeDefaultPrivileges);
    // It is read from the first moment on: Node throws away what a program that has ended wrote, and nobody read.
    const source = programs.start(
      'pg_restore',
      // Else it would end the transaction after the large objects.
      [...owner, '--single-transaction', '--no-subscriptions', `--use-list=${list}`, '--file=-', file],
      ['ignore', 'pipe', 'pipe'],
    );
    const isWhole = await feed(source.child.stdout as Readable, stdin, driver.serverVersion);
    const [made] = await Promise.allSettled([source.ended]);
    const last = `${options.noOwner ? '' : giveDefaultPrivileges}${end.commit}`;
    stdin.end(isWhole && made.status === 'fulfilled' ? last : '\nROLLBACK;\n');
    await target.ended;
    if (made.status === 'rejected') throw made.reason;
    if (!isWhole) throw new RevError('REV_RESTORE', 'pg_restore has not written its script to the end.');
  } catch (error) {
    if (end.state === 'open') throw asItWas(error);
    if (end.state === 'unknown') throw nobodyKnows(error);
    // What failed after the COMMIT undoes nothing.
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How far psql has come, by what it says itself: whoever loses the server at the COMMIT cannot tell what became of it. */
class EndOfTransaction {
  readonly #mark = randomUUID();
  #said = '';

  get commit(): string {
    return `\n\\echo ${this.#mark} begins\nCOMMIT;\n\\echo ${this.#mark} done\n`;
  }

  /** What the statements return is of no interest. */
  listenTo(output: Readable): void {
    output.setEncoding('utf8').on('data', (chunk: string) => {
      this.#said = (this.#said + chunk).slice(-1000);
    });
  }

  get state(): 'open' | 'unknown' | 'committed' {
    if (this.#said.includes(`${this.#mark} done`)) return 'committed';
    return this.#said.includes(`${this.#mark} begins`) ? 'unknown' : 'open';
  }
}

/**
 * All but the script's own COMMIT, before which nobody knows whether pg_restore has succeeded.
 * @returns whether the script has come to its end, which pg_restore marks.
 */
async function feed(from: Readable, to: Writable, serverVersion: string): Promise<boolean> {
  let isFirst = true;
  let held = '';
  for await (const chunk of from as AsyncIterable<Buffer>) {
    // What psql refuses ends it, and with it the pipe.
    if (to.destroyed) return false;
    const text = isFirst ? withoutYounger(chunk.toString('latin1'), serverVersion) : chunk.toString('latin1');
    isFirst = false;
    held += text;
    const written = to.write(held.slice(0, -1000), 'latin1');
    held = held.slice(-1000);
    if (!written) await room(to);
  }
  const end = /\nCOMMIT;\n\s*(--\n-- PostgreSQL database dump complete\n--\n[\s\S]*)$/.exec(held);
  if (end) to.write(`${held.slice(0, end.index)}\n${end[1]}`, 'latin1');
  return end !== null;
}

/** Waits until more can be written, or nothing any more: why that is, the program that reads says when it ends. */
async function room(to: Writable): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    await Promise.race([once(to, 'drain', { signal }), once(to, 'close', { signal })]);
  } catch {
    // EPIPE.
  } finally {
    waiting.abort();
  }
}

/** What a younger pg_restore sets at the beginning of its script, and an older server does not know. */
function withoutYounger(beginning: string, serverVersion: string): string {
  return major(serverVersion) >= 17 ? beginning : beginning.replace(/^SET transaction_timeout = 0;$/m, '');
}

/** `3079 16388 EXTENSION - citext `: what a list of the archive's contents says of an extension. */
function extensionsOf(contents: readonly string[]): readonly string[] {
  return contents.flatMap((line) => /^\d+; \d+ \d+ EXTENSION - (.*?)\s*$/.exec(line)?.[1] ?? []);
}

/** Without what is not dropped before. */
function wanted(contents: readonly string[], kept: KeptEntries): readonly string[] {
  return contents.filter((line) => !kept.some((each) => isEntry(line, each)));
}

/** Whether a line of the contents begins so: `215; 1259 16385 TABLE public users owner`. */
function isEntry(line: string, beginning: string): boolean {
  const entry = /^\d+; \d+ \d+ (.*)$/.exec(line)?.[1];
  return entry !== undefined && `${entry} `.startsWith(`${beginning} `);
}

async function listOf(programs: ClientPrograms, file: string): Promise<readonly string[]> {
  return (await programs.read('pg_restore', ['--list', file])).split('\n');
}

/** Also schemas that are not there yet: the backup may have them. */
function searchPath(driver: Driver): Promise<readonly string[]> {
  return column(
    driver,
    `SELECT coalesce(nullif(trim(BOTH '"' FROM trim(part)), '$user'), current_user)
     FROM unnest(string_to_array(current_setting('search_path'), ',')) WITH ORDINALITY AS path (part, at) ORDER BY at`,
  );
}

/** null is the default schema. */
async function withSchemas(
  driver: Driver,
  tables: readonly QualifiedName[] = [],
): Promise<readonly TablePlace[]> {
  const [current] = await column(driver, `SELECT coalesce(current_schema(), 'public')`);
  return tables.map(({ schema, name }) => ({ schema: schema ?? current ?? 'public', name }));
}

function asItWas(error: unknown): unknown {
  if (!(error instanceof RevError) || error.code !== 'REV_RESTORE') return error;
  const hints = [
    ...(error.hint === undefined ? [] : [error.hint]),
    ...(/must be owner of|permission denied/.test(error.message)
      ? ['Restore as the owner of all that is in the database, or as a superuser.']
      : []),
    ...(/role ".*" does not exist/.test(error.message)
      ? ['Make the role, or let everything belong to the user of the URL: --no-owner.']
      : []),
    ...(/lock timeout/.test(error.message)
      ? ['Other sessions use the tables. End them, or wait longer: --lock-timeout.']
      : []),
  ];
  return new RevError('REV_RESTORE', `The database is as it was: ${error.message}`, {
    ...(hints.length === 0 ? {} : { hint: hints.join('\n') }),
    data: error.data,
  });
}

/** The lost server may have made the COMMIT, and may not. */
function nobodyKnows(error: unknown): unknown {
  if (!(error instanceof RevError)) return error;
  return new RevError(
    error.code,
    `The connection ended at the COMMIT of the restore. The database is either as it was, or as the backup is, all of it: ${error.message}`,
    {
      hint: 'See which: rev current. It may take the server a moment to be done with it. To restore once more does no harm.',
      data: error.data,
    },
  );
}

function hasHeader(file: string): boolean {
  const header = Buffer.alloc(5);
  const opened = openSync(file, 'r');
  try {
    readSync(opened, header, 0, header.length, 0);
  } finally {
    closeSync(opened);
  }
  return header.toString('latin1') === 'PGDMP';
}
